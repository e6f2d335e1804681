#!/usr/bin/env python3
"""Reads damaged files of every format with `rag documents read`: no crash, no hang, memory under its limit.

usage: mutate.py --rag RAG [--inputs N] [--seed S] [--seconds S] [--memory MiB] [SUFFIX…]

The seeds are the files of Tests/CaseTests and of Tests/DocumentsTests/Fixtures, by suffix; each suffix gets N inputs
(default 200). An input is a seed with a few bytes changed, cut, doubled or moved, or spliced with another seed of its
kind; of a ZIP container half of the inputs are damaged inside a part, which is packed again, since the container's
checksums stop other damage early. Inputs go through one process in batches; a batch that fails is tried file by file, and
what fails alone is kept in a folder that is named. Exit code 1 where anything failed.
"""
import argparse, io, os, random, resource, shutil, subprocess, sys, tempfile, time, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = [os.path.join(HERE, "..", p) for p in ("CaseTests/files", "CaseTests/more/files", "DocumentsTests/Fixtures")]
# Each input of these starts other programs: a tenth of the inputs says as much.
SLOW = {"png": 20, "jpg": 20, "jpeg": 20, "tif": 20, "tiff": 20, "doc": 20}
MARKS = [b"\x00", b"\xff", b"\x7f", b"\x80", b"<", b">", b"&", b'"', b"\n", b"-", b"9", b"99999999999", b"{", b"}", b"\\", b"%", b"]]>", b"\r"]


def seeds():
    found = {}
    for folder in FOLDERS:
        for root, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(root, name)
                if os.path.getsize(path) > 1 << 20: continue
                suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
                found.setdefault(suffix, []).append(path)
    return {s: sorted(p) for s, p in found.items() if s}


def damaged(data, rng, other):
    data = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        if not data: break
        at = rng.randrange(len(data)); end = min(len(data), at + rng.randint(1, 64))
        kind = rng.randrange(9)
        if kind == 0: data[at] = rng.randrange(256)
        elif kind == 1: data[at] ^= 1 << rng.randrange(8)
        elif kind == 2: del data[at:end]
        elif kind == 3: data[at:at] = data[at:end] * rng.choice([1, 1, 2, 50])
        elif kind == 4: data[at:at + 1] = rng.choice(MARKS)
        elif kind == 5: data[at:end] = bytes(rng.randrange(256) for _ in range(end - at))
        elif kind == 6: del data[rng.randrange(len(data)):]
        elif kind == 7: data[at:at] = rng.choice(MARKS) * rng.choice([1, 3, 300])
        else:
            cut = rng.randrange(len(other) + 1); data[at:end] = other[cut:cut + rng.randint(1, 400)]
    return bytes(data)


def damaged_inside(data, rng, other):
    try:
        source = zipfile.ZipFile(io.BytesIO(data)); names = [n for n in source.namelist() if n != "mimetype"]
        chosen = set(rng.sample(names, min(len(names), rng.randint(1, 3))))
        out = io.BytesIO(); target = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)
        for info in source.infolist():
            part = source.read(info.filename)
            target.writestr(info.filename, damaged(part, rng, other) if info.filename in chosen else part)
        target.close(); return out.getvalue()
    except (zipfile.BadZipFile, RuntimeError, ValueError):
        return damaged(data, rng, other)


def read(rag, paths, seconds, memory):
    """What went wrong, or None; and the seconds and peak MiB of the process."""
    def limit(): resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    start = time.monotonic()
    p = subprocess.Popen([rag, "documents", "read", "--json", "--quiet", *paths], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         preexec_fn=limit, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    error = b""; deadline = start + seconds * len(paths) + 20
    try: error = p.communicate(timeout=deadline - start)[1]
    except subprocess.TimeoutExpired:
        p.kill(); p.communicate(); return f"no end within {deadline - start:.0f} s", time.monotonic() - start, 0
    peak = read.peak(p.pid)
    if p.returncode not in (0, 1): return f"exit {p.returncode}: {error[-300:].decode(errors='replace')}", time.monotonic() - start, peak
    return None, time.monotonic() - start, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", required=True); parser.add_argument("--inputs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=23); parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--memory", type=int, default=1500); parser.add_argument("suffixes", nargs="*")
    args = parser.parse_args(); rag = os.path.abspath(args.rag); failures = 0; passed = 0
    kept = tempfile.mkdtemp(prefix="rag-fuzz-")
    read.peak = lambda pid: resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    for suffix, paths in sorted(seeds().items()):
        if args.suffixes and suffix not in args.suffixes: continue
        rng = random.Random(f"{args.seed} {suffix}"); contents = [open(p, "rb").read() for p in paths]
        count = max(20, args.inputs // SLOW.get(suffix, 1)); work = tempfile.mkdtemp(prefix="rag-fuzz-batch-"); wrong = 0; seconds = 0
        for first in range(0, count, 100):
            files = []
            for number in range(first, min(count, first + 100)):
                data, other = rng.choice(contents), rng.choice(contents)
                inside = data[:4] == b"PK\3\4" and rng.random() < 0.5
                path = os.path.join(work, f"{number}.{suffix}")
                with open(path, "wb") as f: f.write((damaged_inside if inside else damaged)(data, rng, other))
                files.append(path)
            fault, took, peak = read(rag, files, args.seconds, args.memory); seconds += took
            if fault:
                for path in files:
                    fault, took, _ = read(rag, [path], args.seconds, args.memory)
                    if fault: wrong += 1; shutil.copy(path, kept); print(f"FAIL  {suffix}: {os.path.join(kept, os.path.basename(path))}: {fault}", flush=True)
            for path in files: os.remove(path)
        peak = read.peak(0); fat = peak > args.memory
        if fat: print(f"FAIL  {suffix}: the largest process so far took {peak:.0f} MiB, over {args.memory}")
        failures += wrong + fat; passed += count - wrong
        print(f"{'ok   ' if not wrong and not fat else 'FAIL '} {suffix:6} {count} inputs of {len(paths)} seeds, {wrong} failed, {seconds / count * 1000:.1f} ms an input, peak so far {peak:.0f} MiB", flush=True)
        shutil.rmtree(work, ignore_errors=True)
    if not os.listdir(kept): os.rmdir(kept)
    print(f"{passed} passed, {failures} failed"); sys.exit(1 if failures else 0)


if __name__ == "__main__": main()
