"""Schedule, averaging and the agreement between processes."""
import types

import numpy as np
import pytest
import torch

from hazard_training import data, sampling, train, workers


def test_rate_warms_up_and_ends_near_zero():
    options = types.SimpleNamespace(rate=1.0, warmup_steps=10)
    assert train.rate_at(0.0, 0, options) == pytest.approx(0.1)
    assert train.rate_at(0.0, 100, options) == pytest.approx(1.0)
    assert train.rate_at(0.5, 100, options) == pytest.approx(0.505)
    assert train.rate_at(1.0, 100, options) == pytest.approx(0.01)


def test_clock_counts_over_resumptions(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(train.time, "monotonic", lambda: now[0])
    clock = train.Clock(budget_minutes=10, used=300)
    now[0] += 15
    assert clock.progress() == pytest.approx(0.525)
    for _ in range(10):
        now[0] += 30
        clock.progress()
    assert clock.progress() == 1


def test_clock_does_not_count_the_time_a_run_was_stopped(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(train.time, "monotonic", lambda: now[0])
    clock = train.Clock(budget_minutes=10)
    now[0] += 1000
    assert clock.progress() == pytest.approx(0.05)


def test_average_follows_slowly_and_copies_counters():
    model = torch.nn.BatchNorm1d(1)
    average = train.Average(model, decay=0.5)
    model.weight.data.fill_(3.0)
    model.num_batches_tracked.fill_(7)
    average.steps = 1000
    average.update(model)
    assert average.model.weight.item() == pytest.approx(2.0)
    assert average.model.num_batches_tracked.item() == 7


def frames(count):
    return [data.Frame(f"{i}_R_{i}", np.zeros((400, 640, 3), np.uint8), np.full((400, 640), 255, np.uint8),
                       [data.Object(i % 2, np.array([(300, 300), (339, 329)], np.int16))]) for i in range(count)]


def test_frames_with_potholes_are_drawn_more_often():
    sampler = train.Sampler(frames(4), train.parse(["--train", "x", "--pothole-times", "3"]))
    assert sorted(sampler.order) == [0, 1, 1, 1, 2, 3, 3, 3]


def test_batches_have_equal_shapes_and_the_boxes_of_their_windows():
    sampler = train.Sampler(frames(4), train.parse(["--train", "x", "--crop-size", "128x96"]))
    pictures, boxes, labels, valid, weights, real = next(sampler.batches(4, False, np.random.default_rng(1)))
    assert pictures.shape == (4, 3, 96, 128) and weights.shape == (4, 16 * 12 + 8 * 6 + 4 * 3)
    assert boxes.shape[:2] == labels.shape == valid.shape and real.tolist() == [True] * 4
    assert (boxes[valid][:, 2:] > boxes[valid][:, :2]).all()


@pytest.mark.parametrize("share, mosaic", [(1.0, 0.0), (0.5, 1.0)])
def test_a_sample_with_anything_simulated_in_it_is_not_real(share, mosaic, monkeypatch):
    monkeypatch.setattr(sampling.augment, "change_light", lambda picture, rng, shadows: picture)
    sampler = train.Sampler(frames(8), train.parse(["--train", "x", "--extra-share", str(share), "--mosaic", str(mosaic)]))
    sampler.extra = frames(2)
    for frame in sampler.extra:
        frame.picture[:], frame.simulated = 255, True
    rng, seen = np.random.default_rng(1), set()
    for index in range(40):
        sample = sampler.sample(index % 8, (64, 64), False, rng)
        assert sample.real != (sample.picture == 255).any()
        seen.add(sample.real)
    assert seen == ({False} if share == 1 else {False, True})


def test_whole_frames_come_in_every_form_that_was_asked_for():
    sampler = train.Sampler(frames(40), train.parse(["--train", "x", "--whole-sizes", "64x64", "96x64"]))
    shapes = {tuple(batch[0].shape[2:]) for batch in sampler.batches(4, True, np.random.default_rng(1))}
    assert shapes == {(64, 64), (64, 96)}


def test_members_share_equal_parts_without_overlap():
    parts = [workers.Team(rank, 2).share(np.arange(7)) for rank in range(2)]
    assert [p.tolist() for p in parts] == [[0, 2, 4], [1, 3, 5]]


def test_gradients_and_progress_are_agreed_between_processes(tmp_path):
    def work(team):
        parameter = torch.zeros(2, requires_grad=True)
        parameter.grad = torch.tensor([1.0, 2.0]) * (team.rank + 1)
        progress = team.agree([parameter], 0.25 if team.leads else 0.9)
        torch.save((parameter.grad, progress), tmp_path / f"{team.rank}.pt")

    threads = torch.get_num_threads()
    workers.run(2, work)
    torch.set_num_threads(threads)
    for rank in range(2):
        gradient, progress = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert gradient.tolist() == pytest.approx([1.5, 3.0]) and progress == pytest.approx(0.25)


def test_same_route_in_both_sets_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "read_any", lambda path: frames(2))
    monkeypatch.setattr("sys.argv", ["train", "--train", "a", "--val", "b", "--run", str(tmp_path)])
    with pytest.raises(SystemExit, match="routes in both"):
        train.main()


def test_a_run_goes_on_without_the_file_it_started_from(tmp_path):
    start = tmp_path / "start.pt"
    torch.save({"model": train.HazardYolo().state_dict()}, start)
    options = train.parse(["--train", "x", "--run", str(tmp_path), "--init", str(start)])
    trainer = train.Trainer(options)
    trainer.restore()
    trainer.step = 5
    trainer.save("last.pt")
    start.unlink()
    again = train.Trainer(options)
    again.restore()
    assert again.step == 5


def test_a_folder_without_pictures_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["train", "--train", str(tmp_path), "--run", str(tmp_path / "run")])
    with pytest.raises(SystemExit, match="no pictures"):
        train.main()
