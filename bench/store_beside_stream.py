#!/usr/bin/env python3
"""What writing sightings costs the streams beside it: the same load again and again in one run, every other time with RATE sightings a
second being written and committed to a store of HAZARDS hazards, and the two compared. A pair during which other programs held more
than 0.15 of a core is shown and not counted.

    bench/store_beside_stream.py [--rounds 6] [--seconds 5] [--sessions 4] [--fps 5] [--rate 2100] [--hazards 100000]

The sightings are written by a second process (micro_store beside), through the same book and store: no camera sees 2,000 defects a
second, so no stream can make them. It shares processor and disk with the server, as the server's own writer would, but no locks.
Needs build/hazardstream, build/bench/hazard_load and build/bench/micro_store. Python's own library only."""
import argparse
import json
import os
import statistics
import subprocess
import threading

from servers import ROOT, hazardstream

WRITER = os.path.join(ROOT, "build/bench/micro_store")
OTHERS_MOST = 0.15  # of a core


class Writer:
    """The second process; writes while `seconds` last, or not at all."""

    def __init__(self, program, hazards, rate):
        self.process = subprocess.Popen([program, "beside", str(hazards), str(rate)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n"

    def write(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def measure(server, writer, options, on):
    written = {}
    thread = threading.Thread(target=lambda: written.update(writer.write(options.seconds + 1)))
    if on:
        thread.start()
    load = server.load(sessions=options.sessions, fps=options.fps, seconds=options.seconds)
    if on:
        thread.join()
    latency = load["latency_ms"]
    others = load["others_cores"] - written.get("cores", 0)
    print(f"{'on ' if on else 'off'}  p50 {latency['p50']:6.1f}  p99 {latency['p99']:6.1f} ms  {load['results_per_second']:5.1f} results/s"
          f"  others {others:5.2f} cores  {written or ''}", flush=True)
    return {"p50": latency["p50"], "p99": latency["p99"], "others": others, **written}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sessions", type=int, default=4)
    parser.add_argument("--fps", type=float, default=5)
    parser.add_argument("--rate", type=float, default=2100)
    parser.add_argument("--hazards", type=int, default=100_000)
    parser.add_argument("--writer", default=WRITER, help="another build of micro_store")
    options = parser.parse_args()
    pairs = []
    with Writer(options.writer, options.hazards, options.rate) as writer, hazardstream() as server:
        server.load(sessions=options.sessions, fps=options.fps, seconds=3)  # the forms of the model are compiled
        for _ in range(options.rounds):
            pairs.append([measure(server, writer, options, on) for on in (False, True)])
    counted = [pair for pair in pairs if all(half["others"] <= OTHERS_MOST for half in pair)]
    print(f"{len(counted)} of {len(pairs)} pairs counted")
    for what in ("p50", "p99") if counted else ():
        off, on = (statistics.median(pair[half][what] for pair in counted) for half in (0, 1))
        print(f"{what}: median off {off:.1f} ms, on {on:.1f} ms, ratio {on / off:.3f}" + ("  (bar 1.10)" if what == "p99" else ""))
    if counted:
        print(f"sightings kept a second: at least {min(on['per_second'] for _, on in counted)}")


if __name__ == "__main__":
    main()
