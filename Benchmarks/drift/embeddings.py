"""Drift of embeddings on scifact's passages, case by case: what each method of `rag` and of Evidently finds.

    python3 -m venv .venv && .venv/bin/pip install numpy "pandas<3" "evidently==0.7.17"
    .venv/bin/python Benchmarks/drift/embeddings.py --rag .build/release/rag --model MODEL_FOLDER \\
        --scifact ../shared/datasets/scifact --cranfield ../shared/datasets/cranfield

The reference is 2,000 random passages of scifact. The current sides, 2,000 rows each: other passages of scifact (same);
these with a fifth replaced by cranfield's (mix); these with Gaussian noise of 0.02 a component (noise); and these embedded by
the same model with its first token's vector in place of the mean (pooling). At last a collection is ingested with the model,
a baseline is made, the model's pooling is changed under its name, and `rag drift check` looks at it.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import warnings

import numpy as np

ROWS, SEED = 2000, 42


def passages(folder, count=None):
    lines = (pathlib.Path(folder) / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [" ".join(f"{doc['title']} {doc['text']}".split()) for doc in map(json.loads, lines)]
    return [text for text in texts if text][:count]


def embed(rag, texts, to, *more, environment=None):
    if to.exists():
        return np.load(to)
    subprocess.run([rag, "embed", "--npy", to, "--quiet", *more], input="\n".join(texts) + "\n", text=True, check=True,
                   env=environment)
    return np.load(to)


FIRST_TOKEN = json.dumps({
    "word_embedding_dimension": 384, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False,
    "pooling_mode_max_tokens": False})


def first_token_model(rag, model, folder, models):
    """The model with another pooling, installed from a folder in the manner of Hugging Face."""
    source = folder / "source"
    shutil.copytree(model, source)
    (source / "1_Pooling").mkdir(exist_ok=True)
    (source / "1_Pooling" / "config.json").write_text(FIRST_TOKEN)
    environment = dict(os.environ, RAG_MODELS=str(models))
    subprocess.run([rag, "models", "add", source, "--name", "first-token", "--quiet"], env=environment, check=True)
    return environment


def ours(rag, reference, current):
    done = subprocess.run([rag, "bench", "drift", "--reference", reference, "--current", current],
                          capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return found["result"], found["seconds"]


def evidently(reference, current):
    """Name → score, verdict and seconds of each method of its drift of embeddings, with its defaults."""
    warnings.filterwarnings("ignore")
    import pandas
    from evidently.legacy.metrics.data_drift import embedding_drift_methods as methods
    frames = [pandas.DataFrame(side, columns=[f"c{index}" for index in range(side.shape[1])]) for side in (reference, current)]
    found = {}
    for name, method in (("model", methods.model()), ("mmd", methods.mmd()), ("ratio", methods.ratio()),
                         ("distance", methods.distance())):
        start = time.perf_counter()
        score, drifted, _ = method(*frames)
        found[name] = (float(score), bool(drifted), time.perf_counter() - start)
    return found


def changed_model(rag, models, model, scifact, folder):
    """A collection whose model is changed under its name: what `rag drift check` says of each signal."""
    environment = dict(os.environ, RAG_MODELS=str(models), RAG_HOME=str(folder / "home"))
    name = "embedder"
    docs = folder / "docs"
    docs.mkdir()
    for number, text in enumerate(passages(scifact, 300)):
        (docs / f"{number}.txt").write_text(text, encoding="utf-8")

    def run(*arguments, codes=(0,)):
        done = subprocess.run([rag, *arguments, "--quiet"], env=environment, capture_output=True, text=True)
        assert done.returncode in codes, (arguments, done.returncode, done.stdout, done.stderr)
        return done
    run("models", "add", str(model), "--name", name)
    environment["RAG_MODEL"] = name
    run("ingest", str(docs))
    run("drift", "baseline")
    before = run("drift", "check", "--since", "1d", "--json", codes=(0, 10, 11, 12))
    shutil.rmtree(models / name)
    run("models", "add", str(folder / "source"), "--name", name)
    after = run("drift", "check", "--since", "1d", "--json", codes=(0, 1, 10, 11, 12))
    return before, after


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True)
    parser.add_argument("--model", required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--scifact", required=True)
    parser.add_argument("--cranfield", required=True)
    parser.add_argument("--vectors", help="folder to keep vectors in, and to take them from when they are there")
    options = parser.parse_args()
    rag = os.path.abspath(options.rag)
    random = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        models = folder / "models"
        models.mkdir()
        texts = passages(options.scifact)
        order = random.permutation(len(texts))
        first, second = [[texts[row] for row in order[start:start + ROWS]] for start in (0, ROWS)]
        other = passages(options.cranfield)
        vectors = pathlib.Path(options.vectors) if options.vectors else folder
        vectors.mkdir(exist_ok=True)
        reference = embed(rag, first, vectors / "reference.npy")
        same = embed(rag, second, vectors / "same-embedded.npy")
        foreign = embed(rag, [other[row] for row in random.permutation(len(other))[:ROWS // 5]], vectors / "other.npy")
        mixed = same.copy()
        mixed[:len(foreign)] = foreign
        noisy = same + random.normal(0, 0.02, same.shape).astype(np.float32)
        noisy /= np.linalg.norm(noisy, axis=1, keepdims=True)
        environment = first_token_model(rag, options.model, folder, models)
        pooled = embed(rag, second, vectors / "pooled.npy", "--model", "first-token", environment=environment)
        print("| case | method | found | corrected p | verdict | seconds |\n|---|---|---|---|---|---|")
        for case, side in (("same", same), ("mix", mixed), ("noise", noisy), ("pooling", pooled)):
            path = folder / f"{case}.npy"
            np.save(path, side.astype(np.float32))
            result, seconds = ours(rag, vectors / "reference.npy", path)
            told = {
                "classifier": f"AUC {result['classifier']['auc']:.3f}",
                "discrepancy": f"MMD² {result['discrepancy']['mmd2']:.5f}",
                "components": f"{100 * result['drifted_component_share']:.1f} % drifted",
                "clusters": f"total variation {result['effects']['clusters']:.3f}",
            }
            for method, text in told.items():
                p = result["adjusted_p"][method]
                effect = result["effects"].get(method)
                far = effect is None or effect >= result["settings"]["effect_floor"]
                print(f"| {case} | {method} | {text} | {p:.3g} | {'drift' if p <= 0.05 and far else 'none'} | {seconds[method]:.3f} |")
            print(f"| {case} | reconstruction | {result['reference_reconstruction_error']:.2f} → "
                  f"{result['current_reconstruction_error']:.2f} | | | {seconds['reconstruction']:.3f} |")
            print(f"| {case} | distance of means | cosine {result['mean_distances']['cosine']:.4f} | | | |")
            print(f"| {case} | **rag** | | | **{result['verdict']}** | {sum(seconds.values()):.2f} |")
            for method, (score, drifted, took) in evidently(reference, side).items():
                print(f"| {case} | Evidently {method} | {score:.4f} | | {'drift' if drifted else 'none'} | {took:.2f} |")
        before, after = changed_model(rag, models, options.model, options.scifact, folder)
        for when, done in (("before", before), ("after", after)):
            print(f"\n{when} the model changed: exit code {done.returncode}")
            if done.returncode == 1:
                print(done.stderr.strip())
                continue
            for window in json.loads(done.stdout):
                for signal in window["signals"]:
                    if signal["signal"] in ("model", "corpus", "sentinels"):
                        print(f"  {signal['signal']}: {signal['verdict']}{' (alarm)' if signal['is_alarm'] else ''}: {signal['summary']}")


if __name__ == "__main__":
    main()
