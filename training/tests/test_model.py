"""Shapes, counts and decoding of the network."""
import pytest
import torch

from hazard_training import model as m
from hazard_training.blocks import AreaAttention, ConvUnit


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return m.HazardYolo(2).eval()


def test_parameter_count_is_that_of_the_nano_size(network):
    assert 2.4e6 < m.parameter_count(network) < 2.6e6


@pytest.mark.parametrize("height, width", [(64, 96), (96, 64), (128, 128)])
def test_output_has_one_column_per_cell(network, height, width):
    with torch.inference_mode():
        out = network(torch.rand(1, 3, height, width))
    assert out.shape == (1, 6, sum((height // s) * (width // s) for s in m.STRIDES))


def test_default_size_has_8400_anchors():
    assert sum((640 // s) ** 2 for s in m.STRIDES) == 8400


def test_untrained_network_is_silent(network):
    with torch.inference_mode():
        scores = network(torch.rand(1, 3, 128, 128))[:, 4:]
    assert scores.max() < 0.05


def test_class_count_changes_the_output_alone():
    with torch.inference_mode():
        assert m.HazardYolo(5).eval()(torch.rand(1, 3, 64, 64)).shape == (1, 9, 84)


def test_anchor_points_are_cell_centres_row_by_row():
    maps = [torch.zeros(1, 1, 2, 3), torch.zeros(1, 1, 1, 1), torch.zeros(1, 1, 1, 1)]
    points, strides = m.anchor_points(maps)
    assert points[:6].tolist() == [[0.5, 0.5], [1.5, 0.5], [2.5, 0.5], [0.5, 1.5], [1.5, 1.5], [2.5, 1.5]]
    assert strides.flatten().tolist() == [8] * 6 + [16, 32]


def test_expected_distance_of_one_sure_bin_is_that_bin():
    logits = torch.full((1, 4, m.BINS, 1), -50.0)
    for side, wanted in enumerate((0, 3, 7, 15)):
        logits[0, side, wanted] = 50.0
    distances = m.expected_distances(logits.view(1, 4 * m.BINS, 1))
    assert distances.flatten().tolist() == pytest.approx([0, 3, 7, 15], abs=1e-4)


def test_folding_changes_nothing_but_the_last_digits():
    torch.manual_seed(1)
    unit = ConvUnit(8, 16, 3)
    unit.norm.running_mean.uniform_(-1, 1)
    unit.norm.running_var.uniform_(0.5, 2)
    unit.eval()
    picture = torch.rand(1, 8, 9, 9)
    with torch.inference_mode():
        before = unit(picture)
        unit.fold()
        assert torch.allclose(unit(picture), before, atol=1e-5)
        unit.fold()  # a second time must do nothing
        assert torch.allclose(unit(picture), before, atol=1e-5)


def test_attention_matches_the_library_form_band_by_band():
    torch.manual_seed(2)
    attention = AreaAttention(64, 4).eval()
    picture = torch.rand(2, 64, 8, 8)
    with torch.inference_mode():
        qkv = attention.qkv(picture)
        wanted = torch.empty(2, 64, 8, 8)
        for band in range(4):
            rows = slice(2 * band, 2 * band + 2)
            query, key, value = (part[:, :, rows].reshape(2, 2, 32, 16).transpose(2, 3) for part in qkv.split(64, 1))
            mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value)
            wanted[:, :, rows] = mixed.transpose(2, 3).reshape(2, 64, 2, 8)
        wanted = attention.project(wanted + attention.position(qkv[:, 128:]))
        assert torch.allclose(attention(picture), wanted, atol=1e-5)


def test_attention_stays_inside_its_band():
    torch.manual_seed(3)
    attention = AreaAttention(32, 4).eval()
    attention.position.conv.weight.data.zero_()  # leave attention alone: the 7x7 convolution crosses bands on purpose
    first = torch.rand(1, 32, 8, 4)
    second = first.clone()
    second[:, :, 6:] = 0
    with torch.inference_mode():
        difference = (attention(first) - attention(second)).abs().amax((0, 1, 3))
    assert difference[:6].max() < 1e-6 < difference[6:].min()
