"""Is no convolutional network: one linear layer on all pixels.

expect:
  build_backbone: {score: 0, says: "shares its weights"}
"""


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    return nn.Sequential(nn.Flatten(), nn.Linear(in_ch * 32 * 32, num_classes))
