"""Throughput and memory of `rag ingest`, beside ONNX Runtime in float32 embedding the same chunks, in one run.

    python3 -m venv .venv && .venv/bin/pip install onnx onnxruntime tokenizers numpy
    .venv/bin/python Benchmarks/ingest_throughput.py --dataset ../shared/datasets/scifact --count 600 --rounds 3

Each round ingests the first documents of the corpus into a fresh home (read, cut, embed, both indexes, commit), then lets
ONNX Runtime embed the texts of the same chunks (its own graph of the same weights, tokens cut at 256, the same number of
threads, a text a thread). Prints chunks/s of both and the ratio, round by round. With --count 0 the whole corpus is ingested
once and the peak resident memory printed (a child's peak counts from its parent's size, which must be small for that).
"""

import argparse
import concurrent.futures
import importlib.util
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time


def reference():
    """The script that builds the ONNX graph for the tests' reference values."""
    path = pathlib.Path(__file__).parent.parent / "Tests/EmbeddingsTests/Fixtures/make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ingest(rag, corpus, home, threads):
    out = os.path.join(home, "report.json")
    pid = os.posix_spawn(
        rag, [rag, "ingest", corpus, "--format", "beir", "--home", home + "/home", "--threads", str(threads), "--json",
              "--quiet"], os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT, 0o644)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"rag ingest failed with status {status}")
    with open(out, encoding="utf-8") as file:
        report = json.load(file)
    return report["chunks"], report["seconds"], usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--dataset", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=600, help="documents; 0 takes all and leaves the peer out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", default=os.path.expanduser("~/.cache/rag/models/all-MiniLM-L6-v2"))
    arguments = parser.parse_args()
    rag = os.path.abspath(arguments.rag)
    lines = open(arguments.dataset / "corpus.jsonl", encoding="utf-8").read().splitlines()
    lines = lines[:arguments.count or None]
    with tempfile.TemporaryDirectory() as folder:
        corpus = os.path.join(folder, "corpus.jsonl")
        with open(corpus, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        if arguments.count == 0:
            chunks, seconds, memory, cpu = ingest(rag, corpus, folder, arguments.threads)
            print(f"{chunks} chunks in {seconds:.1f} s ({chunks / seconds:.1f} chunks/s, {cpu:.0f} CPU s), "
                  f"peak {memory:.0f} MiB")
            return
        from tokenizers import Tokenizer
        module = reference()
        tokenizer = Tokenizer.from_file(arguments.model + "/tokenizer.json")
        tokenizer.enable_truncation(256)
        tokenizer.no_padding()
        session = module.session(module.build(arguments.model), 1)
        texts = []
        for line in lines:
            record = json.loads(line)
            texts.append((record["title"] + "\n" if record["title"] else "") + record["text"])
        ratios = []
        for round_ in range(arguments.rounds):
            home = os.path.join(folder, str(round_))
            os.mkdir(home)
            chunks, seconds, _, _ = ingest(rag, corpus, home, arguments.threads)
            start = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(arguments.threads) as pool:
                done = list(pool.map(lambda text: module.embed(session, tokenizer.encode(text).ids), texts))
            peer = time.monotonic() - start
            ours = chunks / seconds
            theirs = len(done) / peer
            ratios.append(ours / theirs)
            print(f"round {round_ + 1}: rag ingest {ours:.1f} chunks/s, ONNX Runtime float32 "
                  f"embedding alone {theirs:.1f} chunks/s, ratio {ours / theirs:.2f}", flush=True)
        print(f"median ratio {statistics.median(ratios):.2f}, {arguments.threads} threads")


if __name__ == "__main__":
    main()
