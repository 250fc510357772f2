"""Hands in the release as it is.

base: release
expect:
  conv_out_size: {score: 0, says: "Not written yet"}
  shape_predictions: {score: 0, says: "no answer yet"}
  conv2d: {score: 0, says: "Not written yet"}
  conv2d_backward: {score: 0, says: "Not written yet"}
  equivariance: {score: 0, says: "Not written yet"}
  where_it_breaks: {score: 0, says: "no answer is chosen"}
  rook: {score: 0, says: "Not written yet"}
"""
