"""Personal numbers of the unit on matrices. Students get this file: it holds no answers."""

from classroom import personal


def products(student_id):
    """Four products of one student's own, by letter: the shapes of both matrices."""
    rng = personal(student_id, "product_shapes")

    def pair():
        rows, inner, columns = rng.sample(range(2, 10), 3)
        return (rows, inner), (inner, columns)

    pairs = {letter: pair() for letter in "ABC"}
    left, right = pair()
    return {**pairs, "D": (left, right[::-1])}


def shapes_are_filled_in(shapes):
    """Whether there is a pair or the word none for each letter; an untouched answer raises."""
    if not any(shapes.values()):
        raise NotImplementedError
    answers = [shapes.get(letter) for letter in "ABCD"]
    return all(answer == "none" or len(answer or ()) == 2 for answer in answers)


def rank_is_chosen(rank):
    """Whether one of the letters is chosen; an untouched answer raises."""
    if rank is None:
        raise NotImplementedError
    return str(rank).strip().upper() in {"A", "B", "C"}
