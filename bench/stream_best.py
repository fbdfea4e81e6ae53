#!/usr/bin/env python3
"""What the stream promises under load, measured from outside: each figure with its bar and whether it was met.

    bench/stream_best.py [--quick] [--only shapes,wide,fairness,overload,adaptive,admission] [--out build/bench/stream_best.json]

    shapes     load goes 1 -> 4 -> 1 sessions in one run: alone as quick as one inference over all cores, together as many as cores allow
    wide       1280x720 pictures: the graph that fits them against the square one
    fairness   4, 8, 16 equal sessions beside one that sends ten times as much, one of 4 MB pictures and one that never reads
    overload   1 to 10 times what the machine can do
    adaptive   a load that comes and goes: quality goes down with it, and comes back
    admission  sessions arrive until one is refused

--quick takes seconds instead of minutes for each part: it shows that it runs, not how well. Let nothing else run meanwhile. Needs
build/hazardstream, build/bench/hazard_load and .venv. Python's own library only.
"""
import argparse
import csv
import json
import os
import statistics
import tempfile
import threading
import time

from servers import CORES, ROOT, benchmark_app, hazardstream, machine

FULL = "quality_mode=quality"  # every frame looked at, with the largest graph


class Table:
    def __init__(self):
        self.rows = []

    def row(self, what, figure, bar="", met=None):
        self.rows.append({"what": what, "figure": figure, "bar": bar, "met": met})
        verdict = "" if met is None else ("pass" if met else "FAIL")
        print(f"{what:<66} {figure:<34} {bar:<16} {verdict}", flush=True)

    def quiet(self, *measurements):
        """A part that other programs disturbed says so, in the table."""
        cores = max(each["others_cores"] for each in measurements)
        self.row("  other programs held at most", f"{cores:.2f} cores" + (": DISTURBED" if cores > 0.15 else ""))

    def at_most(self, what, value, bar, form="{:.2f}", note=""):
        self.row(what, form.format(value) + note, "<= " + form.format(bar), value <= bar)

    def at_least(self, what, value, bar, form="{:.2f}", note=""):
        self.row(what, form.format(value) + note, ">= " + form.format(bar), value >= bar)


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * (len(ordered) - 1) + 0.5))] if ordered else 0.0


def traced(server, *flags, **options):
    """The load generator's report, and a dictionary for each frame that ended."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        report = server.load(*flags, trace=file.name, **options)
        rows = []
        for row in csv.DictReader(open(file.name)):
            for key in ("due_ms", "came_ms", "age_ms"):
                row[key] = float(row[key])
            for key in ("session", "width", "height", "every", "predicted", "reused"):
                row[key] = int(row[key])
            rows.append(row)
    return report, rows


def warm_up(server, query=FULL):
    """Every form of the graph that the pictures ask for is compiled after this."""
    for sessions in (1, 4):
        server.load(sessions=sessions, seconds=3, fps_limit=100, query=query)


def ideal_fps(fps, decode_ms):
    """What all cores could do if a frame cost the graph's time and its decoding."""
    return CORES / (CORES / fps + decode_ms / 1000)


def shapes(table, options):
    seconds = 5 if options.quick else 20
    # Before and after: a machine whose speed drifts within minutes is compared with its middle.
    bare = {hint: [benchmark_app(options.model, hint, options.precision, seconds)] for hint in ("latency", "throughput")}
    with hazardstream(INPUT_SHAPES="model") as server:
        warm_up(server)
        report, rows = traced(server, phases=f"1:{seconds},4:{seconds},1:{seconds}", sessions=4, fps_limit=100, query=FULL)
        decode = server.stage_ms("decode")
    for hint, runs in bare.items():
        runs.append(benchmark_app(options.model, hint, options.precision, seconds))
    median_ms = statistics.mean(each["median_ms"] for each in bare["latency"])
    fps = statistics.mean(each["fps"] for each in bare["throughput"])
    ideal = ideal_fps(fps, decode)
    service = 1000 * CORES / ideal  # of a frame that has one core
    table.row("benchmark_app before, after: median ms; FPS; decode ms",
              "; ".join([", ".join(f"{each['median_ms']:.1f}" for each in bare["latency"]),
                         ", ".join(f"{each['fps']:.1f}" for each in bare["throughput"]), f"{decode:.2f}"]))
    for name, phase in (("alone, before", report["phases"][0]), ("alone, after", report["phases"][2])):
        table.at_most(f"{name}: p50 {phase['latency_ms']['p50']:.1f} ms / (benchmark_app + decode)",
                      phase["latency_ms"]["p50"] / (median_ms + decode), 1.12)
    rate = report["phases"][1]["results_per_second"]
    table.at_least(f"4 sessions: {rate:.1f}/s / what throughput hint and decode allow", rate / ideal, 0.90)
    for name, at in (("1 -> 4", seconds * 1000), ("4 -> 1", 2 * seconds * 1000)):
        near = [row["came_ms"] - row["due_ms"] for row in rows if at - 500 <= row["due_ms"] <= at + 1000 and row["kind"] == "result"]
        table.at_most(f"switch {name}: oldest result, in service times of {service:.1f} ms", max(near, default=0) / service, 3)
    ended = {}
    for row in sorted(rows, key=lambda each: each["came_ms"]):
        ended.setdefault(row["session"], []).append(row["due_ms"])
    table.quiet(*bare["latency"], *bare["throughput"], report)
    table.at_most("results out of order", sum(a > b for dues in ended.values() for a, b in zip(dues, dues[1:])), 0, "{:.0f}")
    return {"benchmark_app": bare, "load": report}


