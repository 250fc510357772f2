"""Believes that a 6 turned over is a 9.

expect:
  label_table: {score: 2.5, says: "a mirrored 9, and that is no 9"}
"""

# %% label_table_answer
table = {
    "digit": {
        "crop": "ok",
        "hflip": "breaks",
        "vflip": "relabel",
        "rot180": "relabel",
        "jitter": "ok",
    },
    "photo": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "arrow": {"crop": "ok", "hflip": "relabel", "vflip": "ok", "rot180": "relabel", "jitter": "ok"},
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
