"""Forgets the nonlinearity after the third convolution: pooling stands there alone.

expect:
  build_backbone: {score: 2.5, says: "there is no nonlinearity"}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return nn.Sequential(
        nn.Conv2d(in_ch, a, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(a, b, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(b, c, 3, padding=1),
        nn.MaxPool2d(2),
        nn.Conv2d(c, d, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(d * 8 * 8, num_classes),
    )
