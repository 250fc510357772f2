"""An editor stripped nbgrader's metadata; the answers count.

cells: {strip_metadata: [conv2d_answer, conv2d, conv_out_size_answer]}
"""
