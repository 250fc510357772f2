"""Finds a product everywhere.

expect:
  product_shapes: {score: 3, says: "do they?"}
"""

# %% product_shapes_answer
shapes = {}
for letter, ((m, n), (p, k)) in lesson.products(STUDENT_ID).items():
    shapes[letter] = (m, k)
