"""Writes the reference values of the embedding tests.

  python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3 onnxruntime==1.32.0 onnx==1.23.2 numpy
  venv/bin/python make_reference.py MODEL_FOLDER .

tokens.bin: 10,000 strings with the hash of their ids (and count) as the `tokenizers` library makes them from the
model's tokenizer.json, truncation and padding off. passages.txt and embeddings.f16: 500 passages and their vectors
as ONNX Runtime computes them in float32 from a graph built here from model.safetensors, one at a time, mean pooled,
unit length; float16 costs less than 1e-6 of cosine (printed).
"""

import json
import random
import struct
import sys
import unicodedata
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

MAXIMUM = 256


# Tokens


def fnv1a(ids):
    value = 0xCBF29CE484222325
    for token in ids:
        for byte in struct.pack("<i", token):
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


WORDS = """the of retrieval augmented generation transformer attention embedding vector cosine nearest neighbour
graph lexical posting list inverted index document passage chunk heading paragraph table figure citation answer
question evidence abstain calibrate measure precision recall gain discount judge pooled relevance significant
bootstrap interval baseline experiment protein inhibitor receptor antibody vaccine trial randomised placebo cohort
tumour mutation genome sequence expression kinase pathway membrane neuron cortex synapse plasticity immunotherapy
turbulence boundary layer supersonic laminar viscosity shock wing flutter heat transfer plate antenna waveguide
resonance plasma ionosphere conductor dielectric quantum entanglement thermodynamics hydrology sediment glacier
monetary inflation treaty parliament constitution statute plaintiff appeal sonnet baroque fresco counterpoint
mitochondria photosynthesis chlorophyll anticoagulant hyperparameter tokenization misclassification
internationalization counterintuitive electroencephalography running jumped happier unbelievable""".split()

ALPHABETS = [
    "áàâäãåāăąćĉċčçďđéèêëēĕėęěĝğġģĥħíìîïīĭįıĵķĺļľłñńņňóòôöõøōŏőŕřśŝşšßţťúùûüũūŭůűųŵýÿŷźżžÆæŒœÐðÞþİÁÉÑÖÜŞĞ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёїєґАБВГДЕЁЙ",
    "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰΑΒΓΣἀἁἂᾳᾼῷ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةًٌٍَُِّْ",
    "אבגדהוזחטיכלמנסעפצקרשתםןץףךָֹּ",
    "अआइईउऊएऐकखगघचछजझटठडढतथदधनपफबभमयरलवशषसहािीुूेैोौ्ंः़",
    "กขคงจฉชซฌญฎฏฐณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะัาำิีึืุู่้๊๋์",
    "一二三中文字漢語検索拡張生成日本語東京大学信息检索向量数据库模型豈更車賈滑串句龜",
    "ぁあぃいうえおかがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどぱぴアイウガギグヴヵヶﾊﾟｶﾞ",
    "가각간갇갈갉감갑값한국어문서검색벡터힣뷁각ᄒ",
    "😀😃👍🏽👩‍💻👨‍👩‍👧‍👦🏳️‍🌈🇩🇪🇯🇵❤️☃️✈️🎉🧬🔬",
    "$%&'()*+,-./:;<=>?@[\\]^_`{|}~!\"#«»„“”‘’…–—•·¿¡§¶†‡°±×÷€£¥©®™№",
    "\x00\x01\x02\x07\x08\t\n\x0b\x0c\r\x1b\x1c\x1f\x7f\x85\xa0\xad\u1680\u180e\u2000\u2003\u2009\u200a\u200b\u200c\u200d\u200e\u2028\u2029\u202a\u202f\u205f\u2060\u3000\ufeff\ufffd\ue000\U000e0001",
    "\u0300\u0301\u0302\u0303\u0308\u0323\u0327\u0328\u0345\u034f\u0344\u093c\u094d\u05b0\u064b\u0670\u0f71\u0f72\u302a\u302e\u302f\u1dfa\u20d0\u20dd\U0001d165\U0001d166\U0001d16d\U0001d172\u1b44\u1baa\ua953\U00011442\u0488",
    "ﬁﬂﬀ①②Ⅷ½ªº²³ＡＢＣａｂｃ１２３！？～ℌℝ∑∏∫√∞≈≠≤≥←↑→↓⇒∀∃∈",
]
SPECIAL = ["[SEP]", "[CLS]", "[PAD]", "[UNK]", "[MASK]", "[sep]", "[ SEP ]", "[[SEP]]", "[SEP", "##ing", "[unused5]"]


