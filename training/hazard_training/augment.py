"""From frames to training samples: windows cut at native detail, mosaics, whole frames, and changes of light.

A window keeps full crack detail and wastes no pixels on sky; what is cut off an object is cut off its box too, because boxes are
computed from the mask pixels that remain.
"""
import dataclasses

import cv2
import numpy as np

GREY = 114
OUTSIDE_LANE = 0.05


@dataclasses.dataclass
class Sample:
    picture: np.ndarray  # height x width x 3, BGR
    weight: np.ndarray   # the same size, uint8: 255 where the class loss counts fully
    boxes: np.ndarray    # (n, 4) x0, y0, x1, y1
    labels: np.ndarray   # (n,)
    real: bool = True    # nothing in it is simulated


@dataclasses.dataclass
class Window:
    """An affine cut: output = (input - origin) * scale, mirrored when `flip`."""

    origin: np.ndarray
    scale: np.ndarray
    size: tuple  # width, height
    flip: bool

    def matrix(self):
        sx, sy = self.scale
        move = -self.origin * self.scale
        if self.flip:
            return np.array([[-sx, 0, self.size[0] - 1 - move[0]], [0, sy, move[1]]], np.float32)
        return np.array([[sx, 0, move[0]], [0, sy, move[1]]], np.float32)

    def apply(self, frame):
        matrix = self.matrix()
        picture = cv2.warpAffine(frame.picture, matrix, self.size, flags=cv2.INTER_LINEAR,
                                 borderMode=cv2.BORDER_CONSTANT, borderValue=(GREY,) * 3)
        # Grey bars are what a letterboxed picture has: a firm "nothing here".
        weight = cv2.warpAffine(frame.lane, matrix, self.size, flags=cv2.INTER_NEAREST,
                                borderMode=cv2.BORDER_CONSTANT, borderValue=255)
        boxes, labels = [], []
        for thing in frame.objects:
            box, complete = self._visible(thing)
            if box is None:
                continue
            if complete:
                boxes.append(box)
                labels.append(thing.label)
            else:
                x0, y0, x1, y1 = box.astype(int)
                weight[y0:y1 + 1, x0:x1 + 1] = 0
        return Sample(picture, weight, np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64))

    def _visible(self, thing):
        """(box of the visible part, whether enough of it is left to be asked for); (None, False) when nothing is."""
        points = thing.pixels
        if len(points) == 2:
            return self._visible_corners(points)
        low = (points - self.origin) * self.scale
        width, height = self.size
        inside = (low[:, 0] > -self.scale[0]) & (low[:, 1] > -self.scale[1]) & (low[:, 0] < width) & (low[:, 1] < height)
        left = int(inside.sum())
        if not left:
            return None, False
        low = low[inside]
        box = self._finish(np.array((*low.min(0), *(low.max(0) + self.scale))))
        # The rule's least size is in pixels of the output: a zoom makes an object larger or too small to be one.
        area = left * float(self.scale.prod())
        return box, area >= thing.least * 0.7 and left >= 0.1 * len(points) and min(box[2:] - box[:2]) >= 3

    def _visible_corners(self, points):
        corners = (np.array((points[0], points[1] + 1)) - self.origin) * self.scale
        whole = (corners[1] - corners[0]).prod()
        corners = corners.clip(0, self.size)
        left = (corners[1] - corners[0]).prod()
        if left <= 0:
            return None, False
        box = self._finish(corners.reshape(-1))
        return box, left >= 0.35 * whole and min(box[2:] - box[:2]) >= 3

    def _finish(self, box):
        width, height = self.size
        if self.flip:
            box = np.array((width - box[2], box[1], width - box[0], box[3]))
        return box.clip(0, (width, height, width, height)).astype(np.float32)


