#!/usr/bin/env python3
"""Follows a folder with `rag ingest --watch`: every change is found, kill -9 loses and doubles nothing.

usage: watch_test.py --rag RAG [--files N] [--changes N] [--kills N] [--seed S]

Changes: files are made, changed, moved and removed one at a time in a folder of N files; the time from the change to the
report that has it is measured (p50, p95). Kills: while files change at random the process is killed with -9 at a random
moment, and started again; at the end the collection must hold what a fresh ingest of the folder holds, document by
document, and each document's text.
"""
import argparse, json, os, queue, random, shutil, signal, subprocess, sys, tempfile, threading, time


class Watch:
    def __init__(self, rag, folder, home):
        self.reports = queue.Queue(); self.notes = []; self.watching = threading.Event()
        self.process = subprocess.Popen([rag, "ingest", folder, "--watch", "--json", "--home", home], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.read_reports, daemon=True).start()
        threading.Thread(target=self.read_notes, daemon=True).start()
    def read_reports(self):
        for line in self.process.stdout: self.reports.put((time.monotonic(), json.loads(line)))
    def read_notes(self):
        for line in self.process.stderr:
            self.notes.append(line.strip())
            if "watching" in line: self.watching.set()
    def wait(self, seconds=600):
        if not self.watching.wait(seconds): raise SystemExit(f"no watch within {seconds} s: {self.notes[-3:]}")
    def end(self, how=signal.SIGKILL):
        self.process.send_signal(how); self.process.wait()


def call(rag, *args):
    return subprocess.run([rag, *args], capture_output=True, text=True, check=True).stdout


def contents(rag, home):
    found = {}
    for d in json.loads(call(rag, "documents", "list", "--json", "--home", home))["documents"]: found[d["document_id"]] = d["content_hash"]
    return found


def text(n, version): return f"# Note {n}\n\nThe buoy number {n} has colour {version} and weighs {n * 7 + version} kilograms.\n"


def changes(rag, files, count, rng):
    work = tempfile.mkdtemp(prefix="watch-"); docs = os.path.join(work, "docs"); home = os.path.join(work, "home")
    for n in range(files):
        folder = os.path.join(docs, f"f{n % 50}"); os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{n}.md"), "w") as f: f.write(text(n, 0))
    watch = Watch(rag, docs, home); watch.wait(1800)
    first = watch.reports.get(timeout=60)[1]["documents"]
    if first["added"] != files: raise SystemExit(f"{first} at first, not {files}")
    times = []; missed = []; live = list(range(files)); next_number = files
    def path(n): return os.path.join(docs, f"f{n % 50}", f"{n}.md")
    for number in range(count):
        kind = ["add", "update", "delete", "move", "folder"][number % 5]; start = time.monotonic()
        if kind == "add":
            with open(path(next_number), "w") as f: f.write(text(next_number, 1))
            live.append(next_number); next_number += 1; want = ("added", 1)
        elif kind == "update":
            n = rng.choice(live)
            # As editors save: another file that takes its place.
            with open(path(n) + "~", "w") as f: f.write(text(n, number + 2))
            os.replace(path(n) + "~", path(n)); want = ("updated", 1)
        elif kind == "delete":
            n = live.pop(rng.randrange(len(live))); os.remove(path(n)); want = ("deleted", 1)
        elif kind == "move":
            n = live.pop(rng.randrange(len(live))); os.rename(path(n), path(next_number)); live.append(next_number); next_number += 1; want = ("moved", 1)
        else:
            folder = os.path.join(docs, f"new{number}", "deep"); os.makedirs(folder)
            for k in range(3):
                with open(os.path.join(folder, f"{k}.md"), "w") as f: f.write(text(900000 + number * 10 + k, 3))
            want = ("added", 3)
        total = 0; deadline = start + 20
        while total < want[1] and time.monotonic() < deadline:
            try: at, report = watch.reports.get(timeout=deadline - time.monotonic())
            except queue.Empty: break
            total += report["documents"].get(want[0], 0)
        if total == want[1]: times.append(at - start)
        else: missed.append((kind, total))
    held = contents(rag, home); watch.end(signal.SIGTERM); shutil.rmtree(work)
    times.sort()
    print(f"{len(times)} of {count} changes found among {files} files; seconds to the report p50 {times[len(times) // 2]:.2f}, p95 {times[int(len(times) * 0.95)]:.2f}, worst {times[-1]:.2f}" if times else "no change found", flush=True)
    return missed, len(held)


def kills(rag, count, rng):
    work = tempfile.mkdtemp(prefix="watch-kill-"); docs = os.path.join(work, "docs"); home = os.path.join(work, "home"); os.makedirs(docs)
    number = 0; live = []
    def change():
        nonlocal number
        kind = rng.random()
        if kind < 0.5 or len(live) < 5:
            folder = os.path.join(docs, f"d{rng.randrange(6)}"); os.makedirs(folder, exist_ok=True); p = os.path.join(folder, f"{number}.md"); number += 1
            with open(p, "w") as f: f.write(text(number, 0))
            live.append(p)
        elif kind < 0.75:
            with open(rng.choice(live), "w") as f: f.write(text(number, rng.randrange(1000)))
        elif kind < 0.88: os.remove(live.pop(rng.randrange(len(live))))
        else:
            p = live.pop(rng.randrange(len(live))); q = os.path.join(docs, f"moved-{number}.md"); number += 1; os.rename(p, q); live.append(q)
    for _ in range(40): change()
    for _ in range(count):
        watch = Watch(rag, docs, home); end = time.monotonic() + rng.uniform(0.05, 1.6)
        while time.monotonic() < end: change(); time.sleep(rng.uniform(0, 0.05))
        watch.end()
    watch = Watch(rag, docs, home); watch.wait(); time.sleep(0.5); watch.end(signal.SIGTERM)
    fresh = os.path.join(work, "fresh"); call(rag, "ingest", docs, "--home", fresh)
    held, wanted = contents(rag, home), contents(rag, fresh)
    doctor = subprocess.run([rag, "doctor", "--home", home], capture_output=True, text=True)
    faults = [] if held == wanted else [f"missing {sorted(set(wanted) - set(held))[:5]}, too many {sorted(set(held) - set(wanted))[:5]}, other {[k for k in wanted if k in held and held[k] != wanted[k]][:5]}"]
    if doctor.returncode: faults.append("doctor: " + doctor.stdout[-300:] + doctor.stderr[-300:])
    print(f"{count} kills, {len(wanted)} documents at the end, {'as a fresh ingest has them' if not faults else faults}", flush=True)
    shutil.rmtree(work)
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", required=True); parser.add_argument("--files", type=int, default=200); parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--kills", type=int, default=10); parser.add_argument("--seed", type=int, default=23)
    args = parser.parse_args(); rag = os.path.abspath(args.rag); rng = random.Random(args.seed)
    missed, _ = changes(rag, args.files, args.changes, rng); faults = kills(rag, args.kills, rng)
    for m in missed: print("FAIL  a change was not found:", m)
    failed = len(missed) + len(faults)
    print(f"{args.changes + 1 - failed} passed, {failed} failed"); sys.exit(1 if failed else 0)


if __name__ == "__main__": main()
