"""Trains the model; resumable, and always ending in a finished schedule after the minutes it is given.

    python -m hazard_training.train --train PACK --val PACK --run runs/first --budget-minutes 240

The schedule follows the clock, not the number of epochs: on a machine of unknown or shared speed it still ends with a small rate.
"""
import argparse
import copy
import csv
import math
import pathlib
import time

import cv2
import numpy as np
import torch

from . import data, lineage, reopen, scoring, workers
from .distill import TRUTH_GAIN, Tutor
from .loss import detection_loss
from .model import HazardYolo
from .sampling import Sampler
from .teacher import make_teacher

LOG_FIELDS = ("epoch", "minutes", "progress", "rate", "pictures", "pictures_per_s", "loss", "box", "class", "distance",
              "crack_AP50", "pothole_AP50", "heavy_hit", "crack_precision", "sim_frames", "remaining_minutes")


SAVE_SECONDS = 180
LONGEST_STEP_SECONDS = 30
PUBLISHED_RATE = 0.4  # of the rate of what is new
REOPEN_PICTURES = 64  # measured on so many, the shipped weights score the same to 0.0002 of AP50 before and after steps in training mode


def has_fast_bf16(device):
    """Whether bf16 is computed, not emulated: on a CPU without it a step in bf16 takes several times as long as in f32."""
    abilities = torch.cpu.get_capabilities()
    return device.type == "cuda" or bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))


def in_training_precision(device):
    return torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bf16(device))


class Average:
    """Exponential moving average of the weights: smoother and better than the last step's."""

    def __init__(self, model, decay=0.999):
        self.model, self.decay, self.steps = copy.deepcopy(model).eval(), decay, 0

    @torch.no_grad()
    def update(self, model):
        self.steps += 1
        keep = min(self.decay, (1 + self.steps) / (20 + self.steps))
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - keep)
            else:
                mine.copy_(theirs)


class Clock:
    """Share of the time budget used so far, over all resumptions."""

    def __init__(self, budget_minutes, used=0.0):
        self.budget, self.used, self.last = budget_minutes * 60, used, time.monotonic()

    def progress(self):
        now = time.monotonic()
        # A run that was stopped for a while has not used that time.
        self.used, self.last = self.used + min(now - self.last, LONGEST_STEP_SECONDS), now
        return min(1.0, self.used / self.budget)


def rate_at(progress, step, options):
    """Linear warm-up by steps, then a cosine over the time budget down to a hundredth."""
    cosine = 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2
    return options.rate * cosine * min(1.0, (step + 1) / options.warmup_steps)


def make_optimizer(parameters, published, options):
    """AdamW; biases and normalisation are not decayed, a teacher's published layers change slowly."""
    published, groups = set(published), []
    for slow, gain in ((False, 1.0), (True, PUBLISHED_RATE)):
        mine = [p for p in parameters if p.requires_grad and (p in published) == slow]
        groups += [{"params": [p for p in mine if p.ndim > 1], "weight_decay": options.weight_decay, "gain": gain},
                   {"params": [p for p in mine if p.ndim <= 1], "weight_decay": 0.0, "gain": gain}]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=options.rate, betas=(0.9, 0.99))


def evaluate(model, frames, size, device):
    """Measures on whole frames at one size, in the precision used for training."""
    tally = scoring.Tally()

    def infer(picture):
        with torch.inference_mode(), in_training_precision(device):
            tensor = torch.from_numpy(picture).to(device).contiguous(memory_format=torch.channels_last)
            return model(tensor)[0].float().cpu().numpy()

    for frame in frames:
        tally.add(frame, scoring.detect(infer, frame.picture, *size))
    return tally.report()


def initial_weights(options, frames):
    if not options.init.endswith(".xml"):
        return torch.load(options.init, map_location="cpu", weights_only=True)["model"]
    some = np.random.default_rng(options.seed).permutation(len(frames))[:REOPEN_PICTURES]
    canvases = [scoring.letterbox(frames[i].picture, *options.whole_sizes[0])[0] for i in some]
    return reopen.reopen(options.init, torch.from_numpy(np.concatenate([scoring.to_input(c) for c in canvases]))).state_dict()


