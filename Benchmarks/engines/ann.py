"""The vector index beside hnswlib, Intel SVS, usearch and faiss: recall, queries a second, build, memory, growth.

    python3 -m venv .venv && .venv/bin/pip install numpy matplotlib hnswlib scalable-vs usearch faiss-cpu
    .venv/bin/python Benchmarks/engines/ann.py --data DATA --rag .build/release/rag --json ann.json --svg ann.svg

DATA is what base_data.py made. Every side runs on one thread of one core. Each builds its index once over all vectors;
then, in each round, every side in turn answers all queries at every breadth. Peers get the queries as one batch, `rag`
one by one. A figure is the median of its rounds; the rate at a recall is read between the two breadths around it.

    --growth   instead: build, rate at recall 0.95 and memory for 10,000, 50,000 and all vectors of DATA, and for a
               million made-up ones in clusters, `rag` beside hnswlib
"""

import argparse
import json
import math
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np

BREADTHS = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384]
K = 10
M, EF_CONSTRUCTION = 16, 200


class HNSWLib:
    name = "hnswlib"

    def build(self, base):
        import hnswlib
        self.index = hnswlib.Index(space="ip", dim=base.shape[1])
        self.index.init_index(max_elements=len(base), ef_construction=EF_CONSTRUCTION, M=M)
        self.index.add_items(base, num_threads=1)

    def search(self, queries, breadth):
        self.index.set_ef(breadth)
        return self.index.knn_query(queries, k=K, num_threads=1)[0]


class SVS:
    name = "SVS f16"

    def build(self, base):
        import svs
        parameters = svs.VamanaBuildParameters(alpha=0.95, graph_max_degree=2 * M, window_size=EF_CONSTRUCTION)
        self.index = svs.Vamana.build(parameters, base.astype(np.float16), svs.DistanceType.MIP, num_threads=1)

    def search(self, queries, breadth):
        self.index.search_window_size = breadth
        return self.index.search(queries, K)[0]


class USearch:
    def __init__(self, dtype):
        self.dtype, self.name = dtype, "usearch " + dtype

    def build(self, base):
        from usearch.index import Index
        self.index = Index(ndim=base.shape[1], metric="cos", dtype=self.dtype, connectivity=M,
                           expansion_add=EF_CONSTRUCTION)
        self.index.add(np.arange(len(base)), base, threads=1)

    def search(self, queries, breadth):
        self.index.expansion_search = breadth
        return self.index.search(queries, K, threads=1).keys


