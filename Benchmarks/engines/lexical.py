"""The BM25 index beside bm25s and tantivy: indexing, size, queries a second.

    python3 -m venv .venv && .venv/bin/pip install numpy bm25s numba PyStemmer tantivy
    .venv/bin/python Benchmarks/engines/lexical.py --data DATA --rag .build/release/rag --json lexical.json

DATA is what base_data.py made. Every side stems English, leaves out stop words, runs on one thread of one core and
gives the best 10 of each query, from its text on. Each builds its index once; then, in each round, every side in turn
answers all queries. bm25s gets the queries as one batch, `rag` and tantivy one by one. A figure is the median
of its rounds, a ratio that of the rounds' own ratios. Size is that of the files, for bm25s of its arrays.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

KINDS = ["sentence", "keyword"]
K = 10


def size(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())


class BM25S:
    name = "bm25s"

    def build(self, texts, folder):
        import bm25s
        import Stemmer
        self.tokenizer = bm25s.tokenization.Tokenizer(stemmer=Stemmer.Stemmer("english"), stopwords="en")
        ids = self.tokenizer.tokenize(texts, show_progress=False)
        self.index = bm25s.BM25(method="lucene", backend="numba", k1=1.2, b=0.75)
        self.index.index((ids, self.tokenizer.get_vocab_dict()), show_progress=False)
        return sum(self.index.scores[key].nbytes for key in ("data", "indices", "indptr"))

    def search(self, queries):
        ids = self.tokenizer.tokenize(queries, update_vocab=False, show_progress=False)
        self.index.retrieve(ids, k=K, n_threads=1, show_progress=False)


class Tantivy:
    name = "tantivy"

    def build(self, texts, folder):
        import tantivy
        self.tantivy = tantivy
        fields = tantivy.SchemaBuilder()
        fields.add_text_field("text", stored=False, tokenizer_name="english", index_option="freq")
        self.schema = fields.build()
        self.analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.stopword("english")).filter(tantivy.Filter.stemmer("english")).build())
        index = tantivy.Index(self.schema, path=folder)
        index.register_tokenizer("english", self.analyzer)
        writer = index.writer(heap_size=1 << 30, num_threads=1)
        for text in texts:
            writer.add_document(tantivy.Document(text=text))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self.searcher = index.searcher()
        return size(folder)

    def search(self, queries):
        query_type, should = self.tantivy.Query, self.tantivy.Occur.Should
        for query in queries:
            terms = [(should, query_type.term_query(self.schema, "text", term, index_option="freq"))
                     for term in self.analyzer.analyze(query)]
            self.searcher.search(query_type.boolean_query(terms), K)


def cpu():
    """Seconds of this process, its threads and the processes that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def work(peer, data, folder, core, pipe):
    """Builds in a process of its own, then answers each request with one pass over each kind of queries."""
    os.sched_setaffinity(0, {core})
    texts = []
    with open(data / "corpus.jsonl", encoding="utf-8") as file:
        for line in file:
            passage = json.loads(line)
            texts.append((passage.get("title", "") + " " + passage["text"]).strip())
    queries = {kind: (data / f"queries.{kind}.txt").read_text(encoding="utf-8").splitlines() for kind in KINDS}
    start = cpu()
    stored = peer.build(texts, folder)
    seconds = cpu() - start
    pipe.send({"documents_per_cpu_s": len(texts) / seconds, "bytes": stored})
    for kind in KINDS:
        peer.search(queries[kind])
    while pipe.recv():
        rates = {}
        for kind in KINDS:
            start = time.perf_counter()
            peer.search(queries[kind])
            rates[kind] = len(queries[kind]) / (time.perf_counter() - start)
        pipe.send(rates)


class Peer:
    def __init__(self, peer, data, folder, core):
        self.name = peer.name
        self.pipe, theirs = multiprocessing.Pipe()
        os.makedirs(folder)
        self.process = multiprocessing.Process(target=work, args=(peer, data, folder, core, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.build = self.pipe.recv()

    def search(self):
        self.pipe.send(True)
        return self.pipe.recv()

    def close(self):
        self.pipe.send(False)
        self.process.join()


class Rag:
    name = "rag"

    def __init__(self, binary, data, folder, core):
        self.command = ["taskset", "-c", str(core), binary, "bench", "lexical", "--index", folder, "--top-k", str(K)]
        self.queries = [word for kind in KINDS for word in ("--queries", str(data / f"queries.{kind}.txt"))]
        built = self.run("--corpus", str(data / "corpus.jsonl"))
        self.build = {"documents_per_cpu_s": built["index_docs_per_cpu_second"], "bytes": built["index_bytes"]}
        differing = [search["differing_queries"] for search in self.run(*self.queries, "--verify")["searches"]]
        print("queries of rag that differ from scoring every passage:", sum(differing), flush=True)

    def run(self, *more):
        environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
        done = subprocess.run([*self.command, *more], capture_output=True, text=True, check=True, env=environment)
        return json.loads(done.stdout)

    def search(self):
        searches = self.run(*self.queries, "--rounds", "1")["searches"]
        return {kind: search["queries_per_second"] for kind, search in zip(KINDS, searches)}

    def close(self):
        pass


def show(results):
    print(f"{'':10}{'sentence/s':>12}{'keyword/s':>12}{'docs/CPU s':>12}{'MB':>8}")
    for name, result in results.items():
        medians = [statistics.median(result[kind]) for kind in KINDS]
        print(f"{name:10}{medians[0]:12,.0f}{medians[1]:12,.0f}{result['documents_per_cpu_s']:12,.0f}"
              f"{result['bytes'] / 1e6:8.1f}")
    ours = results["rag"]
    print("ratio of rag to each:")
    for name, result in results.items():
        if name != "rag":
            ratios = [statistics.median(a / b for a, b in zip(ours[kind], result[kind])) for kind in KINDS]
            print(f"{name:10}{ratios[0]:12.2f}{ratios[1]:12.2f}"
                  f"{ours['documents_per_cpu_s'] / result['documents_per_cpu_s']:12.2f}"
                  f"{ours['bytes'] / result['bytes']:8.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--rag", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        sides = [Rag(arguments.rag, arguments.data, folder + "/rag", core)]
        for peer in (BM25S(), Tantivy()):
            sides.append(Peer(peer, arguments.data, f"{folder}/{peer.name}", core))
        rounds = {side.name: [] for side in sides}
        for _ in range(arguments.rounds):
            for side in sides:
                rounds[side.name].append(side.search())
        for side in sides:
            side.close()
    results = {side.name: {**side.build, **{kind: [one[kind] for one in rounds[side.name]] for kind in KINDS}}
               for side in sides}
    show(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
