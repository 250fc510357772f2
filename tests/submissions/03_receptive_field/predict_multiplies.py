"""Predicts 27 for three 3×3 layers: multiplies the kernel sizes.

expect:
  rf_predictions: {score: 2, says: "add, not multiply"}
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
rf_predict.update(two_3x3=9, three_3x3=27)
