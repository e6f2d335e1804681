"""Tables of PDFs: how many numbers keep their row's label, and what reading costs, for one or two builds of rag.

    python3 Benchmarks/pdf/tables.py [--before OLD_RAG] [--after RAG] [--evidence FILE.jsonl] [--pages 3] FILE.pdf…

Pages with many numbers are cut out of the files by `pdfseparate`, ingested, and their texts fetched from `rag serve`. What a
row is, `pdftotext -tsv` says: a number has a label if a word with letters stands left of it on the same line (boxes that
overlap by half of the lower one). Shares printed:

    any      numbers of the text with some word before them in their line
    own      labelled numbers of the page whose first word on the line also stands before that number in a line of the text
    boxes    labelled numbers of the page: no reader can have more

--evidence takes JSON Lines with "evidence": [{"evidence_doc_name", "evidence_page_num" (from 0)}], and measures those pages of
the files with these names. --seconds N measures ingest of the N largest files too: seconds of `rag ingest` by both builds.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

LETTERS = re.compile(r"[^\W\d_]")


def is_number(text):
    return any(c.isdigit() for c in text) and not LETTERS.search(text)


def is_label(text):
    return len(LETTERS.findall(text)) >= 2


def plain(text):
    return re.sub(r"\W", "", text)


def words(pdf, page=None):
    """Words with boxes, by page."""
    command = ["pdftotext", "-tsv"] + (["-f", str(page), "-l", str(page)] if page else []) + [str(pdf), "-"]
    out = subprocess.run(command, capture_output=True).stdout.decode("utf-8", "replace")
    pages = collections.defaultdict(list)
    for line in out.split("\n"):
        cells = line.split("\t")
        if len(cells) >= 12 and cells[0] == "5":
            pages[int(cells[1])].append((*map(float, cells[6:10]), cells[11]))
    return pages


def numbers_with_labels(page):
    """(number, first word of its line or None) for each number of a page."""
    found = []
    for x, y, width, height, text in page:
        if not is_number(text):
            continue
        left = [w for w in page if is_label(w[4]) and w[0] < x
                and min(y + height, w[1] + w[3]) - max(y, w[1]) >= 0.5 * min(height, w[3])]
        found.append((plain(text), plain(min(left)[4]) if left else None))
    return found


def emitted(text):
    """(number, words before it) for each number of the lines of a text."""
    found = []
    for line in text.split("\n"):
        before = set()
        for token in line.split():
            if is_number(token):
                found.append((plain(token), set(before)))
            elif is_label(token):
                before.add(plain(token))
    return found


def score(truth, text):
    """(labelled numbers, of them with their own label, numbers of the text, of them with any label, numbers)"""
    lines = emitted(text)
    by_number = collections.defaultdict(list)
    for number, before in lines:
        by_number[number].append(before)
    labelled = [(number, label) for number, label in truth if label is not None]
    own = sum(any(label in before for before in by_number.get(number, [])) for number, label in labelled)
    return len(labelled), own, len(lines), sum(bool(before) for _, before in lines), len(truth)


def texts(rag, folder, home):
    """Texts of the documents of a folder by their file names."""
    run = subprocess.run([rag, "ingest", folder, "--home", home, "--json", "--quiet"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{rag} ingest: exit {run.returncode}: {run.stderr[-500:]}")
    server = subprocess.Popen([rag, "serve", "--home", home, "--port", "0", "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
    try:
        port = None
        while port is None:
            line = server.stdout.readline() or server.stderr.readline()
            if not line:
                sys.exit(f"{rag} serve ended: {server.stderr.read()[-500:]}")
            match = re.search(r"127\.0\.0\.1\D{1,20}?(\d{4,5})|\"port\"\s*:\s*(\d+)", line)
            port = match and int(match[1] or match[2])
        base = f"http://127.0.0.1:{port}/api/v1/documents"
        found, after = {}, ""
        while after is not None:
            page = json.load(urllib.request.urlopen(f"{base}?limit=1000&after={urllib.parse.quote(after, safe='')}"))
            for document in page["documents"]:
                identity = document.get("id") or document["document_id"]
                shown = json.load(urllib.request.urlopen(f"{base}/{urllib.parse.quote(identity, safe='')}"))
                found[os.path.basename(identity)] = shown["text"]
            after = page.get("next")
        return found
    finally:
        server.terminate()
        server.wait()


def chosen_pages(files, arguments):
    """(file, page) to measure."""
    if arguments.evidence:
        by_name = collections.defaultdict(set)
        for line in open(arguments.evidence, encoding="utf-8"):
            entry = json.loads(line)
            for evidence in entry["evidence"]:
                name = evidence.get("evidence_doc_name") or entry["doc_name"]
                by_name[name].add(evidence["evidence_page_num"] + 1)
        return [(file, page) for file in files for page in sorted(by_name.get(file.stem, []))]
    chosen = []
    for file in files:
        counts = [(sum(is_number(w[4]) for w in page), number) for number, page in words(file).items()]
        counts = sorted((c for c in counts if c[0] >= 30), reverse=True)
        # Spread over the file: a few pages with the most numbers are often of one table.
        step = max(1, len(counts) // max(1, arguments.pages))
        chosen += [(file, number) for _, number in counts[::step][:arguments.pages]]
    return chosen


def seconds(rag, file, folder):
    home = os.path.join(folder, f"home-{time.time_ns()}")
    start = time.monotonic()
    run = subprocess.run([rag, "ingest", str(file), "--home", home, "--json", "--quiet"], capture_output=True, text=True)
    return time.monotonic() - start if run.returncode == 0 else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--before")
    parser.add_argument("--after", default=".build/release/rag")
    parser.add_argument("--evidence")
    parser.add_argument("--pages", type=int, default=3, help="pages of each file, where no evidence names them")
    parser.add_argument("--seconds", type=int, default=0, metavar="N")
    parser.add_argument("--least", type=int, default=15, help="numbers that a page must have to count")
    arguments = parser.parse_args()
    builds = [("before", os.path.abspath(arguments.before))] if arguments.before else []
    builds.append(("after", os.path.abspath(arguments.after)))
    with tempfile.TemporaryDirectory() as folder:
        pages = os.path.join(folder, "pages")
        os.mkdir(pages)
        truths = {}
        for file, page in chosen_pages(arguments.files, arguments):
            truth = numbers_with_labels(words(file, page).get(page, []))
            if len(truth) < arguments.least:
                continue
            name = f"{file.stem}-{page}.pdf"
            subprocess.run(["pdfseparate", "-f", str(page), "-l", str(page), str(file), os.path.join(pages, name)],
                           check=False, stderr=subprocess.DEVNULL)
            if os.path.exists(os.path.join(pages, name)):
                truths[name] = truth
        print(f"{len(truths)} pages of {len(arguments.files)} files, {sum(map(len, truths.values()))} numbers")
        worst = []
        for label, rag in builds:
            found = texts(rag, pages, os.path.join(folder, label))
            total = [0] * 5
            for name, truth in truths.items():
                result = score(truth, found.get(name, ""))
                total = [a + b for a, b in zip(total, result)]
                if label == "after":
                    worst.append((result[1] / max(1, result[0]), name, result))
            print(f"{label:7} any {total[3] / max(1, total[2]):6.1%}   own {total[1] / max(1, total[0]):6.1%}   "
                  f"boxes {total[0] / max(1, total[4]):6.1%}   read {total[2]} of {total[4]} numbers")
        for share, name, result in sorted(worst)[:10]:
            print(f"    {share:6.1%} {name} {result[1]} of {result[0]}")
        largest = sorted(arguments.files, key=lambda f: f.stat().st_size, reverse=True)[:arguments.seconds]
        for file in largest:
            times = [(label, seconds(rag, file, folder)) for label, rag in builds]
            ratio = times[-1][1] / times[0][1]
            print(f"{file.name:40} " + "   ".join(f"{label} {value:6.1f} s" for label, value in times) + f"   × {ratio:.2f}")


if __name__ == "__main__":
    main()
