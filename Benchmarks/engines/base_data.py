"""Makes the passages that the engines are measured on, from Debian's documentation packages.

    python3 Benchmarks/engines/base_data.py --out DATA --rag .build/release/rag

Writes, deterministically for the same package versions:

    corpus.jsonl            about 220,000 passages of about 100 words: {"_id", "title", "text"}
    queries.sentence.txt    1,000 held-out sentences, one a line (their sentence is cut out of the passage it came from)
    queries.keyword.txt     1,000 queries of two to four of such a sentence's rarer words
    packages.txt            names and versions
    base.npy queries.npy    with --rag: passages and sentence queries embedded, float32, unit length
    truth.npy               with --rag: the 100 nearest passages of each query by exact search, int32 (needs numpy)

Packages are fetched by `apt-get download` and unpacked beside the data; nothing is installed.
"""

import argparse
import collections
import gzip
import hashlib
import html.parser
import json
import os
import pathlib
import random
import re
import subprocess
import sys

PACKAGES = [
    "linux-doc-6.1", "python3.11-doc", "postgresql-doc-15", "perl-doc", "git-doc", "manpages-dev", "manpages",
    "debian-policy", "octave-doc", "erlang-doc", "libboost1.74-doc", "openjdk-17-doc", "python-django-doc",
    "python-scipy-doc", "python-pandas-doc", "python-sqlalchemy-doc", "debian-reference-en", "r-doc-html", "gnuplot-doc",
    "vim-doc", "bash-doc", "sqlite3-doc", "cmake-doc", "mercurial-common", "libssl-doc",
]
PASSAGES = 220_000
WORDS = 100
QUERIES = 1_000


class Text(html.parser.HTMLParser):
    """The paragraphs of an HTML page; scripts, navigation and tables of contents left out."""
    BLOCKS = {"p", "div", "li", "dd", "dt", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "br", "section"}
    SKIPPED = {"script", "style", "nav", "head", "footer"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.depth = [], 0

    def handle_starttag(self, tag, attributes):
        if tag in self.SKIPPED:
            self.depth += 1
        elif tag in self.BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag):
        if tag in self.SKIPPED:
            self.depth = max(0, self.depth - 1)
        elif tag in self.BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data):
        if self.depth == 0:
            self.parts.append(data)


def text_of(path):
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    if b"\0" in raw[:4096]:
        return ""
    text = raw.decode("utf-8", errors="ignore")
    name = path.name.removesuffix(".gz")
    if name.endswith((".html", ".htm")):
        parser = Text()
        parser.feed(text)
        return "".join(parser.parts)
    if re.search(r"\.[1-9]\w*$", name):
        lines = [re.sub(r"\\f[A-Z]|\\f\(..|\\&|\\-|\\\(..|\\[|^/,]", lambda m: "-" if m[0] == r"\-" else "", line)
                 for line in text.splitlines() if not line.startswith((".\\\"", "'\\\""))]
        return "\n".join("\n" if re.match(r"\.(PP|SH|SS|TP|P|LP|IP)\b", line) and len(line) < 5 else
                         re.sub(r"^\.[A-Za-z]+\s*", "", line) for line in lines)
    if name.endswith(".pod"):
        return re.sub(r"[A-Z]<+\s?([^<>]*?)\s?>+", r"\1", re.sub(r"^=\w+ ?", "", text, flags=re.M))
    return text


def passages_of(path):
    """Paragraphs packed to about WORDS words; lines that are no prose (rules, tables, code) are left out."""
    words = []
    for paragraph in re.split(r"\n\s*\n", text_of(path)):
        plain = " ".join(paragraph.split())
        letters = sum(map(str.isalpha, plain)) + plain.count(" ")
        if len(plain) < 40 or letters < 0.8 * len(plain):
            continue
        words += plain.split(" ")
        while len(words) >= WORDS:
            # To the end of the sentence, if it is near.
            end = next((i + 1 for i in range(WORDS - 1, min(len(words), WORDS + 30)) if words[i].endswith((".", "?", "!"))), WORDS)
            yield " ".join(words[:end])
            words = words[end:]
    if len(words) >= WORDS // 3:
        yield " ".join(words)


def unpack(folder):
    versions = []
    for package in PACKAGES:
        target = folder / package
        if not target.exists():
            done = subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, capture_output=True)
            found = sorted(folder.glob(package + "_*.deb"))
            if done.returncode or not found:
                sys.exit(f"{package}: {done.stderr.decode().strip() or 'not fetched'}")
            subprocess.run(["dpkg-deb", "-x", found[0], target], check=True)
            (target / "version").write_text(found[0].name.split("_")[1])
            found[0].unlink()
        versions.append((package, (target / "version").read_text()))
    return versions