class Trainer:
    def __init__(self, options, team=workers.Team()):
        self.options, self.team = options, team
        self.progress = 0.0
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(options.seed)
        model = make_teacher(options.teach_from) if options.teach_from else HazardYolo()
        self.model = model.to(self.device, memory_format=torch.channels_last)
        self.average = Average(self.model, options.average_decay)
        self.tutor = Tutor(options.teacher, self.model) if options.teacher else None
        self.trained = [*self.model.parameters(), *(self.tutor.projection.parameters() if self.tutor else ())]
        self.optimizer = make_optimizer(self.trained, self.model.backbone.published() if options.teach_from else (), options)
        self.clock = Clock(options.budget_minutes)
        self.data = ""
        self.epoch, self.step, self.best, self.pictures = 0, 0, 0.0, 0
        self.saved = self.evaluated = 0.0
        self.run = pathlib.Path(options.run)
        self.run.mkdir(parents=True, exist_ok=True)

    def restore(self, frames=()):
        """Continues the run's own last checkpoint, or starts from the averaged weights of another one or from an exported graph, whose
        normalisation is measured on some of `frames`."""
        last = self.run / "last.pt"
        if self.tutor or not last.exists():
            state = self.initial_state(frames)
            self.model.load_state_dict(state)
            self.average.model.load_state_dict(state)
        if self.tutor:
            # The network as it was at the start, also in a run that goes on.
            self.tutor.open(state)
        if not last.exists():
            self.data = lineage.of_run(self.options)
        else:
            state = torch.load(last, map_location=self.device, weights_only=True)
            self.data = state.get("data", "")
            self.model.load_state_dict(state["live"])
            self.average.model.load_state_dict(state["model"])
            if self.tutor:
                self.tutor.projection.load_state_dict(state["projection"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.steps, self.clock.used = state["step"], state["used"]
            self.epoch, self.step, self.best, self.pictures = (state[k] for k in ("epoch", "step", "best", "pictures"))
        self.progress = min(1.0, self.clock.used / self.clock.budget)

    def initial_state(self, frames):
        """What --init gives; a teacher takes all but the backbone from it."""
        state = initial_weights(self.options, frames) if self.options.init else {}
        if self.options.teach_from:
            state = {k: v for k, v in state.items() if not k.startswith("backbone.")}
        return self.model.state_dict() | state

    def save(self, name, whole=True):
        self.saved = self.clock.used
        state = {"model": self.average.model.state_dict(), "epoch": self.epoch, "step": self.step, "data": self.data}
        if whole:
            state |= {"live": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "used": self.clock.used,
                      "best": self.best, "pictures": self.pictures}
            if self.tutor:
                state["projection"] = self.tutor.projection.state_dict()
        partial = self.run / (name + ".part")
        torch.save(state, partial)
        partial.replace(self.run / name)

    def train_step(self, batch):
        pictures, boxes, labels, valid, weights, real = (part.to(self.device, non_blocking=True) for part in batch)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.progress, self.step, self.options) * group["gain"]
        with in_training_precision(self.device):
            raw = self.model(pictures)
        loss, parts = detection_loss(raw, boxes, labels, valid, weights)
        if self.tutor:
            loss = TRUTH_GAIN * loss + self.tutor.loss(pictures, raw, real)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.progress = self.team.agree(self.trained, self.clock.progress())
        torch.nn.utils.clip_grad_norm_(self.trained, 10.0)
        self.optimizer.step()
        if self.team.leads:
            self.average.update(self.model)
        self.step += 1
        return float(loss.detach()), parts.cpu().numpy()

    def train_epoch(self, sampler):
        """One pass, cut short when the budget ends; returns the mean losses and the speed."""
        options = self.options
        rng = np.random.default_rng((options.seed, self.epoch, self.step))
        whole = self.progress >= options.whole_from
        batch_size = options.whole_batch if whole else options.batch
        at_once = batch_size * self.team.size
        self.model.train()
        sums, count, started = np.zeros(4), 0, time.monotonic()
        for batch in sampler.batches(batch_size, whole, rng):
            loss, parts = self.train_step(batch)
            sums += (loss, *parts)
            count += 1
            if self.team.leads and count % 50 == 0:
                print(f"epoch {self.epoch} step {count} loss {sums[0] / count:.3f} "
                      f"{count * at_once / (time.monotonic() - started):.1f} pictures/s progress {self.progress:.3f}", flush=True)
            if self.team.leads and self.clock.used - self.saved > SAVE_SECONDS:
                self.save("last.pt")
            # An epoch ends early where the schedule ends, or where whole frames take over.
            if self.progress >= 1 or (not whole and self.progress >= options.whole_from):
                break
        self.pictures += count * at_once
        return sums / max(count, 1), count * at_once / (time.monotonic() - started)

    def report(self, means, speed, scores, sampler):
        progress = self.clock.progress()
        row = {"epoch": self.epoch, "minutes": self.clock.used / 60, "progress": progress,
               "rate": self.optimizer.param_groups[0]["lr"], "pictures": self.pictures, "pictures_per_s": speed, "loss": means[0],
               "box": means[1], "class": means[2], "distance": means[3], "sim_frames": len(sampler.extra),
               "remaining_minutes": self.options.budget_minutes * (1 - progress)}
        if scores:
            row |= {"crack_AP50": scores["crack"]["AP50"], "pothole_AP50": scores["pothole"]["AP50"],
                    "heavy_hit": scores["heavy_crack_hit"], "crack_precision": scores["crack_box_precision"]}
        row = {k: f"{v:.5g}" if isinstance(v, float) else v for k, v in row.items()}
        path = self.run / "log.csv"
        fresh = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, LOG_FIELDS)
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        print(" ".join(f"{k}={v}" for k, v in row.items()), flush=True)

    def keep_best(self, scores):
        """Both classes count alike, whatever the number of their boxes."""
        value = scores["crack"]["AP50"] + scores["pothole"]["AP50"]
        if value > self.best:
            self.best = value
            self.save("best.pt", whole=False)

    def fit(self, train_frames, val_frames):
        sampler = Sampler(train_frames, self.options, self.team)
        while self.progress < 1:
            sampler.rescan()
            means, speed = self.train_epoch(sampler)
            self.epoch += 1
            if self.team.leads:
                self.finish_epoch(means, speed, val_frames, sampler)

    def finish_epoch(self, means, speed, val_frames, sampler):
        """Scores now and then, saves and reports; the leader's work, for which the others wait at their next step."""
        scores = None
        if val_frames and (self.progress >= 1 or self.clock.used - self.evaluated > 60 * self.options.evaluate_minutes):
            self.evaluated = self.clock.used
            scores = evaluate(self.average.model, val_frames, self.options.whole_sizes[0], self.device)
            self.keep_best(scores)
            self.save(f"epoch-{self.epoch:03d}.pt", whole=False)
        self.save("last.pt")
        self.report(means, speed, scores, sampler)