def word(rng):
    kind = rng.random()
    if kind < 0.5:
        text = rng.choice(WORDS)
        return text.upper() if rng.random() < 0.1 else text.title() if rng.random() < 0.2 else text
    if kind < 0.6:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(1, 14)))
    if kind < 0.68:
        return str(rng.randint(0, 10 ** rng.randint(1, 9))) + rng.choice(["", "%", "th", "kg", ".5", ",000"])
    if kind < 0.94:
        alphabet = rng.choice(ALPHABETS)
        return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 9)))
    return rng.choice(SPECIAL)


def scalar(rng):
    while True:
        value = rng.randrange(0x110000) if rng.random() < 0.3 else rng.randrange(0x3400)
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def strings():
    rng = random.Random(20240607)
    yield ""
    for text in SPECIAL + [" ", "\x00", "a" * 100, "a" * 101, "é" * 100, "e\u0301" * 101, "中" * 120, "\u0301", "İstanbul", "ǅ"]:
        yield text
    for _ in range(5200):  # Mixed scripts.
        glue = rng.choice([" ", " ", " ", "", "-", "\t", "\u3000", "\u200d"])
        yield glue.join(word(rng) for _ in range(rng.randint(1, 6)))
    for _ in range(1500):  # Any scalars at all.
        yield "".join(scalar(rng) for _ in range(rng.randint(1, 10)))
    for _ in range(1200):  # Letters with heaps of marks.
        marks = ALPHABETS[13]
        yield "".join(
            rng.choice("aeioucnsAEO中가 ") + "".join(rng.choice(marks) for _ in range(rng.randint(0, 4)))
            for _ in range(rng.randint(1, 5)))
    for _ in range(900):  # Everything that decomposes, and its neighbours.
        text = ""
        while len(text) < 6:
            c = scalar(rng)
            if unicodedata.normalize("NFD", c) != c or c.lower() != c or rng.random() < 0.02:
                text += c
        yield text
    for _ in range(150):  # Long words.
        yield rng.choice("aeéа中") * rng.choice([30, 99, 100, 101, 150]) + rng.choice(["", "x", "\u0301", " end"])
    while True:  # Words with ends and beginnings cut at any place.
        text = rng.choice(WORDS) + rng.choice(WORDS)
        yield text[rng.randint(0, 4):rng.randint(5, len(text))] + rng.choice(["", "'s", "n't", ".", "ß", "ñ"])


def write_tokens(folder, out):
    tokenizer = Tokenizer.from_file(folder + "/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    source = strings()
    texts = [next(source) for _ in range(10000)]
    # count (u32), then for each: byte length (u16), id count (u16), id hash (u64), and at the end all texts.
    head, body = [struct.pack("<I", len(texts))], []
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=True).ids
        data = text.encode()
        head.append(struct.pack("<HHQ", len(data), len(ids), fnv1a(ids)))
        body.append(data)
    with open(out + "/tokens.bin", "wb") as file:
        file.write(b"".join(head + body))
    print("tokens.bin:", sum(map(len, head + body)), "bytes; compressed", len(zlib.compress(b"".join(head + body))))
    return tokenizer


# Embeddings


def load(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])
    return tensors


