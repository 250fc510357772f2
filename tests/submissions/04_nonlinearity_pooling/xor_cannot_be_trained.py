"""Believes that a deep linear network cannot be trained.

expect:
  xor_evidence: {score: 2.0, says: "A deep linear network trains"}
"""

# %% xor_evidence_answer
best_linear_xor = 1 - min(crowd.values()) / sum(crowd.values())
largest_rank = min(widths)
why_pointless = "cannot train"
because = (2, 5)
