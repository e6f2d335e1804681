"""Answers on corpus/eval without a judge: does the answer hold the gold phrase, do citations point at judged documents,
are quotes the source's bytes, and where should the line be below which there is no answer.

    python3 Benchmarks/answers.py --rag .build/release/rag

Ingests corpus/ into a temporary home (or --home), asks every question of corpus/eval with threshold 0, and prints the
measures at each threshold. The threshold is chosen on the questions of even place (largest balanced accuracy, the
mean of answered answerable and refused unanswerable ones) and reported on those of odd place.
"""

import argparse
import concurrent.futures
import csv
import json
import pathlib
import subprocess
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--corpus", default="corpus", type=pathlib.Path)
    parser.add_argument("--home")
    parser.add_argument("--save", type=pathlib.Path, help="write every answer as JSON lines")
    arguments = parser.parse_args()
    temporary = tempfile.TemporaryDirectory()
    home = arguments.home or temporary.name
    subprocess.run([arguments.rag, "ingest", str(arguments.corpus), "--home", home, "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    questions = [json.loads(line) for line in open(arguments.corpus / "eval" / "queries.jsonl", encoding="utf-8")]
    judged = {}
    with open(arguments.corpus / "eval" / "qrels" / "test.tsv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            judged.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])

    def ask(question):
        done = subprocess.run(
            [arguments.rag, "query", question["text"], "--home", home, "--threshold", "0", "--json", "--quiet"],
            capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, questions))
    rows = []
    for question, answer in zip(questions, answers):
        relevant = judged.get(question["_id"], {})
        gold = question["metadata"].get("answer", "")
        flat = " ".join((answer["answer"] or "").split()).lower()
        rows.append({
            "id": question["_id"], "text": question["text"], "answerable": question["metadata"]["answerable"],
            "confidence": answer["confidence"], "gold": gold, "answer": answer["answer"],
            "contained": bool(gold) and " ".join(gold.split()).lower() in flat,
            "retrieved": any(hit["document_id"] in relevant for hit in answer["chunks"]),
            "first": answer["chunks"][0]["document_id"] in relevant if answer["chunks"] else False,
            "cited": [citation["document_id"] in relevant for citation in answer["citations"]],
            "total_ms": answer["timings_ms"]["total"],
        })
        for citation in answer["citations"]:
            path = pathlib.Path(citation["uri"])
            if path.suffix in {".md", ".txt"}:
                data = path.read_bytes().replace(b"\r\n", b"\n")
                assert data[citation["start"]:citation["end"]].decode() == citation["quote"], citation
    if arguments.save:
        with open(arguments.save, "w", encoding="utf-8") as lines:
            for row in rows:
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    answerable = [row for row in rows if row["answerable"]]
    citations = [hit for row in answerable for hit in row["cited"]]
    print(f"{len(answerable)} answerable, {len(rows) - len(answerable)} unanswerable questions; quotes are the source's bytes")
    print(f"judged document first {share(answerable, 'first'):.3f}, among the 5 passages {share(answerable, 'retrieved'):.3f}")
    print(f"gold phrase in the answer {share(answerable, 'contained'):.3f}, citations of judged documents "
          f"{sum(citations) / max(1, len(citations)):.3f}")
    times = sorted(row["total_ms"] for row in rows)
    print(f"median time {times[len(times) // 2]:.0f} ms in the process")
    print("threshold  answered answerable  refused unanswerable  (chosen half | other half)")
    halves = [rows[0::2], rows[1::2]]
    best = None
    for step in range(30, 81, 2):
        threshold = step / 100
        figures = [rates(half, threshold) for half in halves]
        balanced = sum(figures[0]) / 2
        if best is None or balanced > best[0]:
            best = (balanced, threshold)
        print(f"{threshold:9.2f}  {figures[0][0]:.3f} | {figures[1][0]:.3f}        {figures[0][1]:.3f} | {figures[1][1]:.3f}")
    chosen = rates(halves[1], best[1])
    print(f"chosen on the first half: {best[1]:.2f}; on the other half it answers {chosen[0]:.3f} of the answerable and "
          f"refuses {chosen[1]:.3f} of the unanswerable")


def share(rows, key):
    return sum(row[key] for row in rows) / max(1, len(rows))


def rates(rows, threshold):
    answerable = [row for row in rows if row["answerable"]]
    others = [row for row in rows if not row["answerable"]]
    return (sum(row["confidence"] >= threshold for row in answerable) / max(1, len(answerable)),
            sum(row["confidence"] < threshold for row in others) / max(1, len(others)))


if __name__ == "__main__":
    main()
