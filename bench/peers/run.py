#!/usr/bin/env python3
"""The server against a FastAPI server written for the same job: the same graph, the same load, the same run.

    bench/peers/run.py [--rounds 3] [--seconds 10] [--rows one,four,4x30,10x10,memory] [--out build/bench/peers.json]
    bench/peers/run.py --merge a.json b.json ...     # one table of several runs: medians, and the spread

All servers are started first and wait; each measurement loads one of them, and the contenders take turns within a row, so that a machine
that grows slower hits all of them alike. Prints a Markdown table; every raw report goes to --out. Needs build/hazardstream,
build/bench/hazard_load and build/peers-venv (python3 -m venv build/peers-venv && build/peers-venv/bin/pip install -r
bench/peers/fastapi/requirements.txt). Python's own library only.
"""
import argparse
import contextlib
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from servers import ROOT, fastapi_peer, hazardstream, machine  # noqa: E402

PEERS = {"FastAPI, latency hint": lambda: fastapi_peer("latency"), "FastAPI, throughput hint": lambda: fastapi_peer("throughput")}
# INPUT_SHAPES=model keeps to the square graph that the peers run too; the default also compiles one that fits the camera.
SQUARE, OWN_CHOICE, ADAPTIVE = "hazardstream, 640x640 only", "hazardstream", "hazardstream, balanced"
SERVERS = {**PEERS, SQUARE: lambda: hazardstream(INPUT_SHAPES="model"), OWN_CHOICE: hazardstream, ADAPTIVE: hazardstream}
# quality: every frame goes through the network, as large as with the peers. balanced, the default of clients, shows it up to a twentieth
# smaller in a crowd (docs/decisions/0013) and may under load look at smaller inputs and predict boxes in between: its rows say how much
# was predicted and on which inputs.
CONTENDERS = {**{name: (name, "quality_mode=quality") for name in SERVERS}, ADAPTIVE: (ADAPTIVE, "quality_mode=balanced")}
WARM_UP_SECONDS = 2
OTHERS_CORES_MAX = 0.1
ROWS = {
    "one": ("1 session lock-step", dict(sessions=1, fps_limit=100)),
    "four": ("4 sessions lock-step", dict(sessions=4, fps_limit=100)),
    "4x30": ("4 x 30 fps open loop", dict(sessions=4, fps=30)),
    "10x10": ("10 x 10 fps open loop", dict(sessions=10, fps=10)),
}
FIGURES = (
    ("results/s", lambda load: load["results_per_second"], "{:.1f}", max),
    ("p50 ms", lambda load: load["latency_ms"]["p50"], "{:.1f}", min),
    ("p99 ms", lambda load: load["latency_ms"]["p99"], "{:.1f}", min),
    ("server CPU ms per result", lambda load: load["server_cpu_ms_per_result"], "{:.1f}", min),
    ("share of results predicted", lambda load: load["predicted"] / max(1, load["results"]), "{:.2f}", None),
    ("frames without a verdict", lambda load: load["silent"], "{:.0f}", min),
    ("generator, share of a core", lambda load: load["generator_cpu_share"], "{:.3f}", None),
    ("other programs, cores", lambda load: load["others_cores"], "{:.2f}", None),
)


def undisturbed(patience, measure_once):
    """The first of a few attempts in which other programs kept off the cores; else the one that they disturbed least."""
    attempts = []
    for _ in range(1 + patience):
        attempts.append(measure_once())
        if attempts[-1]["others_cores"] <= OTHERS_CORES_MAX:
            break
    return min(attempts, key=lambda load: load["others_cores"])


