"""Measures an exported graph, or a checkpoint, in every way that the model card reports.

    python -m hazard_training.evaluate --graph ../models/hazard-yolo12n/hazard-yolo12n.xml --pack val.tar --out runs/scores

Writes scores.json, boxes.json (every box down to 0.01, for other scorers), curves.png and sheet.png into --out.
"""
import argparse
import json
import pathlib

import cv2
import numpy as np
import openvino as ov
import torch

from . import data, plots, scoring
from .export import load_model


def graph_runner(path, width, height, precision):
    """The exported graph at one size and precision."""
    core = ov.Core()
    graph = core.read_model(path)
    graph.reshape([1, 3, height, width])
    compiled = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"})
    return lambda picture: np.array(compiled(picture)[0][0])


def torch_runner(weights, *shifts):
    model = load_model(weights, *shifts)

    def infer(picture):
        with torch.inference_mode():
            return model(torch.from_numpy(picture))[0].numpy()
    return infer


def measure(frames, infer, width, height):
    """(tally, [(frame, rows)]) over frames."""
    tally, results = scoring.Tally(), []
    for frame in frames:
        rows = scoring.detect(infer, frame.picture, width, height)
        tally.add(frame, rows)
        results.append((frame, rows))
    return tally, results


def false_alarms(clip, infer, width, height, every=10):
    """Findings at or over the sure threshold a frame, on a clip without hazards; a folder of pictures serves as well."""
    counts = []
    for picture in clip_pictures(clip, every):
        rows = scoring.detect(infer, picture, width, height, least=scoring.SURE)
        counts.append(len(rows))
    return {"frames": len(counts), "per_frame": float(np.mean(counts)) if counts else None,
            "frames_with_any": int(np.count_nonzero(counts))}


def clip_pictures(clip, every):
    video, index = cv2.VideoCapture(str(clip)), 0
    while True:
        fine, picture = video.read()
        if not fine:
            return
        if index % every == 0:
            yield picture
        index += 1


def wide_comparison(frames, run):
    """16:9 crops in the square, in the two forms that the server gives such cameras, and on the second rung."""
    crops = [data.wide_crop(f) for f in frames]
    report = {}
    for width, height in ((640, 640), (640, 384), (608, 352), (416, 256)):
        scores = measure(crops, run(width, height), width, height)[0].report()
        report[f"{width}x{height}"] = {c: round(scores[c]["AP50"], 4) for c in ("crack", "pothole")}
        for share in ("heavy_crack_hit", "crack_box_precision"):
            report[f"{width}x{height}"][share] = round(scores[share], 4) if scores.get(share) is not None else None
    return report


def parity(graph, weights, shifts, pictures, width=640, height=640, least=0.1):
    """Boxes of PyTorch against the graph in f32: each box at or over `least` must have its twin."""
    first, second = torch_runner(weights, *shifts), graph_runner(graph, width, height, "f32")
    pairs, alone, worst = 0, 0, 0.0
    for picture in pictures:
        a, b = (scoring.detect(f, picture, width, height, least=least) for f in (first, second))
        alone += abs(len(a) - len(b))
        for row in a:
            same = b[b[:, 5] == row[5]]
            if not len(same):
                alone += 1
                continue
            pairs += 1
            worst = max(worst, np.abs(same[:, :4] - row[:4]).max(1).min())
    return {"boxes": pairs, "without_twin": alone, "worst_corner_px": float(worst)}


def simulated(folder, infer, width, height, near=15.0, clear=0.7, overlap=0.3, alarms_most=0.1):
    """Recall of clear hazards within `near` metres and false alarms a frame: at SURE, and at the least score with `alarms_most`.

    Clear: at least the share `clear` of it is in the picture, and its box is large enough at 640 px to be trained on (data.LEAST_SIDES).
    `recall_of_all` asks for the smaller ones and for those cut off as well. A finding is an alarm when it meets no truth box of any
    distance; a truth box without a distance counts as near.
    Cracks are judged by overlap with the box of the truth at 0.3: their extent is a matter of taste, their presence is not.
    """
    every, plain, alarms, frames = [], [], [], 0  # the score at which each hazard is found, and that of each alarm
    for truth_file in sorted(pathlib.Path(folder).rglob("truth.jsonl")):
        for line in truth_file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            picture = cv2.imread(str(truth_file.parent / entry["file"]))
            rows = scoring.detect(infer, picture, width, height, least=0.05)
            frames += 1
            truth = [(np.array([[b[k] for k in ("x1", "y1", "x2", "y2")]], float), b) for b in entry.get("boxes", [])]
            for box, facts in truth:
                if facts.get("distance_m", 0.0) > near:
                    continue
                mine = rows[rows[:, 5] == facts["class_id"]]
                score = mine[(scoring.pair_iou(mine[:, :4], box) >= overlap)[:, 0], 4].max(initial=0.0)
                every.append(score)
                sides = (box[0, 2:] - box[0, :2]) * data.WIDTH / picture.shape[1]
                if facts.get("visible", 1.0) >= clear and (sides >= data.LEAST_SIDES).all():
                    plain.append(score)
            boxes = np.concatenate([b for b, _ in truth]) if truth else np.zeros((0, 4))
            alarms.extend(rows[scoring.pair_iou(rows[:, :4], boxes).max(1, initial=0) < 0.1, 4])

    def share(scores, least):
        return float(np.mean(np.array(scores) >= least)) if scores else None

    def alarms_at(least):
        return sum(score >= least for score in alarms) / max(1, frames)

    quiet = next((at for at in np.arange(5, 100) / 100 if alarms_at(at) <= alarms_most), 1.0)
    return {"frames": frames, "asked": len(plain), "recall": share(plain, scoring.SURE), "asked_of_all": len(every),
            "recall_of_all": share(every, scoring.SURE), "alarms_per_frame": alarms_at(scoring.SURE) if frames else None,
            "quiet": {"at": float(quiet), "recall": share(plain, quiet), "alarms_per_frame": alarms_at(quiet)}}


