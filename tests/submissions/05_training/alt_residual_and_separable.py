"""A residual block whose last norm starts at zero, a separable convolution, and a head of zeros."""


# %% build_backbone_answer
class Residual(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.first = nn.Conv2d(a, b, 3, stride=2, padding=1, bias=False)
        self.second = nn.Conv2d(b, b, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(b), nn.BatchNorm2d(b)])
        self.shortcut = nn.Conv2d(a, b, 1, stride=2)
        nn.init.zeros_(self.norms[1].weight)

    def forward(self, x):
        inner = F.leaky_relu(self.norms[0](self.first(x)), 0.2)
        return F.leaky_relu(self.norms[1](self.second(inner)) + self.shortcut(x), 0.2)


class Network(nn.Module):
    def __init__(self, widths, in_ch, num_classes):
        super().__init__()
        a, b, c, d = widths
        self.head = nn.Linear(d, num_classes)
        nn.init.zeros_(self.head.weight)
        self.stem = nn.Conv2d(in_ch, a, 3, padding=1)
        self.residual = Residual(a, b)
        self.depthwise = nn.Conv2d(b, b, 3, padding=1, groups=b)
        self.pointwise = nn.Conv2d(b, c, 1)
        self.norm = nn.GroupNorm(8, c)
        self.last = nn.Conv2d(c, d, 3, padding=1)

    def forward(self, x):
        x = self.residual(F.silu(self.stem(x)))
        x = F.avg_pool2d(F.elu(self.norm(self.pointwise(self.depthwise(x)))), 2)
        return self.head(torch.tanh(self.last(x)).mean(dim=(2, 3)))


def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    return Network(widths, in_ch, num_classes)
