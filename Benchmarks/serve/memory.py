"""Resident memory of `rag serve` under constant load, over time: samples, and the slope.

    python3 Benchmarks/serve/memory.py --dataset ../shared/datasets/scifact --home /tmp/load --minutes 60

Searches (hybrid) and extractive questions run beside each other without a pause, each with a text that never came
before, so that whatever is kept by text grows. The slope is the least-squares line through the samples after the first
tenth of the time; the growth of the second half beside it is the same thing said with two numbers.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from processes import rag_server

HERE = pathlib.Path(__file__).parent


def slope(samples):
    """MiB an hour; samples are (seconds, MiB)."""
    middle = statistics.fmean(at for at, _ in samples)
    mean = statistics.fmean(value for _, value in samples)
    below = sum((at - middle) ** 2 for at, _ in samples)
    return 3600 * sum((at - middle) * (value - mean) for at, value in samples) / below if below else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--dataset", required=True, type=pathlib.Path, help="folder in BEIR's layout")
    parser.add_argument("--home", required=True, type=pathlib.Path, help="has the dataset as a collection of its name")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=30, help="seconds between samples")
    parser.add_argument("--connections", type=int, default=8, help="of searches; questions have 2")
    parser.add_argument("--threads", type=int, help="RAG_THREADS of the server")
    parser.add_argument("--port", type=int, default=7800)
    parser.add_argument("--limit", type=float, help="MiB an hour; a steeper slope ends with status 1")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, samples on the other")
    arguments = parser.parse_args()
    out = sys.stderr if arguments.json else sys.stdout
    queries = [json.loads(line)["text"] for line in open(arguments.dataset / "queries.jsonl", encoding="utf-8")]
    seconds = arguments.minutes * 60
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = open(folder / "server.log", "w")
        server = rag_server(arguments, arguments.port, log)
        loads = []
        try:
            samples = [(0.0, server.resident())]
            print(f"{'minutes':>8} {'RSS MiB':>8} {'CPU s':>8}\n{0:8.2f} {samples[0][1]:8.1f} {server.cpu():8.1f}",
                  file=out, flush=True)
            for path, field, members, connections in [
                    ("/search", "query", {}, arguments.connections), ("/query", "question", {"extractive": True}, 2)]:
                bodies = folder / (field + ".bodies")
                bodies.write_text(
                    "".join(json.dumps({field: query.replace("@", "") + " @", **members}) + "\n" for query in queries),
                    encoding="utf-8")
                loads.append(subprocess.Popen(
                    ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds) + 1}s", "--timeout", "60s", "-s",
                     HERE / "cycle.lua", f"http://127.0.0.1:{arguments.port}{path}", "--", bodies, "unique"],
                    stdout=subprocess.PIPE, text=True))
            start = time.monotonic()
            while (at := time.monotonic() - start) < seconds:
                time.sleep(min(arguments.every, seconds - at))
                if server.process.poll() is not None:
                    sys.exit(f"the server ended with status {server.process.returncode}")
                samples.append((time.monotonic() - start, server.resident()))
                print(f"{samples[-1][0] / 60:8.2f} {samples[-1][1]:8.1f} {server.cpu():8.1f}", file=out, flush=True)
            done = [json.loads(load.communicate()[0].strip().splitlines()[-1]) for load in loads]
        finally:
            for load in loads:
                load.kill()
            server.stop()
    late = [sample for sample in samples if sample[0] >= seconds / 10]
    half = len(late) // 2
    report = {
        "minutes": arguments.minutes, "cores": os.cpu_count(), "samples": samples,
        "slope_mib_per_hour": slope(late), "late_slope_mib_per_hour": slope(late[half:]),
        "first_half_mean_mib": statistics.fmean(value for _, value in late[:half] or late),
        "second_half_mean_mib": statistics.fmean(value for _, value in late[half:]),
        "peak_mib": max(value for _, value in samples),
        "requests": dict(zip(("search", "query"), (load["requests"] for load in done))),
        "statuses": dict(zip(("search", "query"), (load["statuses"] for load in done)))}
    print(f"{report['requests']['search']} searches, {report['requests']['query']} questions, statuses "
          f"{report['statuses']}\nslope {report['slope_mib_per_hour']:+.1f} MiB/h (second half alone "
          f"{report['late_slope_mib_per_hour']:+.1f}), mean of the halves {report['first_half_mean_mib']:.1f} and "
          f"{report['second_half_mean_mib']:.1f} MiB, peak {report['peak_mib']:.1f} MiB", file=out)
    if arguments.json:
        json.dump(report, sys.stdout)
        print()
    if arguments.limit is not None and report["slope_mib_per_hour"] > arguments.limit:
        sys.exit(1)


if __name__ == "__main__":
    main()