def flat(report):
    """Four decimals are more than the sample supports; they keep the file comparable."""
    if isinstance(report, dict):
        return {k: flat(v) for k, v in report.items()}
    return round(report, 4) if isinstance(report, float) else report


def precisions_of_machine():
    """bf16 only where it is computed natively."""
    return ("f32", "bf16") if "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else ("f32",)


def evaluate(options):
    frames = list(data.read_frames(options.pack))
    precisions = precisions_of_machine()
    main = precisions[-1]
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)

    def run(width, height, precision=main):
        return graph_runner(options.graph, width, height, precision)

    report = {"pack": pathlib.Path(options.pack).name, "frames": len(frames), "precision": main, "sizes": {}}
    for width, height in options.sizes[:1] if options.quick else options.sizes:
        tally, results = measure(frames, run(width, height), width, height)
        report["sizes"][f"{width}x{height}"] = tally.report()
        if (width, height) == options.sizes[0]:
            write_pictures(out, tally, results)
    if not options.quick:
        compare(report, frames, run, options, precisions)
    if options.clean_clip:
        report["clean_clip"] = false_alarms(options.clean_clip, run(640, 640), 640, 640)
    if options.sim:
        report["simulated"] = {p.name: simulated(p, run(640, 640), 640, 640) for p in map(pathlib.Path, options.sim)}
    report = flat(report)
    (out / "scores.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


def compare(report, frames, run, options, precisions):
    """The measures of one precision, size or runtime against another."""
    if len(precisions) > 1:
        width, height = options.sizes[0]
        report["f32"] = measure(frames, run(width, height, "f32"), width, height)[0].report()
    report["wide"] = wide_comparison(frames, run)
    if options.clean_clip:
        report["clean_clip_640x384"] = false_alarms(options.clean_clip, run(640, 384), 640, 384)
    if options.weights:
        report["parity"] = parity(options.graph, options.weights, (options.shift, options.coarse_shift), [f.picture for f in frames[::8]])


def write_pictures(out, tally, results):
    boxes = {frame.name: [[*(round(float(v), 2) for v in row[:4]), round(float(row[4]), 5), int(row[5])] for row in rows]
             for frame, rows in results}
    (out / "boxes.json").write_text(json.dumps(boxes), encoding="utf-8")
    cv2.imwrite(str(out / "curves.png"), plots.curves(tally))
    cv2.imwrite(str(out / "sheet.png"), plots.contact_sheet(results))


def size(text):
    width, height = text.lower().split("x")
    return int(width), int(height)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--graph", default="../models/hazard-yolo12n/hazard-yolo12n.xml")
    add("--pack", required=True, help="annotated frames of routes that were never trained on")
    add("--sizes", type=size, nargs="+", default=[(640, 640), (640, 416), (480, 320)], help="the first one is the main one")
    add("--weights", help="the checkpoint of the graph: checks PyTorch against OpenVINO box by box")
    add("--shift", type=float, nargs=2, default=(0, 0), help="what export added to the checkpoint's logits")
    add("--coarse-shift", type=float, nargs=2, default=(0, 0), help="the same, at strides of 16 and 32")
    add("--clean-clip", help="a video without hazards: false alarms on every tenth frame")
    add("--sim", nargs="+", default=[], help="folders of simulated frames with truth.jsonl")
    add("--quick", action="store_true", help="the main size and the false alarms alone")
    add("--out", default="runs/scores")
    print(json.dumps(evaluate(parser.parse_args()), indent=1))


if __name__ == "__main__":
    main()
