"""An answer cell was deleted.

cells: {delete: [conv2d_backward_answer]}
notice: "was missing"
expect:
  conv2d_backward: {score: 0, says: "no conv2d_backward"}
"""