def aim(frame, rng):
    """A point worth looking at: often a hazard's pixel (potholes first, they are few), else a point of the lane."""
    if frame.objects and rng.random() < 0.6:
        rare = [o for o in frame.objects if o.label == 1]
        choice = rare if rare and rng.random() < 0.7 else frame.objects
        pixels = choice[rng.integers(len(choice))].pixels
        return pixels[rng.integers(len(pixels))].astype(np.float64)
    height, width = frame.lane.shape
    for _ in range(8):
        point = np.array((rng.integers(width), height * np.sqrt(rng.random())))
        if frame.lane[min(int(point[1]), height - 1), int(point[0])]:
            break
    return point


def random_window(frame, size, zooms, rng):
    """A window of `size` output pixels around an interesting point, kept inside the frame where it fits."""
    zoom = np.exp(rng.uniform(np.log(zooms[0]), np.log(zooms[1])))
    stretch = np.exp(rng.uniform(-0.12, 0.12))
    scale = np.array((zoom * stretch, zoom / stretch))
    height, width = frame.lane.shape
    wanted = np.array(size) / scale
    origin = aim(frame, rng) - wanted * rng.uniform(0.15, 0.85, 2)
    spare = np.array((width, height)) - wanted
    # Where the window is larger than the frame, the frame lies anywhere in it.
    origin = np.clip(origin, np.minimum(spare, 0), np.maximum(spare, 0))
    return Window(origin, scale, tuple(size), bool(rng.random() < 0.5))


def whole_window(frame, size, rng=None):
    """The whole frame on a canvas: letterboxed exactly, or with a little zoom and shift when `rng` is given."""
    height, width = frame.lane.shape
    fit = min(size[0] / width, size[1] / height)
    scale = np.array((fit, fit))
    if rng is not None:
        zoom, stretch = np.exp(rng.uniform(np.log(0.8), np.log(1.3))), np.exp(rng.uniform(-0.06, 0.06))
        scale = fit * np.array((zoom * stretch, zoom / stretch))
    spare = np.array((width, height)) - np.array(size) / scale
    share = 0.5 if rng is None else rng.random(2)
    return Window(spare * share, scale, tuple(size), rng is not None and bool(rng.random() < 0.5))


def mosaic(frames, size, zooms, rng):
    """Four windows side by side: more objects in one picture, and seams that teach to ignore seams."""
    width, height = size
    cut_x, cut_y = int(width * rng.uniform(0.35, 0.65)), int(height * rng.uniform(0.35, 0.65))
    picture, weight = np.empty((height, width, 3), np.uint8), np.empty((height, width), np.uint8)
    boxes, labels = [], []
    for frame, (x0, y0, x1, y1) in zip(frames, ((0, 0, cut_x, cut_y), (cut_x, 0, width, cut_y),
                                                (0, cut_y, cut_x, height), (cut_x, cut_y, width, height))):
        part = random_window(frame, (x1 - x0, y1 - y0), zooms, rng).apply(frame)
        picture[y0:y1, x0:x1], weight[y0:y1, x0:x1] = part.picture, part.weight
        boxes.append(part.boxes + np.array((x0, y0, x0, y0), np.float32))
        labels.append(part.labels)
    return Sample(picture, weight, np.concatenate(boxes), np.concatenate(labels))


