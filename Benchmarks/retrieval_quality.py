"""Retrieval quality on test collections, by `rag eval`, and again by trec_eval's own code from the saved run files.

    pip install pytrec_eval-terrier
    python3 Benchmarks/retrieval_quality.py ../shared/datasets/scifact ../shared/datasets/cranfield \\
        ../shared/datasets/npl --rag .build/release/rag --home /tmp/quality

Each collection is ingested into --home under its folder's name where it is not there yet. Prints nDCG@10, R@100 and
RR@10 of each configuration, its p-value against the default (paired randomisation test), how far the reference tool
is from `rag eval`, and seconds for all questions.
"""

import argparse
import csv
import json
import pathlib
import subprocess

import pytrec_eval

CONFIGURATIONS = [
    ("hybrid (default)", []),
    ("lexical", ["--mode", "lexical"]),
    ("dense, exact", ["--mode", "dense", "--exact"]),
    ("dense, HNSW", ["--mode", "dense"]),
    ("RRF", ["--fusion", "rrf"]),
    ("min-max", ["--fusion", "minmax"]),
    ("late interaction", ["--reranker", "late-interaction"]),
]
MEASURES = {"nDCG@10": "ndcg_cut_10", "R@100": "recall_100", "RR@10": "recip_rank"}


def reference(folder, run_file):
    """Means over all judged queries; one without a result counts 0."""
    qrels, run = {}, {}
    with open(folder / "qrels" / "test.tsv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    with open(run_file, encoding="utf-8") as lines:
        for line in lines:
            query, _, document, _, score, _ = line.split()
            run.setdefault(query, {})[document] = float(score)
    first = {query: dict(sorted(found.items(), key=lambda item: -item[1])[:10]) for query, found in run.items()}
    means = {}
    for name, measure in MEASURES.items():
        # RR@10 looks at ten places: trec_eval's recip_rank has no cutoff, so the run gets it.
        values = pytrec_eval.RelevanceEvaluator(qrels, {measure}).evaluate(first if name == "RR@10" else run)
        means[name] = sum(values.get(query, {}).get(measure, 0) for query in qrels) / len(qrels)
    return means


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+", type=pathlib.Path)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--home", required=True)
    parser.add_argument("--config", help="rag.yaml for all runs")
    parser.add_argument("--only", nargs="*", help="names of configurations")
    arguments = parser.parse_args()
    largest = 0.0
    for folder in arguments.datasets:
        runs = pathlib.Path(arguments.home) / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        default = runs / f"{folder.name}-0.trec"
        print(f"\n{folder.name}\n{'':20} nDCG@10  R@100   RR@10   p        from the reference  seconds")
        for number, (name, flags) in enumerate(CONFIGURATIONS):
            if number and arguments.only and name not in arguments.only:
                continue
            file = runs / f"{folder.name}-{number}.trec"
            command = [arguments.rag, "eval", str(folder), "--home", arguments.home, "--collection", folder.name,
                       "--measures", " ".join(MEASURES), "--save-run", str(file), "--name", name.replace(" ", "-"),
                       "--no-answers", "--no-keep", "--quiet", "--json", *flags]
            if arguments.config:
                command += ["--config", arguments.config]
            if number:
                command += ["--compare", str(default)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            report = json.loads(done.stdout)
            means = report["measures"]
            expected = reference(folder, file)
            distance = max(abs(means[measure] - expected[measure]) for measure in MEASURES)
            largest = max(largest, distance)
            p = report["comparisons"][0]["p"] if number else float("nan")
            print(f"{name:20} {means['nDCG@10']:.4f}   {means['R@100']:.4f}  {means['RR@10']:.4f}  {p:<8.4f} "
                  f"{distance:.1e}             {report['timings_ms']['retrieval'] / 1000:.1f}", flush=True)
    if largest > 1e-6:
        raise SystemExit(f"rag eval and the reference differ by {largest}")


if __name__ == "__main__":
    main()
