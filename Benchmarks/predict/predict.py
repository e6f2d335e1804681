"""Latency of scoring over HTTP: `rag serve` beside `mlflow models serve`, the same model on the same rows, in turn, in one run.

    python3 -m venv .venv && .venv/bin/pip install "mlflow>=3,<4" onnx onnxruntime scikit-learn
    .venv/bin/python Benchmarks/predict/predict.py --rag .build/release/rag

The model is trained by `rag train` on the breast-cancer data that scikit-learn ships: boosted trees, 100 of depth 6, 30
features. MLflow scores its ONNX copy, so both compute the same; answers are compared first. One connection that is kept, the
same JSON to both; a figure is the median of the rounds.
"""

import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
# mlflow starts uvicorn by its name.
os.environ["PATH"] = str(pathlib.Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]

from sklearn.datasets import load_breast_cancer  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tracking"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve"))

from processes import Server  # noqa: E402
from tracking import free_port  # noqa: E402


def start(command, port, path, log):
    server = Server(command, None, open(log, "w"))
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as reply:
                if reply.status == 200:
                    return server
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{command[0]} did not start: {pathlib.Path(log).read_text()[-2000:]}")


def ask(connection, path, body):
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    text = reply.read()
    if reply.status != 200:
        raise SystemExit(f"{path}: {reply.status} {text[:500]}")
    return json.loads(text)


def latencies(port, path, body, count):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(20):
        ask(connection, path, body)
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        ask(connection, path, body)
        times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        frame = load_breast_cancer(as_frame=True).frame.rename(columns=lambda c: c.replace(" ", "_"))
        frame.to_csv(folder / "cancer.csv", index=False)
        common = ["train", folder / "cancer.csv", "--target", "target", "-q", "--json"]
        subprocess.run([options.rag, *common, "--output", folder / "model"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([options.rag, *common, "--home", folder / "home", "--register", "cancer"], check=True,
                       stdout=subprocess.DEVNULL)
        ports = free_port(), free_port()
        servers = []
        features = frame.drop(columns="target")
        places = ["/invocations", "/invocations"]
        result = {}
        try:
            servers.append(start([options.rag, "serve", "--home", str(folder / "home"), "--port", str(ports[0])], ports[0],
                                 "/livez", folder / "rag.log"))
            servers.append(start([str(pathlib.Path(sys.executable).parent / "mlflow"), "models", "serve", "-m",
                                  str(folder / "model"), "--port", str(ports[1]), "--env-manager", "local"], ports[1], "/ping",
                                 folder / "mlflow.log"))
            for rows in (1, 32):
                body = json.dumps({"dataframe_split": features.head(rows).to_dict(orient="split")})
                said = [ask(http.client.HTTPConnection("127.0.0.1", port), place, body)["predictions"]
                        for port, place in zip(ports, places)]
                worst = max(abs(a["probability_1"] - b["probability_1"]) for a, b in zip(*said))
                if worst > 1e-5:
                    raise SystemExit(f"they say other things: {worst}")
                rounds = [[], []]
                for _ in range(options.rounds):
                    for place, (port, path) in enumerate(zip(ports, places)):
                        rounds[place].append(latencies(port, path, body, options.requests))
                for title, found in zip(("rag", "mlflow"), rounds):
                    p50, p99 = (statistics.median(values) for values in zip(*found))
                    result[f"{title} {rows}"] = {"p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}
                    print(f"{title:7} {rows:3} rows: p50 {p50:8.3f} ms, p99 {p99:8.3f} ms", flush=True)
        finally:
            for server in servers:
                server.stop()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
