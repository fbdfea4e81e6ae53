"""The rule from masks to boxes, windows, and reading packs."""
import io
import json
import tarfile

import cv2
import numpy as np
import pytest

from hazard_training import augment, data, prepare


def bar(x0, y0, x1, y1, size=(640, 400)):
    mask = np.zeros(size[::-1], np.uint8)
    mask[y0:y1, x0:x1] = 255
    return mask


def test_box_holds_the_mask_pixels_not_the_joining_margin():
    found = data.objects_from_mask(bar(100, 50, 110, 60), data.CRACK)
    assert [o.box().tolist() for o in found] == [[100, 50, 110, 60]]


@pytest.mark.parametrize("gap, count", [(13, 1), (16, 2)])
def test_close_crack_pieces_are_one_object(gap, count):
    mask = bar(100, 50, 110, 60) | bar(110 + gap, 50, 120 + gap, 60)
    assert len(data.objects_from_mask(mask, data.CRACK)) == count


def test_pieces_under_the_least_size_are_no_objects():
    assert not data.objects_from_mask(bar(10, 10, 10 + 46, 11), data.CRACK)
    assert len(data.objects_from_mask(bar(10, 10, 10 + 47, 11), data.CRACK)) == 1
    assert not data.objects_from_mask(bar(10, 10, 10 + 29, 14), data.POTHOLE)
    assert len(data.objects_from_mask(bar(10, 10, 10 + 39, 13), data.POTHOLE)) == 1


def frame_with(mask, label=data.CRACK):
    lane = np.full(mask.shape, 255, np.uint8)
    picture = cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)
    return data.Frame("1_ROUTE_2", picture, lane, data.objects_from_mask(mask, label))


