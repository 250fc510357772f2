"""Says the same of every run.

expect:
  diagnose: {score: 0}
"""


# %% diagnose_answer
def diagnose(history):
    return "overfit"
