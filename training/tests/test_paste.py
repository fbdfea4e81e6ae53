"""Potholes laid onto other roads: whole, inside the lane, clear of what is there, and labelled where they are."""
import numpy as np

from hazard_training import data, paste


def road(tone, objects=()):
    lane = np.zeros((400, 640), np.uint8)
    lane[100:, 200:440] = 255
    return data.Frame("1_R_1", np.full((400, 640, 3), tone, np.uint8), lane, list(objects))


def disc(x, y, radius, label=data.POTHOLE):
    ys, xs = np.mgrid[:400, :640]
    ys, xs = np.nonzero((xs - x) ** 2 + (ys - y) ** 2 <= radius ** 2)
    return data.Object(label, np.stack((xs, ys), 1).astype(np.int16), 117)


def with_pothole():
    frame = road(120, [disc(300, 250, 12)])
    pixels = frame.objects[0].pixels
    frame.picture[pixels[:, 1], pixels[:, 0]] = 60
    return frame


def test_only_whole_potholes_with_masks_are_cut_out():
    corners = data.Object(data.POTHOLE, np.array([(250, 200), (280, 220)], np.int16))
    frame = road(120, [disc(300, 250, 12), disc(5, 250, 12), disc(300, 150, 12, data.CRACK), corners])
    assert len(paste.collect([frame])) == 1


def test_what_is_pasted_is_in_the_lane_labelled_and_darker_than_its_new_road():
    cuttings, target = paste.collect([with_pothole()]), road(200)
    for seed in range(20):
        frame = paste.paste(target, cuttings, np.random.default_rng(seed), most=1)
        assert len(frame.objects) == 1 and frame.objects[0].label == data.POTHOLE
        x0, y0, x1, y1 = frame.objects[0].box().astype(int)
        assert frame.lane[(y0 + y1) // 2, (x0 + x1) // 2] == 255
        middle = frame.picture[(y0 + y1) // 2, (x0 + x1) // 2]
        assert (middle < 130).all() and (middle > 70).all()
    assert (target.picture == 200).all() and not target.objects


def test_objects_that_are_there_stay_uncovered():
    there = disc(320, 250, 40)
    cuttings = paste.collect([with_pothole()])
    for seed in range(20):
        frame = paste.paste(road(200, [there]), cuttings, np.random.default_rng(seed))
        pixels = there.pixels
        assert (frame.picture[pixels[:, 1], pixels[:, 0]] == 200).all()


def test_no_room_leaves_the_frame_as_it_is():
    frame = road(200)
    frame.lane[:] = 0
    assert paste.paste(frame, paste.collect([with_pothole()]), np.random.default_rng(1)) is frame
