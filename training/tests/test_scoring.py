"""Suppression, average precision, coverage and the letterbox."""
import json

import cv2
import numpy as np
import pytest

from hazard_training import data, evaluate, scoring


def frame(*boxes, label=0):
    objects = []
    for x0, y0, x1, y1 in boxes:
        xs, ys = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
        objects.append(data.Object(label, np.stack((xs.ravel(), ys.ravel()), 1).astype(np.int16)))
    return data.Frame("n", np.zeros((400, 640, 3), np.uint8), np.full((400, 640), 255, np.uint8), objects)


def rows(*values):
    return np.array(values, float).reshape(-1, 6)


def test_suppression_keeps_the_surer_box_and_the_other_class():
    raw = np.array([[50, 50, 20, 20, 0.9, 0.0], [52, 50, 20, 20, 0.5, 0.0], [50, 50, 20, 20, 0.0, 0.4]], float).T
    kept = scoring.suppress(raw)
    assert kept[:, 4:].tolist() == [[0.9, 0], [0.4, 1]]
    assert kept[0, :4].tolist() == [40, 40, 60, 60]


def test_average_precision_by_hand():
    # Hit, miss, hit over two truths: precision 1 up to recall 0.5 (51 of 101 points), then 2/3.
    records = [(0.9, True), (0.8, False), (0.7, True)]
    assert scoring.average_precision(records, 2) == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert scoring.average_precision([], 2) == 0


def test_truth_is_found_once():
    truth = np.array([[0, 0, 10, 10]], float)
    found = scoring.match(rows((0, 0, 10, 10, 0.5, 0), (0, 0, 10, 9, 0.9, 0)), truth, 0.5)
    assert found == [(0.9, True), (0.5, False)]


def test_boxes_outside_the_lane_do_not_count():
    clean = frame()
    clean.lane[:, :320] = 0
    tally = scoring.Tally()
    tally.add(clean, rows((0, 0, 10, 10, 0.9, 0), (400, 0, 410, 10, 0.8, 0)))
    assert [score for score, _ in tally.records[0, 0.5]] == [0.8]


def test_coverage_of_heavy_cracks():
    tally = scoring.Tally()
    tally.add(frame((100, 100, 200, 120)), rows((100, 100, 140, 120, 0.3, 0), (300, 300, 320, 320, 0.3, 0)))
    tally.add(frame((100, 100, 200, 120)), rows((100, 100, 120, 120, 0.3, 0)))
    report = tally.report()
    assert report["heavy_crack_hit"] == 0.5  # 40 % covered, 20 % covered
    assert report["crack_box_precision"] == pytest.approx(2 / 3)


def test_detections_come_back_in_the_pictures_own_pixels():
    picture = np.zeros((720, 1280, 3), np.uint8)

    def infer(tensor):
        assert tensor.shape == (1, 3, 640, 640)
        assert tensor[0, 0, 0, 0] == pytest.approx(114 / 255) and tensor[0, 0, 320, 320] == 0
        return np.array([[320, 320, 64, 32, 0.9, 0.0]], np.float64).T

    (row,) = scoring.detect(infer, picture, 640, 640)
    assert row.tolist() == pytest.approx([576, 328, 704, 392, 0.9, 0])


def test_simulated_recall_asks_for_what_is_clear(tmp_path):
    cv2.imwrite(str(tmp_path / "1.jpg"), np.zeros((720, 1280, 3), np.uint8))
    boxes = [{"x1": 576, "y1": 328, "x2": 704, "y2": 392, "class_id": 0, "distance_m": 9, "visible": 1},   # found
             {"x1": 100, "y1": 500, "x2": 200, "y2": 560, "class_id": 1, "distance_m": 5, "visible": 1},   # missed
             {"x1": 100, "y1": 400, "x2": 200, "y2": 406, "class_id": 0, "distance_m": 9, "visible": 1},   # a sliver
             {"x1": 0, "y1": 500, "x2": 50, "y2": 560, "class_id": 1, "distance_m": 5, "visible": 0.5},    # cut off
             {"x1": 100, "y1": 300, "x2": 200, "y2": 340, "class_id": 0, "distance_m": 20, "visible": 1}]  # far
    (tmp_path / "truth.jsonl").write_text(json.dumps({"file": "1.jpg", "boxes": boxes}))

    def infer(_):
        return np.array([[320, 320, 64, 32, 0.9, 0.0], [600, 600, 20, 20, 0.9, 0.0]], np.float64).T

    report = evaluate.simulated(tmp_path, infer, 640, 640)
    assert (report["asked"], report["recall"], report["asked_of_all"], report["recall_of_all"]) == (2, 0.5, 4, 0.25)
    assert report["alarms_per_frame"] == 1
    # The alarm is as sure as what was found: no score keeps the one and drops the other.
    assert report["quiet"] == {"at": 0.91, "recall": 0, "alarms_per_frame": 0}
    assert evaluate.simulated(tmp_path, infer, 640, 640, alarms_most=1)["quiet"] == {"at": 0.05, "recall": 0.5, "alarms_per_frame": 1}
