"""Speed and memory of drift checks beside Evidently, in one run: a table of 50 columns, and embeddings.

    python3 -m venv .venv && .venv/bin/pip install numpy "pandas<3" "evidently==0.7.17"
    .venv/bin/python Benchmarks/drift/speed.py --rag .build/release/rag --rows 10000,100000,1000000 --vectors 2000,10000,100000

Half of the table's columns are numbers (normal, exponential), half categories of 2 to 50 names. Each side has that many rows.
`rag` runs as a process on two threads and reads CSV or .npy; of Evidently the check alone is timed, in a process of its own that
has read the files already, so its reading (the CSV by pandas) is told apart. A peer's run that takes longer than --limit seconds,
or that ends for want of memory, is told as such. The median of --rounds.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

COLUMNS, DIMENSION, SEED = 50, 384, 42


def write_table(path, rows, seed):
    import pandas
    random = np.random.default_rng(seed)
    columns = {}
    for index in range(COLUMNS):
        if index % 2:
            names = [f"name{value}" for value in range(2 + index)]
            columns[f"c{index}"] = np.array(names)[random.integers(0, len(names), rows)]
        else:
            columns[f"n{index}"] = (random.normal(index, 2, rows) if index % 4 else random.exponential(3, rows)).round(5)
    pandas.DataFrame(columns).to_csv(path, index=False)


def write_vectors(path, rows, seed):
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(SEED).normal(0, 1, (64, DIMENSION)).astype(np.float32)
    vectors = centres[random.integers(0, 64, rows)] + random.normal(0, 0.7, (rows, DIMENSION)).astype(np.float32)
    np.save(path, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))


def measured(command, limit):
    """Wall seconds, processor seconds, peak MiB and output of a process; `None` where it did not end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        peak, ended = 0, None
        while time.perf_counter() - start < limit:
            try:
                ended = process.wait(0.02)
                break
            except subprocess.TimeoutExpired:
                try:
                    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                    peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
                except (FileNotFoundError, ProcessLookupError):
                    pass
        else:
            process.kill()
            process.wait()
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        out.seek(0)
        text = out.read().decode()
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"ended": ended, "wall": wall, "processor": processor, "peak": peak / 1024, "text": text}


def evidently(kind, reference, current):
    """In a process of its own: reads, checks, prints how long each took."""
    import warnings
    warnings.filterwarnings("ignore")
    import pandas
    start = time.perf_counter()
    if kind == "table":
        from evidently import Report
        from evidently.presets import DataDriftPreset
        sides = [pandas.read_csv(path) for path in (reference, current)]
        read = time.perf_counter()
        Report([DataDriftPreset()]).run(current_data=sides[1], reference_data=sides[0]).dict()
    else:
        from evidently.legacy.metrics.data_drift import embedding_drift_methods as methods
        sides = [pandas.DataFrame(np.load(path), columns=[f"c{index}" for index in range(DIMENSION)])
                 for path in (reference, current)]
        read = time.perf_counter()
        for method in (methods.model(), methods.mmd(), methods.ratio(), methods.distance()):
            method(*sides)
    print(json.dumps({"reading": read - start, "check": time.perf_counter() - read}))


def main():
    if sys.argv[1:2] == ["--peer"]:
        return evidently(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--vectors", default="2000,10000,100000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=900)
    options = parser.parse_args()
    rag = os.path.abspath(options.rag)
    print("| what | rows a side | rag, s (processor s, peak MiB) | Evidently 0.7.17: check, s (reading s, peak MiB) | ratio |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kind, sizes, suffix, write in (("table", options.rows, "csv", write_table), ("vectors", options.vectors, "npy", write_vectors)):
            is_over = False
            for rows in map(int, filter(None, sizes.split(","))):
                paths = [folder / f"{side}.{suffix}" for side in ("reference", "current")]
                for number, path in enumerate(paths):
                    write(path, rows, SEED + number)
                ours, theirs = [], []
                for _ in range(options.rounds):
                    done = measured([rag, "drift", "check", "--reference", paths[0], "--current", paths[1], "--json"], options.limit)
                    assert done["ended"] in (0, 10, 11), done
                    ours.append(done)
                    if not is_over and (not theirs or theirs[0]["wall"] < 120):
                        peer = measured([sys.executable, __file__, "--peer", kind, *paths], options.limit)
                        if peer["ended"] != 0:
                            is_over = True
                            theirs = [peer]
                            break
                        theirs.append(peer)
                wall, processor, peak = [statistics.median(run[part] for run in ours) for part in ("wall", "processor", "peak")]
                cells = f"{wall:.2f} ({processor:.2f}, {peak:.0f})"
                if theirs and not is_over:
                    told = [json.loads(run["text"].splitlines()[-1]) for run in theirs]
                    check, reading = [statistics.median(one[part] for one in told) for part in ("check", "reading")]
                    other = f"{check:.1f} ({reading:.1f}, {statistics.median(run['peak'] for run in theirs):.0f})"
                    ratio = f"{check / wall:.1f}"
                elif theirs:
                    other = f"not done: exit {theirs[0]['ended']} after {theirs[0]['wall']:.0f} s, {theirs[0]['peak']:.0f} MiB"
                    ratio = ""
                else:
                    other, ratio = "not tried", ""
                print(f"| {kind} | {rows:,} | {cells} | {other} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
