"""The embedding model beside ONNX Runtime, OpenVINO and Hugging Face's tokenizers: tokens a second, time of a question.

    python3 -m venv .venv && .venv/bin/pip install numpy onnx onnxruntime openvino nncf tokenizers
    .venv/bin/python Benchmarks/engines/embed.py --model MODEL_FOLDER --rag .build/release/rag --json embed.json \\
        --corpus ../shared/datasets/scifact/corpus.jsonl

From the corpus come 128 passages cut to 240 tokens and 200 questions of 23, special tokens counted. Every side runs on one
thread of one core. In each round every side in turn embeds all passages, then all questions one at a time. A figure is the
median of its rounds. Peers get token ids, `rag` gets texts and tokenises them within the measured time. Peers run one graph,
made here from the model's weights, passages in batches of 1 and of 16, whichever was faster before the first round. Int8:
ONNX Runtime's dynamic quantisation by channel; OpenVINO's by NNCF for transformers, calibrated on the passages themselves.

The limits are the 5.1 GFLOP of a passage at what a core of the machine of the stored figures computes at most: 245 GFLOP/s
in float32, 490 in bfloat16 and, all but attention, which stays in bfloat16, 1,000 in int8.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile
import time

import numpy as np

PASSAGES, PASSAGE_TOKENS = 128, 240
QUESTIONS, QUESTION_TOKENS = 200, 23
BATCHES = (1, 16)
# Tokens a second.
LIMITS = {"f32": 10_400, "bf16": 20_900, "int8": 41_000}


def texts(corpus, tokenizer):
    """Passages and questions of exactly as many tokens, from the beginnings of documents."""
    def cut(words, count):
        low, high = 1, len(words)
        while low <= high:
            middle = (low + high) // 2
            tokens = len(tokenizer.encode(" ".join(words[:middle])).ids)
            if tokens == count:
                return " ".join(words[:middle])
            low, high = (middle + 1, high) if tokens < count else (low, middle - 1)
        return None

    passages, questions = [], []
    with open(corpus, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            words = f"{document['title']} {document['text']}".split()
            passage = cut(words, PASSAGE_TOKENS) if len(passages) < PASSAGES else None
            question = cut(words, QUESTION_TOKENS) if passage is None and len(questions) < QUESTIONS else None
            passages += [passage] if passage else []
            questions += [question] if question else []
            if len(passages) == PASSAGES and len(questions) == QUESTIONS:
                return passages, questions
    raise SystemExit(f"{corpus} has too few long documents")


def graph(folder):
    """The encoder as ONNX: `ids`, shape [texts, tokens], to `vectors`, mean pooled, not scaled."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    config = json.loads((folder / "config.json").read_text())
    data = (folder / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    weights = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if entry.get("dtype") == "F32":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            weights[name] = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    nodes, values = [], []

    def constant(name, array):
        values.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def linear(x, name):
        product = node("MatMul", [x, constant(name + ".w", weights[name + ".weight"].T)], name + ".product")
        return node("Add", [product, constant(name + ".b", weights[name + ".bias"])], name + ".out")

    def norm(x, name):
        scale, bias = constant(name + ".g", weights[name + ".weight"]), constant(name + ".b", weights[name + ".bias"])
        return node("LayerNormalization", [x, scale, bias], name + ".out", axis=-1, epsilon=config["layer_norm_eps"])

    rows = node("Gather", [constant("words", weights["embeddings.word_embeddings.weight"]), "ids"], "rows")
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    count = node("Shape", ["ids"], "count", start=1, end=2)
    zero, axis = constant("zero", np.array([0], np.int64)), constant("axis", np.array([1], np.int64))
    place = node("Slice", [constant("places", places[None]), zero, count, axis], "place")
    x = norm(node("Add", [rows, place], "sum"), "embeddings.LayerNorm")
    cut = constant("cut", np.array([0, 0, heads, hidden // heads], np.int64))
    join = constant("join", np.array([0, 0, hidden], np.int64))
    root = constant("root", np.array((hidden // heads) ** -0.5, np.float32))
    for index in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{index}."
        parts = {}
        for part in ("query", "key", "value"):
            wide = linear(x, prefix + "attention.self." + part)
            order = [0, 2, 3, 1] if part == "key" else [0, 2, 1, 3]
            parts[part] = node("Transpose", [node("Reshape", [wide, cut], wide + ".cut")], wide + ".heads", perm=order)
        scores = node("MatMul", [parts["query"], parts["key"]], prefix + "scores")
        shares = node("Softmax", [node("Mul", [scores, root], prefix + "scaled")], prefix + "shares", axis=-1)
        mixed = node("MatMul", [shares, parts["value"]], prefix + "mixed")
        back = node("Transpose", [mixed], prefix + "back", perm=[0, 2, 1, 3])
        out = linear(node("Reshape", [back, join], prefix + "context"), prefix + "attention.output.dense")
        x = norm(node("Add", [out, x], prefix + "first"), prefix + "attention.output.LayerNorm")
        active = node("Gelu", [linear(x, prefix + "intermediate.dense")], prefix + "gelu")
        down = linear(active, prefix + "output.dense")
        x = norm(node("Add", [down, x], prefix + "second"), prefix + "output.LayerNorm")
    node("ReduceMean", [x, axis], "vectors", keepdims=0)
    model = helper.make_model(
        helper.make_graph(
            nodes, "encoder", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", hidden])], values),
        opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model


class ONNXRuntime:
    def __init__(self, precision):
        self.precision, self.name = precision, "ONNX Runtime " + precision

    def open(self, path, passages):
        import onnxruntime
        if self.precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic
            quantize_dynamic(path, path + ".int8", per_channel=True, weight_type=QuantType.QInt8,
                             op_types_to_quantize=["MatMul"])
            path += ".int8"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return lambda ids: session.run(None, {"ids": ids})[0]


class OpenVINO:
    def __init__(self, precision):
        self.precision, self.name = precision, "OpenVINO " + precision

    def open(self, path, passages):
        import openvino
        core = openvino.Core()
        model = core.read_model(path)
        if self.precision == "int8":
            import nncf
            model = nncf.quantize(model, nncf.Dataset([{"ids": row[None]} for row in passages]),
                                  model_type=nncf.ModelType.TRANSFORMER, subset_size=len(passages))
        hint = {"f32": "f32", "bf16": "bf16", "int8": "bf16"}[self.precision]
        request = core.compile_model(model, "CPU", {
            "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": hint}).create_infer_request()

        def run(ids):
            request.infer({0: ids}, share_inputs=True)
            return request.get_output_tensor(0).data.copy()

        return run


def cosines(vectors, exact):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return (unit * exact).sum(1)


def work(peer, path, passages, questions, exact, core, pipe):
    """Opens the model in a process of its own, then answers each request with one round."""
    os.sched_setaffinity(0, {core})
    run = peer.open(path, passages)

    def embed(batch):
        return np.concatenate([run(passages[start:start + batch]) for start in range(0, len(passages), batch)])

    def seconds(batch):
        start = time.perf_counter()
        embed(batch)
        return time.perf_counter() - start

    found = cosines(embed(1), exact)
    batch = min(BATCHES, key=lambda batch: (seconds(batch), seconds(batch))[1])
    run(questions[:1])
    pipe.send({"batch": batch, "cosine_min": float(found.min()), "cosine_mean": float(found.mean())})
    while pipe.recv():
        rate = passages.size / seconds(batch)
        latencies = []
        for question in questions:
            start = time.perf_counter()
            run(question[None])
            latencies.append(time.perf_counter() - start)
        pipe.send({"tokens_per_second": rate, "query_p50_ms": statistics.median(latencies) * 1e3})


class Peer:
    def __init__(self, peer, *arguments):
        self.name = peer.name
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=work, args=(peer, *arguments, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.facts = self.pipe.recv()

    def round(self):
        self.pipe.send(True)
        return self.pipe.recv()

    def close(self):
        self.pipe.send(False)
        self.process.join()


class Tokenizers:
    """Hugging Face's, in this process: tokens a second over the passages, one call a passage as `rag` does."""
    name, facts = "tokenizers", {}

    def __init__(self, tokenizer, passages):
        self.tokenizer, self.passages = tokenizer, passages

    def round(self):
        start = time.perf_counter()
        tokens = sum(len(self.tokenizer.encode(passage).ids) for passage in self.passages)
        return {"tokenizer_tokens_per_second": tokens / (time.perf_counter() - start)}

    def close(self):
        pass


class Rag:
    def __init__(self, binary, profile, folder, core):
        self.profile, self.name = profile, "rag " + profile
        self.command = ["taskset", "-c", str(core), binary, "bench", "embed", "--texts", folder + "/passages.txt",
                        "--queries", folder + "/questions.txt", "--profile", profile, "--threads", "1", "--rounds", "1",
                        "--reference", folder + "/exact.npy"]
        self.facts = {key: value for key, value in self.round().items() if key.startswith("cosine")}

    def round(self):
        environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
        done = subprocess.run(self.command, capture_output=True, text=True, check=True, env=environment)
        result = json.loads(done.stdout)
        if result["profile"] != self.profile:
            raise SystemExit(f"this processor computes {result['profile']}, not {self.profile}")
        return result

    def close(self):
        pass


def measure(sides, rounds):
    results = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            results[side.name].append(side.round())
    return {side.name: {**side.facts, "rounds": results[side.name]} for side in sides}


def series(result, key):
    return [round_[key] for round_ in result["rounds"] if key in round_]


def show(results):
    def ratio(ours, theirs, key, is_time=False):
        pairs = zip(series(results[ours], key), series(results[theirs], key))
        return statistics.median(b / a if is_time else a / b for a, b in pairs)

    print(f"{'':20}{'tokens/s':>10}{'of limit':>10}{'query ms':>10}{'cosine min':>12}{'mean':>10}{'batch':>7}")
    for name, result in results.items():
        rates = series(result, "tokens_per_second")
        if not rates:
            continue
        rate = statistics.median(rates)
        limit = LIMITS[{"exact": "f32", "faithful": "bf16", "fast": "int8"}.get(name.split()[-1], name.split()[-1])]
        print(f"{name:20}{rate:10.0f}{rate / limit:10.2f}{statistics.median(series(result, 'query_p50_ms')):10.2f}"
              f"{result['cosine_min']:12.5f}{result['cosine_mean']:10.5f}{result.get('batch', 1):7}")
    print("ratios, the medians of the rounds' own:")
    for ours, peers in (("rag exact", ("ONNX Runtime f32", "OpenVINO f32")), ("rag faithful", ("OpenVINO bf16",)),
                        ("rag fast", ("ONNX Runtime int8", "OpenVINO int8"))):
        for theirs in peers:
            print(f"{ours:14} to {theirs:20} passages {ratio(ours, theirs, 'tokens_per_second'):5.2f}   "
                  f"questions {ratio(ours, theirs, 'query_p50_ms', is_time=True):5.2f}")
    key = "tokenizer_tokens_per_second"
    print(f"tokenising: rag {statistics.median(series(results['rag faithful'], key)) / 1e6:.2f} M tokens/s, tokenizers "
          f"{statistics.median(series(results['tokenizers'], key)) / 1e6:.2f} M, "
          f"ratio {ratio('rag faithful', 'tokenizers', key):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--rag", required=True)
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    import onnx
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    passages, questions = texts(arguments.corpus, tokenizer)
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in (("passages", passages), ("questions", questions)):
            pathlib.Path(folder, name + ".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        path = folder + "/encoder.onnx"
        onnx.save(graph(arguments.model), path)
        ids, question_ids = (np.array([tokenizer.encode(line).ids for line in lines], np.int64)
                             for lines in (passages, questions))
        reference = ONNXRuntime("f32").open(path, ids)
        vectors = np.concatenate([reference(row[None]) for row in ids])
        exact = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        np.save(folder + "/exact.npy", exact)
        sides = [Rag(arguments.rag, profile, folder, core) for profile in ("exact", "faithful", "fast")]
        for peer in (ONNXRuntime("f32"), ONNXRuntime("int8"), OpenVINO("f32"), OpenVINO("bf16"), OpenVINO("int8")):
            sides.append(Peer(peer, path, ids, question_ids, exact, core))
        sides.append(Tokenizers(tokenizer, passages))
        results = measure(sides, arguments.rounds)
        for side in sides:
            side.close()
    show(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
