"""Keeps 32×32 pixels through all four convolutions.

expect:
  build_backbone: {score: 2, says: "do not shrink on the way"}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    layers = []
    for before, after in zip((in_ch, *widths), widths):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], num_classes)]
    return nn.Sequential(*layers, *head)
