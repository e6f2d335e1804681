"""Wrong characters and seconds a page of text recognition, beside plain `tesseract`, in one run.

    python3 -m venv .venv && .venv/bin/pip install pillow rapidfuzz
    sudo apt-get install fonts-dejavu-core fonts-liberation fonts-crosextra-carlito fonts-linuxlibertine debian-reference-de
    .venv/bin/python Benchmarks/ocr/ocr.py --rag .build/release/rag

Renders known texts (English: prose of corpus/; German: the Debian reference of the package debian-reference-de) in six
faces, in 11 points, to A4 pages, clean and spoilt in the ways of scanners, and reads each kind of page

  - with `rag ingest`, as one PDF of images (or as pictures), and takes the document's text from the catalog;
  - with `tesseract PAGE stdout -l LANGUAGE` for every page, told which language it is; rag is told both for all.

Character errors are edits (Levenshtein) between the two texts, white space as single spaces, over the characters of the
known one. Seconds are those of the processor in the processes and their children, a page.
"""

import argparse
import os
import pathlib
import random
import resource
import sqlite3
import statistics
import subprocess
import tempfile

import pages
from PIL import Image, ImageFont
from rapidfuzz.distance import Levenshtein

KINDS = {
    "clean, 300 dpi": dict(dpi=300),
    "leaning 0.5°, grain, JPEG 60, 300 dpi": dict(dpi=300, rough=True),
    "clean, 200 dpi": dict(dpi=200),
    "7 points, 300 dpi": dict(dpi=300, points=7),
    "on its side, 300 dpi": dict(dpi=300, turn=90),
    "half in shadow, JPEG 60, 300 dpi": dict(dpi=300, rough=True, shadow=True),
    "PNG of 96 dpi": dict(dpi=96, suffix="png"),
    "light on dark, PNG of 96 dpi": dict(dpi=96, suffix="png", dark=True),
    "8 points, PNG of 96 dpi": dict(dpi=96, points=8, suffix="png"),
}


def errors(known, found):
    known, found = " ".join(known.split()), " ".join(found.split())
    return Levenshtein.distance(known, found), len(known)


def seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def shadowed(page):
    """The left two thirds get darker and darker, with an edge across."""
    width, height = page.size
    ramp = Image.linear_gradient("L").rotate(90).resize((width, height)).point([round(90 + v * 0.65) for v in range(256)])
    edge = Image.new("L", (width, height), 255)
    from PIL import ImageChops, ImageDraw
    ImageDraw.Draw(edge).polygon([(0, 0), (width * 0.6, 0), (0, height * 0.6)], fill=150)
    return ImageChops.multiply(ImageChops.multiply(page, ramp), edge)


def make(lines, path, seed, dpi, points=11, rough=False, shadow=False, dark=False, turn=0, suffix="pdf"):
    """A page as (image, JPEG bytes or None, dpi)."""
    page = pages.render(lines, ImageFont.truetype(path, round(points * dpi / 72)), dpi)
    jpeg = None
    if dark:
        page = page.point([round(235 - value * 0.8) for value in range(256)])
    if turn:
        page = page.rotate(turn, expand=True, fillcolor=255)
    if rough:
        page, jpeg = pages.degrade(page, seed, finish=shadowed if shadow else None)
    return page, jpeg, dpi


def texts(arguments):
    """(language, face, font file, lines) of the pages."""
    sources = {"eng": list(pages.english(arguments.corpus)), "deu": list(pages.german(arguments.german))}
    for language, paragraphs in sources.items():
        for seed, (face, path) in enumerate(pages.REGULAR.items()):
            for page in range(arguments.pages):
                start = random.Random(seed * 100 + page).randrange(len(paragraphs) - 40)
                font = ImageFont.truetype(path, round(11 * 300 / 72))
                yield language, face, path, pages.fill(paragraphs[start:], font, round(6.27 * 300), 46)


def ingest(rag, folder, threads):
    home = folder + "-home"
    before = seconds()
    subprocess.run(
        [rag, "ingest", folder, "--home", home, "--threads", str(threads), "--quiet", "--json", "--language", "en"],
        check=True, stdout=subprocess.DEVNULL)
    spent = seconds() - before
    with sqlite3.connect(home + "/catalog.sqlite") as catalog:
        rows = catalog.execute(
            "SELECT documents.uri, document_texts.text FROM documents JOIN document_texts "
            "ON document_texts.document = documents.row").fetchall()
    return spent, {os.path.basename(os.fsdecode(uri)): os.fsdecode(text) for uri, text in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag", type=os.path.abspath)
    parser.add_argument("--corpus", default="corpus")
    parser.add_argument("--german", default="/usr/share/debian-reference/debian-reference.de.txt.gz")
    parser.add_argument("--pages", type=int, default=1, help="pages of each face and language")
    parser.add_argument("--kinds", default="", help="only kinds of pages whose names contain this")
    arguments = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cases = list(texts(arguments))
    with tempfile.TemporaryDirectory() as work:
        # What an ingest costs that reads nothing: the embedding model's start.
        os.mkdir(work + "/nothing")
        pathlib.Path(work + "/nothing/a.txt").write_text("A line.")
        idle, _ = ingest(arguments.rag, work + "/nothing", 1)
        print(f"{len(cases)} pages a kind\n\n| pages | rag: wrong | worst page | s a page | tesseract: wrong | worst page "
              "| s a page |\n|---|---|---|---|---|---|---|")
        for number, (name, kind) in enumerate(KINDS.items()):
            if arguments.kinds not in name:
                continue
            folder = f"{work}/{number}"
            os.mkdir(folder)
            os.mkdir(folder + "-peer")
            peer = []
            for index, (language, _, path, lines) in enumerate(cases):
                page, jpeg, dpi = make(lines, path, index, **kind)
                stem = f"{index:03}"
                if kind.get("suffix") == "png":
                    page.save(f"{folder}/{stem}.png")
                else:
                    pathlib.Path(f"{folder}/{stem}.pdf").write_bytes(pages.image_pdf([(page, jpeg, dpi)]))
                picture = f"{folder}-peer/{stem}.{'jpg' if jpeg else 'png'}"
                if jpeg:
                    pathlib.Path(picture).write_bytes(jpeg)
                else:
                    page.save(picture, dpi=(dpi, dpi))
                before = seconds()
                output = subprocess.run(
                    ["tesseract", picture, "stdout", "-l", language], check=True, capture_output=True, text=True).stdout
                peer.append((seconds() - before, errors("\n".join(lines), output)))
            spent, found = ingest(arguments.rag, folder, 1)
            ours = [errors("\n".join(case[3]), next((text for uri, text in found.items() if uri.startswith(f"{index:03}")), ""))
                    for index, case in enumerate(cases)]

            def share(pairs):
                return (f"{sum(e for e, _ in pairs) / sum(n for _, n in pairs):.2%} | "
                        f"{max(e / n for e, n in pairs):.2%}")
            print(f"| {name} | {share(ours)} | {(spent - idle) / len(cases):.2f} | {share([p for _, p in peer])} | "
                  f"{statistics.fmean(t for t, _ in peer):.2f} |", flush=True)


if __name__ == "__main__":
    main()
