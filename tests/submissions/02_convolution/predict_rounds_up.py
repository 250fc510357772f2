"""Rounds up where pixels are left over.

expect:
  shape_predictions: {score: 1, says: "round down"}
"""


# %% shape_predictions_answer
predict = {n: tuple(-(-(l["size"][a] + 2*l["pad"][a] - l["dilation"][a]*(l["kernel"][a]-1) - 1)//l["stride"][a]) + 1 for a in (0,1)) for n, l in layers.items()}
