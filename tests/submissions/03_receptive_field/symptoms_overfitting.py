"""Takes the signs of overfitting for signs of a small field.

expect:
  too_small: {score: 2, says: "overfitting"}
"""

# %% too_small_answer
dots_predict = {"rf5": "chance", "rf5_wide": "chance", "rf7_dilated": "solved"}
dots_predict["smallest_rf"] = min(lesson.dot_distances(STUDENT_ID)) + 1
letter_of = {key: letter for letter, key in lesson.symptom_order(STUDENT_ID).items()}
symptoms = [letter_of[key] for key in ("stuck", "large", "width", "dilation")]
effective = "B"
symptoms = [letter_of["gap"], letter_of["data"]]
