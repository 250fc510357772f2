"""Believes that a deep linear network is pointless because it is small.

expect:
  xor_evidence: {score: 1.5, says: "more weights than a single layer"}
"""

# %% xor_evidence_answer
best_linear_xor = 1 - min(crowd.values()) / sum(crowd.values())
largest_rank = min(widths)
why_pointless = "fewer weights"
because = (4, 2)
