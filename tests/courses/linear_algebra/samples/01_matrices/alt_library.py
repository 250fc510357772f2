"""Right in another way: numpy's solver, shapes as lists, a letter in lower case."""


# %% back_substitute_answer
def back_substitute(u, b):
    if not np.all(u.diagonal()):
        raise ValueError
    return np.linalg.solve(np.triu(u), b).tolist()


# %% product_shapes_answer
shapes = {}
for letter, ((m, n), (p, k)) in lesson.products(STUDENT_ID).items():
    shapes[letter.lower()] = [m, k] if n == p else " None "


# %% outer_rank_answer
rank = "a"
