"""Cells were moved to the end; the answers count.

cells: {move_to_end: [conv2d_answer, conv_out_size]}
notice: "original order"
"""
