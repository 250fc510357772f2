"""Gives the same network at each call.

expect:
  build_backbone: {score: 2.0, says: "share their parameters"}
"""

# %% build_backbone_answer
_m = {}


def _make(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return nn.Sequential(
        nn.Conv2d(in_ch, a, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(a, b, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(b, c, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(c, d, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(d * 64, num_classes),
    )


def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    return _m.setdefault((tuple(widths), in_ch, num_classes), _make(widths, in_ch, num_classes))
