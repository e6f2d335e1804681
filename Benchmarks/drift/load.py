"""What watching for drift costs a server under load: throughput, latency and processor share with it on and off, in turn.

    .build/release/rag ingest ../shared/datasets/scifact --format beir --collection scifact --home /tmp/watched
    python3 Benchmarks/drift/load.py --rag .build/release/rag --dataset ../shared/datasets/scifact --home /tmp/watched

Two servers on copies of the home, one after the other, in each round. On: questions are kept with their vectors, there is a
baseline, and windows are 36 seconds long (instead of a day), so that checks fall into each run. Off: nothing is kept and there
is no baseline. Needs wrk.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve"))

from processes import Server, Watch, wait_until_ready  # noqa: E402

SERVE = pathlib.Path(__file__).resolve().parents[1] / "serve"
# 36 seconds: the shortest that is allowed.
ON = "drift: { keep_questions: true, window_hours: 0.01, look_seconds: 5 }\n"
OFF = "drift: { keep_questions: false }\n"


def serve(options, home, settings, folder, log):
    config = folder / "rag.yaml"
    config.write_text(settings)
    server = Server([options.rag, "serve", "--home", str(home), "--config", str(config), "--collection", options.dataset.name,
                     "--port", str(options.port)], None, log)
    wait_until_ready(options.port, "/readyz")
    return server


def press(options, server, bodies, connections, seconds):
    with Watch([server]) as watch:
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", SERVE / "cycle.lua",
             f"http://127.0.0.1:{options.port}/query", "--", bodies], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    found["cpu"], found["cores"] = watch.cpu, watch.cpu / watch.seconds
    return found


def windows(options, home):
    done = subprocess.run([options.rag, "drift", "history", "--home", home, "--collection", options.dataset.name, "--json"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True)
    parser.add_argument("--dataset", required=True, type=pathlib.Path)
    parser.add_argument("--home", required=True)
    parser.add_argument("--seconds", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--port", type=int, default=7811)
    options = parser.parse_args()
    options.rag = os.path.abspath(options.rag)
    queries = [json.loads(line)["text"] for line in open(options.dataset / "queries.jsonl", encoding="utf-8")]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = open(folder / "log", "w")
        bodies = folder / "bodies"
        bodies.write_text("\n".join(json.dumps({"question": query, "extractive": True}) for query in queries) + "\n")
        homes = {"off": folder / "off", "on": folder / "on"}
        for home in homes.values():
            shutil.copytree(options.home, home)
        # Questions that the baseline is made of.
        server = serve(options, homes["on"], ON, folder, log)
        press(options, server, bodies, options.connections, 45)
        server.stop()
        subprocess.run([options.rag, "drift", "baseline", "--home", homes["on"], "--collection", options.dataset.name, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        found = {"off": [], "on": []}
        for round in range(options.rounds):
            for kind in ("off", "on") if round % 2 == 0 else ("on", "off"):
                server = serve(options, homes[kind], ON if kind == "on" else OFF, folder, log)
                found[kind].append(press(options, server, bodies, options.connections, options.seconds))
                server.stop()
        print("| drift | answers a second | p50, ms | p99, ms | most, ms | processor ms an answer | cores |\n|---|---|---|---|---|---|---|")
        for kind, runs in found.items():
            def median(value):
                return statistics.median(map(value, runs))
            print(f"| {kind} | {median(lambda run: run['requests'] / run['seconds']):.1f} | {median(lambda run: run['p50_ms']):.1f} "
                  f"| {median(lambda run: run['p99_ms']):.1f} | {median(lambda run: run['max_ms']):.0f} "
                  f"| {median(lambda run: 1000 * run['cpu'] / run['requests']):.2f} | {median(lambda run: run['cores']):.2f} |")
        checked = windows(options, homes["on"])
        size = os.path.getsize(homes["on"] / "catalog.sqlite") if (homes["on"] / "catalog.sqlite").exists() else 0
        print(f"\n{len(checked)} windows were checked, of {max(signal['current_count'] for window in checked for signal in window['signals'])} "
              f"questions at most; the catalog has {size / 2**20:.0f} MiB")
        # One check alone, on an idle machine.
        before = os.times()
        start = time.monotonic()
        subprocess.run([options.rag, "drift", "check", "--home", homes["on"], "--collection", options.dataset.name, "--since", "2m",
                        "--quiet"], stdout=subprocess.DEVNULL)
        after = os.times()
        print(f"one check, process and model included: {time.monotonic() - start:.1f} s, "
              f"{after.children_user + after.children_system - before.children_user - before.children_system:.1f} processor s")


if __name__ == "__main__":
    main()