@pytest.mark.parametrize("flip", [False, True])
def test_window_moves_boxes_with_the_picture(flip):
    frame = frame_with(bar(200, 100, 240, 120))
    window = augment.Window(np.array((150.0, 80.0)), np.array((1.5, 1.5)), (384, 256), flip)
    sample = window.apply(frame)
    ys, xs = np.nonzero(sample.picture[..., 0] > 127)
    seen = np.array((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
    assert np.abs(sample.boxes[0] - seen).max() <= 2


def test_box_of_a_cut_object_is_that_of_the_visible_part():
    frame = frame_with(bar(100, 100, 300, 104) | bar(100, 100, 104, 200))  # an L: its left half is tall, its right half flat
    sample = augment.Window(np.array((150.0, 50.0)), np.array((1.0, 1.0)), (384, 256), False).apply(frame)
    assert sample.boxes.tolist() == [[0, 50, 150, 54]]


def test_rest_too_small_to_ask_for_is_ignored():
    frame = frame_with(bar(100, 100, 300, 104))
    sample = augment.Window(np.array((297.0, 50.0)), np.array((1.0, 1.0)), (384, 256), False).apply(frame)
    assert not len(sample.boxes) and sample.weight[51, 1] == 0 and sample.weight[200, 200] == 255


def test_anchor_weights_follow_the_lane():
    weight = np.zeros((64, 64), np.uint8)
    weight[:, 32:] = 255
    weights = augment.anchor_weights(weight)
    assert len(weights) == 64 + 16 + 4
    assert weights[:8].tolist() == pytest.approx([augment.OUTSIDE_LANE] * 4 + [1] * 4)


def test_route_is_the_middle_of_the_name():
    assert data.route_of("1000405_DF_020_020BDF0070_12345") == "DF_020_020BDF0070"


def encoded(extension, picture):
    return cv2.imencode(extension, picture)[1].tobytes()


def test_packs_and_folders_read_alike(tmp_path):
    mask = bar(100, 50, 140, 60)
    files = {"a/7_R_1_RAW.jpg": encoded(".jpg", cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)), "a/7_R_1_CRACK.png": encoded(".png", mask),
             "a/7_R_1_POTHOLE.png": encoded(".png", mask * 0), "a/7_R_1_LANE.png": encoded(".png", bar(0, 0, 80, 100, (160, 100)))}
    with tarfile.open(tmp_path / "pack.tar", "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
            target = tmp_path / "folder" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    for path in ("pack.tar", "folder"):
        (frame,) = data.read_frames(tmp_path / path)
        assert (frame.name, frame.route) == ("7_R_1", "R")
        assert frame.boxes(data.CRACK).tolist() == [[100, 50, 140, 60]]
        assert frame.lane[200, 100] == 255 and frame.lane[200, 500] == 0
    assert not list(data.read_frames(tmp_path / "pack.tar", keep=lambda route: route != "R"))


def test_truth_folder_scales_boxes_and_keeps_clean_frames(tmp_path):
    cv2.imwrite(str(tmp_path / "1.jpg"), np.zeros((720, 1280, 3), np.uint8))
    lines = [{"file": "1.jpg", "boxes": [{"x1": 100, "y1": 200, "x2": 300, "y2": 260, "class_id": 1}]}, {"file": "1.jpg", "boxes": []}]
    (tmp_path / "truth.jsonl").write_text("\n".join(map(json.dumps, lines)))
    first, second = data.read_truth_folder(tmp_path)
    assert first.picture.shape == (360, 640, 3) and first.boxes(data.POTHOLE).tolist() == [[50, 100, 150, 130]]
    assert not second.objects


def test_slivers_and_rims_of_simulated_hazards_are_neither_asked_for_nor_clean(tmp_path):
    cv2.imwrite(str(tmp_path / "1.jpg"), np.zeros((360, 640, 3), np.uint8))
    boxes = [{"x1": 100, "y1": 200, "x2": 140, "y2": 203, "class_id": 0, "visible": 1},
             {"x1": 300, "y1": 330, "x2": 400, "y2": 360, "class_id": 1, "visible": 0.2},
             {"x1": 500, "y1": 330, "x2": 600, "y2": 360, "class_id": 1, "visible": 0.6}]
    (tmp_path / "truth.jsonl").write_text(json.dumps({"file": "1.jpg", "boxes": boxes}))
    (frame,) = data.read_truth_folder(tmp_path)
    assert frame.boxes(data.POTHOLE).tolist() == [[500, 330, 600, 360]] and not len(frame.boxes(data.CRACK))
    assert not frame.lane[200:203, 100:140].any() and not frame.lane[330:360, 300:400].any() and frame.lane[345, 450] == 255


def test_windows_of_boxes_without_masks_are_clipped():
    thing = data.Object(1, np.array([(100, 100), (199, 139)], np.int16))
    frame = data.Frame("x", np.zeros((400, 640, 3), np.uint8), np.full((400, 640), 255, np.uint8), [thing])
    sample = augment.Window(np.array((150.0, 50.0)), np.array((2.0, 2.0)), (384, 256), False).apply(frame)
    assert sample.boxes.tolist() == [[0, 100, 100, 180]]


def test_prepared_packs_hold_the_same_boxes(tmp_path, monkeypatch, capsys):
    for route, name in (("R", "7_R_1"), ("Q", "8_Q_1")):
        mask = bar(160, 80, 224, 96, (1024, 640))
        for kind, picture in (("RAW.jpg", cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)), ("CRACK.png", mask), ("POTHOLE.png", mask * 0),
                              ("LANE.png", mask * 0 + 255)):
            target = tmp_path / "roads" / name / f"{name}_{kind}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(encoded(target.suffix, picture))
    monkeypatch.setattr("sys.argv", ["prepare", "--data", str(tmp_path / "roads"), "--val-routes", "Q", "--out", str(tmp_path / "out")])
    prepare.main()
    assert "1 frames of 1 routes, 1 cracks, 0 potholes" in capsys.readouterr().out
    for pack, route in (("train.tar", "R"), ("val.tar", "Q")):
        (frame,) = data.read_frames(tmp_path / "out" / pack)
        assert frame.route == route and frame.picture.shape == (400, 640, 3)
        assert frame.boxes(data.CRACK).tolist() == [[100, 50, 140, 60]]
