"""The folder that the server loads."""
import numpy as np
import openvino as ov
import pytest
import torch
import yaml

from hazard_training import export, lineage, train


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("graph")
    export.write(path, export.load_model(), data="", version="test", commit="none")
    return path


def test_weights_are_small(folder):
    assert (folder / f"{export.GRAPH}.bin").stat().st_size <= export.LARGEST_BYTES


def test_metadata_names_what_a_server_needs(folder):
    facts = yaml.safe_load((folder / "metadata.yaml").read_text(encoding="utf-8"))
    assert facts["names"] == {0: "crack", 1: "pothole"} and facts["imgsz"] == [640, 640] and facts["stride"] == 32
    assert facts["license"] == "Apache-2.0" and facts["trained"] is False


def test_what_weights_have_seen_goes_with_them(tmp_path):
    """From one run into its checkpoint, into the metadata beside the graph, and into what a run that starts from it leaves."""
    def options(*more):
        return train.parse(["--run", str(tmp_path / "run"), *more])

    first = options("--train", "/some/where/roads.tar", "--extra-dir", "/some/where/drives")
    assert lineage.of_run(first) == "pictures of roads.tar, drives"
    torch.save({"model": {}, "data": lineage.of_run(first)}, tmp_path / "last.pt")
    export.write(tmp_path, export.load_model(), lineage.of_weights(tmp_path / "last.pt"), "test", commit="none")
    facts = yaml.safe_load((tmp_path / "metadata.yaml").read_text(encoding="utf-8"))
    assert facts["data"] == "pictures of roads.tar, drives" and facts["trained"] is True
    graph = str(tmp_path / f"{export.GRAPH}.xml")
    mine = lineage.of_run(options("--train", "mine", "--init", graph, "--teacher", "t.pt"))
    assert mine == f"pictures of mine; {lineage.TEACHER}; before that: pictures of roads.tar, drives"
    torch.save({"data": mine}, tmp_path / "mine.pt")
    assert lineage.of_run(options("--train", "mine", "--init", str(tmp_path / "mine.pt"), "--teacher", "t.pt")) == mine
    torch.save({"model": {}}, tmp_path / "old.pt")
    assert lineage.of_weights(tmp_path / "old.pt") == ""


def test_graph_is_static_and_reshapes(folder):
    graph = ov.Core().read_model(folder / f"{export.GRAPH}.xml")
    assert list(graph.input(0).shape) == [1, 3, 640, 640] and list(graph.output(0).shape) == [1, 6, 8400]
    graph.reshape([1, 3, 96, 160])
    result = ov.compile_model(graph, "CPU")(np.zeros((1, 3, 96, 160), np.float32))[0]
    assert result.shape == (1, 6, export.anchors_of(96, 160))
    # The grid follows the new shape: centres of untrained boxes lie inside the picture and reach both ends of it.
    assert 0 < result[0, 0].min() < 16 and 144 < result[0, 0].max() < 160
    assert 0 < result[0, 1].min() < 16 and 80 < result[0, 1].max() < 96


def test_main_scores_are_copied():
    side = {"AP50": 0.2, "AP50-95": 0.1, "best_F1": 0.3, "at": 0.2, "boxes": 5}
    report = {"pack": "v", "frames": 3, "precision": "bf16", "clean_clip": {"per_frame": 0.01}, "sizes": {
        "640x640": {"heavy_crack_hit": 0.5, "crack_box_precision": 0.6, "crack": side, "pothole": side}, "480x320": {}}}
    scores = export.compact(report)
    assert scores["size"] == "640x640" and scores["crack"]["AP50"] == 0.2 and scores["false_alarms_per_clean_frame"] == 0.01


def test_a_shift_moves_scores_and_nothing_else():
    picture = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        plain, shifted = export.load_model()(picture), export.load_model(shift=(1.0, -0.5))(picture)
    assert torch.equal(plain[:, :4], shifted[:, :4])
    assert torch.allclose(plain[:, 4:].logit() + torch.tensor((1.0, -0.5)).view(1, 2, 1), shifted[:, 4:].logit(), atol=1e-4)


def test_a_coarse_shift_moves_the_scores_of_large_boxes_alone():
    picture = torch.rand(1, 3, 64, 96)
    fine = (64 // 8) * (96 // 8)
    with torch.inference_mode():
        plain, shifted = export.load_model()(picture), export.load_model(coarse_shift=(0, -1.0))(picture)
    assert torch.equal(plain[:, :5], shifted[:, :5]) and torch.equal(plain[..., :fine], shifted[..., :fine])
    assert torch.allclose(plain[:, 5, fine:].logit() - 1, shifted[:, 5, fine:].logit(), atol=1e-4)
