"""The teacher's backbone, and learning from a teacher."""
import numpy as np
import pytest
import torch

from hazard_training import data, distill, model, teacher, train


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A file like the published one, with random numbers."""
    generator = torch.Generator().manual_seed(1)
    own = teacher.LiteBackbone().state_dict()
    weights = {teacher._published_name(name): torch.rand(tensor.shape, generator=generator) * 0.1 + 0.01
               for name, tensor in own.items() if not name.startswith("adapt.")}
    path = tmp_path_factory.mktemp("published") / "weights.pth"
    torch.save(weights, path)
    return path


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    torch.manual_seed(2)
    path = tmp_path_factory.mktemp("teacher") / "last.pt"
    loud = teacher.make_teacher()
    for branch in loud.scores:
        # An untrained network is silent, and the student would be too: one has to be told from the other.
        torch.nn.init.constant_(branch[-1].bias, 1.0)
    torch.save({"model": loud.state_dict()}, path)
    return path


def test_maps_have_the_shapes_of_the_networks_own_backbone():
    picture = torch.zeros(1, 3, 96, 160)
    with torch.no_grad():
        theirs, own = teacher.LiteBackbone().eval()(picture), model.Backbone().eval()(picture)
    assert [m.shape for m in theirs] == [m.shape for m in own]


@pytest.mark.parametrize("kernel, stride, sides", [(3, 1, (1, 1)), (5, 1, (2, 2)), (3, 2, (0, 1)), (5, 2, (1, 2))])
def test_padding_is_that_of_the_published_weights(kernel, stride, sides):
    assert teacher.SamePad(kernel, stride).sides == sides * 2


def test_published_weights_are_read_by_their_names(published):
    weights = torch.load(published, weights_only=True)
    backbone = teacher.make_teacher(published).backbone
    assert torch.equal(backbone.stem[1].weight, weights["_conv_stem.weight"])
    assert torch.equal(backbone.blocks[0].mix[1].weight, weights["_blocks.0._depthwise_conv.weight"])
    assert torch.equal(backbone.blocks[15].widen[1].running_var, weights["_blocks.15._bn0.running_var"])
    assert torch.equal(backbone.blocks[7].narrow[0].weight, weights["_blocks.7._project_conv.weight"])
    assert len(weights) == sum(not name.startswith("adapt.") for name in backbone.state_dict())


def test_the_published_statistics_and_the_first_blocks_stay(published):
    backbone = teacher.make_teacher(published).train().backbone
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    sum(m.mean() for m in backbone(torch.rand(2, 3, 64, 64))).backward()
    changed = {n for n, t in backbone.state_dict().items() if not torch.equal(t, before[n])}
    assert changed and all(n.startswith("adapt.") for n in changed)
    fixed = [*backbone.stem.parameters(), *backbone.blocks[:teacher.FIXED_BLOCKS].parameters()]
    assert all(p.grad is None for p in fixed) and all(p.grad is not None for p in backbone.published())


def test_equal_maps_cost_nothing_and_loud_channels_count_like_quiet_ones():
    generator = torch.Generator().manual_seed(4)
    theirs = torch.randn(2, 4, 8, 8, generator=generator)
    other = torch.randn(2, 4, 8, 8, generator=generator)
    assert distill.map_loss([theirs], [theirs]) == 0
    plain = distill.map_loss([other], [theirs])
    assert plain == pytest.approx(2.0, rel=0.3)
    assert distill.map_loss([other * 10], [theirs * 10]) == pytest.approx(float(plain), rel=1e-3)


def test_no_answer_costs_less_than_the_panels_own():
    generator = torch.Generator().manual_seed(5)
    boxes, scores = torch.randn(2, 4 * model.BINS, 21, generator=generator), torch.randn(2, 2, 21, generator=generator)
    wanted = boxes.unflatten(1, (4, model.BINS)).softmax(2), scores.sigmoid()
    own_score, own_distance = distill.answer_loss(boxes, scores, *wanted)
    assert own_distance == pytest.approx(0, abs=1e-6)
    for change in (0.5, -0.5):
        noise = torch.randn(boxes.shape, generator=generator)
        score, distance = distill.answer_loss(boxes + change * noise, scores + change, *wanted)
        assert score > own_score and distance > 1e-3


def test_a_panel_of_one_opinion_says_it_and_the_surer_network_says_where():
    class Voice(torch.nn.Module):
        """A network that says the same of everything: a score in all classes, and that all distances are `bin`."""

        def __init__(self, score, bin):
            super().__init__()
            self.score, self.bin = score, bin

        def backbone(self, x):
            return x, x, x

        def answers(self, maps):
            boxes = torch.full((1, 4, model.BINS, 5), -50.0)
            boxes[:, :, self.bin] = 50.0
            return boxes.flatten(1, 2), torch.full((1, 2, 5), self.score).logit()

    panel = distill.Panel(Voice(0.6, 3), Voice(0.2, 9))
    *_, scores, boxes = panel(torch.zeros(1, 1, 2, 2), torch.tensor([0.5]))
    assert torch.allclose(scores, torch.tensor(0.4))
    assert torch.allclose(boxes[:, :, 3], torch.tensor(0.75), atol=1e-4) and torch.allclose(boxes.sum(2), torch.tensor(1.0))
    *_, scores, boxes = panel(torch.zeros(1, 1, 2, 2), torch.tensor([0.0]))
    assert torch.allclose(scores, torch.tensor(0.2)) and torch.allclose(boxes[:, :, 9], torch.tensor(1.0), atol=1e-4)


def tutored(checkpoint):
    student = model.HazardYolo().train()
    tutor = distill.Tutor(checkpoint, student)
    tutor.open(student.state_dict())
    return student, tutor


def test_the_tutor_answers_like_its_panel_in_every_size(checkpoint):
    _, tutor = tutored(checkpoint)
    for shape in ((2, 3, 64, 96), (1, 3, 96, 64), (2, 3, 64, 96)):
        pictures, real = torch.rand(shape), torch.tensor([True, False])[:shape[0]]
        with torch.no_grad():
            wanted = tutor.panel(pictures, distill.TRUST * real)
        for got, want in zip(tutor.ask(pictures, real), wanted):
            assert torch.allclose(got, want, atol=1e-3)


def test_of_simulated_roads_the_teacher_knows_nothing(checkpoint):
    student, tutor = tutored(checkpoint)
    pictures = torch.rand(2, 3, 64, 64)
    *_, scores, _ = tutor.ask(pictures, torch.tensor([False, True]))
    own = student.eval()(pictures)[:, 4:]
    assert torch.allclose(scores[0], own[0], atol=1e-3) and not torch.allclose(scores[1], own[1], atol=1e-3)
    raw = student.train()(pictures)
    none_real = tutor.loss(pictures, raw, torch.tensor([False, False]))
    # Still every parameter has a gradient: processes average them by their order.
    none_real.backward()
    assert all(p.grad is not None and not p.grad.any() for p in tutor.projection.parameters())


def test_a_class_counts_by_itself_however_rare_it_is():
    wanted = torch.zeros(1, 2, 100)
    wanted[0, 0, :70], wanted[0, 1, :10] = 1.0, 1.0
    boxes = torch.zeros(1, 4 * model.BINS, 100)
    wanted_boxes = boxes.unflatten(1, (4, model.BINS)).softmax(2)
    right = torch.where(wanted > 0, 20.0, -20.0)
    losses = []
    for label in (0, 1):
        scores = right.clone()
        scores[0, label, wanted[0, label] > 0] = 0.0
        losses.append(float(distill.answer_loss(boxes, scores, wanted_boxes, wanted)[0]))
    assert losses[0] == pytest.approx(losses[1], rel=1e-3) and losses[0] > 0.5


def options(tmp_path, *more):
    return train.parse(["--train", "x", "--run", str(tmp_path), "--whole-sizes", "64x64", "--crop-size", "64x64", "--batch", "2", *more])


def test_a_student_goes_on_where_it_stopped_with_its_projection(checkpoint, tmp_path):
    frames = [data.Frame(f"{i}_R_{i}", np.full((64, 64, 3), 60 * i, np.uint8), np.full((64, 64), 255, np.uint8),
                         [data.Object(1, np.array([(20, 20), (44, 40)], np.int16))]) for i in range(4)]
    start = tmp_path / "start.pt"
    torch.save({"model": model.HazardYolo().state_dict()}, start)
    given = options(tmp_path, "--init", str(start), "--teacher", str(checkpoint))
    trainer = train.Trainer(given)
    trainer.restore()
    before = [w.clone() for w in (trainer.model.backbone.shallow[0].conv.weight, trainer.tutor.projection[0].weight)]
    trainer.train_epoch(train.Sampler(frames, given))
    after = trainer.model.backbone.shallow[0].conv.weight, trainer.tutor.projection[0].weight
    assert trainer.step > 1 and not any(torch.equal(a, b) for a, b in zip(after, before))
    trainer.save("last.pt")
    again = train.Trainer(given)
    again.restore()
    assert torch.equal(again.tutor.projection[0].weight, after[1]) and again.step == trainer.step
    # The panel keeps the opinion of the network that the student started from.
    assert torch.equal(again.tutor.panel.start.backbone.shallow[0].conv.weight, before[0])


def test_a_teacher_takes_all_but_the_backbone_from_a_network(published, tmp_path):
    start = tmp_path / "start.pt"
    torch.save({"model": model.HazardYolo().state_dict()}, start)
    trainer = train.Trainer(options(tmp_path, "--init", str(start), "--teach-from", str(published)))
    trainer.restore()
    given = torch.load(start, weights_only=True)["model"]
    assert torch.equal(trainer.model.scores[1][-1].weight, given["scores.1.4.weight"])
    assert torch.equal(trainer.model.backbone.stem[1].weight, torch.load(published, weights_only=True)["_conv_stem.weight"])
    gains = {group["gain"] for group in trainer.optimizer.param_groups}
    assert gains == {1.0, train.PUBLISHED_RATE}


def test_a_teacher_alone_is_no_panel(monkeypatch):
    monkeypatch.setattr("sys.argv", ["train", "--train", "a", "--teacher", "t.pt"])
    with pytest.raises(SystemExit, match="needs --init"):
        train.main()
