"""Normalises with the statistics of the batch, in evaluation mode too.

expect:
  build_backbone: {score: 2.75, says: "given alone"}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return nn.Sequential(
        nn.Conv2d(in_ch, a, 3, padding=1),
        nn.BatchNorm2d(a, track_running_stats=False),
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