def build(folder):
    with open(folder + "/config.json") as file:
        config = json.load(file)
    weights = load(folder + "/model.safetensors")
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    size = hidden // heads
    nodes, values = [], []

    def constant(name, array):
        values.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def linear(x, name):
        product = node("MatMul", [x, constant(name + ".w", weights[name + ".weight"].T)], name + ".product")
        return node("Add", [product, constant(name + ".b", weights[name + ".bias"])], name + ".out")

    def norm(x, name):
        scale, bias = constant(name + ".g", weights[name + ".weight"]), constant(name + ".b", weights[name + ".bias"])
        return node("LayerNormalization", [x, scale, bias], name + ".out", axis=-1, epsilon=config["layer_norm_eps"])

    word_rows = node("Gather", [constant("words", weights["embeddings.word_embeddings.weight"]), "ids"], "word_rows")
    place = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    rows = node("Gather", [constant("places", place), "positions"], "place_rows")
    x = norm(node("Add", [word_rows, rows], "sum"), "embeddings.LayerNorm")
    split_shape = constant("split_shape", np.array([0, heads, size], np.int64))
    join_shape = constant("join_shape", np.array([0, hidden], np.int64))
    root = constant("root", np.array(size**-0.5, np.float32))
    for index in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{index}."
        parts = {}
        for part in ("query", "key", "value"):
            wide = linear(x, prefix + "attention.self." + part)
            cut = node("Reshape", [wide, split_shape], wide + ".cut")
            order = [1, 2, 0] if part == "key" else [1, 0, 2]
            parts[part] = node("Transpose", [cut], wide + ".heads", perm=order)
        scores = node("MatMul", [parts["query"], parts["key"]], prefix + "scores")
        scaled = node("Mul", [scores, root], prefix + "scaled")
        shares = node("Softmax", [scaled], prefix + "shares", axis=-1)
        mixed = node("MatMul", [shares, parts["value"]], prefix + "mixed")
        back = node("Transpose", [mixed], prefix + "back", perm=[1, 0, 2])
        context = node("Reshape", [back, join_shape], prefix + "context")
        out = linear(context, prefix + "attention.output.dense")
        x = norm(node("Add", [out, x], prefix + "residual"), prefix + "attention.output.LayerNorm")
        up = linear(x, prefix + "intermediate.dense")
        active = node("Gelu", [up], prefix + "gelu")
        down = linear(active, prefix + "output.dense")
        x = norm(node("Add", [down, x], prefix + "residual2"), prefix + "output.LayerNorm")
    mean = node("ReduceMean", [x, constant("axis", np.array([0], np.int64))], "mean", keepdims=0)
    norm2 = node("ReduceL2", [mean, constant("axis2", np.array([0], np.int64))], "length", keepdims=1)
    node("Div", [mean, norm2], "vector")
    graph = helper.make_graph(
        nodes, "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n"]) for name in ("ids", "positions")],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [hidden])], values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def session(model, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def embed(runner, ids):
    places = np.arange(len(ids), dtype=np.int64)
    return runner.run(None, {"ids": np.array(ids, np.int64), "positions": places})[0]


def passages():
    rng = random.Random(20240608)
    frames = [
        "The {} of {} depends on {}, as {} and {} showed.", "Is {} a cause of {}?", "We measured {} in {} {} times.",
        "{}: {} — {}", "No {} was found between {} and the {} of {}.", "In {}, {} ({}) replaced {} by {}.",
        "How does {} change {}?", "{} {} {} {}.", "Über {} und {}, naïve {} façade {}.", "{} 中文 {} 検索 {}.",
    ]
    for index in range(500):
        sentences, goal = [], [1, 2, 3, 6, 12, 24][index % 6] if index % 6 < 5 else rng.randint(10, 26)
        for _ in range(goal):
            frame = rng.choice(frames)
            sentences.append(frame.format(*(rng.choice(WORDS) for _ in range(frame.count("{}")))))
        yield " ".join(sentences) if index >= 20 else rng.choice(WORDS) + " " * (index % 3) + rng.choice(["", "?", WORDS[index]])


def write_embeddings(folder, out, tokenizer):
    runner = session(build(folder))
    texts = list(passages())
    assert not any("\n" in text for text in texts)
    vectors, counts = [], []
    for text in texts:
        ids = tokenizer.encode(text).ids
        if len(ids) > MAXIMUM:
            ids = ids[: MAXIMUM - 1] + ids[-1:]
        counts.append(len(ids))
        vectors.append(embed(runner, ids))
    exact = np.stack(vectors)
    half = exact.astype(np.float16)
    wide = half.astype(np.float64)
    cosine = (wide * exact).sum(1) / np.linalg.norm(wide, axis=1) / np.linalg.norm(exact.astype(np.float64), axis=1)
    print("passages:", len(texts), "tokens", min(counts), "to", max(counts), "float16 cosine loss", 1 - cosine.min())
    with open(out + "/passages.txt", "w") as file:
        file.write("\n".join(texts))
    with open(out + "/embeddings.f16", "wb") as file:
        file.write(half.tobytes())


if __name__ == "__main__":
    reference = write_tokens(sys.argv[1], sys.argv[2])
    write_embeddings(sys.argv[1], sys.argv[2], reference)
