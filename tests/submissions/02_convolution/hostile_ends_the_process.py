"""Ends the Python process from a cell; the other answers still count.

expect:
  conv2d_backward: {score: 0, says: "ended the Python process"}
"""
# %% conv2d_backward_answer
import os

os._exit(0)
