"""Writes the model as an OpenVINO graph with `metadata.yaml`: the folder that the server loads.

    python -m hazard_training.export --weights runs/last/averaged.pt --out ../models/hazard-yolo12n
"""
import argparse
import json
import pathlib
import subprocess

import numpy as np
import openvino as ov
import torch
import yaml

from . import lineage
from .model import STRIDES, HazardYolo, parameter_count

NAMES = {0: "crack", 1: "pothole"}
GRAPH = "hazard-yolo12n"
LARGEST_BYTES = 6_000_000


def load_model(weights=None, shift=(0, 0), coarse_shift=(0, 0)):
    """The network in evaluation mode with folded normalisation; without weights, untrained with a fixed seed.

    `shift` is added to the logits of each class: it moves the score that means "sure", not the order of a class's boxes. `coarse_shift`
    is added besides at the strides of 16 and 32, where the boxes are large: it corrects a network that is too sure of those.
    """
    torch.manual_seed(0)
    model = HazardYolo(len(NAMES))
    if weights:
        model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True)["model"])
    for stride, branch in zip(STRIDES, model.scores):
        branch[-1].bias.data += torch.tensor(shift, dtype=torch.float32)
        if stride > STRIDES[0]:
            branch[-1].bias.data += torch.tensor(coarse_shift, dtype=torch.float32)
    return model.eval().fold()


def convert(model, height=640, width=640):
    """Converts with free height and width, then fixes them: the graph keeps no trace of one size and can be reshaped again."""
    example = torch.zeros(1, 3, 96, 64)
    graph = ov.convert_model(model, example_input=example, input=[("x", ov.PartialShape([1, 3, -1, -1]), ov.Type.f32)])
    graph.inputs[0].get_tensor().set_names({"images"})
    graph.outputs[0].get_tensor().set_names({"output0"})
    graph.get_parameters()[0].set_friendly_name("images")
    graph.reshape({"images": [1, 3, height, width]})
    return graph


def anchors_of(height, width):
    return sum((height // s) * (width // s) for s in STRIDES)


def check(graph, model, sizes=((640, 640), (384, 640), (256, 320))):
    """Compares the graph with PyTorch at several sizes; returns the greatest differences in pixels and in score."""
    worst = np.zeros(2)
    generator = torch.Generator().manual_seed(1)
    for height, width in sizes:
        picture = torch.rand(1, 3, height, width, generator=generator)
        graph.reshape({"images": [1, 3, height, width]})
        compiled = ov.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        got = compiled(picture.numpy())[0]
        with torch.inference_mode():
            want = model(picture).numpy()
        if got.shape != (1, 4 + len(NAMES), anchors_of(height, width)):
            raise SystemExit(f"the graph gives {got.shape} for a {width}x{height} picture")
        difference = np.abs(got - want)
        worst = np.maximum(worst, (difference[:, :4].max(), difference[:, 4:].max()))
    return worst


def training_commit():
    result = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False,
                            cwd=pathlib.Path(__file__).parent)
    return result.stdout.strip() or "unknown"


def compact(report):
    """The main scores of evaluate.py's report, for metadata.yaml; the whole of it is in the model card."""
    size, main = next(iter(report["sizes"].items()))
    scores = {"pack": report["pack"], "frames": report["frames"], "size": size, "precision": report["precision"],
              "heavy_crack_hit": main["heavy_crack_hit"], "crack_box_precision": main["crack_box_precision"]}
    for name in NAMES.values():
        scores[name] = {key: main[name][key] for key in ("AP50", "AP50-95", "best_F1", "at")}
    if "clean_clip" in report:
        scores["false_alarms_per_clean_frame"] = report["clean_clip"]["per_frame"]
    return scores


def metadata(data, version, scores, commit):
    """The facts of metadata.yaml; `data` says what the weights have learned from, and is empty for random ones."""
    return {
        "description": "YOLOv12n for road hazards, trained by hazardstream's own code",
        "task": "detect", "version": version, "trained": bool(data), "license": "Apache-2.0",
        "names": NAMES, "stride": max(STRIDES), "batch": 1, "imgsz": [640, 640], "channels": 3,
        "input": "1x3x640x640 f32, RGB, 0..1, letterboxed with grey 114; any height and width divisible by 32 after a reshape",
        "output": "1x6x8400 f32: centre x, centre y, width, height in input pixels, then one 0..1 score per class",
        "data": data or "none: random weights", "commit": commit, "scores": scores or "none: untrained"}


def write(out, model, data, version, scores=None, commit=None):
    """Writes graph and metadata into `out` and returns the size of the weights in bytes."""
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    xml = out / f"{GRAPH}.xml"
    ov.save_model(convert(model), xml, compress_to_fp16=True)
    facts = metadata(data, version, scores, commit or training_commit())
    (out / "metadata.yaml").write_text(yaml.safe_dump(facts, sort_keys=False, width=120), encoding="utf-8")
    size = xml.with_suffix(".bin").stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"the weights take {size} bytes, more than {LARGEST_BYTES}")
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", help="checkpoint written by train.py; without it the graph is untrained")
    parser.add_argument("--shift", type=float, nargs=len(NAMES), default=(0, 0), metavar=("CRACK", "POTHOLE"),
                        help="added to the logits of each class, so that 0.25 is as sure as it should be")
    parser.add_argument("--coarse-shift", type=float, nargs=len(NAMES), default=(0, 0), metavar=("CRACK", "POTHOLE"),
                        help="added besides at strides of 16 and 32")
    parser.add_argument("--out", default="../models/hazard-yolo12n")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--scores", help="JSON file written by evaluate.py, copied into metadata.yaml")
    parser.add_argument("--data", help="what the weights have learned from, for metadata.yaml; without it, what train.py put on record")
    parser.add_argument("--commit", help="training commit, where the working tree's head is not the one trained with")
    options = parser.parse_args()
    model = load_model(options.weights, options.shift, options.coarse_shift)
    scores = compact(json.loads(pathlib.Path(options.scores).read_text(encoding="utf-8"))) if options.scores else None
    data = options.data or lineage.of_weights(options.weights) or "not on record" if options.weights else ""
    pixels, score = check(convert(model), model)
    size = write(options.out, model, data, options.version, scores, options.commit)
    print(f"{parameter_count(model)} parameters, {size} bytes; differs from PyTorch by {pixels:.4f} px and {score:.6f} in score")


if __name__ == "__main__":
    main()
