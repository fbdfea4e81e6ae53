"""Learning from teachers besides the truth: their answers on the same pictures, and the maps of the one with the richer backbone.

Two networks asked together are right more often than either, and what they say of a picture holds more than the truth's few boxes
("Distilling the Knowledge in a Neural Network", arXiv 1503.02531). The panel here is the teacher (teacher.py) and the network that the
student starts from. Scores are learned by cross entropy, the distribution of distances by divergence (localization distillation,
arXiv 2102.12252), maps through a projection that training alone needs (FitNets, arXiv 1412.6550). The panel says something everywhere,
also outside the annotated lane.
"""
import numpy as np
import openvino as ov
import torch
from torch import nn

from .model import BINS, HazardYolo
from .teacher import CHANNELS, make_teacher

MAP_GAIN, SCORE_GAIN, DISTANCE_GAIN = 0.5, 0.6, 1.5
TRUTH_GAIN = 0.5
TRUST = 0.5    # the teacher's share of the panel's voice on real roads
UNSURE = 0.05  # answers under this score say nothing about where a box ends


class Panel(nn.Module):
    """The teacher's maps (three), and both networks' answers as one: scores 0..1 (b, classes, anchors) in the mean, distributions of the
    distances (b, 4, BINS, anchors) weighed by how sure each network is. The teacher counts `trust` (b), 0..1, the other the rest."""

    def __init__(self, teacher, start):
        super().__init__()
        self.teacher, self.start = teacher, start

    @staticmethod
    def _opinion(network, maps):
        boxes, scores = network.answers(maps)
        return boxes.unflatten(1, (4, BINS)).softmax(2), scores.sigmoid()

    def forward(self, x, trust):
        trust = trust[:, None, None]
        maps = self.teacher.backbone(x)
        first_boxes, first = self._opinion(self.teacher, maps)
        second_boxes, second = self._opinion(self.start, self.start.backbone(x))
        first, second = trust * first, (1 - trust) * second
        first_sure, second_sure = (s.amax(1)[:, None, None] + 1e-9 for s in (first, second))
        boxes = (first_boxes * first_sure + second_boxes * second_sure) / (first_sure + second_sure)
        return *maps, first + second, boxes


def map_loss(student, teacher):
    """Mean squared difference of (batch, channels, height, width) maps, in units of each channel's variance on this batch."""
    total = 0
    for mine, theirs in zip(student, teacher):
        variance = theirs.var((0, 2, 3), keepdim=True) + 0.05 * theirs.var() + 1e-6
        total = total + ((mine - theirs) ** 2 / variance).mean()
    return total


def answer_loss(boxes, scores, wanted_boxes, wanted_scores):
    """(loss of the scores, loss of the distances) of raw output, (b, 4 * BINS, anchors) and (b, classes, anchors), against a panel's.

    Each class is measured by its own sum: there are seven cracks for a pothole, which would hardly count beside them.
    """
    each = nn.functional.binary_cross_entropy_with_logits(scores.float(), wanted_scores, reduction="none").sum((0, 2))
    score_part = (each / wanted_scores.sum((0, 2)).clamp(min=1)).sum()
    weight = wanted_scores.amax(1)
    weight = weight * (weight > UNSURE)
    mine = boxes.float().unflatten(1, (4, BINS)).log_softmax(2)
    divergence = (wanted_boxes * (wanted_boxes.clamp(min=1e-8).log() - mine)).sum(2).mean(1)
    return score_part, (divergence * weight).sum() / weight.sum().clamp(min=1)


class Tutor:
    """A panel that is asked about every batch. OpenVINO runs it: on a CPU three times as fast as PyTorch."""

    def __init__(self, checkpoint, student):
        self.teacher = make_teacher()
        self.teacher.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["model"])
        self.core, self.graph, self.compiled, self.student_maps = ov.Core(), None, {}, None
        self.projection = nn.ModuleList(nn.Conv2d(c, c, 1) for c in CHANNELS).to(next(student.parameters()).device)
        student.backbone.register_forward_hook(self._keep)

    def _keep(self, module, inputs, output):
        self.student_maps = output

    def open(self, state):
        """Forms the panel; `state` are the weights that the student starts from."""
        start = HazardYolo()
        start.load_state_dict(state)
        self.panel = Panel(self.teacher, start).eval()
        self.graph = ov.convert_model(self.panel, example_input=(torch.zeros(1, 3, 64, 96), torch.zeros(1)),
                                      input=[ov.PartialShape([-1, 3, -1, -1]), ov.PartialShape([-1])])

    def ask(self, pictures, real):
        """The panel's maps and answers. Of simulated roads the teacher knows nothing: there the other network speaks alone."""
        shape = tuple(pictures.shape)
        if shape not in self.compiled:
            graph = self.graph.clone()
            graph.reshape({graph.inputs[0]: list(shape), graph.inputs[1]: list(shape[:1])})
            # Pinned threads of several processes would all meet on the first core.
            self.compiled[shape] = self.core.compile_model(graph, "CPU", {
                "INFERENCE_NUM_THREADS": torch.get_num_threads(), "ENABLE_CPU_PINNING": False, "PERFORMANCE_HINT": "LATENCY"})
        result = self.compiled[shape]([np.ascontiguousarray(pictures.cpu().numpy()), TRUST * real.float().cpu().numpy()])
        return [torch.from_numpy(np.array(result[i])).to(pictures.device) for i in range(5)]

    def loss(self, pictures, raw, real):
        """What the student's raw output and maps on `pictures` lack of the panel's; `real` (b) says which are not simulated."""
        *maps, scores, boxes = self.ask(pictures, real)
        score_part, distance_part = answer_loss(raw[0], raw[1], boxes, scores)
        if real.any():
            projected = [project(m[real].float()) for project, m in zip(self.projection, self.student_maps)]
            map_part = map_loss(projected, [m[real] for m in maps])
        else:
            # Every parameter takes part in every step: processes average the gradients by their order.
            map_part = sum(p.sum() for p in self.projection.parameters()) * 0
        return MAP_GAIN * map_part + SCORE_GAIN * score_part + DISTANCE_GAIN * distance_part
