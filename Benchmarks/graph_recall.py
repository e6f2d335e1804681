"""Recall@10 of the graph against an exact scan of the same vectors, for several breadths of the walk.

    python3 Benchmarks/graph_recall.py --home HOME --collection scifact --queries ../shared/datasets/scifact/queries.jsonl

The collection must hold one segment (rag compact) of more chunks than are scanned anyway: see HNSWReader.search.
"""

import argparse
import json
import subprocess
import time


def ask(arguments, texts, *flags):
    start = time.monotonic()
    done = subprocess.run(
        [arguments.rag, "search", "--batch", "--json", "--mode", "dense", "--top-k", "10", "--home", arguments.home,
         "--collection", arguments.collection, *flags],
        input="".join(text + "\n" for text in texts), capture_output=True, text=True, check=True)
    seconds = time.monotonic() - start
    results = [json.loads(line) for line in done.stdout.splitlines()]
    dense = sorted(result["timings_ms"]["dense"] for result in results)
    return [{hit["chunk_id"] for hit in result["hits"]} for result in results], dense[len(dense) // 2], seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--home", required=True)
    parser.add_argument("--collection", required=True)
    parser.add_argument("--queries", required=True)
    parser.add_argument("--count", type=int, default=300)
    arguments = parser.parse_args()
    with open(arguments.queries, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"].replace("\n", " ") for line in lines][:arguments.count]
    truth, scan, _ = ask(arguments, texts, "--exact")
    wanted = sum(map(len, truth))
    print(f"{len(texts)} queries; a scan takes {scan:.3f} ms (median)")
    for breadth in ["10", "16", "32", "64", None, "256"]:
        flags = ["--ef-search", breadth] if breadth else []
        found, walk, _ = ask(arguments, texts, *flags)
        hits = sum(len(a & b) for a, b in zip(truth, found))
        print(f"efSearch {breadth or 'default':8} recall@10 {hits / wanted:.4f}, {walk:.3f} ms (median)")


if __name__ == "__main__":
    main()
