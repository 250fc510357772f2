"""Counts the pixels between the dots.

expect:
  too_small: {score: 2.5, says: "the dots themselves"}
"""


# %% too_small_answer
dots_predict = dict(rf5="chance", rf5_wide="chance", rf7_dilated="solved", smallest_rf=min(lesson.dot_distances(STUDENT_ID)) - 1)
symptoms = [l for l, k in lesson.symptom_order(STUDENT_ID).items() if k in {"stuck", "large", "width", "dilation"}]
effective = "B"
