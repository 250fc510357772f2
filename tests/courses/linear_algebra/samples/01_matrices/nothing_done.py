"""The notebook as it was handed out.

expect:
  back_substitute: {score: 0}
  product_shapes: {score: 0}
  outer_rank: {score: 0}
base: release

"""
