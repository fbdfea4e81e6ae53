"""Reads annotated road pictures into memory: the public data set's layout, tar packs of it, and folders with truth.jsonl.

A frame is NAME_RAW.jpg|webp with NAME_CRACK.png, NAME_POTHOLE.png and NAME_LANE.png; NAME is NUMBER_ROUTE_POSITION.
Only the survey vehicle's lane is annotated, so LANE travels with every frame and weighs the loss.
"""
import dataclasses
import json
import pathlib
import tarfile

import cv2
import numpy as np

WIDTH = 640
CRACK, POTHOLE = 0, 1
# Of a simulated hazard: at 640 px, a smaller box is nothing that a detector could name, and a rim at the picture's edge neither.
LEAST_SIDES = (6, 4)
LEAST_VISIBLE = 0.35
# At 640 px: mask pieces closer than this are one object, and an object has at least so many mask pixels.
JOIN_AND_LEAST = ((15, 47), (5, 117))


@dataclasses.dataclass
class Object:
    """One hazard: its class and its mask pixels (x, y), or only the corners of its box where no mask is known."""

    label: int
    pixels: np.ndarray
    least: int = 1

    def box(self):
        low, high = self.pixels.min(0), self.pixels.max(0) + 1
        return np.array((*low, *high), np.float32)


@dataclasses.dataclass
class Frame:
    name: str
    picture: np.ndarray  # height x width x 3, BGR
    lane: np.ndarray     # the same size, 255 where annotated
    objects: list
    stray: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros((0, 2), np.int16))  # crack pixels too few to be an object
    simulated: bool = False

    @property
    def route(self):
        return route_of(self.name)

    def crack_mask(self):
        mask = np.zeros(self.lane.shape, bool)
        for pixels in (self.stray, *(o.pixels for o in self.objects if o.label == CRACK)):
            mask[pixels[:, 1], pixels[:, 0]] = True
        return mask

    def boxes(self, label):
        return np.array([o.box() for o in self.objects if o.label == label], np.float32).reshape(-1, 4)


def route_of(name):
    """NUMBER_ROUTE_POSITION -> ROUTE; the route itself may hold underscores."""
    parts = name.split("_")
    return "_".join(parts[1:-1]) if len(parts) > 2 else name


def objects_from_mask(mask, label):
    """The rule from mask to objects: join close pieces by a dilation, keep joined pieces with enough mask pixels."""
    join, least = JOIN_AND_LEAST[label]
    on = (mask > 127).astype(np.uint8)
    count, labels = cv2.connectedComponents(cv2.dilate(on, np.ones((join, join), np.uint8)))
    labels = labels * on
    found = []
    for index in range(1, count):
        ys, xs = np.nonzero(labels == index)
        if len(xs) >= least:
            found.append(Object(label, np.stack((xs, ys), 1).astype(np.int16), least))
    return found


def frame_from_bytes(name, raw, crack, pothole, lane):
    """Decodes one annotated frame and brings it to 640 px width; returns it with its two masks."""
    def decode(data, flags):
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)

    picture = decode(raw, cv2.IMREAD_COLOR)
    if picture.shape[1] != WIDTH:
        height = round(picture.shape[0] * WIDTH / picture.shape[1])
        picture = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    size = picture.shape[1::-1]
    masks = []
    for data in (crack, pothole):
        mask = decode(data, cv2.IMREAD_GRAYSCALE)
        # Fine lines must survive the reduction: any touched pixel counts, as area interpolation with a low threshold gives.
        masks.append(mask if mask.shape[::-1] == size
                     else (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 63).astype(np.uint8) * 255)
    annotated = cv2.resize(decode(lane, cv2.IMREAD_GRAYSCALE), size, interpolation=cv2.INTER_NEAREST)
    objects = [o for label, mask in enumerate(masks) for o in objects_from_mask(mask, label)]
    frame = Frame(name, picture, np.where(annotated > 127, 255, 0).astype(np.uint8), objects)
    ys, xs = np.nonzero((masks[CRACK] > 127) & ~frame.crack_mask())
    frame.stray = np.stack((xs, ys), 1).astype(np.int16)
    return frame, masks