class Faiss:
    name = "faiss"

    def build(self, base):
        import faiss
        faiss.omp_set_num_threads(1)
        self.index = faiss.IndexHNSWFlat(base.shape[1], M, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = EF_CONSTRUCTION
        self.index.add(base)

    def search(self, queries, breadth):
        self.index.hnsw.efSearch = breadth
        return self.index.search(queries, K)[1]


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def recall(found, truth):
    return float(np.mean([len(set(a) & set(b)) for a, b in zip(found.tolist(), truth.tolist())]) / K)


def work(peer, base, queries, truth, core, pipe):
    """Builds in a process of its own, then answers each request with one sweep over the breadths."""
    os.sched_setaffinity(0, {core})
    base, queries, truth = np.load(base), np.load(queries), np.load(truth)[:, :K]
    before, start = resident(), time.process_time()
    peer.build(base)
    cpu = time.process_time() - start
    pipe.send({"vectors_per_cpu_s": len(base) / cpu, "bytes_per_vector": (resident() - before) / len(base)})
    peer.search(queries, BREADTHS[0])
    while pipe.recv():
        sweep = []
        for breadth in BREADTHS:
            start = time.perf_counter()
            found = peer.search(queries, breadth)
            seconds = time.perf_counter() - start
            sweep.append({"ef": breadth, "recall": recall(found, truth), "queries_per_s": len(queries) / seconds})
        pipe.send(sweep)


class Peer:
    def __init__(self, peer, paths, core):
        self.name = peer.name
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=work, args=(peer, *paths, core, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.build = self.pipe.recv()

    def sweep(self):
        self.pipe.send(True)
        return self.pipe.recv()

    def close(self):
        self.pipe.send(False)
        self.process.join()


class Rag:
    name = "rag"

    def __init__(self, binary, paths, core, folder):
        base, queries, truth = paths
        self.command = ["taskset", "-c", str(core), binary, "bench", "ann", "--base", base, "--queries", queries,
                        "--truth", truth, "--index", folder, "--m", str(M), "--ef-construction", str(EF_CONSTRUCTION),
                        "--ef", ",".join(map(str, BREADTHS)), "--rounds", "1"]
        first = self.run()
        self.build = {"vectors_per_cpu_s": first["build"]["vectors_per_cpu_s"],
                      "bytes_per_vector": first["bytes_per_vector"]["hot"],
                      "open_to_first_answer_ms": self.run()["open_to_first_answer_ms"]}

    def run(self, *more):
        environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
        done = subprocess.run([*self.command, *more], capture_output=True, text=True, check=True, env=environment)
        return json.loads(done.stdout)

    def sweep(self):
        return self.run()["search"]

    def close(self):
        pass


def medians(sweeps):
    """One curve: the breadths of all rounds with the median rate."""
    return [{**points[0], "queries_per_s": statistics.median(point["queries_per_s"] for point in points)}
            for points in zip(*sweeps)]


def rate_at(curve, wanted):
    """Queries a second at a recall, geometrically between the points around it; None where it is not reached."""
    points = sorted((point["recall"], point["queries_per_s"]) for point in curve)
    if points[0][0] >= wanted:
        return points[0][1]
    for (low, fast), (high, slow) in zip(points, points[1:]):
        if low < wanted <= high:
            share = (wanted - low) / (high - low)
            return math.exp(math.log(fast) * (1 - share) + math.log(slow) * share)
    return None


def measure(sides, rounds):
    sweeps = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            sweeps[side.name].append(side.sweep())
    return {side.name: {**side.build, "curve": medians(sweeps[side.name]),
                        "at_0.95": [rate_at(sweep, 0.95) for sweep in sweeps[side.name]],
                        "at_0.99": [rate_at(sweep, 0.99) for sweep in sweeps[side.name]]} for side in sides}


def median(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if len(known) == len(values) else float("nan")


def show(results):
    print(f"{'':12}{'at 0.95':>10}{'at 0.99':>10}{'built/CPU s':>13}{'bytes/vector':>14}")
    for name, result in results.items():
        print(f"{name:12}{median(result['at_0.95']):10.0f}{median(result['at_0.99']):10.0f}"
              f"{result['vectors_per_cpu_s']:13.0f}{result['bytes_per_vector']:14.0f}")
    ours = results["rag"]
    print("ratio of rag to each, the median of the rounds' own ratios:")
    for name, result in results.items():
        if name != "rag":
            ratios = [median([a / b if a and b else float("nan") for a, b in zip(ours[key], result[key])])
                      for key in ("at_0.95", "at_0.99")]
            print(f"{name:12}{ratios[0]:10.2f}{ratios[1]:10.2f}"
                  f"{ours['vectors_per_cpu_s'] / result['vectors_per_cpu_s']:13.2f}"
                  f"{ours['bytes_per_vector'] / result['bytes_per_vector']:14.2f}")


def draw(results, count, path):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "rag"
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, result in results.items():
        points = [(point["recall"], point["queries_per_s"]) for point in result["curve"] if point["recall"] >= 0.8]
        axes.plot(*zip(*points), marker="o", markersize=3, linewidth=2 if name == "rag" else 1, label=name)
    axes.set(xlabel="recall@10", ylabel="queries a second, one thread", yscale="log",
             title=f"{count:,} passages of documentation, 384 dimensions, M = {M}")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def clusters(count, folder):
    """Unit vectors around a thousand centres, in 48 dimensions of 384."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((1000, 48), dtype=np.float32)
    turn = random.standard_normal((48, 384), dtype=np.float32)

    def draw_some(n):
        points = centres[random.integers(0, 1000, n)] + 0.6 * random.standard_normal((n, 48), dtype=np.float32)
        points = points @ turn
        return points / np.linalg.norm(points, axis=1, keepdims=True)

    return save(folder, draw_some(count), draw_some(1000))


def save(folder, base, queries):
    """Files of a smaller or made-up set, with its truth by exact search."""
    best = np.empty((len(queries), K), dtype=np.int32)
    for start in range(0, len(queries), 100):
        scores = queries[start:start + 100] @ base.T
        near = np.argpartition(-scores, K, axis=1)[:, :K]
        best[start:start + 100] = near
    paths = [str(folder / name) for name in ("base.npy", "queries.npy", "truth.npy")]
    for path, values in zip(paths, (base, queries, best)):
        np.save(path, values)
    return paths


def grow(arguments, core):
    rows = []
    base = np.load(arguments.data / "base.npy")
    queries = np.load(arguments.data / "queries.npy")
    order = np.random.default_rng(2).permutation(len(base))
    for count in (10_000, 50_000, len(base), 1_000_000):
        with tempfile.TemporaryDirectory(dir=arguments.work) as name:
            folder = pathlib.Path(name)
            is_made_up = count > len(base)
            paths = (clusters(count, folder) if is_made_up
                     else save(folder, base[np.sort(order[:count])], queries))
            sides = [Rag(arguments.rag, paths, core, str(folder / "index")), Peer(HNSWLib(), paths, core)]
            results = measure(sides, arguments.rounds)
            for side in sides:
                side.close()
            rows.append({"vectors": count, "made_up": is_made_up, "results": results})
            for name, result in results.items():
                print(f"{count:9,} {name:8} built {result['vectors_per_cpu_s']:7.0f}/CPU s, {median(result['at_0.95']):7.0f} "
                      f"queries/s at 0.95, {result['bytes_per_vector']:6.0f} bytes a vector", flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--rag", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", help="folder for the index, some hundred MB; by default a temporary one")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--svg", type=pathlib.Path)
    arguments = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    if arguments.growth:
        results = grow(arguments, core)
    else:
        paths = [str(arguments.data / name) for name in ("base.npy", "queries.npy", "truth.npy")]
        with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
            sides = [Rag(arguments.rag, paths, core, folder + "/index")]
            for peer in (HNSWLib(), SVS(), USearch("f16"), USearch("i8"), Faiss()):
                sides.append(Peer(peer, paths, core))
            results = measure(sides, arguments.rounds)
            for side in sides:
                side.close()
        show(results)
        if arguments.svg:
            draw(results, len(np.load(paths[0], mmap_mode="r")), arguments.svg)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
