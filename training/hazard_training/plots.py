"""Curves and contact sheets as pictures, drawn with OpenCV alone."""
import cv2
import numpy as np

from . import scoring

INKS = ((0, 160, 230), (40, 40, 220), (120, 120, 120))  # crack, pothole, truth (BGR)


def chart(title, lines, size=(520, 420)):
    """Lines of (x, y, ink, label), both axes 0..1."""
    width, height = size
    left, top, right, bottom = 50, 40, width - 20, height - 40
    picture = np.full((height, width, 3), 255, np.uint8)
    for tick in range(6):
        x, y = left + (right - left) * tick // 5, bottom - (bottom - top) * tick // 5
        cv2.line(picture, (x, top), (x, bottom), (225, 225, 225), 1)
        cv2.line(picture, (left, y), (right, y), (225, 225, 225), 1)
        cv2.putText(picture, f"{tick / 5:.1f}", (x - 10, bottom + 18), 0, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
        cv2.putText(picture, f"{tick / 5:.1f}", (left - 32, y + 4), 0, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.putText(picture, title, (left, 24), 0, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    for row, (xs, ys, ink, label) in enumerate(lines):
        points = np.stack((left + np.asarray(xs) * (right - left), bottom - np.asarray(ys) * (bottom - top)), 1)
        cv2.polylines(picture, [points.astype(np.int32)], False, ink, 2, cv2.LINE_AA)
        cv2.putText(picture, label, (right - 190, top + 18 + 18 * row), 0, 0.45, ink, 1, cv2.LINE_AA)
    return picture


def curves(tally):
    """Precision over recall, and precision, recall and F1 over the threshold, side by side."""
    over_recall, over_threshold = [], []
    for label, name in enumerate(tally.classes):
        recall, precision, score = scoring.curve(tally.records[label, 0.5], tally.positives[label])
        if not len(recall):
            continue
        over_recall.append((recall, precision, INKS[label], f"{name} AP50 {tally.report()[name]['AP50']:.3f}"))
        f1 = 2 * recall * precision / (recall + precision + 1e-9)
        over_threshold.append((score, f1, INKS[label], f"{name} F1, best {f1.max():.2f}"))
        over_threshold.append((score, precision, tuple((i + 255) // 2 for i in INKS[label]), f"{name} precision"))
    return np.hstack((chart("precision over recall, IoU 0.5", over_recall), chart("over the threshold, IoU 0.5", over_threshold)))


def drawn(frame, rows, sure=scoring.SURE):
    """Truth in thin grey, findings at or over `sure` in their class's ink."""
    picture = frame.picture.copy()
    for label in (0, 1):
        for x0, y0, x1, y1 in frame.boxes(label).astype(int):
            cv2.rectangle(picture, (x0, y0), (x1, y1), INKS[2], 1)
            cv2.putText(picture, "cp"[label], (x0 + 2, y1 - 3), 0, 0.4, INKS[2], 1, cv2.LINE_AA)
    for x0, y0, x1, y1, score, label in rows[rows[:, 4] >= sure]:
        cv2.rectangle(picture, (int(x0), int(y0)), (int(x1), int(y1)), INKS[int(label)], 2)
        cv2.putText(picture, f"{score:.2f}", (int(x0), int(y0) - 3), 0, 0.4, INKS[int(label)], 1, cv2.LINE_AA)
    return picture


def frame_quality(frame, rows):
    """F1 of one frame at the sure threshold; boxes outside the lane ignored."""
    rows = scoring.in_lane(rows[rows[:, 4] >= scoring.SURE], frame.lane)
    hits = found = truths = 0
    for label in (0, 1):
        mine, truth = rows[rows[:, 5] == label], frame.boxes(label)
        hits += sum(hit for _, hit in scoring.match(mine, truth.astype(np.float64), 0.5))
        found, truths = found + len(mine), truths + len(truth)
    return 2 * hits / (found + truths) if found + truths else 1.0


def contact_sheet(results, each=6, width=426):
    """Best, worst (most false findings) and most missed frames, `each` of a kind, three rows of pictures a kind of two."""
    def false_findings(item):
        frame, rows = item
        return len(scoring.in_lane(rows[rows[:, 4] >= scoring.SURE], frame.lane))

    busy = [item for item in results if item[0].objects]
    ranked = sorted(busy, key=lambda item: frame_quality(*item))
    poor = ranked[:len(ranked) // 2]
    kinds = (("best", ranked[-each:][::-1]), ("false findings", sorted(poor, key=false_findings)[-each:]),
             ("missed", sorted(poor, key=lambda item: false_findings(item) - len(item[0].objects))[:each]))
    rows = []
    for title, items in kinds:
        tiles = [cv2.resize(drawn(*item), (width, 264)) for item in items]
        for tile in tiles:
            cv2.putText(tile, title, (6, 18), 0, 0.6, (255, 255, 255), 2, cv2.LINE_AA)
        tiles += [np.full((264, width, 3), 255, np.uint8)] * (each - len(tiles))
        rows += [np.hstack(tiles[i:i + 3]) for i in range(0, each, 3)]
    return np.vstack(rows)
