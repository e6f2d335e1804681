"""Writes pairs.json: what ONNX Runtime says of question and passage pairs, for two cross-encoders with made-up weights.

    pip install torch transformers onnx onnxruntime onnxscript tokenizers
    python3 Tests/EmbeddingsTests/Fixtures/make_pairs.py --vocab MODEL/vocab.txt

The weights are too large to keep: `weights` below makes them of integers, and CrossEncoderTests.swift does the same.
"""

import argparse
import json
import math
import pathlib
import tempfile

import numpy
import onnxruntime
import tokenizers
import torch
import transformers

SHAPES = {"small": dict(layers=2, hidden=128, heads=2), "large": dict(layers=6, hidden=384, heads=12)}
LIMIT = 256


def weights(tensor, count, scale, offset=0.0):
    """Element i of tensor number t, all in 32-bit integers: mixed, its low 16 bits spread over ±scale."""
    x = (numpy.arange(count, dtype=numpy.uint64) * 2654435761 + tensor * 40503 + 12345) & 0xFFFFFFFF
    x ^= x >> numpy.uint64(15)
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> numpy.uint64(13)
    unit = (x & 0xFFFF).astype(numpy.float64) / 65536 * 2 - 1
    return (unit * scale + offset).astype(numpy.float32)


def fill(model):
    """Tensors in the order of their names."""
    for number, (name, tensor) in enumerate(sorted(model.named_parameters())):
        if "LayerNorm.weight" in name:
            values = weights(number, tensor.numel(), 0.1, 1.0)
        elif name.endswith("bias"):
            values = weights(number, tensor.numel(), 0.05)
        elif "embeddings" in name:
            values = weights(number, tensor.numel(), 0.5)
        else:
            values = weights(number, tensor.numel(), 2 / math.sqrt(tensor.shape[1]))
        tensor.data = torch.from_numpy(values.reshape(tuple(tensor.shape)))


def pairs(root):
    questions = [json.loads(line)["text"] for line in open(root / "corpus/eval/queries.jsonl", encoding="utf-8")]
    documents = sorted((root / "corpus").rglob("*.md"))
    result = []
    for index in range(24):
        text = documents[index * 2].read_text(encoding="utf-8")
        length = [40, 200, 600, 1500][index % 4]
        question = questions[index * 7]
        if index % 8 == 7:
            question = text[300:1500]
        result.append((question, text[:length]))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocab", required=True)
    here = pathlib.Path(__file__).parent
    arguments = parser.parse_args()
    tokenizer = tokenizers.BertWordPieceTokenizer(arguments.vocab, lowercase=True)
    texts = pairs(here.parents[2])
    cuts = {}
    for limit in (16, 33, 128, LIMIT):
        tokenizer.enable_truncation(limit, strategy="longest_first")
        cuts[limit] = [tokenizer.encode(*pair) for pair in texts]
    models = {}
    for name, shape in SHAPES.items():
        configuration = transformers.BertConfig(
            vocab_size=tokenizer.get_vocab_size(), hidden_size=shape["hidden"], num_hidden_layers=shape["layers"],
            num_attention_heads=shape["heads"], intermediate_size=shape["hidden"] * 4, num_labels=1,
            max_position_embeddings=512)
        configuration._attn_implementation = "eager"
        model = transformers.BertForSequenceClassification(configuration).eval()
        fill(model)
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/model.onnx"
            example = torch.ones((1, 8), dtype=torch.long)
            names = ["input_ids", "attention_mask", "token_type_ids"]
            torch.onnx.export(
                model, (example, example, example), path, input_names=names, output_names=["logits"],
                dynamic_axes={each: {1: "tokens"} for each in names}, dynamo=False)
            session = onnxruntime.InferenceSession(path)
            logits = []
            for encoding in cuts[LIMIT]:
                ids = numpy.array([encoding.ids], dtype=numpy.int64)
                types = numpy.array([encoding.type_ids], dtype=numpy.int64)
                found = session.run(None, {
                    "input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": types})
                logits.append(float(found[0][0, 0]))
        models[name] = dict(shape, logits=logits)
        print(name, "logits", min(logits), max(logits))
    (here / "pairs.json").write_text(json.dumps({
        "limit": LIMIT, "pairs": [{"question": a, "passage": b} for a, b in texts], "models": models,
        "tokens": {str(limit): [{"ids": e.ids, "second": e.type_ids.index(1)} for e in encodings]
                   for limit, encodings in cuts.items()},
    }, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
