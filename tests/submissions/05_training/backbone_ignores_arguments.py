"""Has the default numbers of channels and classes, whatever it is asked for.

expect:
  build_backbone: {score: 1.5}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(128, 256, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256 * 64, 10),
    )
