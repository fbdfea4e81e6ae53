"""Copy-paste (Ghiasi et al., arXiv 2012.07177) for the rarer class: potholes cut out by their masks and laid onto other roads.

The public data set has some 600 potholes, each on one road only. On another road's texture the same pothole teaches what a pothole is
rather than what that road looks like.
"""
import dataclasses

import cv2
import numpy as np

from .data import POTHOLE, Frame, Object

MARGIN = 10  # px of rim that come along: the transition from road to pothole belongs to it


@dataclasses.dataclass
class Cutting:
    """A pothole with its rim; mask is 1 on its own pixels, tone the mean colour of the road around it."""

    picture: np.ndarray
    mask: np.ndarray
    tone: np.ndarray
    middle: float  # row in its frame: how far away it was
    least: int


def cut_out(frame, thing):
    """The cutting of one object, or nothing where it touches the frame's edge: half a pothole is no pothole."""
    low, high = thing.pixels.min(0).astype(int) - MARGIN, thing.pixels.max(0).astype(int) + 1 + MARGIN
    height, width = frame.lane.shape
    if low.min() < 0 or high[0] > width or high[1] > height:
        return None
    picture = frame.picture[low[1]:high[1], low[0]:high[0]].copy()
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask[thing.pixels[:, 1] - low[1], thing.pixels[:, 0] - low[0]] = 1
    rim = (cv2.dilate(mask, np.ones((MARGIN, MARGIN), np.uint8)) == 0)
    if rim.sum() < 20:
        return None
    return Cutting(picture, mask, picture[rim].mean(0), float((low[1] + high[1]) / 2), thing.least)


def collect(frames):
    """Cuttings of every pothole with a mask; objects known by their corners alone have none."""
    found = (cut_out(f, o) for f in frames for o in f.objects if o.label == POTHOLE and len(o.pixels) > 2)
    return [cutting for cutting in found if cutting is not None]


def place(frame, cutting, rng):
    """(x, y) of the cutting's corner in the frame's annotated lane, about as far away as it was, clear of every object; or nothing."""
    height, width = cutting.mask.shape
    rows, columns = frame.lane.shape
    for _ in range(6):
        y = int(cutting.middle + rng.uniform(-25, 25) - height / 2)
        if y < 0 or y + height > rows:
            continue
        lane = np.nonzero(frame.lane[y + height // 2])[0]
        if not len(lane):
            continue
        x = int(rng.choice(lane)) - width // 2
        if x < 0 or x + width > columns:
            continue
        boxes = (o.box() for o in frame.objects)
        if not any(b[0] < x + width and b[2] > x and b[1] < y + height and b[3] > y for b in boxes):
            return x, y
    return None


def vary(cutting, rng):
    """The cutting at another size, sometimes mirrored."""
    scale = np.exp(rng.uniform(-0.3, 0.3))
    size = (max(8, round(cutting.mask.shape[1] * scale)), max(8, round(cutting.mask.shape[0] * scale)))
    picture = cv2.resize(cutting.picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    mask = cv2.resize(cutting.mask, size, interpolation=cv2.INTER_NEAREST)
    if rng.random() < 0.5:
        picture, mask = picture[:, ::-1], mask[:, ::-1]
    return dataclasses.replace(cutting, picture=picture, mask=np.ascontiguousarray(mask))


def paste(frame, cuttings, rng, most=3):
    """A copy of the frame with up to `most` cuttings in its lane; the frame itself where none found a place."""
    picture, objects = None, list(frame.objects)
    for _ in range(int(rng.integers(1, most + 1))):
        cutting = vary(cuttings[rng.integers(len(cuttings))], rng)
        corner = place(dataclasses.replace(frame, objects=objects), cutting, rng)
        if corner is None or cutting.mask.sum() < cutting.least:
            continue
        picture = frame.picture.copy() if picture is None else picture
        x, y = corner
        height, width = cutting.mask.shape
        under = picture[y:y + height, x:x + width].astype(np.float32)
        kernel = np.ones((MARGIN - 3, MARGIN - 3), np.uint8)
        share = cv2.blur(cv2.dilate(cutting.mask, kernel).astype(np.float32), (5, 5))[..., None]
        # The pothole keeps how much darker it is than its own road, whatever the tone of the new one.
        patch = cutting.picture.astype(np.float32) * (under.mean((0, 1)) + 8) / (cutting.tone + 8)
        picture[y:y + height, x:x + width] = (under * (1 - share) + patch * share).clip(0, 255).astype(np.uint8)
        ys, xs = np.nonzero(cutting.mask)
        objects.append(Object(POTHOLE, np.stack((xs + x, ys + y), 1).astype(np.int16), cutting.least))
    return frame if picture is None else Frame(frame.name, picture, frame.lane, objects, frame.stray)
