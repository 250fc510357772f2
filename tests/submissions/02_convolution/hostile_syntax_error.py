"""A syntax error in one answer.

expect:
  conv2d_backward: {score: 0, says: "SyntaxError"}
"""
# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0)
    return 1