def collect(folder, versions):
    seen, passages = set(), []
    for package, _ in versions:
        root, before = folder / package, len(passages)
        for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink() and p.stat().st_size < 4_000_000):
            name = path.name.removesuffix(".gz")
            if not re.search(r"\.(txt|rst|html?|pod|[1-9][a-z]*|md)$", name) or "changelog" in name.lower():
                continue
            for number, text in enumerate(passages_of(path)):
                digest = hashlib.md5(text.lower().encode()).digest()
                if digest in seen:
                    continue
                seen.add(digest)
                place = str(path.relative_to(root)).removeprefix("usr/share/")
                passages.append({"_id": f"{package}/{place}#{number}", "title": re.sub(r"[-_./]+", " ", pathlib.Path(name).stem), "text": text})
        print(f"{package}: {len(passages) - before} passages", file=sys.stderr)
    return passages


def held_out(passages, random_source):
    """Sentences cut out of passages, and keywords of them."""
    frequency = collections.Counter()
    for passage in passages:
        frequency.update(set(re.findall(r"[a-z]{3,}", passage["text"].lower())))
    sentences, keywords = [], []
    for index in random_source.sample(range(len(passages)), len(passages)):
        text = passages[index]["text"]
        parts = re.split(r"(?<=[.?!]) ", text)
        chosen = [p for p in parts[1:-1] if 8 <= len(p.split()) <= 24 and p[0].isupper() and p.isascii()]
        if not chosen:
            continue
        sentence = random_source.choice(chosen)
        words = sorted({w for w in re.findall(r"[a-z]{3,}", sentence.lower()) if frequency[w] >= 5}, key=lambda w: (frequency[w], w))
        if len(words) < 6:
            continue
        passages[index]["text"] = text.replace(sentence + " ", "", 1)
        sentences.append(sentence)
        pool = words[:8]
        keywords.append(" ".join(random_source.sample(pool, random_source.randint(2, 4))))
        if len(sentences) == QUERIES:
            break
    return sentences, keywords


def embed(rag, lines, target, as_query):
    arguments = [rag, "embed", "--npy", target, *(["--as-query"] if as_query else [])]
    subprocess.run(arguments, input="\n".join(lines) + "\n", text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rag")
    arguments = parser.parse_args()
    out = arguments.out
    unpacked = out / "packages"
    unpacked.mkdir(parents=True, exist_ok=True)
    versions = unpack(unpacked)
    passages = collect(unpacked, versions)
    random_source = random.Random(5)
    if len(passages) > PASSAGES:
        kept = sorted(random_source.sample(range(len(passages)), PASSAGES))
        passages = [passages[i] for i in kept]
    sentences, keywords = held_out(passages, random_source)
    with open(out / "corpus.jsonl", "w", encoding="utf-8") as file:
        for passage in passages:
            file.write(json.dumps(passage, ensure_ascii=False) + "\n")
    (out / "queries.sentence.txt").write_text("\n".join(sentences) + "\n")
    (out / "queries.keyword.txt").write_text("\n".join(keywords) + "\n")
    (out / "packages.txt").write_text("".join(f"{name} {version}\n" for name, version in versions))
    mean = sum(len(p["text"].split()) for p in passages) / len(passages)
    print(f"{len(passages)} passages, {mean:.0f} words in the mean, {len(sentences)} queries", file=sys.stderr)
    if not arguments.rag:
        return
    import numpy

    embed(arguments.rag, [p["title"] + " " + p["text"] for p in passages], out / "base.npy", False)
    embed(arguments.rag, sentences, out / "queries.npy", True)
    base, queries = numpy.load(out / "base.npy"), numpy.load(out / "queries.npy")
    truth = numpy.empty((len(queries), 100), numpy.int32)
    for start in range(0, len(queries), 50):
        scores = queries[start:start + 50] @ base.T
        best = numpy.argpartition(-scores, 100, axis=1)[:, :100]
        order = numpy.argsort(-numpy.take_along_axis(scores, best, 1), axis=1, kind="stable")
        truth[start:start + 50] = numpy.take_along_axis(best, order, 1)
    numpy.save(out / "truth.npy", truth)


if __name__ == "__main__":
    main()
