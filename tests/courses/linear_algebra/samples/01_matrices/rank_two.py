"""Counts the two vectors.

expect:
  outer_rank: {score: 0, says: "each is a multiple of w"}
"""

# %% outer_rank_answer
rank = "B"
