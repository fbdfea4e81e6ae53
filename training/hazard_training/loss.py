"""Task-aligned assignment (TOOD, arXiv 2108.07755), CIoU (arXiv 1911.08287), distribution focal loss (arXiv 2006.04388) and BCE."""
import math

import torch
from torch import nn

from .model import BINS, expected_distances

ALPHA, BETA, CANDIDATES = 0.5, 6.0, 10
GAINS = (7.5, 0.5, 1.5)  # boxes, classes, distances


def pairwise_iou(a, b):
    """(batch, n, 4) and (batch, m, 4) -> (batch, n, m)."""
    low = torch.maximum(a[:, :, None, :2], b[:, None, :, :2])
    high = torch.minimum(a[:, :, None, 2:], b[:, None, :, 2:])
    inter = (high - low).clamp(min=0).prod(-1)
    area_a, area_b = (a[..., 2:] - a[..., :2]).prod(-1), (b[..., 2:] - b[..., :2]).prod(-1)
    return inter / (area_a[:, :, None] + area_b[:, None] - inter + 1e-7)


def complete_iou(a, b):
    """CIoU of paired boxes (n, 4): overlap, minus centre distance over the hull's diagonal, minus unlike aspect."""
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    inter = (high - low).clamp(min=0).prod(-1)
    size_a, size_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    iou = inter / (size_a.prod(-1) + size_b.prod(-1) - inter + 1e-7)
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    distance = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) ** 2).sum(-1) / 4
    angle = torch.atan(size_b[:, 0] / (size_b[:, 1] + 1e-7)) - torch.atan(size_a[:, 0] / (size_a[:, 1] + 1e-7))
    aspect = 4 / math.pi ** 2 * angle ** 2
    with torch.no_grad():
        share = aspect / (1 - iou + aspect + 1e-7)
    return iou - distance / ((hull ** 2).sum(-1) + 1e-7) - share * aspect


@torch.no_grad()
def assign(scores, boxes, points, truth, labels, valid):
    """Chooses the anchors that answer for each truth box.

    scores (b, a, c) 0..1, boxes (b, a, 4) and points (a, 2) in pixels, truth (b, t, 4), labels (b, t), valid (b, t).
    Returns the index of the truth box per anchor (b, a), which anchors answer (b, a), and their target score (b, a).
    An anchor inside several boxes answers for the one it overlaps most; targets are scaled so that a box's best anchor gets its overlap.
    """
    inside = torch.minimum(points[None, None] - truth[:, :, None, :2], truth[:, :, None, 2:] - points[None, None]).amin(-1) > 0
    inside &= valid[:, :, None]
    overlap = pairwise_iou(truth, boxes) * inside
    score = scores.transpose(1, 2).gather(1, labels[:, :, None].expand(-1, -1, scores.shape[1]))
    metric = score ** ALPHA * overlap ** BETA * inside
    best = metric.topk(min(CANDIDATES, metric.shape[2]), 2).indices
    chosen = torch.zeros_like(inside).scatter_(2, best, True) & inside & (metric > 0)
    owner = torch.where(chosen, overlap, -1.0).argmax(1)
    answers = chosen.any(1)
    chosen &= torch.zeros_like(chosen).scatter_(1, owner[:, None], True)
    metric, overlap = metric * chosen, overlap * chosen
    scale = overlap.amax(2, keepdim=True) / (metric.amax(2, keepdim=True) + 1e-9)
    return owner, answers, (metric * scale).amax(1)


def distance_loss(logits, target):
    """Distribution focal loss: cross entropy shared between the two bins around the target; logits (n, 4, BINS), target (n, 4)."""
    low = target.floor().long().clamp(0, BINS - 2)
    share = target - low
    flat = logits.reshape(-1, BINS)
    entropy = nn.functional.cross_entropy
    lower = entropy(flat, low.view(-1), reduction="none").view(low.shape)
    upper = entropy(flat, (low + 1).view(-1), reduction="none").view(low.shape)
    return (lower * (1 - share) + upper * share).mean(-1)


def decode(box_logits, points, strides):
    """(b, 4 * BINS, a) -> corner boxes in pixels (b, a, 4)."""
    distance = expected_distances(box_logits).transpose(1, 2)
    return torch.cat((points - distance[..., :2], points + distance[..., 2:]), -1) * strides


def detection_loss(raw, truth, labels, valid, weights):
    """The loss of one batch and its three parts; `weights` (b, a) weighs the class loss of anchors that answer for nothing."""
    box_logits, class_logits, points, strides = raw
    box_logits, class_logits = box_logits.float(), class_logits.float().transpose(1, 2)
    boxes = decode(box_logits, points, strides)
    owner, answers, quality = assign(class_logits.sigmoid(), boxes, points * strides, truth, labels, valid)
    targets = torch.zeros_like(class_logits)
    targets.scatter_(2, labels.gather(1, owner)[..., None], (quality * answers)[..., None])
    total = targets.sum().clamp(min=1)
    weights = torch.where(answers, 1.0, weights)[..., None]
    class_part = (nn.functional.binary_cross_entropy_with_logits(class_logits, targets, reduction="none") * weights).sum() / total
    box_part = distance_part = boxes.sum() * 0
    if answers.any():
        goal = truth.gather(1, owner[..., None].expand(-1, -1, 4))[answers]
        share = quality[answers]
        box_part = ((1 - complete_iou(boxes[answers], goal)) * share).sum() / total
        stride = strides.expand(answers.shape[0], -1, 1)[answers]
        cells = points.expand(answers.shape[0], -1, 2)[answers]
        target = torch.cat((cells - goal[:, :2] / stride, goal[:, 2:] / stride - cells), -1).clamp(0, BINS - 1.01)
        logits = box_logits.transpose(1, 2)[answers].view(-1, 4, BINS)
        distance_part = (distance_loss(logits, target) * share).sum() / total
    parts = torch.stack((box_part, class_part, distance_part))
    gains = torch.tensor(GAINS, device=parts.device)
    return (parts * gains).sum(), parts.detach()
