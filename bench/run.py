#!/usr/bin/env python3
"""make bench: OpenVINO's own benchmark_app and the server, one after the other in the same run, and the ratios between them.

    bench/run.py [--quick] [--model models/hazard-yolo12n] [--only one,four,overload,memory,doors]

Prints a table and writes build/bench.json. Machines are noisy: trust the ratios, run it with nothing else going on. Needs
build/hazardstream, build/bench/hazard_load (make bench builds both) and .venv (make setup). Python's own library only.
"""
import argparse
import json
import os

from servers import CORES, ROOT, benchmark_app, hazardstream, machine


class Table:
    def __init__(self):
        self.rows = []

    def row(self, what, figure, bar=""):
        self.rows.append((what, figure, bar))
        print(f"{what:<58} {figure:<44} {bar}", flush=True)


# The two rows beside benchmark_app keep to the model's own input, as benchmark_app does; all others run as the server comes.
SAME_GRAPH = {"INPUT_SHAPES": "model"}


def one_session(table, app, seconds, results):
    with hazardstream("LATENCY", **SAME_GRAPH) as server:
        load = server.load(sessions=1, seconds=seconds, fps_limit=100)
        decode = server.stage_ms("decode")
    floor = app["median_ms"] + decode
    results["one"] = dict(load=load, decode_ms=decode, floor_ms=floor)
    latency = load["latency_ms"]
    table.row("1 session lock-step: results/s, p50, p99 ms", f"{load['results_per_second']}, {latency['p50']}, {latency['p99']}")
    table.row("  p50 / (benchmark_app median + decode)", f"{latency['p50'] / floor:.3f}  (decode {decode:.2f} ms)", "<= 1.15")
    table.row("  p99 / p50", f"{latency['p99'] / latency['p50']:.2f}", "<= 1.5")
    cost = f"{load['server_cpu_ms_per_result']}; {load['generator_cpu_share']}"
    table.row("  server CPU ms per result; generator's share of a core", cost)


def four_sessions(table, app, seconds, results):
    with hazardstream("THROUGHPUT", **SAME_GRAPH) as server:
        load = server.load(sessions=4, seconds=seconds, fps_limit=100)
        decode = server.stage_ms("decode")
    ideal = CORES / (CORES / app["fps"] + decode / 1000)
    results["four"] = dict(load=load, decode_ms=decode, ideal_fps=ideal)
    table.row("4 sessions lock-step: results/s", f"{load['results_per_second']}")
    share = f"{load['results_per_second'] / ideal:.3f}  (of {ideal:.1f}/s)"
    table.row("  share of cores / (benchmark_app core time + decode)", share, ">= 0.88")
    cost = f"{load['server_cpu_ms_per_result']}; {load['generator_cpu_share']}"
    table.row("  server CPU ms per result; generator's share of a core", cost)


def overload(table, seconds, results):
    for sessions, fps in ((4, 30), (10, 10)):
        with hazardstream("THROUGHPUT") as server:
            load = server.load(sessions=sessions, fps=fps, seconds=seconds)
            stats = json.loads(server.get("/stream/stats"))
        results[f"{sessions}x{fps}"] = load
        age = load["age_ms"]
        bound = sessions * load["ms_between_results"]
        ended = load["results"] + sum(load["drops"].values()) + sum(load["errors"].values())
        table.row(f"{sessions} x {fps} fps open loop, {seconds} s: results/s, p50, p99 ms",
                  f"{load['results_per_second']}, {load['latency_ms']['p50']}, {load['latency_ms']['p99']}")
        table.row("  frames without a verdict; sent = verdicts", f"{load['silent']} of {load['sent']}; {ended == load['sent']}", "0; True")
        table.row("  p99 age / (sessions x time between results)", f"{age['p99'] / bound:.2f}", "<= 1.4")
        table.row("  age p50 of the last third / the first", f"{age['last_third_p50'] / max(0.01, age['first_third_p50']):.2f}", "about 1")
        table.row("  fairness (Jain) ; drops", f"{load['jain']}; {load['drops']}")
        counts = stats["streaming_stats"]
        if "in_flight" in counts:
            ended_there = counts["results"] + sum(counts["drops"].values()) + sum(counts["errors"].values())
            left = counts["received"] - ended_there - counts["in_flight"]
            table.row("  server: received - results - drops - errors - in flight", str(left), "0")


def memory(table, seconds, results):
    with hazardstream("THROUGHPUT") as server:
        idle = server.rss_mib()
        load = server.load(sessions=10, fps=10, seconds=seconds)
        before = server.rss_mib()
        sockets = server.load(sessions=1, fps=1, seconds=3, idle=500, warm_up=0)
    ten, peak = load["server_rss_mib"], load["server_peak_rss_mib"]
    results["memory"] = dict(idle=idle, ten=ten, peak=peak, sockets=sockets["server_rss_mib"])
    table.row("RSS MiB: idle, 10 streaming sessions (peak)", f"{idle:.0f}, {ten} ({peak})", "<= 200")
    table.row("  each of 500 idle WebSockets, kB", f"{(sockets['server_rss_mib'] - before) * 1024 / 500:.1f}", "<= 24")


def doors(table, seconds, results):
    with hazardstream("THROUGHPUT") as server:
        for mode in ("binary", "text", "sse", "post"):
            load = server.load(sessions=4, seconds=seconds, mode=mode, fps_limit=100)
            results["door_" + mode] = load
            figures = f"{load['results_per_second']}, {load['latency_ms']['p50']}, {load['generator_cpu_share']}"
            table.row(f"4 sessions lock-step by {mode}: results/s, p50 ms, generator", figures)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the time: shows that it runs, not how fast")
    parser.add_argument("--model", default=os.path.join(ROOT, "models/hazard-yolo12n"))
    parser.add_argument("--only", default="one,four,overload,memory,doors")
    arguments = parser.parse_args()
    seconds = 4 if arguments.quick else 20
    wanted = arguments.only.split(",")
    found = machine()
    precision = found["precision"]
    table, results = Table(), found
    print(f"{CORES} cores, {found['isa']}; {precision}; 1280x720 JPEG of the simulated drive, binary WebSocket\n")
    latency = throughput = None
    if "one" in wanted:
        latency = results["benchmark_app_latency"] = benchmark_app(arguments.model, "latency", precision, seconds)
        table.row("benchmark_app, latency hint: median ms, FPS", f"{latency['median_ms']}, {latency['fps']}")
        one_session(table, latency, seconds, results)
    if "four" in wanted:
        throughput = results["benchmark_app_throughput"] = benchmark_app(arguments.model, "throughput", precision, seconds)
        table.row("benchmark_app, throughput hint: median ms, FPS", f"{throughput['median_ms']}, {throughput['fps']}")
        four_sessions(table, throughput, seconds, results)
    if "overload" in wanted:
        overload(table, 3 * seconds, results)
    if "memory" in wanted:
        memory(table, seconds // 2, results)
    if "doors" in wanted:
        doors(table, seconds // 2, results)
    with open(os.path.join(ROOT, "build/bench.json"), "w") as out:
        json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