def soft_shape(height, width, rng):
    """A blurred random polygon, 0..1: the outline of a shadow or of a patch of sun."""
    shape = np.zeros((height // 4, width // 4), np.uint8)
    corners = rng.integers(0, (width // 4, height // 4), (rng.integers(3, 7), 2)).astype(np.int32)
    cv2.fillPoly(shape, [corners], 255)
    soft = cv2.blur(shape, (int(rng.choice((1, 3, 9))),) * 2)
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255


def cast_shadows(height, width, rng):
    """A factor of brightness, height x width x 1: streaks as trees cast them across a road, in one direction, soft or sharp."""
    factor = np.full((height // 2, width // 2), 255, np.uint8)
    slope, dark = rng.normal(0, 0.25), rng.uniform(0.3, 0.75)
    for _ in range(rng.integers(2, 12)):
        middle = np.array((rng.uniform(0, width / 2), rng.uniform(0, height / 2)))
        along = np.array((1.0, slope + rng.normal(0, 0.05))) * rng.uniform(10, width / 3)
        across = np.array((rng.normal(0, 3), rng.uniform(2, height / 14)))
        outline = [middle + u * along + v * across * rng.uniform(0.4, 1.3)
                   for u, v in ((-1, 0), (-0.6, -1), (0, -1), (0.5, -1), (1, 0), (0.6, 1), (0, 1), (-0.5, 1))]
        cv2.fillPoly(factor, [np.array(outline).astype(np.int32)], int(255 * min(1.0, dark * rng.uniform(0.9, 1.2))))
    return _soften(factor, (height, width), int(rng.choice((1, 3, 5, 9))))


def stains(height, width, rng):
    """A factor of brightness, height x width x 1: oil and old patches, flat as the road lies, which keep the asphalt's grain."""
    factor = np.full((height // 2, width // 2), 255, np.uint8)
    for _ in range(rng.integers(1, 6)):
        middle = (int(rng.uniform(0, width / 2)), int(rng.uniform(0, height / 2)))
        long = rng.uniform(3, 28)
        axes = (max(2, int(long)), max(1, int(long * rng.uniform(0.2, 0.6))))
        cv2.ellipse(factor, middle, axes, float(rng.normal(0, 8)), 0, 360, int(255 * rng.uniform(0.55, 0.85)), -1)
    return _soften(factor, (height, width), int(rng.choice((3, 5, 7))))


def _soften(factor, size, edge):
    soft = cv2.resize(cv2.blur(factor, (edge, edge)), size[::-1], interpolation=cv2.INTER_LINEAR)
    return soft.astype(np.float32)[..., None] / 255


def change_light(picture, rng, shadows=0.0):
    """Brightness, contrast, gamma, colour cast, saturation, shadow or sun, blur, noise and JPEG loss, each at its own odds.

    Before them `shadows` is the share of pictures with cast shadows, and again of those with stains.
    """
    height, width = picture.shape[:2]
    # Dark, and yet no hazard: what a pothole is taken for most often on a road that was never seen.
    for make in (cast_shadows, stains):
        if shadows and rng.random() < shadows:
            picture = (picture * make(height, width, rng)).astype(np.uint8)
    levels = np.arange(256, dtype=np.float32)[:, None] / 255
    levels = levels ** np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.06, 3))
    levels = (levels - 0.5) * np.exp(rng.normal(0, 0.15)) + 0.5 + rng.normal(0, 0.04)
    picture = cv2.LUT(picture, (levels * 255).clip(0, 255).astype(np.uint8).reshape(256, 1, 3))
    if rng.random() < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        share = rng.uniform(-0.4, 1.0)
        picture = cv2.addWeighted(picture, 1 - share, grey, share, 0)
    if rng.random() < 0.25:
        factor = 1 + soft_shape(height, width, rng) * (rng.uniform(-0.6, -0.2) if rng.random() < 0.7 else rng.uniform(0.1, 0.5))
        picture = (picture * factor).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.12:
        kernel = (1, int(rng.choice((3, 5)))) if rng.random() < 0.5 else (3, 3)
        picture = cv2.blur(picture, kernel)
    if rng.random() < 0.15:
        noise = rng.integers(-9, 10, (height, width, 1), dtype=np.int16)
        picture = (picture + noise).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 85))))
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return picture


def anchor_weights(weight, strides=(8, 16, 32)):
    """The weight of the class loss at every anchor: the weight map read at the cell centres."""
    parts = []
    for stride in strides:
        cells = weight[stride // 2::stride, stride // 2::stride]
        parts.append(np.where(cells > 127, 1.0, OUTSIDE_LANE).reshape(-1))
    return np.concatenate(parts).astype(np.float32)
