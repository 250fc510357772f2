"""Decides nothing.

expect:
  label_table: {score: 0, says: "at most 6 may"}
"""

# %% label_table_answer
table = {
    "digit": {
        "crop": "ok",
        "hflip": "depends",
        "vflip": "depends",
        "rot180": "depends",
        "jitter": "ok",
    },
    "photo": {
        "crop": "ok",
        "hflip": "depends",
        "vflip": "depends",
        "rot180": "depends",
        "jitter": "ok",
    },
    "arrow": {"crop": "ok", "hflip": "relabel", "vflip": "ok", "rot180": "relabel", "jitter": "ok"},
    "word": {
        "crop": "ok",
        "hflip": "depends",
        "vflip": "depends",
        "rot180": "depends",
        "jitter": "ok",
    },
    "satellite": {
        "crop": "ok",
        "hflip": "depends",
        "vflip": "depends",
        "rot180": "depends",
        "jitter": "ok",
    },
    "xray": {
        "crop": "ok",
        "hflip": "depends",
        "vflip": "depends",
        "rot180": "depends",
        "jitter": "ok",
    },
}
