"""Answers 'between' and every letter.

expect:
  too_small: {score: 1.5, says: "see both dots"}
"""


# %% too_small_answer
dots_predict = dict(rf5="between", rf5_wide="between", rf7_dilated="between", smallest_rf=min(lesson.dot_distances(STUDENT_ID)) + 1)
symptoms = [l for l, k in lesson.symptom_order(STUDENT_ID).items() if k in {"stuck", "large", "width", "dilation"}]
effective = ["A", "B", "C", "D"]
