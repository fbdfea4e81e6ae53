"""Boxes from the raw output, and how good they are: average precision, coverage of cracks, false alarms.

The rule: truth boxes come from masks at 640 px (data.JOIN_AND_LEAST); a predicted box whose centre lies outside LANE is ignored; a truth
box is found once, by the most confident box with enough overlap; average precision over 101 recalls with the precision envelope.
"""
import cv2
import numpy as np

HEAVY_CRACK_PIXELS = 1560
SURE = 0.25


def pair_iou(a, b):
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(high - low, 0, None).prod(2)
    return inter / ((a[:, 2:] - a[:, :2]).prod(1)[:, None] + (b[:, 2:] - b[:, :2]).prod(1)[None] - inter + 1e-9)


def suppress(raw, least=0.01, overlap=0.5, most=300):
    """(4 + classes, anchors) -> rows (x0, y0, x1, y1, score, class), greedy non-maximum suppression inside each class."""
    rows = []
    for label in range(raw.shape[0] - 4):
        score = raw[4 + label]
        keep = np.nonzero(score >= least)[0]
        keep = keep[np.argsort(-score[keep], kind="stable")][:2000]
        centre, half = raw[:2, keep].T, raw[2:4, keep].T / 2
        boxes = np.concatenate((centre - half, centre + half), 1)
        alive = np.ones(len(keep), bool)
        for i in range(len(keep)):
            if not alive[i]:
                continue
            rows.append((*boxes[i], score[keep[i]], label))
            later = np.nonzero(alive[i + 1:])[0] + i + 1
            alive[later[pair_iou(boxes[i:i + 1], boxes[later])[0] > overlap]] = False
    rows = np.array(rows, np.float64).reshape(-1, 6)
    return rows[np.argsort(-rows[:, 4], kind="stable")][:most]


def in_lane(rows, lane):
    """The rows whose centre lies in the annotated lane."""
    height, width = lane.shape
    x = ((rows[:, 0] + rows[:, 2]) / 2).clip(0, width - 1).astype(int)
    y = ((rows[:, 1] + rows[:, 3]) / 2).clip(0, height - 1).astype(int)
    return rows[lane[y, x] > 127]


def match(rows, truth, overlap):
    """[(score, found a truth box)] of one frame and class."""
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    table, used, records = pair_iou(rows[:, :4], truth), set(), []
    for i, row in enumerate(rows):
        free = [j for j in np.argsort(-table[i]) if table[i, j] >= overlap and j not in used]
        used.update(free[:1])
        records.append((row[4], bool(free)))
    return records


def curve(records, positives):
    """Recall, precision and score, most confident first."""
    if not records or not positives:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    records = sorted(records, key=lambda r: -r[0])
    hits = np.cumsum([hit for _, hit in records])
    return hits / positives, hits / np.arange(1, len(records) + 1), np.array([r[0] for r in records])


def average_precision(records, positives):
    recall, precision, _ = curve(records, positives)
    if not len(recall):
        return 0.0
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    index = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(sum(envelope[k] for k in index if k < len(envelope)) / 101)


class Tally:
    """Collects frames and gives every measure at the end."""

    OVERLAPS = tuple(np.arange(0.5, 0.96, 0.05).round(2))

    def __init__(self, classes=("crack", "pothole")):
        self.classes = classes
        self.records = {(c, o): [] for c in range(len(classes)) for o in self.OVERLAPS}
        self.positives = [0] * len(classes)
        self.heavy, self.held = [], []

    def add(self, frame, rows):
        rows = in_lane(rows, frame.lane)
        for label in range(len(self.classes)):
            truth = frame.boxes(label).astype(np.float64)
            self.positives[label] += len(truth)
            mine = rows[rows[:, 5] == label]
            for overlap in self.OVERLAPS:
                self.records[label, overlap] += match(mine, truth, overlap)
        self._cover(frame, rows)

    def _cover(self, frame, rows):
        """Boxes of thin lines rarely overlap by half; whether the cracked area is covered matters as much."""
        crack = frame.crack_mask()
        cover = np.zeros_like(crack)
        for x0, y0, x1, y1 in rows[(rows[:, 5] == 0) & (rows[:, 4] >= SURE)][:, :4].clip(0).astype(int):
            cover[y0:y1, x0:x1] = True
            self.held.append(crack[y0:y1, x0:x1].sum() > 24)
        if crack.sum() > HEAVY_CRACK_PIXELS:
            self.heavy.append((cover & crack).sum() / crack.sum() >= 0.3)

    def best_f1(self, label):
        recall, precision, score = curve(self.records[label, 0.5], self.positives[label])
        if not len(recall):
            return 0.0, 0.0
        f1 = 2 * recall * precision / (recall + precision + 1e-9)
        return float(f1.max()), float(score[f1.argmax()])

    def report(self):
        report = {"heavy_crack_hit": float(np.mean(self.heavy)) if self.heavy else 0.0,
                  "crack_box_precision": float(np.mean(self.held)) if self.held else 0.0}
        for label, name in enumerate(self.classes):
            precisions = [average_precision(self.records[label, o], self.positives[label]) for o in self.OVERLAPS]
            f1, at = self.best_f1(label)
            report[name] = {"AP50": precisions[0], "AP50-95": float(np.mean(precisions)), "best_F1": f1, "at": at,
                            "boxes": self.positives[label]}
        return report


def letterbox(picture, width, height):
    """The picture scaled to fit and centred on grey; returns (canvas, scale, left, top)."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    if size != picture.shape[1::-1]:
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    canvas = np.full((height, width, 3), 114, np.uint8)
    canvas[top:top + size[1], left:left + size[0]] = picture
    return canvas, scale, left, top


def to_input(canvas):
    """BGR bytes -> 1x3xHxW f32 RGB 0..1."""
    return np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1)[None], np.float32) / 255


def detect(infer, picture, width, height, **limits):
    """Rows in the picture's own pixels; `infer` maps 1x3xHxW to (4 + classes, anchors)."""
    canvas, scale, left, top = letterbox(picture, width, height)
    rows = suppress(infer(to_input(canvas)), **limits)
    rows[:, :4] = (rows[:, :4] - (left, top, left, top)) / scale
    rows[:, 0:4:2] = rows[:, 0:4:2].clip(0, picture.shape[1])
    rows[:, 1:4:2] = rows[:, 1:4:2].clip(0, picture.shape[0])
    return rows
