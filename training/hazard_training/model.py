"""YOLOv12n: backbone with area attention, feature pyramid, decoupled head with distribution focal loss bins.

Output in evaluation: (batch, 4 + classes, anchors), boxes as centre x, centre y, width, height in input pixels, then class scores 0..1.
"""
import math

import torch
from torch import nn

from .blocks import ConvUnit, ElanBlock, ResidualElan

STRIDES = (8, 16, 32)
BINS = 16


class Backbone(nn.Module):
    """Five halvings of the picture; returns the maps at strides 8, 16 and 32."""

    def __init__(self):
        super().__init__()
        self.shallow = nn.Sequential(
            ConvUnit(3, 16, 3, 2), ConvUnit(16, 32, 3, 2), ElanBlock(32, 64, 0.25),
            ConvUnit(64, 64, 3, 2), ElanBlock(64, 128, 0.25))
        self.middle = nn.Sequential(ConvUnit(128, 128, 3, 2), ResidualElan(128, 128, depth=2, areas=4))
        self.deep = nn.Sequential(ConvUnit(128, 256, 3, 2), ResidualElan(256, 256, depth=2, areas=1))

    def forward(self, x):
        fine = self.shallow(x)
        middle = self.middle(fine)
        return fine, middle, self.deep(middle)


class Pyramid(nn.Module):
    """Top-down, then bottom-up mixing of the three maps."""

    def __init__(self):
        super().__init__()
        self.down_middle = ResidualElan(256 + 128, 128, depth=1)
        self.down_fine = ResidualElan(128 + 128, 64, depth=1)
        self.shrink_fine = ConvUnit(64, 64, 3, 2)
        self.up_middle = ResidualElan(64 + 128, 128, depth=1)
        self.shrink_middle = ConvUnit(128, 128, 3, 2)
        self.up_deep = ElanBlock(128 + 256, 256, csp=True)

    @staticmethod
    def _double(x):
        return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")

    def forward(self, maps):
        fine, middle, deep = maps
        top = self.down_middle(torch.cat((self._double(deep), middle), 1))
        fine = self.down_fine(torch.cat((self._double(top), fine), 1))
        middle = self.up_middle(torch.cat((self.shrink_fine(fine), top), 1))
        return fine, middle, self.up_deep(torch.cat((self.shrink_middle(middle), deep), 1))


def box_branch(inputs, hidden=64):
    return nn.Sequential(ConvUnit(inputs, hidden, 3), ConvUnit(hidden, hidden, 3), nn.Conv2d(hidden, 4 * BINS, 1))


def class_branch(inputs, classes, hidden=64):
    """Depthwise and pointwise pairs: classification needs less spatial mixing than box regression."""
    return nn.Sequential(
        ConvUnit(inputs, inputs, 3, groups=inputs), ConvUnit(inputs, hidden),
        ConvUnit(hidden, hidden, 3, groups=hidden), ConvUnit(hidden, hidden),
        nn.Conv2d(hidden, classes, 1))


def anchor_points(maps):
    """Cell centres in cells (anchors, 2) and strides (anchors, 1), computed from the maps so that an exported graph can be reshaped."""
    points, strides = [], []
    for level, stride in zip(maps, STRIDES):
        height, width = level.shape[-2:]
        xs = torch.arange(width, device=level.device).float() + 0.5
        ys = torch.arange(height, device=level.device).float() + 0.5
        grid = torch.stack((xs.view(1, -1).expand(height, width), ys.view(-1, 1).expand(height, width)), -1).reshape(-1, 2)
        points.append(grid)
        strides.append(torch.full_like(grid[:, :1], stride))
    return torch.cat(points), torch.cat(strides)


def expected_distances(logits):
    """(..., 4 * BINS, anchors) -> expected left, top, right, bottom distances in cells (..., 4, anchors).

    A weighted sum, not a convolution: OpenVINO keeps what follows the last convolution in f32, and pixels need more than bf16's 8 bits.
    """
    batch, _, anchors = logits.shape
    bins = torch.arange(BINS, device=logits.device, dtype=logits.dtype).view(1, 1, BINS, 1)
    return (logits.view(batch, 4, BINS, anchors).softmax(2) * bins).sum(2)


class HazardYolo(nn.Module):
    """The whole network. In training `forward` returns raw (box logits, class logits, points, strides)."""

    def __init__(self, classes=2, prior=0.01):
        super().__init__()
        self.classes = classes
        self.backbone, self.pyramid = Backbone(), Pyramid()
        channels = (64, 128, 256)
        self.boxes = nn.ModuleList(box_branch(c) for c in channels)
        self.scores = nn.ModuleList(class_branch(c, classes) for c in channels)
        for box, score in zip(self.boxes, self.scores):
            nn.init.constant_(box[-1].bias, 1.0)
            # An untrained detector must be silent: focal-loss style prior, and weights too small to overcome it.
            nn.init.normal_(score[-1].weight, std=0.01)
            nn.init.constant_(score[-1].bias, -math.log((1 - prior) / prior))

    def answers(self, maps):
        """Box and class logits, (batch, 4 * BINS | classes, anchors), of the backbone's maps."""
        mixed = self.pyramid(maps)
        return tuple(torch.cat([branch(m).flatten(2) for branch, m in zip(branches, mixed)], 2) for branches in (self.boxes, self.scores))

    def raw(self, x):
        maps = self.backbone(x)
        # The pyramid gives maps of the sizes it was given.
        return *self.answers(maps), *anchor_points(maps)

    def forward(self, x):
        boxes, scores, points, strides = self.raw(x)
        if self.training:
            return boxes, scores, points, strides
        low, high = expected_distances(boxes.float()).chunk(2, 1)
        points, strides = points.t()[None], strides.t()[None]
        centre, size = points + (high - low) / 2, high + low
        return torch.cat((centre * strides, size * strides, scores.float().sigmoid()), 1)

    def fold(self):
        """Folds every batch normalisation; for evaluation and export only."""
        for part in self.modules():
            if isinstance(part, ConvUnit):
                part.fold()
        return self


def parameter_count(model):
    return sum(p.numel() for p in model.parameters())
