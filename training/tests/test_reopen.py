"""A published graph can be trained on."""
import copy

import numpy as np
import openvino as ov
import pytest
import torch

from hazard_training import data, export, reopen, train


@pytest.fixture(scope="module")
def network():
    """A network whose normalisation does something: as initialised, folding it is next to nothing."""
    torch.manual_seed(3)
    model = export.HazardYolo()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.weight.data.uniform_(0.5, 1.5)
            part.bias.data.uniform_(-0.3, 0.3)
    return model


@pytest.fixture(scope="module")
def graph(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("graph")
    export.write(path, copy.deepcopy(network).eval().fold(), data="generated pictures", version="test", commit="none")
    return path / f"{export.GRAPH}.xml"


def test_outputs_stay_the_same(graph):
    pictures = torch.rand(6, 3, 64, 96)
    model = reopen.reopen(graph, pictures)
    pixels, score = export.check(ov.Core().read_model(graph), model.eval(), sizes=((64, 96), (128, 64)))
    assert pixels < 0.05 and score < 1e-4


def test_training_mode_gives_what_evaluation_gives_on_the_pictures_it_was_measured_on(graph):
    pictures = torch.rand(4, 3, 64, 96)
    model = reopen.reopen(graph, pictures)
    with torch.no_grad():
        calm = model.eval().raw(pictures)
        busy = model.train().raw(pictures)
    for a, b in zip(calm[:2], busy[:2]):
        assert (a - b).abs().max() < 0.02 * a.abs().max()


def test_another_network_is_refused(tmp_path):
    picture = ov.opset13.parameter([1, 3, 64, 64], np.float32)
    filters = ov.opset13.constant(np.zeros((4, 3, 3, 3), np.float32))
    convolution = ov.opset13.convolution(picture, filters, [1, 1], [1, 1], [1, 1], [1, 1])
    biased = ov.opset13.add(convolution, ov.opset13.constant(np.zeros((1, 4, 1, 1), np.float32)))
    ov.save_model(ov.Model([biased], [picture]), tmp_path / "other.xml")
    with pytest.raises(SystemExit, match="not a graph of this network"):
        reopen.reopen(tmp_path / "other.xml", torch.rand(1, 3, 64, 64))


def test_a_run_starts_from_a_graph(graph, network, tmp_path):
    frames = [data.Frame(f"{i}_R_{i}", np.full((40, 64, 3), 40 * i, np.uint8), np.full((40, 64), 255, np.uint8), []) for i in range(3)]
    options = train.parse(["--train", "x", "--run", str(tmp_path), "--init", str(graph), "--whole-sizes", "64x64"])
    trainer = train.Trainer(options)
    trainer.restore(frames)
    given = network.boxes[0][-1].weight
    for model in (trainer.model, trainer.average.model):
        assert torch.allclose(model.boxes[0][-1].weight, given, atol=1e-3)
