"""What bench/run.py, bench/stream_best.py and bench/peers/run.py share: servers under test, the load generator, benchmark_app.

Python's own library only. Every server started here is ended on leaving, also when a measurement fails.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORES = len(os.sched_getaffinity(0))
GENERATOR = os.path.join(ROOT, "build/bench/hazard_load")
BINARY = os.environ.get("HAZARDSTREAM_BINARY", os.path.join(ROOT, "build/hazardstream"))
PEER_PYTHON = os.path.join(ROOT, "build/peers-venv/bin/python")
START_SECONDS_MAX = 60

# A measurement that is ended from outside leaves as any other does: with its servers ended.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def machine():
    """Cores, instruction sets and the precision that follows, as they are found."""
    flags = open("/proc/cpuinfo").read()
    isa = [name for name in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8") if name in flags]
    return {"cores": CORES, "isa": " ".join(isa), "precision": "bf16" if re.search(r"avx512_bf16|amx_bf16", flags) else "f32"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Others:
    """How many cores other programs held while a measurement ran: near 0, or the measurement is of them too."""

    def __init__(self):
        self.began, self.busy, self.own = time.monotonic(), self.busy_seconds(), os.times()

    @staticmethod
    def busy_seconds():
        with open("/proc/stat") as file:
            user, nice, system, idle, wait, irq, softirq = map(int, file.readline().split()[1:8])
        return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")

    def cores(self, measured_seconds=0.0):
        """measured_seconds: CPU of what was measured, apart from ended children of this process."""
        now = os.times()
        own = sum(now[:4]) - sum(self.own[:4])
        return max(0.0, (self.busy_seconds() - self.busy - own - measured_seconds) / (time.monotonic() - self.began))


def benchmark_app(model, hint, precision, seconds, shape=None):
    """Median latency in ms and frames a second of OpenVINO's own tool; shape (width, height) other than the model's own."""
    xml = [f for f in sorted(os.listdir(model)) if f.endswith(".xml")][0]
    others = Others()
    out = subprocess.run([os.path.join(ROOT, ".venv/bin/benchmark_app"), "-m", os.path.join(model, xml), "-d", "CPU", "-hint", hint,
                          "-infer_precision", precision, "-t", str(seconds)] +
                         (["-shape", f"[1,3,{shape[1]},{shape[0]}]"] if shape else []), capture_output=True, text=True, check=True).stdout
    return {"median_ms": float(re.search(r"Median:\s+([\d.]+)", out)[1]), "fps": float(re.search(r"Throughput:\s+([\d.]+)", out)[1]),
            "others_cores": round(others.cores(), 3)}


def usage(pid):
    """CPU seconds so far, RSS and peak RSS in MiB of a process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/status") as file:
        status = file.read()
    rss, peak = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM"))
    return {"cpu_seconds": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), "rss_mib": rss, "peak_rss_mib": peak}


class Server:
    """A server under test on a port of loopback, from a command and an environment; ended on leaving."""

    def __init__(self, command, environment=None, port=0):
        self.port = port or free_port()
        command = [part.replace("{port}", str(self.port)) for part in command]
        env = {**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), **(environment or {})}
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        self.pid = self.process.pid

    def __enter__(self):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end:
            try:
                if self.get("/health/ready"):
                    return self
            except OSError:
                pass
            if self.process.poll() is not None:
                sys.exit(f"{self.process.args} ended at start: run it by hand to see why")
            time.sleep(0.1)
        self.__exit__()
        sys.exit(f"{self.process.args} was not ready within a minute")

    def __exit__(self, *_):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as reply:
            return reply.read().decode()

    def rss_mib(self):
        return usage(self.pid)["rss_mib"]

    def stage_ms(self, stage):
        """Mean of a stage since the start, from /metrics."""
        text = self.get("/metrics")
        total = re.search(rf'hazardstream_stage_seconds_sum{{stage="{stage}"}} ([\d.e+-]+)', text)
        count = re.search(rf'hazardstream_stage_seconds_count{{stage="{stage}"}} (\d+)', text)
        return 1000 * float(total[1]) / max(1, int(count[1])) if total and count else float("nan")

    def load(self, *flags, **options):
        """Runs the load generator against this server; its report."""
        flags = list(flags) + [f for name, value in options.items() for f in ("--" + name.replace("_", "-"), str(value))]
        others, before = Others(), usage(self.pid)["cpu_seconds"]
        out = subprocess.run([GENERATOR, "--url", f"ws://127.0.0.1:{self.port}", "--pid", str(self.pid)] + flags,
                             capture_output=True, text=True)
        if out.returncode != 0:
            raise RuntimeError(f"hazard_load {' '.join(flags)}: {out.stderr.strip() or out.returncode}")
        report = json.loads(out.stdout)
        report["others_cores"] = round(others.cores(usage(self.pid)["cpu_seconds"] - before), 3)
        return report


def hazardstream(mode=None, port=0, **settings):
    """The release binary; without a mode it chooses itself."""
    chosen = {"OPENVINO_PERFORMANCE_MODE": mode} if mode else {}
    return Server([BINARY, "serve"], {"LOG_LEVEL": "warn", "STREAMING_MAX_FPS": "100", **chosen, **settings}, port)


def fastapi_peer(hint, port=0):
    """The FastAPI server of bench/peers/fastapi; needs its own environment."""
    if not os.path.exists(PEER_PYTHON):
        sys.exit("the peer's environment is missing: python3 -m venv build/peers-venv && "
                 "build/peers-venv/bin/pip install -r bench/peers/fastapi/requirements.txt")
    return Server([PEER_PYTHON, "bench/peers/fastapi/server.py", "--port", "{port}", "--hint", hint], port=port)
