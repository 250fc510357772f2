"""An answer cell and a check cell were duplicated; the answer counts.

cells: {duplicate: [conv2d_answer, conv2d]}
notice: "occurs 2 times"
"""
