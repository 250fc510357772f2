"""Has no nonlinearity between the last convolution and the head, whose own GELU does not help.

expect:
  build_backbone: {score: 2.5, says: "there is no nonlinearity"}
"""


# %% build_backbone_answer
class Net(nn.Module):
    def __init__(self, widths, in_ch, num_classes):
        super().__init__()
        self.classify = nn.Linear(64, num_classes)
        self.hidden = nn.Linear(widths[3], 64)
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, bias=False)
            for a, b in zip((in_ch, *widths), widths, strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in widths)

    def forward(self, x):
        for index, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            x = norm(conv(x))
            if index < 3:
                x = F.max_pool2d(F.gelu(x), 2)
        return self.classify(F.gelu(self.hidden(x.mean(dim=(2, 3)))))


def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    return Net(widths, in_ch, num_classes)
