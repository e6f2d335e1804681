#!/usr/bin/env python3
"""Runs the cases of a folder against a rag binary: real kinds of files and questions, each with the right outcome.

usage: run.py RAG [--cases FOLDER]… [--skip PREFIX]… [NAME-PREFIX…]      exit 0 where every case holds, 1 otherwise

Without --cases: the folder of this script, and `more` in it.

A case is an object of cases.json: "name", "files" (copied into a fresh folder `docs`), "tree" (path → text), then "steps" in order.
A step is one of
  {"ingest": [PATH…], "args": […], "exit": N, "expect": {"added": 1, …}, "named": [TEXT…]}   counts of the report's "documents"; texts that the report must name
  {"write": {PATH: TEXT}}   {"copy": [FILE, PATH]}   {"remove": [PATH…]}   {"move": [FROM, TO]}   {"link": [TARGET, PATH]}
  {"ask": QUESTION, "contains": […], "any": […], "lacks": […], "abstain": BOOL, "page": N, "cites": BOOL or ENCODING, "distinct": BOOL}
  {"search": QUERY, "contains": […], "lacks": […], "mode": "lexical", "args": […]}   one passage's heading and text hold all of "contains"; none holds one of "lacks"
  {"documents": N}
"cites" compares each quote with the bytes source_start..source_end (start..end where there are none) of the file that is cited.
Without "steps": ingest `docs`, then the case's own "checks" as steps. Texts are compared without case, white space folded.
"""
import json, os, re, shutil, subprocess, sys, tempfile

def fold(text): return re.sub(r"\s+", " ", text or "").lower()

