"""Counts the instructions of three hot paths and compares them with the stored figures.

    python3 .ci/check_instructions.py              exit code 1 where a path takes over 5% more than stored
    python3 .ci/check_instructions.py --store      writes what it finds

Instructions do not depend on how busy the machine is. callgrind runs `rag bench paths PATH` with two numbers of repeats;
the difference is the path alone. AVX2 kernels: valgrind knows no AVX-512.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

STORED = pathlib.Path(__file__).parent / "instructions.json"
PATHS = {"walk": (10, 30), "bm25": (20, 60), "tokenize": (20, 60)}
SLACK = 0.05


def count(rag, path, repeats):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", rag, "bench", "paths", path, "--repeats",
         str(repeats)], capture_output=True, text=True,
        env={**os.environ, "RAG_SIMD": "avx2", "RAG_MATRIX": "openblas", "SWIFT_DETERMINISTIC_HASHING": "1"})
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{path}: callgrind ended with {done.returncode}:\n{done.stderr[-1500:]}")
    return int(found[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--store", action="store_true")
    arguments = parser.parse_args()
    # A copy without debugging information: callgrind 3.19 ends at that of a newer compiler.
    folder = tempfile.TemporaryDirectory()
    stripped = folder.name + "/rag"
    subprocess.run(["strip", "-o", stripped, arguments.rag], check=True)
    stored = json.loads(STORED.read_text()) if STORED.exists() else {}
    found, slower = {}, []
    for path, (few, many) in PATHS.items():
        found[path] = round((count(stripped, path, many) - count(stripped, path, few)) / (many - few))
        before = stored.get(path)
        change = found[path] / before - 1 if before else 0
        print(f"{path:10} {found[path]:12,} instructions" + (f", stored {before:,}, {change:+.1%}" if before else ""), flush=True)
        if change > SLACK:
            slower.append(path)
    if arguments.store:
        STORED.write_text(json.dumps(found, indent=2) + "\n")
        return
    if missing := PATHS.keys() - stored.keys():
        sys.exit(f"no stored figure for {', '.join(sorted(missing))}: run with --store")
    if slower:
        sys.exit(f"{', '.join(slower)}: more than {SLACK:.0%} above the stored figure. If that is meant, run with --store and say why")


if __name__ == "__main__":
    main()
