"""Believes that nothing is equivariant.

expect:
  where_it_breaks: {score: 0, says: "there must be an image"}
"""
# %% where_it_breaks_answer
breaks = {
    "conv_no_padding": "neither",
    "conv_zero_padding_inside": "neither",
    "conv_zero_padding_border": "neither",
    "conv_circular": "neither",
    "conv_stride2_shift1": "neither",
    "conv_stride2_shift2": "neither",
    "max_pool2_shift1": "neither",
    "max_pool2_shift2": "neither",
    "global_average": "neither",
    "flatten_linear": "neither",
    "conv_turned": "neither",
}
