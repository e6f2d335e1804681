"""Checks rules that the compiler does not: which module imports what, and that no machine's paths are in the files.

Run from the root: python3 .ci/check_sources.py. Exit code 1 with one line a finding.
"""

import pathlib
import re
import subprocess
import sys

ROWS = [
    ["Kernels", "Storage", "Transport", "Reports"],
    ["Documents", "LexicalIndex", "VectorIndex", "Embeddings"],
    ["Catalog", "IndexStore", "Retrieval", "Generation"],
    ["Tables", "Evaluation", "Drift", "Training", "Tracking"],
    ["HTTPService", "rag"],
]
# Imports inside a row, from the module map in ARCHITECTURE.md.
WITHIN_ROW = {
    ("Transport", "Storage"),
    ("IndexStore", "Catalog"),
    ("Retrieval", "IndexStore"),
    ("Drift", "Tables"),
    ("Training", "Tables"),
    ("Training", "Evaluation"),
    ("rag", "HTTPService"),
}
# Libraries that one module alone may import.
ONLY = {
    "GRDB": {"Catalog", "Tracking"},
    "Hummingbird": {"HTTPService"},
    "ArgumentParser": {"rag"},
    "Yams": {"rag"},
    "CCurl": {"Transport"},
    "COpenBLAS": {"Kernels"},
    "COneDNN": {"Kernels"},
    "CStemmer": {"LexicalIndex"},
    "CXML2": {"Documents"},
    "CUchardet": {"Documents"},
    "CZip": {"Documents"},
    "CXGBoost": {"Training"},
    "CKernels": {"Kernels", "Storage"},
}
NO_ASYNC = {"Documents", "Tables", "Evaluation", "Drift"}
IMPORT = re.compile(r"^\s*(?:@\w+\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
                    r"(?:(?:struct|class|enum|func|protocol|typealias|var|let)\s+)?(\w+)", re.M)
# Written in pieces, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + "root/", "/" + "farm", "/" + "home/[a-z]+/", "/opt/" + "swift"]))


def main() -> int:
    findings = []
    row_of = {module: row for row, modules in enumerate(ROWS) for module in modules}
    for module in sorted(row_of):
        folder = pathlib.Path("Sources") / module
        for path in sorted(folder.rglob("*.swift")):
            text = path.read_text(encoding="utf-8")
            for name in IMPORT.findall(text):
                if name in ONLY and module not in ONLY[name]:
                    findings.append(f"{path}: only {', '.join(sorted(ONLY[name]))} may import {name}")
                if name in row_of and name != module:
                    lower = row_of[name] < row_of[module]
                    if not lower and (module, name) not in WITHIN_ROW:
                        findings.append(f"{path}: {module} may not import {name}: it is not in a lower row")
            if module in NO_ASYNC and re.search(r"\basync\b|\bawait\b", re.sub(r"//.*", "", text)):
                findings.append(f"{path}: nothing in {module} is async")
            if module != "rag" and re.search(r"^\s*print\(", text, re.M):
                findings.append(f"{path}: print belongs to rag")
            if re.search(r"\btry!|\bas!", re.sub(r"//.*", "", text)):
                findings.append(f"{path}: no 'try!' and no 'as!'")
    tracked = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout.split(b"\0")
    for name in tracked:
        path = pathlib.Path(name.decode()) if name else None
        if path is None or not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" in data[:4096]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if MACHINE_PATHS.search(line):
                findings.append(f"{path}:{number}: a path of one machine")
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
