"""Retrieval quality on a BEIR collection, scored outside of rag with pytrec_eval.

    python3 -m venv .venv && .venv/bin/pip install pytrec_eval-terrier
    .venv/bin/python Benchmarks/retrieval_quality.py --rag .build/release/rag --dataset ../shared/datasets/scifact

Ingests the corpus into a temporary home (or --home), asks every judged query in each mode, rolls chunks up to documents
by their best chunk, and prints nDCG@10 (trec_eval's definition), R@100 and, for the graph, recall@10 against an exact
scan of the same vectors.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile
import time

import pytrec_eval


def load(dataset: pathlib.Path):
    queries = {}
    with open(dataset / "queries.jsonl", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            queries[record["_id"]] = record["text"]
    qrels = {}
    with open(dataset / "qrels" / "test.tsv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return {key: queries[key] for key in sorted(qrels) if key in queries}, qrels


def ask(rag, home, collection, queries, *arguments):
    """Results of all queries, as `rag search --batch --json` gives them."""
    text = "".join(query.replace("\n", " ") + "\n" for query in queries.values())
    start = time.monotonic()
    done = subprocess.run(
        [rag, "search", "--batch", "--json", "--home", home, "--collection", collection, *arguments],
        input=text, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - start
    return dict(zip(queries, map(json.loads, done.stdout.splitlines()))), seconds


def documents(results):
    """A TREC run: each document's best chunk."""
    run = {}
    for key, result in results.items():
        scores = run.setdefault(key, {})
        for hit in result["hits"]:
            document = hit["document_id"]
            scores[document] = max(hit["score"], scores.get(document, float("-inf")))
    return run


def save(run, path, tag):
    with open(path, "w", encoding="utf-8") as lines:
        for key, scores in run.items():
            ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
            for rank, (document, score) in enumerate(ranked, 1):
                lines.write(f"{key} Q0 {document} {rank} {score!r} {tag}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--dataset", required=True, type=pathlib.Path)
    parser.add_argument("--home", help="home folder to use and keep (default: a temporary one)")
    parser.add_argument("--ingest-arguments", default="", help="further arguments of rag ingest")
    parser.add_argument("--runs", type=pathlib.Path, help="folder to write TREC run files to")
    arguments = parser.parse_args()
    queries, qrels = load(arguments.dataset)
    name = arguments.dataset.name
    temporary = tempfile.TemporaryDirectory()
    home = arguments.home or temporary.name
    report = subprocess.run(
        [arguments.rag, "ingest", str(arguments.dataset), "--format", "beir", "--collection", name, "--home", home,
         "--json", "--quiet", *arguments.ingest_arguments.split()], capture_output=True, text=True, check=True)
    ingest = json.loads(report.stdout)
    print(f"{name}: {ingest['documents']}, {ingest['chunks']} chunks, {ingest['seconds']:.1f} s, "
          f"{ingest['chunks_per_second']:.1f} chunks/s")
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "recall.100"})
    modes = {
        "lexical": ["--mode", "lexical"],
        "dense exact": ["--mode", "dense", "--exact"],
        "dense hnsw": ["--mode", "dense"],
        "hybrid": ["--mode", "hybrid"],
        "hybrid rrf": ["--mode", "hybrid", "--fusion", "rrf"],
        "hybrid minmax": ["--mode", "hybrid", "--fusion", "minmax"],
    }
    chunks = {}
    for mode, flags in modes.items():
        results, seconds = ask(arguments.rag, home, name, queries, "--top-k", "200", *flags)
        run = documents(results)
        if arguments.runs:
            arguments.runs.mkdir(parents=True, exist_ok=True)
            save(run, arguments.runs / f"{name}-{mode.replace(' ', '-')}.run", mode.replace(" ", "-"))
        measured = evaluator.evaluate(run)
        mean = {key: sum(item[key] for item in measured.values()) / len(measured) for key in ("ndcg_cut_10", "recall_100")}
        print(f"{mode:14} nDCG@10 {mean['ndcg_cut_10']:.4f}  R@100 {mean['recall_100']:.4f}  "
              f"{len(queries)} queries in {seconds:.1f} s")
    for depth in (10,):
        for mode, flags in (("dense exact", modes["dense exact"]), ("dense hnsw", modes["dense hnsw"])):
            results, _ = ask(arguments.rag, home, name, queries, "--top-k", str(depth), *flags)
            chunks[mode] = {key: {hit["chunk_id"] for hit in result["hits"]} for key, result in results.items()}
        found = sum(len(chunks["dense exact"][key] & chunks["dense hnsw"][key]) for key in queries)
        wanted = sum(len(chunks["dense exact"][key]) for key in queries)
        print(f"recall@{depth} of the graph against a scan: {found / wanted:.4f}")


if __name__ == "__main__":
    main()
