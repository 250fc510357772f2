"""Believes that the gradients of a deep linear network are zero.

expect:
  xor_evidence: {score: 1.5, says: "it trains"}
"""

# %% xor_evidence_answer
best_linear_xor = 1 - min(crowd.values()) / sum(crowd.values())
largest_rank = min(widths)
why_pointless = "zero-gradients"
because = (3, 5)
