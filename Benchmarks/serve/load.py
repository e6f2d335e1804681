"""Throughput, latency, processor and memory of `rag serve` under load, beside Chroma with the same model, interleaved.

    python3 -m venv .venv && .venv/bin/pip install chromadb onnx onnxruntime tokenizers numpy aiohttp
    .build/release/rag ingest ../shared/datasets/scifact --format beir --collection scifact --home /tmp/load
    .venv/bin/python Benchmarks/serve/load.py --dataset ../shared/datasets/scifact --home /tmp/load

See README.md for what is measured and how it is to be read.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from chroma_peer import QUERY, Embedder, body, fill
from pressure import press
from processes import Server, Watch, rag_server, wait_until_ready

HERE = pathlib.Path(__file__).parent


class Target:
    def __init__(self, name, port, path, bodies, servers):
        self.name, self.port, self.path, self.servers = name, port, path, servers
        self.bodies = bodies


def wrk(target, folder, connections, seconds):
    file = folder / (target.name.replace(" ", "-") + ".bodies")
    file.write_text("\n".join(target.bodies) + "\n", encoding="utf-8")
    with Watch(target.servers) as watch:
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", HERE / "cycle.lua",
             f"http://127.0.0.1:{target.port}{target.path}", "--", file], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.strip().splitlines()[-1])
    good = sum(count for status, count in result["statuses"].items() if status.startswith("2"))
    result.update(
        target=target.name, connections=connections, per_second=good / result["seconds"],
        cores=watch.cpu / watch.seconds, load_generator_cores=watch.own / watch.seconds,
        foreign_cores=watch.foreign, cpu_ms=1000 * watch.cpu / max(1, result["requests"]),
        resident_mib={"before": watch.before, "after": watch.after, "peak": watch.peak})
    return result


def others(statuses):
    bad = {status: count for status, count in statuses.items() if not status.startswith("2") and status != "503"}
    return " ".join(f"{status}×{count}" for status, count in sorted(bad.items())) or "0"


def show(result, out):
    memory = result["resident_mib"]
    print(f"{result['target']:18} {result['connections']:5} {result['per_second']:8.1f} {result['p50_ms']:8.1f} "
          f"{result['p99_ms']:8.1f} {result['cores']:6.2f} {result['cpu_ms']:8.2f} "
          f"{result['statuses'].get('503', 0):6} {others(result['statuses']):>9} {result['socket_errors']:7} "
          f"{memory['before']:7.0f} {memory['after']:6.0f} {memory['peak']:6.0f} {result['foreign_cores']:7.2f}", file=out, flush=True)


def ratios(results, ours, theirs, connections):
    def median(name, value):
        return statistics.median(r[value] for r in results if r["target"] == name and r["connections"] == connections)
    return {
        "ours": ours, "peer": theirs, "connections": connections,
        "throughput": median(ours, "per_second") / median(theirs, "per_second"),
        "p50": median(ours, "p50_ms") / median(theirs, "p50_ms"),
        "p99": median(ours, "p99_ms") / median(theirs, "p99_ms"),
        "cpu_per_request": median(ours, "cpu_ms") / median(theirs, "cpu_ms")}


def saturate(target, deadline, connections, seconds, polite):
    bodies = target.bodies
    if deadline:
        bodies = [json.dumps({**json.loads(body), "deadline_ms": deadline}) for body in bodies]
    with Watch(target.servers) as watch:
        result = press(target.port, target.path, bodies, connections, seconds, polite)
    # Whoever comes after the storm.
    time.sleep(0.2)
    after = press(target.port, target.path, target.bodies, 1, 2, False)["statuses"].get("200", {})
    result.update(target=target.name, deadline_ms=deadline, cores=watch.cpu / watch.seconds,
                  load_generator_cores=watch.own / watch.seconds, foreign_cores=watch.foreign,
                  resident_peak_mib=watch.peak, afterwards_p50_ms=after.get("p50_ms"))
    return result


def show_saturation(result, out):
    good = result["statuses"].get("200", {"per_second": 0, "p50_ms": 0, "p99_ms": 0, "max_ms": 0})
    refused = result["statuses"].get("503", {"per_second": 0, "p99_ms": 0})
    bad = {status: values["count"] for status, values in result["statuses"].items()}
    print(f"{result['target']:14} {result['connections']:5} {str(result['deadline_ms'] or '-'):>8} "
          f"{'polite' if result['polite'] else 'at once':>8} {good['per_second']:8.1f} {good['p50_ms']:8.1f} "
          f"{good['p99_ms']:8.1f} {good['max_ms']:8.1f} {refused['per_second']:8.1f} {refused['p99_ms']:8.1f} "
          f"{result['without_retry_after']:8} {others(bad):>7} {result['broken']:6} "
          f"{result['afterwards_p50_ms'] or 0:9.1f} {result['resident_peak_mib']:6.0f} {result['foreign_cores']:7.2f}", file=out, flush=True)


def read(folder):
    records = [json.loads(line) for line in open(folder / "corpus.jsonl", encoding="utf-8")]
    for record in records:
        record["full"] = (record["title"] + "\n" if record.get("title") else "") + record["text"]
    return records, [json.loads(line)["text"] for line in open(folder / "queries.jsonl", encoding="utf-8")]


def start_chroma(arguments, folder, log, embedder, records, queries):
    """Chroma's server and its front, and the targets they make."""
    import numpy
    chroma_port, front_port = arguments.port + 1, arguments.port + 2
    cores = os.cpu_count()
    cached = arguments.home / "chroma-vectors.npy"
    if cached.exists():
        vectors = numpy.load(cached)
    else:
        vectors = embedder.embed_all([record["full"] for record in records], cores)
        numpy.save(cached, vectors)
    chroma = Server([str(pathlib.Path(sys.executable).parent / "chroma"), "run", "--path", str(folder / "chroma"),
                     "--host", "127.0.0.1", "--port", str(chroma_port)], {"ANONYMIZED_TELEMETRY": "False"}, log)
    servers = [chroma]
    wait_until_ready(chroma_port, "/api/v2/heartbeat")
    identity = fill(chroma_port, arguments.dataset.name, records, vectors)
    fronts = [
        Server([sys.executable, str(HERE / "chroma_peer.py"), "--model", arguments.model, "--chroma", str(chroma_port),
                "--collection", identity, "--port", str(front_port)], None, log) for _ in range(cores)]
    servers += fronts
    wait_until_ready(front_port, "/ready")
    time.sleep(5)
    return servers, [
        Target("chroma text", front_port, "/search", [json.dumps({"query": query}) for query in queries], servers),
        Target("chroma vectors", chroma_port, QUERY.format(identity),
               [body(vector, 10) for vector in embedder.embed_all(queries, cores)], [chroma])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rag", default=".build/release/rag")
    parser.add_argument("--dataset", required=True, type=pathlib.Path, help="folder in BEIR's layout")
    parser.add_argument("--home", required=True, type=pathlib.Path, help="has the dataset as a collection of its name")
    parser.add_argument("--model", default=os.path.expanduser("~/.cache/rag/models/all-MiniLM-L6-v2"))
    parser.add_argument("--seconds", type=int, default=60, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--threads", type=int, help="RAG_THREADS of our server")
    parser.add_argument("--port", type=int, default=7800, help="this one and the two after it are used")
    parser.add_argument("--no-peer", action="store_true", help="leave Chroma out")
    parser.add_argument("--no-load", action="store_true", help="only saturation")
    parser.add_argument("--no-saturation", action="store_true")
    parser.add_argument("--only", nargs="*", help="names of targets")
    parser.add_argument("--deadline", type=int, default=300, help="of saturation, milliseconds")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, tables on the other")
    arguments = parser.parse_args()
    out = sys.stderr if arguments.json else sys.stdout
    records, queries = read(arguments.dataset)
    report = {"dataset": arguments.dataset.name, "documents": len(records), "queries": len(queries),
              "cores": os.cpu_count(), "load_before": os.getloadavg()[0], "seconds": arguments.seconds, "versions": {},
              "load": [], "ratios": [], "saturation": []}
    servers = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = open(folder / "servers.log", "w")
        try:
            ours = rag_server(arguments, arguments.port, log)
            servers.append(ours)
            def of_ours(name, path, field, **members):
                return Target(name, arguments.port, path,
                              [json.dumps({field: query, **members}) for query in queries], [ours])
            targets = [of_ours("search", "/search", "query"), of_ours("search dense", "/search", "query", mode="dense"),
                       of_ours("query extractive", "/query", "question", extractive=True)]
            if not arguments.no_peer:
                for package in ("chromadb", "onnxruntime", "tokenizers", "aiohttp"):
                    report["versions"][package] = importlib.metadata.version(package)
                embedder = Embedder(arguments.model)
                more, peers = start_chroma(arguments, folder, log, embedder, records, queries)
                servers += more
                targets[1:1] = peers
                start = time.monotonic()
                embedder.embed_all(queries, os.cpu_count())
                report["peer_embedding_per_second"] = len(queries) / (time.monotonic() - start)
                start = time.monotonic()
                for query in queries[:200]:
                    embedder.embed(query)
                report["peer_embedding_ms"] = (time.monotonic() - start) / min(200, len(queries)) * 1000
                versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
                print(f"peer: {versions}; embedding a query {report['peer_embedding_ms']:.2f} ms on one thread, "
                      f"{report['peer_embedding_per_second']:.0f}/s on {os.cpu_count()}", file=out)
            if arguments.only:
                targets = [target for target in targets if target.name in arguments.only]
            print(f"{report['documents']} documents, {report['queries']} queries, {report['cores']} cores, "
                  f"load average before {report['load_before']:.2f}", file=out)
            run(arguments, report, targets, folder, out)
        finally:
            for server in reversed(servers):
                server.stop()
    if arguments.json:
        json.dump(report, sys.stdout)
        print()


def run(arguments, report, targets, folder, out):
    if not arguments.no_load:
        for target in targets:
            wrk(target, folder, 8, 3)  # Warm: maps are read, products compiled.
        print("\ntarget             conns    per s   p50 ms   p99 ms  cores   CPU ms    503  other non-2xx  socket  "
              "RSS before  after   peak MiB  others' cores", file=out)
        for round_ in range(arguments.rounds):
            for connections in arguments.connections:
                for target in targets if round_ % 2 == 0 else reversed(targets):
                    result = wrk(target, folder, connections, arguments.seconds)
                    report["load"].append(result)
                    show(result, out)
        names = {target.name for target in targets}
        pairs = [("search", "chroma text"), ("search dense", "chroma text"), ("search dense", "chroma vectors")]
        pairs = [pair for pair in pairs if names.issuperset(pair)]
        if pairs:
            print("\nours / peer                       conns  throughput    p50    p99  CPU a request", file=out)
        for pair in pairs:
            for connections in arguments.connections:
                ratio = ratios(report["load"], *pair, connections)
                report["ratios"].append(ratio)
                print(f"{pair[0] + ' / ' + pair[1]:33} {connections:5} {ratio['throughput']:11.2f} {ratio['p50']:6.2f} "
                      f"{ratio['p99']:6.2f} {ratio['cpu_per_request']:14.2f}", file=out)
    if not arguments.no_saturation:
        print("\nsaturation     conns deadline  retries good/s   p50 ms   p99 ms   max ms    503/s  503 p99   no hint"
              "   other broken p50 after   peak MiB  others' cores", file=out)
        length = max(5, arguments.seconds // 3)
        for target in targets:
            if target.name not in ("search", "query extractive", "chroma text"):
                continue
            for connections, deadline, polite in [
                    (4, arguments.deadline, False), (512, arguments.deadline, False), (512, arguments.deadline, True),
                    (512, 0, False)]:
                if target.name == "chroma text" and deadline:
                    continue
                if target.name == "query extractive" and deadline:
                    deadline *= 10
                result = saturate(target, deadline, connections, length, polite)
                report["saturation"].append(result)
                show_saturation(result, out)


if __name__ == "__main__":
    main()
