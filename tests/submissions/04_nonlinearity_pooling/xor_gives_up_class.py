"""Predicts one class for all.

expect:
  xor_evidence: {score: 2.0, says: "cut off a corner"}
"""

# %% xor_evidence_answer
best_linear_xor = max(crowd[0, 0] + crowd[1, 1], crowd[0, 1] + crowd[1, 0]) / sum(crowd.values())
largest_rank = min(widths)
why_pointless = "same functions"
because = (2, 5)