def wide(table, options):
    seconds, found = (4 if options.quick else 15), []
    with hazardstream(INPUT_SHAPES="model") as square, hazardstream() as fitted:
        for server in (square, fitted):
            warm_up(server)
        for _ in range(1 if options.quick else 3):
            found.append([[server.load(sessions=sessions, seconds=seconds, fps_limit=100, query=FULL) for server in (square, fitted)]
                          for sessions in (1, 4)])
        fitted.load(sessions=4, seconds=3, fps_limit=100)
        tight = fitted.load(sessions=4, seconds=seconds, fps_limit=100)
    p50 = [statistics.median(turn[0][i]["latency_ms"]["p50"] for turn in found) for i in (0, 1)]
    rate = [statistics.median(turn[1][i]["results_per_second"] for turn in found) for i in (0, 1)]
    table.quiet(*(load for turn in found for pair in turn for load in pair))
    table.row("graphs that ran", ", ".join(found[-1][1][1]["inputs"]))
    table.at_least(f"4 sessions: {rate[1]:.1f}/s against {rate[0]:.1f}/s of the square graph", rate[1] / rate[0], 1.6)
    table.at_most(f"1 session: p50 {p50[1]:.1f} ms against {p50[0]:.1f} ms", p50[1] / p50[0], 0.65)
    table.row(f"  4 sessions in the default mode: {tight['results_per_second']:.1f}/s, {', '.join(tight['inputs'])}",
              f"{tight['results_per_second'] / rate[0]:.2f}")
    return found


def fairness(table, options):
    seconds, found = (8 if options.quick else 30), {}
    for equal, fps in ((4, 15), (8, 10), (16, 5)):
        with hazardstream() as server:
            warm_up(server)
            report = server.load("--group", f"name=equal,sessions={equal},fps={fps},fps_limit={fps}",
                                 "--group", f"name=greedy,sessions=1,fps={10 * fps},fps_limit=100",
                                 "--group", f"name=large,sessions=1,fps={fps},fps_limit={fps},size=4032x3024,quality=95",
                                 "--group", f"name=deaf,sessions=1,fps={fps},fps_limit={fps},reads=no", query=FULL, seconds=seconds)
        found[equal] = report
        sessions = report["per_session"]
        shares = [each["results"] for each in sessions if each["group"] == "equal"]
        reading = [each for each in sessions if each["reads"]]
        fairest = sum(shares) ** 2 / (len(shares) * sum(share ** 2 for share in shares)) if any(shares) else 0
        table.at_least(f"{equal} equal sessions at {fps} fps and three odd ones: Jain", fairest, 0.95, "{:.3f}")
        served = report["results"] / report["seconds"]
        turn_ms = 1000 * len(sessions) / served if served else float("inf")
        worst = max(each["age_ms"]["p99"] for each in reading)
        table.at_most(f"  worst p99 age {worst:.0f} ms, in turns of {turn_ms:.0f} ms", worst / turn_ms, 2.5)
        greedy = next(each for each in sessions if each["group"] == "greedy")
        table.quiet(report)
        table.row("  results: equal (least, most); greedy; large; deaf; silent",
                  f"{min(shares)}, {max(shares)}; {greedy['results']}; "
                  f"{next(e['results'] for e in sessions if e['group'] == 'large')}; unread; {report['silent']}")
    return found


