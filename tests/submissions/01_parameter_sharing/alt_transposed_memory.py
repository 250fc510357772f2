"""Permutes pixel by pixel through a list, and returns a transposed view of its own."""


# %% permutation_answer
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    pixels = [x[:, :, p // w, p % w] for p in perm]
    return np.array(pixels, dtype=np.float32).transpose(1, 2, 0).reshape(n, c, h, w)


# %% sweep_intuition_answer
order = lesson.sweep_order(STUDENT_ID)
chosen = tuple(letter for letter, key in order.items() if key[:2] in ("im", "de", "gr"))
