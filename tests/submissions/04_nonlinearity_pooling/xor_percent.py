"""Gives the best share in percent.

expect:
  xor_evidence: {score: 2.0, says: "not a percentage"}
"""

# %% xor_evidence_answer
best_linear_xor = round(100 - 100 * min(crowd.values()) / sum(crowd.values()))
largest_rank = min(widths)
why_pointless = "same functions"
because = (2, 5)