def overload(table, options):
    """Small pictures, so that the generator does not take from the server what is to be measured."""
    seconds, found, sessions = (20 if options.quick else 180), {}, 10
    times = [int(each) for each in options.times.split(",")]
    with hazardstream() as server:
        pictures = dict(size="640x360", query=FULL)
        for count in (1, sessions):
            server.load(sessions=count, seconds=3, fps_limit=100, **pictures)
        capacity = server.load(sessions=sessions, seconds=5, fps_limit=100, **pictures)["results_per_second"]
        table.row("capacity: 10 sessions lock-step of 640x360 pictures", f"{capacity:.1f}/s")

        def loaded(factor, seconds):
            fps = capacity * factor / sessions
            return server.load(sessions=sessions, fps=round(fps, 2), fps_limit=round(min(100, max(1, fps)), 2), seconds=seconds, **pictures)

        for factor in times:
            load = found[factor] = loaded(factor, seconds)
            age = load["age_ms"]
            table.row(f"{factor:>2} x: results/s; age p50, p99 ms; generator's core",
                      f"{load['results_per_second']:.1f}; {age['p50']:.0f}, {age['p99']:.0f}; {load['generator_cpu_share']:.2f}")
            table.at_most(f"{factor:>2} x: frames without a verdict", load["silent"], 0, "{:.0f}")
            table.at_most(f"{factor:>2} x: age of the last third / the first",
                          age["last_third_p50"] / max(1e-9, age["first_third_p50"]), 1.2)
        # A machine that grows slower from minute to minute decides that ratio if the two are measured minutes apart: in turns, too.
        best = max((factor for factor in times if factor != 10), key=lambda factor: found[factor]["results_per_second"])
        turns = [(loaded(best, 15), loaded(10, 15)) for _ in range(2 if options.quick else 6)]
    table.quiet(*found.values(), *(load for turn in turns for load in turn))
    peak = max(load["results_per_second"] for load in found.values())
    table.row("goodput at 10 x / peak, minutes apart", f"{found[10]['results_per_second'] / peak:.3f}")
    ratios = [ten["results_per_second"] / other["results_per_second"] for other, ten in turns]
    table.at_least(f"goodput at 10 x / at {best} x, in turns of 15 s: median", statistics.median(ratios), 0.95, "{:.3f}")
    table.row("  least, most; generator's core at 10 x", f"{min(ratios):.3f}, {max(ratios):.3f}; {turns[0][1]['generator_cpu_share']:.2f}")
    table.at_most("age p50 at 10 x / at 2 x", found[10]["age_ms"]["p50"] / found[2]["age_ms"]["p50"], 1.3)
    return found


def adaptive(table, options):
    """One session stays; so many more come that a turn takes longer than its budget of age, and go again.

    Twice: with the usual limit of age, where smaller shares alone may keep it, and with a tight one, where only cheaper looks can.
    """
    with hazardstream() as server:
        warm_up(server, "quality_mode=balanced&max_age_ms=500")
        capacity = server.load(sessions=4, seconds=4, fps_limit=100, query=FULL)["results_per_second"]
        table.row("capacity at full quality", f"{capacity:.1f}/s")
        return {limit: step_of_load(table, server, 15 if options.quick else 40, limit, int(capacity * limit / 2000 * turns))
                for limit, turns in ((500, 1.5), (150, 2))}


def step_of_load(table, server, seconds, limit, crowd):
    budget = limit // 2
    time.sleep(6)  # nobody is load any more
    report, rows = traced(server, phases=f"1:6,{crowd + 1}:{seconds},1:20", sessions=crowd + 1, fps=10, fps_limit=10,
                          query=f"quality_mode=balanced&max_age_ms={limit}", warm_up=0)
    came, left = 6000, 6000 + 1000 * seconds
    results = sorted((row for row in rows if row["kind"] == "result"), key=lambda row: row["came_ms"])
    under = [row for row in results if came <= row["came_ms"] < left]
    windows = range(came, left - 1000, 250)  # a second each
    over = {ms for ms in windows if quantile([r["age_ms"] for r in under if ms <= r["came_ms"] < ms + 1000], 0.9) > budget}
    back = next((ms for ms in windows if not over & set(range(ms, ms + 3000, 250))), left)  # and for three seconds in a row
    table.quiet(report)
    table.row(f"max_age_ms={limit}: sessions that come", f"{crowd} at 10 fps")
    table.at_most(f"  age (p90 of a second) back within {budget} ms, s after they came", (back - came) / 1000, 3, "{:.1f}")
    after = [ms for ms in windows if ms >= back]
    table.row("  seconds over it after that", f"{100 * sum(ms in over for ms in after) / max(1, len(after)):.1f} %")
    mine = [row for row in results if row["session"] == 0]
    first = next((row["width"], row["height"], row["every"]) for row in mine)
    low = [row["came_ms"] for row in mine if row["came_ms"] >= left and (row["width"] * row["height"] and
           (row["width"], row["height"], row["every"]) != first or row["predicted"])]
    table.at_most("  back at full quality, s after they went", (max(low) - left) / 1000 if low else 0, 10, "{:.1f}")
    table.at_most("  changes of the session that stayed", report["per_session"][0]["quality_changes"], 4, "{:.0f}")
    table.row("  changes of all", f"{sum(each['quality_changes'] for each in report['per_session'])} in {crowd + 1} sessions")
    table.row("  inputs seen by the one that stayed", ", ".join(sorted({f"{r['width']}x{r['height']} every {r['every']}" for r in mine
                                                                        if r["width"]})))
    table.at_most("  frames without a verdict", report["silent"], 0, "{:.0f}")
    return report


