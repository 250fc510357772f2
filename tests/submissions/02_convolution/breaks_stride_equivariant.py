"""Overlooks that there are no half pixels.

expect:
  where_it_breaks: {score: 2.25, says: "by a whole number of places"}
"""
# %% where_it_breaks_answer
breaks = {
    "conv_no_padding": "equivariant",
    "conv_zero_padding_inside": "equivariant",
    "conv_zero_padding_border": "neither",
    "conv_circular": "equivariant",
    "conv_stride2_shift1": "equivariant",
    "conv_stride2_shift2": "equivariant",
    "max_pool2_shift1": "neither",
    "max_pool2_shift2": "equivariant",
    "global_average": "invariant",
    "flatten_linear": "neither",
    "conv_turned": "neither",
}
