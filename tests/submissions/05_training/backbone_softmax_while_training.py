"""Returns probabilities in training mode only.

expect:
  build_backbone: {score: 2.5, says: "No softmax at the end"}
"""


# %% build_backbone_answer
class Net(nn.Module):
    def __init__(s, body):
        super().__init__()
        s.body = body

    def forward(s, x):
        z = s.body(x)
        return z.softmax(1) if s.training else z


def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return Net(
        nn.Sequential(
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
    )