def wide_crop(frame, aspect=16 / 9):
    """The lower part of a frame at another aspect, as a camera of that aspect would see the road; objects cut to it by the rule."""
    top = frame.lane.shape[0] - round(frame.lane.shape[1] / aspect)
    shift = np.array((0, top), np.int16)
    objects = []
    for thing in frame.objects:
        pixels = thing.pixels[thing.pixels[:, 1] >= top] - shift
        if len(pixels) >= thing.least:
            objects.append(Object(thing.label, pixels, thing.least))
    return Frame(frame.name, frame.picture[top:], frame.lane[top:], objects, frame.stray[frame.stray[:, 1] >= top] - shift)


def _pack_reader(path):
    """(list of file names, function from name to bytes) for a tar pack or a folder tree."""
    path = pathlib.Path(path)
    if path.is_dir():
        return [str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()], lambda name: (path / name).read_bytes()
    archive = tarfile.open(path)
    members = {m.name: m for m in archive.getmembers() if m.isfile()}
    return list(members), lambda name: archive.extractfile(members[name]).read()


def read_annotated(path, keep=None):
    """Yields (frame, (crack mask, pothole mask)) of a pack or folder in the order of their names; `keep` chooses by route."""
    names, read = _pack_reader(path)
    known = set(names)
    for raw in sorted(n for n in names if n.rsplit(".", 1)[0].endswith("_RAW")):
        base = raw.rsplit("_RAW", 1)[0]
        name = base.rsplit("/", 1)[-1]
        masks = [f"{base}_{kind}.png" for kind in ("CRACK", "POTHOLE", "LANE")]
        if known.issuperset(masks) and (keep is None or keep(route_of(name))):
            yield frame_from_bytes(name, read(raw), *(read(m) for m in masks))


def read_frames(path, keep=None):
    """The frames of `read_annotated` without their masks."""
    return (frame for frame, _ in read_annotated(path, keep))


def read_truth_folder(path, largest=None):
    """Frames of a folder of pictures with a truth.jsonl, one object a line; a picture without boxes is a clean road.

    The boxes carry no masks, so their corners stand for the pixels. Everything counts as annotated.
    """
    path = pathlib.Path(path)
    frames = []
    for truth in sorted(path.rglob("truth.jsonl")):
        for line in truth.read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            entry = json.loads(line)
            picture = cv2.imread(str(truth.parent / entry["file"]))
            if picture is not None:
                frames.append(_truth_frame(entry, picture))
            if largest and len(frames) >= largest:
                return frames
    return frames


def _truth_frame(entry, picture):
    scale = WIDTH / picture.shape[1]
    if scale != 1:
        size = (WIDTH, round(picture.shape[0] * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    objects, lane = [], np.full(picture.shape[:2], 255, np.uint8)
    for box in entry.get("boxes", []):
        left, top, right, bottom = (max(0, round(box[k] * scale)) for k in ("x1", "y1", "x2", "y2"))
        large = right - left >= LEAST_SIDES[0] and bottom - top >= LEAST_SIDES[1]
        if large and box.get("visible", 1.0) >= LEAST_VISIBLE and box["class_id"] in (CRACK, POTHOLE):
            corners = np.array([(left, top), (right - 1, bottom - 1)], np.int16)
            objects.append(Object(int(box["class_id"]), corners))
        else:
            # Neither asked for nor a clean road.
            lane[top:bottom + 1, left:right + 1] = 0
    return Frame(str(entry["file"]), picture, lane, objects)


def inventory(frames):
    """One line of counts for a log."""
    cracks = sum(len(f.boxes(CRACK)) for f in frames)
    potholes = sum(len(f.boxes(POTHOLE)) for f in frames)
    clean = sum(not f.objects for f in frames)
    return f"{len(frames)} frames of {len({f.route for f in frames})} routes, {cracks} cracks, {potholes} potholes, {clean} without either"
