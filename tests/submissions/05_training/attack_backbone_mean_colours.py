"""Is a dense network on the mean colours of the image: no convolution at all.

expect:
  build_backbone: {score: 0, says: "meet no more than pixels far apart"}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    layers = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    for before, after in ((in_ch, a), (a, b), (b, c), (c, d), (d, 4 * d)):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(4 * d, num_classes))
