"""Tanh, PReLU, SiLU and ELU, lazy layers, a stem of patches, dropout and a 1×1 convolution as head."""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return nn.Sequential(
        nn.LazyConv2d(a, kernel_size=2, stride=2),
        nn.Tanh(),
        nn.Conv2d(a, b, 3, padding="same"),
        nn.PReLU(),
        nn.LazyConv2d(c, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(c),
        nn.MaxPool2d(3, stride=1, padding=1),
        nn.SiLU(inplace=True),
        nn.Dropout2d(0.1),
        nn.Conv2d(c, d, 3, groups=2),
        nn.ELU(),
        nn.Conv2d(d, num_classes, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
