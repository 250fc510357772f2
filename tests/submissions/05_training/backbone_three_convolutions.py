"""Has three convolutions and ignores the first width.

expect:
  build_backbone: {score: 2.5, says: "there are four convolutions"}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return nn.Sequential(
        nn.Conv2d(in_ch, b, 3, padding=1),
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