class Watch:
    """Asks the server for its sessions every half second, beside a load."""

    def __init__(self, server):
        self.server, self.seen, self.over = server, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.over.wait(0.5):
            try:
                self.seen.append((time.monotonic(), json.loads(self.server.get("/stream/sessions"))["sessions"],
                                  json.loads(self.server.get("/stream/stats"))))
            except (OSError, ValueError, KeyError):
                pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def admission(table, options):
    """Sessions at 5 fps arrive until one is refused; then the ones inside must get what they were granted."""
    arrive, after = (0.15, 16) if options.quick else (0.3, 30)
    with hazardstream(MAX_SESSIONS="1000") as server:
        warm_up(server)
        # Of the pictures that the sessions send: smaller ones are decoded sooner.
        pictures = dict(query=FULL, size="640x360")
        capacity = server.load(sessions=4, seconds=4, fps_limit=100, **pictures)["results_per_second"]
        most = int(capacity * 1.5) + 5
        seconds = most * arrive + after
        with Watch(server) as watch:
            report, rows = traced(server, sessions=most, arrive=arrive, fps=5, fps_limit=5, seconds=seconds, warm_up=0, **pictures)
        refusal = (report["refusals"] or [None])[0]
        table.row("capacity; sessions let in; the refusal",
                  f"{capacity:.1f}/s; {len(report['per_session'])}; {refusal['words'][:60] if refusal else 'none'}")
        table.quiet(report)
        told = bool(refusal and " 503" in refusal["words"] and refusal["retry_after"] > 0)
        table.at_least("refused with 503 and Retry-After", told, 1, "{:d}")
        _, sessions, stats = watch.seen[-1]
        granted = {each["session_id"]: each.get("granted_fps", 0) for each in sessions}
        table.at_most("sum of the granted rates / capacity", sum(granted.values()) / capacity, 1)
        window = (report["seconds"] - after / 2) * 1000
        kept = []
        for index, session in enumerate(report["per_session"]):
            got = sum(row["session"] == index and row["kind"] == "result" and window <= row["came_ms"] < 1000 * report["seconds"]
                      for row in rows)
            grant = min(5, granted.get(session["session_id"], 0))
            kept.append(got / (after / 2) / grant if grant else 0)
        table.at_least("least of what a session got of its grant", min(kept, default=0), 0.9)
        table.at_most("frames without a verdict", report["silent"], 0, "{:.0f}")
        if refusal:
            time.sleep(refusal["retry_after"])
            again = server.load(sessions=1, seconds=1, query=FULL)
            table.at_least("let in after Retry-After, once the others had gone", again["results"] > 0, 1, "{:d}")
    return {"load": report, "granted": granted, "stats": stats}


PARTS = {part.__name__: part for part in (shapes, wide, fairness, overload, adaptive, admission)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--times", default="1,2,3,5,7,10", help="of the capacity, for overload; 2 and 10 are compared")
    parser.add_argument("--model", default=os.path.join(ROOT, "models/hazard-yolo12n"))
    parser.add_argument("--out", default=os.path.join(ROOT, "build/bench/stream_best.json"))
    options = parser.parse_args()
    wanted = options.only.split(",")
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    found = machine()
    options.precision = found["precision"]
    print(f"{found['cores']} cores, {found['isa']}; {found['precision']}; {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC"
          f"{'; quick' if options.quick else ''}\n")
    table, parts = Table(), {}
    for part in wanted:
        print(f"-- {part}")
        parts[part] = PARTS[part](table, options)
    os.makedirs(os.path.dirname(os.path.abspath(options.out)), exist_ok=True)
    with open(options.out, "w") as out:
        json.dump({"machine": found, "quick": options.quick, "table": table.rows, "parts": parts}, out, indent=1)
    missed = sum(row["met"] is False for row in table.rows)
    print(f"\n{sum(row['met'] is True for row in table.rows)} met, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
