"""Names every statement as a reason.

expect:
  xor_evidence: {score: 2.5, says: "two different numbers"}
"""

# %% xor_evidence_answer
best_linear_xor = 1 - min(crowd.values()) / sum(crowd.values())
largest_rank = min(widths)
why_pointless = "same functions"
because = (1, 2, 3, 4, 5, 6, 7, 8)