def measure(arguments, rows):
    found = {"machine": machine(), "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "seconds": arguments.seconds, "loads": [],
             "memory": []}
    with contextlib.ExitStack() as stack:
        servers = {}
        for name, start in SERVERS.items():
            servers[name] = stack.enter_context(start())
        time.sleep(1)  # what a start leaves behind
        for name, server in servers.items():
            found["memory"].append({"contender": name, "idle_mib": server.rss_mib()})
            for sessions in (1, 4):  # caches, and the graphs that are compiled for what really comes
                server.load(seconds=WARM_UP_SECONDS, sessions=sessions, fps_limit=100, query=CONTENDERS[name][1])
        for turn in range(arguments.rounds):
            for row in rows:
                for name, (host, query) in CONTENDERS.items():
                    options = dict(seconds=arguments.seconds, query=query, **ROWS[row][1])
                    load = undisturbed(arguments.patience, lambda: servers[host].load(**options))
                    found["loads"].append({"round": turn, "row": row, "contender": name, "load": load})
                    print(f"{row:>6} {name:<28} {load['results_per_second']:7.1f}/s  p50 {load['latency_ms']['p50']:7.1f}  p99 "
                          f"{load['latency_ms']['p99']:7.1f}  cpu {load['server_cpu_ms_per_result']:5.1f}  "
                          f"others {load['others_cores']:.2f}", file=sys.stderr, flush=True)
        for entry in found["memory"]:
            peaks = [each["load"]["server_peak_rss_mib"] for each in found["loads"]
                     if CONTENDERS[each["contender"]][0] == entry["contender"]]
            entry["peak_mib"] = max(peaks, default=float("nan"))
    return found


def ratio(best, values, name):
    """One of the servers against the better of the two peers."""
    peers = [values[peer] for peer in PEERS if peer in values]
    if best is None or name not in values or not peers or best(peers) == 0:
        return ""
    return f"{values[name] / best(peers):.2f}"


def table(runs):
    """Markdown: medians over all rounds of all runs, in brackets the least and the most."""
    names = list(CONTENDERS)
    lines = ["| load | figure | " + " | ".join(names) + " | quality against the better peer | balanced against it |",
             "| --- | --- |" + " --- |" * (len(names) + 2)]

    def line(title, figure, samples, form, best):
        values = {name: statistics.median(samples[name]) for name in names if samples.get(name)}
        cells = []
        for name in names:
            cell = form.format(values[name]) if name in values else "-"
            if name in values and len(samples[name]) > 1 and min(samples[name]) != max(samples[name]):
                cell += f" ({form.format(min(samples[name]))}-{form.format(max(samples[name]))})"
            cells.append(cell)
        cells += [ratio(best, values, OWN_CHOICE), ratio(best, values, ADAPTIVE)]
        lines.append(f"| {title} | {figure} | " + " | ".join(cells) + " |")

    for row, (title, _) in ROWS.items():
        for figure, value, form, best in FIGURES:
            samples = {}
            for run in runs:
                for each in run["loads"]:
                    if each["row"] == row:
                        samples.setdefault(each["contender"], []).append(value(each["load"]))
            if samples:
                line(title, figure, samples, form, best)
    for figure, key in (("RSS MiB idle", "idle_mib"), ("RSS MiB peak", "peak_mib")):
        samples = {}
        for run in runs:
            for each in run["memory"]:
                samples.setdefault(each["contender"], []).append(each[key])
        line("memory", figure, samples, "{:.0f}", min)
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
    parser.add_argument("--patience", type=int, default=2, help="how often a measurement is repeated that other programs disturbed")
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--out", default=os.path.join(ROOT, "build/bench/peers.json"))
    parser.add_argument("--merge", nargs="+", metavar="JSON", help="measure nothing: one table of earlier runs")
    arguments = parser.parse_args()
    rows = arguments.rows.split(",")
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if arguments.merge:
        runs = [json.load(open(name)) for name in arguments.merge]
    else:
        runs = [measure(arguments, rows)]
        os.makedirs(os.path.dirname(os.path.abspath(arguments.out)), exist_ok=True)
        with open(arguments.out, "w") as out:
            json.dump(runs[0], out, indent=1)
    print(f"{runs[0]['machine']['cores']} cores, {runs[0]['machine']['isa']}; {runs[0]['date']} UTC; median (least-most) of "
          f"{sum(1 + max((each['round'] for each in run['loads']), default=0) for run in runs)} rounds of {runs[0]['seconds']:g} s\n")
    print(table(runs))
    inputs = sorted({(each["row"], size) for run in runs for each in run["loads"] if each["contender"] == ADAPTIVE
                     for size in each["load"]["inputs"]})
    print("\nInputs of the balanced rows: " + ", ".join(f"{row} {size}" for row, size in inputs))


if __name__ == "__main__":
    main()
