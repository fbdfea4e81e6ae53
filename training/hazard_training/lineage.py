"""What weights have learned from, in words: carried from checkpoint to checkpoint, and by the export into metadata.yaml."""
import pathlib

import torch
import yaml

TEACHER = "a teacher on EfficientNet-Lite0 (ImageNet weights, Apache-2.0)"


def of_weights(path):
    """What is on record of a checkpoint or an exported graph; empty where nothing is."""
    path = pathlib.Path(path)
    if path.suffix != ".xml":
        return torch.load(path, map_location="cpu", weights_only=True).get("data", "")
    facts = path.with_name("metadata.yaml")
    return str(yaml.safe_load(facts.read_text(encoding="utf-8")).get("data", "")) if facts.exists() else ""


def of_run(options):
    """What a training run adds, and before it the record of the weights it starts from. Names of packs and folders, not their paths."""
    names = [pathlib.Path(p).name for p in (*options.train, *([options.extra_dir] if options.extra_dir else []))]
    own = "pictures of " + ", ".join(names)
    if options.teacher or options.teach_from:
        own += f"; {TEACHER}"
    before = of_weights(options.init) if options.init else ""
    if not before:
        return own
    return before if before == own or before.startswith(own + "; before that: ") else f"{own}; before that: {before}"