class Case:
    def __init__(self, rag, case, folder):
        self.rag, self.case, self.folder, self.faults = rag, case, folder, []
        self.work = tempfile.mkdtemp(prefix="case-")
        self.home = os.path.join(self.work, "home")
    def call(self, *args):
        p = subprocess.run([self.rag, *args, "--home", self.home, "--json"], cwd=self.work, capture_output=True, text=True, timeout=300)
        try: out = json.loads(p.stdout)
        except ValueError: out = {}
        return p, out
    def fault(self, text): self.faults.append(text)
    def path(self, name):
        p = os.path.join(self.work, name); os.makedirs(os.path.dirname(p), exist_ok=True); return p
    def write(self, tree):
        for name, text in tree.items():
            with open(self.path(name), "wb") as f: f.write(text.encode("utf-8", "surrogateescape"))
    def texts(self, what, step, texts):
        texts = [fold(t) for t in texts]
        want = [fold(t) for t in step.get("contains", [])]
        if want and not any(all(w in t for w in want) for t in texts):
            self.fault(f"{what}: no text holds all of {step['contains']}; first: {texts[0][:160] if texts else '(none)'!r}")
        if step.get("any") and not any(fold(w) in t for w in step["any"] for t in texts):
            self.fault(f"{what}: none of {step['any']}; first: {texts[0][:160] if texts else '(none)'!r}")
        for w in step.get("lacks", []):
            if any(fold(w) in t for t in texts): self.fault(f"{what}: holds {w!r}")
    def ingest(self, step):
        p, out = self.call("ingest", *step["ingest"], *step.get("args", []))
        if p.returncode != step.get("exit", 0): self.fault(f"ingest {step['ingest']}: exit {p.returncode}: {p.stderr.strip()[-200:]}")
        for key, value in step.get("expect", {}).items():
            if out.get("documents", {}).get(key) != value: self.fault(f"ingest {step['ingest']}: {key} {out.get('documents', {}).get(key)}, expected {value}; {json.dumps(out)[:300]}")
        told = fold(p.stdout + p.stderr)
        for text in step.get("named", []):
            if fold(text) not in told: self.fault(f"ingest {step['ingest']}: the report doesn't name {text!r}: {told[:300]}")
    def ask(self, step):
        p, out = self.call("query", step["ask"], *step.get("args", []))
        what = f"query {step['ask']!r}"
        if p.returncode not in (0, 10): return self.fault(f"{what}: exit {p.returncode}: {p.stderr.strip()[-200:]}")
        answer = out.get("answer") or ""
        if "abstain" in step and bool(out.get("abstained")) != step["abstain"]: self.fault(f"{what}: abstained {out.get('abstained')}; answer {answer[:160]!r}")
        self.texts(what, step, [answer])
        if step.get("distinct") and len({fold(re.sub(r"\[\d+\]", "", s)) for s in answer.split("\n")}) != len(answer.split("\n")): self.fault(f"{what}: says the same twice: {answer[:200]!r}")
        for c in out.get("citations", []):
            if step.get("page") and c.get("page") != step["page"]: self.fault(f"{what}: cites page {c.get('page')}, expected {step['page']}")
            if step.get("cites"):
                data = open(c["uri"], "rb").read()
                start, end = c.get("source_start", c["start"]), c.get("source_end", c["end"])
                part = data[start:end]
                for code in (step["cites"],) if isinstance(step["cites"], str) else ("utf-8", "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be" if data[:2] == b"\xfe\xff" else "utf-8", "cp1252"):
                    try: text = part.decode(code)
                    except UnicodeDecodeError: continue
                    if fold(text) == fold(c["quote"]): break
                else: self.fault(f"{what}: bytes {start}-{end} of the file are {part[:80]!r}, the quote is {c['quote'][:80]!r}")
    def search(self, step):
        p, out = self.call("search", step["search"], "--mode", step.get("mode", "lexical"), "--top-k", str(step.get("top_k", 20)), *step.get("args", []))
        if p.returncode: return self.fault(f"search {step['search']!r}: exit {p.returncode}: {p.stderr.strip()[-200:]}")
        self.texts(f"search {step['search']!r}", step, [f"{h.get('heading') or ''} {h['text']}" for h in out.get("hits", [])])
    def run(self):
        try:
            for name in self.case.get("files", []):
                target = self.path(os.path.join("docs", os.path.basename(name)))
                shutil.copyfile(os.path.join(self.folder, "files", name), target)
            self.write(self.case.get("tree", {}))
            for step in self.case.get("steps") or [{"ingest": ["docs"]}, *self.case["checks"]]:
                if "ingest" in step: self.ingest(step)
                elif "ask" in step: self.ask(step)
                elif "search" in step: self.search(step)
                elif "write" in step: self.write(step["write"])
                elif "copy" in step: shutil.copyfile(os.path.join(self.folder, "files", step["copy"][0]), self.path(step["copy"][1]))
                elif "link" in step: os.symlink(step["link"][0], self.path(step["link"][1]))
                elif "move" in step: os.makedirs(os.path.dirname(self.path(step["move"][1])), exist_ok=True); os.rename(self.path(step["move"][0]), self.path(step["move"][1]))
                elif "remove" in step:
                    for name in step["remove"]:
                        p = self.path(name)
                        shutil.rmtree(p) if os.path.isdir(p) and not os.path.islink(p) else os.remove(p)
                elif "documents" in step:
                    _, out = self.call("collections", "show", "main")
                    if out.get("documents") != step["documents"]: self.fault(f"{out.get('documents')} documents, expected {step['documents']}: {[d['document_id'] for d in out.get('document_list', [])]}")
                else: raise SystemExit(f"{self.case['name']}: unknown step {step}")
        except subprocess.TimeoutExpired: self.fault("no end within 300 s")
        finally: shutil.rmtree(self.work, ignore_errors=True)
        return self.faults

def main():
    args = sys.argv[1:]
    def values(flag):
        found = []
        while flag in args: i = args.index(flag); found.append(args[i + 1]); del args[i:i + 2]
        return found
    own = os.path.dirname(os.path.abspath(__file__))
    folders = [os.path.abspath(f) for f in values("--cases")] or [own, os.path.join(own, "more")]
    skipped = values("--skip")
    if not args: raise SystemExit(__doc__)
    rag = os.path.abspath(args[0]); held = failed = 0
    for folder in folders:
        for case in json.load(open(os.path.join(folder, "cases.json"))):
            if args[1:] and not any(case["name"].startswith(a) for a in args[1:]): continue
            if any(case["name"].startswith(s) for s in skipped): continue
            faults = Case(rag, case, folder).run()
            held += not faults; failed += bool(faults)
            print(("ok    " if not faults else "FAIL  ") + case["name"], flush=True)
            for f in faults: print("        " + f, flush=True)
    print(f"{held} passed, {failed} failed")
    sys.exit(1 if failed else 0)

if __name__ == "__main__": main()
