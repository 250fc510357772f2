"""Believes that depth solves XOR, and takes the widest layer for the rank.

expect:
  xor_evidence: {score: 1.5, says: "No straight boundary"}
"""

# %% xor_evidence_answer
best_linear_xor = 1.0
largest_rank = max(widths)
why_pointless = "same functions"
because = (2, 5)
