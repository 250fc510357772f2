"""Every transform is fine everywhere.

expect:
  label_table: {score: 0, says: "Every cell says the same word"}
"""

# %% label_table_answer
table = {
    "digit": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "photo": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "arrow": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "word": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "satellite": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
    "xray": {"crop": "ok", "hflip": "ok", "vflip": "ok", "rot180": "ok", "jitter": "ok"},
}