def pair(text):
    width, height = text.lower().split("x")
    return int(width), int(height)


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--train", nargs="+", required=True, help="annotated packs (tar) or folders")
    add("--val", nargs="*", default=[], help="packs of other routes, never trained on")
    add("--run", default="runs/last", help="folder of checkpoints and log.csv; an existing run is continued")
    add("--init", help="checkpoint or exported graph (.xml) to start from, for fine-tuning")
    add("--teach-from", help="train a teacher instead: the file of EfficientNet-Lite0's published weights")
    add("--teacher", help="checkpoint of a teacher; it and the network of --init teach the student besides the truth")
    add("--budget-minutes", type=float, default=240)
    add("--extra-dir", help="folder of pictures with truth.jsonl, mixed in once it exists")
    add("--extra-share", type=float, default=0.15)
    add("--extra-most", type=int, default=2000)
    add("--rate", type=float, default=1.5e-3)
    add("--weight-decay", type=float, default=0.02)
    add("--warmup-steps", type=int, default=200)
    add("--average-decay", type=float, default=0.999)
    add("--batch", type=int, default=16, help="windows a step and process")
    add("--whole-batch", type=int, default=12, help="whole frames a step and process")
    add("--crop-size", type=pair, default=(384, 256))
    add("--whole-sizes", type=pair, nargs="+", default=[(640, 416)], help="drawn anew for every batch; the first is evaluated at")
    add("--whole-from", type=float, default=0.7, help="share of the budget after which whole frames are trained on")
    add("--zooms", type=float, nargs=2, default=(0.6, 1.6))
    add("--mosaic", type=float, default=0.2, help="share of mosaics among the windows")
    add("--paste", type=float, default=0.0, help="share of annotated frames that get potholes of other frames laid onto their lane")
    add("--shadows", type=float, default=0.0, help="share of samples with cast shadows, and again with stains, laid over them")
    add("--pothole-times", type=int, default=3, help="how often a frame with a pothole is drawn in an epoch")
    add("--epoch-pictures", type=int, help="pictures an epoch; all of them unless given")
    add("--evaluate-minutes", type=float, default=10, help="least time between evaluations")
    add("--threads", type=int, default=0, help="threads of a single process; best on a CPU of its own")
    add("--processes", type=int, default=1, help="processes of one thread each; best on a CPU that is shared with other work")
    add("--seed", type=int, default=7)
    return parser.parse_args(arguments)


def main():
    options = parse()
    if options.teacher and not options.init:
        raise SystemExit("--teacher needs --init: a network without training has no opinion to add to the teacher's")
    if options.threads:
        torch.set_num_threads(options.threads)
    # OpenCV's own threads would compete with training and do not survive a fork.
    cv2.setNumThreads(0)
    train_frames = [f for pack in options.train for f in read_any(pack)]
    val_frames = [f for pack in options.val for f in read_any(pack)]
    shared = {f.route for f in train_frames} & {f.route for f in val_frames}
    if shared:
        raise SystemExit(f"routes in both training and validation: {sorted(shared)}; neighbouring frames overlap, split by route")
    if not train_frames:
        raise SystemExit(f"no pictures in {' '.join(options.train)}")
    print("train:", data.inventory(train_frames), flush=True)
    print("validation:", data.inventory(val_frames), flush=True)
    def work(team):
        trainer = Trainer(options, team)
        trainer.restore(train_frames)
        trainer.fit(train_frames, val_frames)

    workers.run(options.processes, work)


def read_any(path):
    """Annotated frames, or a folder of pictures with truth.jsonl."""
    path = pathlib.Path(path)
    if path.is_dir() and next(path.rglob("truth.jsonl"), None):
        return data.read_truth_folder(path)
    return list(data.read_frames(path))


if __name__ == "__main__":
    main()
