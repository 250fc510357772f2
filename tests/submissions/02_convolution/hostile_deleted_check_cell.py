"""A check cell was deleted; the answer counts.

cells: {delete: [conv2d]}
notice: "was missing"
"""
