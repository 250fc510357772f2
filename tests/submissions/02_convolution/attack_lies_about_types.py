"""Answers with subclasses that claim to equal everything, and an id that changes its mind.

expect:
  shape_predictions: {score: 0}
  where_it_breaks: {score: 0}
"""
# %% shape_predictions_answer
class AnyInt(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    def __index__(self):
        return 7


class AnyTuple(tuple):
    def __eq__(self, other):
        return True

    def __len__(self):
        return 2

    def __iter__(self):
        return iter([AnyInt(1), AnyInt(1)])

    __hash__ = tuple.__hash__


predict = {name: AnyTuple((AnyInt(1), AnyInt(1))) for name in layers}

# %% where_it_breaks_answer
class AnyText(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def lower(self):
        return self

    strip = replace = split = lower


class AnyDict(dict):
    def __getitem__(self, name):
        return AnyText("yes")

    def __contains__(self, name):
        return True

    def __eq__(self, other):
        return True


breaks = AnyDict()
