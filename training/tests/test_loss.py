"""Assignment and losses against cases worked out by hand."""
import math

import pytest
import torch

from hazard_training import loss


def test_complete_iou_of_equal_boxes_is_one():
    box = torch.tensor([[10.0, 10.0, 30.0, 20.0]])
    assert loss.complete_iou(box, box).item() == pytest.approx(1, abs=1e-5)


def test_complete_iou_of_a_shifted_square():
    # Squares of 2 shifted by 1: overlap 2 of 6; centre distance 1, hull 3x2 with squared diagonal 13; the aspect is the same.
    a, b = torch.tensor([[0.0, 0.0, 2.0, 2.0]]), torch.tensor([[1.0, 0.0, 3.0, 2.0]])
    assert loss.complete_iou(a, b).item() == pytest.approx(1 / 3 - 1 / 13, abs=1e-5)


def test_complete_iou_of_unlike_aspects_is_lower_than_the_overlap():
    # 4x1 inside 4x2, same centre line but half the height: overlap 1/2, centres 0.5 apart, hull 4x2 with squared diagonal 20.
    a, b = torch.tensor([[0.0, 0.0, 4.0, 1.0]]), torch.tensor([[0.0, 0.0, 4.0, 2.0]])
    aspect = 4 / math.pi ** 2 * (math.atan(2) - math.atan(4)) ** 2
    wanted = 0.5 - 0.25 / 20 - aspect / (0.5 + aspect) * aspect
    assert loss.complete_iou(a, b).item() == pytest.approx(wanted, abs=1e-4)


def test_distance_loss_shares_between_neighbouring_bins():
    logits = torch.zeros(1, 4, loss.BINS)
    assert loss.distance_loss(logits, torch.full((1, 4), 2.25)).item() == pytest.approx(math.log(loss.BINS), abs=1e-5)
    logits[..., 2] = math.log(3.0)  # the odds 3 : 1 that a distance of 2.25 asks for, nearly all elsewhere removed
    logits[..., 3] = 0.0
    logits[..., :2] = logits[..., 4:] = -50
    wanted = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert loss.distance_loss(logits, torch.full((1, 4), 2.25)).item() == pytest.approx(wanted, abs=1e-5)


def tiny_case(scores):
    """Four anchors at 8 px, all predicting the left truth box exactly; two truth boxes, one of them padding."""
    points = torch.tensor([[4.0, 4.0], [12.0, 4.0], [20.0, 4.0], [28.0, 4.0]])
    truth = torch.tensor([[[0.0, 0.0, 16.0, 8.0], [0.0, 0.0, 32.0, 8.0]]])
    boxes = truth[:, :1].expand(1, 4, 4)
    return scores, boxes, points, truth, torch.tensor([[1, 0]]), torch.tensor([[True, False]])


def test_only_anchors_inside_a_valid_box_answer():
    owner, answers, quality = loss.assign(*tiny_case(torch.full((1, 4, 2), 0.5)))
    assert answers.tolist() == [[True, True, False, False]]
    assert owner[0, :2].tolist() == [0, 0]
    # The boxes overlap fully and score alike, so both get the full overlap as their target.
    assert quality[0].tolist() == pytest.approx([1, 1, 0, 0], abs=1e-3)


def test_target_scores_follow_the_predicted_scores_by_the_square_root():
    scores = torch.full((1, 4, 2), 0.64)
    scores[0, 1, 1] = 0.16
    _, _, quality = loss.assign(*tiny_case(scores))
    assert quality[0, :2].tolist() == pytest.approx([1, 0.5], abs=1e-3)


def test_anchor_inside_two_boxes_answers_for_the_one_it_overlaps_most():
    scores, boxes, points, truth, labels, _ = tiny_case(torch.full((1, 4, 2), 0.5))
    owner, answers, _ = loss.assign(scores, boxes, points, truth, labels, torch.tensor([[True, True]]))
    assert owner[0].tolist()[:2] == [0, 0]
    assert owner[0].tolist()[2:] == [1, 1] and answers.all()


def raw_case():
    points = torch.tensor([[x + 0.5, y + 0.5] for y in range(4) for x in range(4)])
    strides = torch.full((16, 1), 8.0)
    boxes = torch.zeros(1, 4 * loss.BINS, 16, requires_grad=True)
    scores = torch.zeros(1, 2, 16, requires_grad=True)
    return (boxes, scores, points, strides), boxes, scores


def test_loss_of_a_clean_picture_is_the_weighted_class_loss():
    raw, _, _ = raw_case()
    weights = torch.full((1, 16), 0.25)
    total, parts = loss.detection_loss(raw, torch.zeros(1, 1, 4), torch.zeros(1, 1, dtype=torch.long),
                                       torch.zeros(1, 1, dtype=torch.bool), weights)
    # 16 anchors, 2 classes, log 2 each, a quarter of the weight; nothing to box.
    assert parts.tolist() == pytest.approx([0, 16 * 2 * math.log(2) * 0.25, 0], abs=1e-4)
    assert total.item() == pytest.approx(parts[1].item() * loss.GAINS[1], abs=1e-4)


def test_gradients_reach_boxes_only_where_anchors_answer():
    raw, boxes, scores = raw_case()
    total, _ = loss.detection_loss(raw, torch.tensor([[[0.0, 0.0, 12.0, 12.0]]]), torch.tensor([[1]]),
                                   torch.tensor([[True]]), torch.ones(1, 16))
    total.backward()
    touched = boxes.grad.abs().sum(1)[0] > 0
    # Cell centres inside 12x12 px are at 4 px alone (12 lies on the edge).
    assert touched.nonzero().flatten().tolist() == [0]
    assert scores.grad.abs().min() > 0
