"""Believes that everything is equivariant.

expect:
  where_it_breaks: {score: 0, says: "Equivariant means: the old output"}
"""
# %% where_it_breaks_answer
breaks = {
    "conv_no_padding": "equivariant",
    "conv_zero_padding_inside": "equivariant",
    "conv_zero_padding_border": "equivariant",
    "conv_circular": "equivariant",
    "conv_stride2_shift1": "equivariant",
    "conv_stride2_shift2": "equivariant",
    "max_pool2_shift1": "equivariant",
    "max_pool2_shift2": "equivariant",
    "global_average": "equivariant",
    "flatten_linear": "equivariant",
    "conv_turned": "equivariant",
}
