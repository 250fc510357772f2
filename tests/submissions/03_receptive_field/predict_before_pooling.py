"""Gives the fields before the pooling of blocks 2 and 3.

expect:
  rf_predictions: {score: 2, says: "Do not leave it out"}
"""


# %% rf_predictions_answer
rf_predict = dict(one_3x3=3, two_3x3=5, three_3x3=7, figure1_block1=3, figure1_block2=5, figure1_block3=10, figure1_block4=20)
for n, l in lesson.predict_nets(STUDENT_ID).items(): rf_predict[n] = receptive_field(l)[0]
