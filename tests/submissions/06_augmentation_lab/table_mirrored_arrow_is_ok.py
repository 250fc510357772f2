"""Forgets that a mirrored arrow points the other way.

expect:
  label_table: {score: 2.5, says: "points the other way"}
"""

# %% label_table_answer
table = {
    "digit": {
        "crop": "ok",
        "hflip": "breaks",
        "vflip": "breaks",
        "rot180": "breaks",
        "jitter": "ok",
    },
    "photo": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "arrow": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "word": {
        "crop": "ok",
        "hflip": "breaks",
        "vflip": "breaks",
        "rot180": "breaks",
        "jitter": "ok",
    },
    "satellite": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "depends"},
    "xray": {"crop": "ok", "hflip": "relabel", "vflip": "ok", "rot180": "relabel", "jitter": "ok"},
}
