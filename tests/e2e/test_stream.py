"""`hazardstream stream` and its sources against the real server: every frame gets its verdict."""
import shutil
import subprocess

import pytest

from conftest import BINARY, ROOT, Server


def stream(server, *words):
    done = subprocess.run([BINARY, "stream", *words, "--url", server.ws], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("mode", ["binary", "text"])
def test_every_frame_of_the_drive_is_answered(server, mode):
    code, said = stream(server, "drive", "--count", "20", "--fps", "8", "--size", "640x360", "--mode", mode)
    assert code == 0, said
    assert "frames sent       20" in said and "without verdict 0" in said


def test_a_server_that_still_loads_its_model_is_waited_for():
    starting = Server(until="/health/live")
    try:
        code, said = stream(starting, "drive", "--count", "3", "--size", "640x360")
    finally:
        starting.stop()
    assert code == 0, said
    assert "model_not_ready" in said and "; waiting" in said and "without verdict 0" in said
    assert said.count("waiting") == 1 and "server promised" in said


def test_a_folder_of_simulated_frames_goes_through_the_queue(server, tmp_path):
    simulate = [BINARY, "simulate", tmp_path, "--count", "12"]
    subprocess.run([*simulate, "--width", "640", "--height", "360"], check=True, capture_output=True, timeout=60)
    code, said = stream(server, str(tmp_path), "--fps", "0", "--delivery", "all")
    assert code == 0, said
    assert "results         12" in said


def test_a_video_goes_through_an_ffmpeg_child(server, tmp_path):
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed: videos are not tested")
    simulate = [BINARY, "simulate", tmp_path, "--count", "20"]
    subprocess.run([*simulate, "--width", "640", "--height", "360"], check=True, capture_output=True, timeout=60)
    video = tmp_path / "drive.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-framerate", "10", "-i", tmp_path / "%06d.jpg", video], check=True, timeout=60)
    code, said = stream(server, str(video), "--fps", "5")
    assert code == 0, said
    assert "frames sent       10" in said or "frames sent       11" in said
