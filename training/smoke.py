#!/usr/bin/env python3
"""Proves in under two minutes that the model can be made from nothing: generated pictures, two tiny epochs, export, one inference.

    smoke.py [FOLDER]     leaves the exported graph in FOLDER; without one it goes to a temporary folder that is removed

Exits 0, saying so loudly, where PyTorch or OpenVINO is not installed: they serve training alone.
"""
import importlib.util
import json
import pathlib
import sys
import tempfile
import time

NEEDED = ("torch", "openvino", "cv2", "numpy", "yaml")
PICTURES, WIDTH, HEIGHT = 48, 640, 400


def paint(rng, cv2, np):
    """A grey road with at most one crack and one pothole, and the truth in the form of truth.jsonl."""
    picture = rng.normal(120, 8, (HEIGHT // 2, WIDTH // 2, 1)).repeat(3, 2)
    picture = cv2.resize(picture.clip(0, 255).astype(np.uint8), (WIDTH, HEIGHT))
    boxes = []
    if rng.random() < 0.8:
        start = rng.integers((60, 60), (420, 260))
        line = (start + np.cumsum(rng.integers((5, -6), (14, 12), (14, 2)), 0)).clip(0, (WIDTH - 1, HEIGHT - 1)).astype(np.int32)
        cv2.polylines(picture, [line], False, (40, 40, 40), 3, cv2.LINE_AA)
        low, high = line.min(0) - 2, line.max(0) + 2
        boxes.append({"x1": int(low[0]), "y1": int(low[1]), "x2": int(high[0]), "y2": int(high[1]), "class_id": 0})
    if rng.random() < 0.8:
        x, y, a, b = (int(v) for v in rng.integers((60, 200, 20, 12), (560, 360, 50, 26)))
        cv2.ellipse(picture, (x, y), (a, b), 0, 0, 360, (55, 50, 50), -1, cv2.LINE_AA)
        boxes.append({"x1": x - a, "y1": y - b, "x2": x + a, "y2": y + b, "class_id": 1})
    return picture, boxes


def generate(folder):
    import cv2
    import numpy as np
    rng = np.random.default_rng(1)
    with (folder / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for index in range(PICTURES):
            picture, boxes = paint(rng, cv2, np)
            name = f"{index:06d}.jpg"
            cv2.imwrite(str(folder / name), picture)
            truth.write(json.dumps({"file": name, "width": WIDTH, "height": HEIGHT, "boxes": boxes}) + "\n")


def train(pictures, run):
    """Two epochs on small windows; returns the mean loss of each."""
    from hazard_training import data
    from hazard_training import train as training
    options = training.parse(["--train", str(pictures), "--run", str(run), "--crop-size", "128x96", "--batch", "8",
                              "--warmup-steps", "4", "--budget-minutes", "30", "--whole-from", "1"])
    trainer = training.Trainer(options)
    sampler = training.Sampler(data.read_truth_folder(pictures), options)
    losses = []
    for _ in range(2):
        means, _ = trainer.train_epoch(sampler)
        trainer.epoch += 1
        losses.append(float(means[0]))
    trainer.save("last.pt")
    return losses


def export(weights, out):
    """Exports, checks against PyTorch and runs the graph once; returns its output shape and the greatest differences."""
    import numpy as np
    import openvino as ov
    from hazard_training import export as exporting
    model = exporting.load_model(weights)
    differences = exporting.check(exporting.convert(model), model, sizes=((640, 640), (384, 640)))
    exporting.write(out, model, data="", version="smoke", commit="smoke")
    compiled = ov.compile_model(pathlib.Path(out) / f"{exporting.GRAPH}.xml", "CPU")
    result = compiled(np.zeros((1, 3, 640, 640), np.float32))[0]
    return result.shape, differences


def run(out):
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "pictures").mkdir()
        generate(folder / "pictures")
        losses = train(folder / "pictures", folder / "run")
        shape, (pixels, score) = export(folder / "run" / "last.pt", out or folder / "graph")
    problems = []
    if not losses[1] < losses[0]:
        problems.append(f"the loss did not fall: {losses}")
    if tuple(shape) != (1, 6, 8400):
        problems.append(f"the graph gives {tuple(shape)}, not (1, 6, 8400)")
    if pixels > 0.5 or score > 0.01:
        problems.append(f"the graph differs from PyTorch by {pixels:.3f} px and {score:.4f} in score")
    for problem in problems:
        print("model-smoke:", problem, file=sys.stderr)
    print(f"model-smoke: {'FAILED' if problems else 'ok'}: loss {losses[0]:.2f} -> {losses[1]:.2f}, output {tuple(shape)}, "
          f"PyTorch against OpenVINO {pixels:.4f} px and {score:.5f} in score, {time.monotonic() - started:.0f} s")
    return 1 if problems else 0


def main():
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"model-smoke: SKIPPED, NOTHING WAS CHECKED: not installed: {', '.join(missing)} (pip install -r training/requirements.txt)")
        return 0
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    return run(sys.argv[1] if len(sys.argv) > 1 else None)


if __name__ == "__main__":
    sys.exit(main())
