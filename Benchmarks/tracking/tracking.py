"""Tracking through MLflow's client: `rag serve` beside `mlflow server` with SQLite, in turn, in one run.

    python3 -m venv .venv && .venv/bin/pip install "mlflow>=3,<4"
    .venv/bin/python Benchmarks/tracking/tracking.py --rag .build/release/rag

Each server in each round, on an empty folder: 100,000 points of metrics in batches of 1,000, read back with their history;
1,000 points one at a time; 5,000 runs with 3 metrics, 3 parameters and a tag each; 200 searches over them with a filter and an
order, 100 runs a page. The client is the same process; a figure is the median of the rounds.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")

from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric, Param, RunTag  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve"))

from processes import Server  # noqa: E402

POINTS, BATCH, SINGLE, RUNS, SEARCHES = 100_000, 1000, 1000, 5000, 200


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(kind, rag, folder):
    port = free_port()
    if kind == "rag":
        command = [rag, "serve", "--home", str(folder), "--port", str(port)]
    else:
        command = [str(pathlib.Path(sys.executable).parent / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port),
                   "--workers", "2", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts")]
    server = Server(command, None, open(folder / "log", "w"))
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as reply:
                if reply.status == 200:
                    return server, f"http://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{kind} did not start: {(folder / 'log').read_text()[-2000:]}")


def measure(url):
    client = MlflowClient(tracking_uri=url)
    found = {}
    run = client.create_run("0").info.run_id
    begin = time.perf_counter()
    for start in range(0, POINTS, BATCH):
        client.log_batch(run, metrics=[Metric("loss", 1 / (step + 1), step, step) for step in range(start, start + BATCH)])
    found["batched points/s"] = POINTS / (time.perf_counter() - begin)
    begin = time.perf_counter()
    history = client.get_metric_history(run, "loss")
    found["read points/s"] = len(history) / (time.perf_counter() - begin)
    assert len(history) == POINTS and [point.step for point in history[:3]] == [0, 1, 2]
    begin = time.perf_counter()
    for step in range(SINGLE):
        client.log_metric(run, "single", step, step=step)
    found["single points/s"] = SINGLE / (time.perf_counter() - begin)
    experiment = client.create_experiment("many")
    begin = time.perf_counter()
    for number in range(RUNS):
        one = client.create_run(experiment, run_name=f"run-{number}").info.run_id
        client.log_batch(
            one, metrics=[Metric(name, (number * factor) % 1000 / 1000, 0, 0) for name, factor in (("auc", 7), ("loss", 13), ("f1", 29))],
            params=[Param("depth", str(number % 9)), Param("rate", str(number % 5)), Param("seed", str(number))],
            tags=[RunTag("kind", "even" if number % 2 == 0 else "odd")])
    found["runs/s"] = RUNS / (time.perf_counter() - begin)
    times = []
    for number in range(SEARCHES):
        begin = time.perf_counter()
        page = client.search_runs(
            [experiment], f"metrics.auc > 0.{number % 9} and params.depth = '{number % 9}' and tags.kind = 'even'",
            order_by=["metrics.loss ASC"], max_results=100)
        times.append(1000 * (time.perf_counter() - begin))
        assert all(one.data.params["depth"] == str(number % 9) for one in page)
    found["search p50 ms"] = statistics.median(times)
    found["search p99 ms"] = sorted(times)[int(0.99 * len(times))]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    results = {"rag": [], "mlflow": []}
    for round in range(options.rounds):
        for kind in ("rag", "mlflow") if round % 2 == 0 else ("mlflow", "rag"):
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                server, url = start(kind, os.path.abspath(options.rag), folder)
                try:
                    found = measure(url)
                    found["processor s"] = server.cpu()
                    found["resident MiB"] = server.resident()
                finally:
                    server.stop()
                results[kind].append(found)
                print(f"round {round + 1} {kind}: {json.dumps({key: round_(value) for key, value in found.items()})}", file=sys.stderr, flush=True)
    print("| | rag | mlflow server | ratio |\n|---|---|---|---|")
    for key in results["rag"][0]:
        ours, theirs = [statistics.median(found[key] for found in results[kind]) for kind in ("rag", "mlflow")]
        better = theirs / ours if key.endswith(("ms", " s", "MiB")) else ours / theirs
        print(f"| {key} | {round_(ours)} | {round_(theirs)} | {better:.1f} |")


def round_(value):
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()
