"""Counts corners instead of pictures, and looks at the ends of the network only.

expect:
  xor_evidence: {score: 1.5, says: "Count pictures"}
"""

# %% xor_evidence_answer
best_linear_xor = 0.75
largest_rank = min(widths[0], widths[-1])
why_pointless = "same functions"
because = (2, 5)
