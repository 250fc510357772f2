"""Forgets the jump in Figure 1 and in the nets of its own.

expect:
  rf_predictions: {score: 1.5, says: "pixels apart"}
"""

# %% rf_predictions_answer
rf_predict = {"one_3x3": 3, "two_3x3": 5, "three_3x3": 7}
rf_predict.update(figure1_block1=3, figure1_block2=6, figure1_block3=12, figure1_block4=20)
for name, layers in lesson.predict_nets(STUDENT_ID).items():
    width, distance = 1, 1
    for k, s, _, d in map(lesson.read_layer, layers):
        width += d * (k - 1) * distance
        distance *= s
    rf_predict[name] = width

rf_predict.update(figure1_block2=6, figure1_block3=9, figure1_block4=11)
for name, layers in lesson.predict_nets(STUDENT_ID).items():
    rf_predict[name] = 1 + sum(d * (k - 1) for k, _, _, d in map(lesson.read_layer, layers))
