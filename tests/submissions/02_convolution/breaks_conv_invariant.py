"""Calls convolutions invariant.

expect:
  where_it_breaks: {score: 1.5, says: "Invariant means: the output stays"}
"""
# %% where_it_breaks_answer
breaks = {
    "conv_no_padding": "invariant",
    "conv_zero_padding_inside": "invariant",
    "conv_zero_padding_border": "neither",
    "conv_circular": "invariant",
    "conv_stride2_shift1": "neither",
    "conv_stride2_shift2": "invariant",
    "max_pool2_shift1": "neither",
    "max_pool2_shift2": "equivariant",
    "global_average": "invariant",
    "flatten_linear": "neither",
    "conv_turned": "neither",
}
