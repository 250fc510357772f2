"""Takes rows for columns.

expect:
  product_shapes: {score: 1, says: "Rows come first"}
"""

# %% product_shapes_answer
shapes = {}
for letter, ((m, n), (p, k)) in lesson.products(STUDENT_ID).items():
    shapes[letter] = (k, m) if n == p else "none"
