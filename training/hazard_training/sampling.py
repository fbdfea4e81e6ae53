"""From frames to batches: which frame is drawn, what is cut out of it, and how samples of one size become tensors."""
import pathlib

import numpy as np
import torch

from . import augment, data, paste, workers


class Sampler:
    """Chooses frames and turns them into batches; one seeded generator makes the order repeatable."""

    def __init__(self, frames, options, team=workers.Team()):
        self.frames, self.options, self.team = frames, options, team
        self.extra, self.seen = [], []
        rare = [i for i, f in enumerate(frames) if len(f.boxes(data.POTHOLE))]
        self.order = list(range(len(frames))) + rare * (options.pothole_times - 1)
        self.cuttings = paste.collect(frames) if options.paste else []

    def rescan(self):
        """Pictures made by the simulated drive may arrive, or be replaced, while training runs."""
        folder = self.options.extra_dir
        seen = sorted((str(p), p.stat().st_mtime) for p in pathlib.Path(folder).rglob("truth.jsonl")) if folder else []
        if seen and seen != self.seen:
            self.extra, self.seen = data.read_truth_folder(folder, self.options.extra_most), seen
            for frame in self.extra:
                frame.simulated = True

    def _pick(self, index, rng):
        if self.extra and rng.random() < self.options.extra_share:
            return self.extra[rng.integers(len(self.extra))]
        if self.cuttings and rng.random() < self.options.paste:
            return paste.paste(self.frames[index], self.cuttings, rng)
        return self.frames[index]

    def sample(self, index, size, whole, rng):
        options = self.options
        frames = [self._pick(index, rng)]
        if whole and rng.random() < 0.7:
            sample = augment.whole_window(frames[0], size, rng).apply(frames[0])
        elif rng.random() < options.mosaic:
            frames += [self._pick(self.order[rng.integers(len(self.order))], rng) for _ in range(3)]
            sample = augment.mosaic(frames, size, options.zooms, rng)
        else:
            sample = augment.random_window(frames[0], size, options.zooms, rng).apply(frames[0])
        sample.picture = augment.change_light(sample.picture, rng, options.shadows)
        sample.real = not any(frame.simulated for frame in frames)
        return sample

    def batches(self, size, whole, rng):
        order = self.team.share(rng.permutation(self.order)[:self.options.epoch_pictures])
        # The server runs several forms: letterboxed squares and graphs that fit the camera. Members share a step's form, since they
        # wait for each other.
        sizes = self.options.whole_sizes if whole else [self.options.crop_size]
        forms = rng.integers(len(sizes), size=len(order) // size)
        rng = np.random.default_rng(rng.integers(1 << 62, size=self.team.size)[self.team.rank])
        for form, start in zip(forms, range(0, len(order) - size + 1, size)):
            yield collate([self.sample(i, sizes[form], whole, rng) for i in order[start:start + size]])


def collate(samples):
    """Samples of one size -> pictures, boxes, labels, validity, anchor weights and which are real; boxes padded to the fullest picture."""
    pictures = torch.from_numpy(np.stack([s.picture[..., ::-1] for s in samples]).astype(np.float32) / 255).permute(0, 3, 1, 2)
    most = max(1, max(len(s.boxes) for s in samples))
    boxes, labels = torch.zeros(len(samples), most, 4), torch.zeros(len(samples), most, dtype=torch.long)
    valid = torch.zeros(len(samples), most, dtype=torch.bool)
    for i, sample in enumerate(samples):
        count = len(sample.boxes)
        boxes[i, :count], labels[i, :count] = torch.from_numpy(sample.boxes), torch.from_numpy(sample.labels)
        valid[i, :count] = True
    weights = torch.from_numpy(np.stack([augment.anchor_weights(s.weight) for s in samples]))
    return pictures, boxes, labels, valid, weights, torch.tensor([s.real for s in samples])
