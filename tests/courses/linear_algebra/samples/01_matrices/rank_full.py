"""Thinks that a matrix without zeros has full rank.

expect:
  outer_rank: {score: 0, says: "one and the same vector"}
"""

# %% outer_rank_answer
rank = "C"
