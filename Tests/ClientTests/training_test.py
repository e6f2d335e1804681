"""Trained models beside scikit-learn and XGBoost, their ONNX copies in ONNX Runtime, and MLflow's pyfunc on them.

    python3 -m venv .venv && .venv/bin/pip install "mlflow>=3,<4" xgboost onnx onnxruntime
    .venv/bin/python Tests/ClientTests/training_test.py --rag .build/release/rag

Public data that scikit-learn ships. Prints a line for each comparison; exit code 1 if one is out of its bounds.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", GIT_PYTHON_REFRESH="quiet")

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import pandas as pd  # noqa: E402
import xgboost  # noqa: E402
from sklearn import datasets, metrics  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from server import Server  # noqa: E402

FAILED = []


def tell(ok, line):
    print(("ok    " if ok else "FAIL  ") + line, flush=True)
    if not ok:
        FAILED.append(line)


class Rag:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def __call__(self, *arguments, code=0, given=None):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, input=given)
        if done.returncode != code:
            raise RuntimeError(f"rag {arguments}: exit {done.returncode}: {done.stderr or done.stdout}")
        return done

    def train(self, data, target, algorithm, parameters, folder, extra=()):
        """`target`: None where nothing is predicted."""
        flags = [flag for name, value in parameters.items() for flag in ("--parameter", f"{name}={value}")]
        out = self("train", data, *(["--target", target] if target else []), "--algorithm", algorithm, *flags, "--output", folder, "--json", "-q",
                   *([] if "--seed" in extra else ["--seed", 42]), *extra)
        return json.loads(out.stdout)

    def predict(self, folder, data):
        return pd.read_csv(pd.io.common.StringIO(self("predict", folder, data, "-q").stdout))


def table(name):
    """A data set with gaps and a category, so that preprocessing is tried, and its split in two."""
    data = getattr(datasets, name)(as_frame=True)
    frame = data.frame.rename(columns=lambda c: c.replace(" ", "_").replace("(", "").replace(")", "").replace("/", "_"))
    if name == "load_breast_cancer":
        frame["target"] = np.where(frame["target"] == 1, "benign", "malignant")
    elif name != "load_diabetes":
        frame["target"] = ["class_" + str(c) for c in frame["target"]]
    return frame


def split(frame, folder, name):
    order = np.random.default_rng(1).permutation(len(frame))
    cut = len(frame) * 7 // 10
    train, test = frame.iloc[order[:cut]], frame.iloc[order[cut:]]
    paths = folder / f"{name}-train.csv", folder / f"{name}-test.csv"
    train.to_csv(paths[0], index=False)
    test.to_csv(paths[1], index=False)
    # What both read is what is written.
    return (*map(pd.read_csv, paths), *paths)


def peers(algorithm, is_regression, seed):
    if algorithm == "linear":
        return make_pipeline(StandardScaler(), Ridge(alpha=0.0001) if is_regression else LogisticRegression(C=1, max_iter=5000))
    if algorithm == "random-forest":
        kind = RandomForestRegressor if is_regression else RandomForestClassifier
        extra = {"max_features": 1 / 3} if is_regression else {}
        return kind(n_estimators=500, random_state=seed, **extra)
    kind = xgboost.XGBRegressor if is_regression else xgboost.XGBClassifier
    return kind(n_estimators=100, max_depth=3, learning_rate=0.1, random_state=seed, tree_method="hist")


def compare(rag, folder, name, algorithm):
    frame = table(name)
    train, test, train_path, test_path = split(frame, folder, name)
    regression = name == "load_diabetes"
    parameters = {"random-forest": {"n_estimators": 500}, "boosting": {"n_estimators": 100, "max_depth": 3},
                  "linear": {}}[algorithm]
    # Ours learns from every row of the file: a part column keeps two rows aside.
    with_part = train.assign(part=["test"] * 5 + ["train"] * (len(train) - 5))
    with_part.to_csv(train_path, index=False)
    settings = folder / f"{name}.yaml"
    settings.write_text("split: {method: given, column: part}\ncolumns: {part: {role: ignored}}\n")
    model = folder / f"{name}-{algorithm}"
    made = rag.train(train_path, "target", algorithm, parameters, model, ["--settings", settings])
    again = rag.train(train_path, "target", algorithm, parameters, folder / f"{name}-{algorithm}-again",
                      ["--settings", settings])
    learned = train.iloc[5:]
    features = [c for c in frame.columns if c != "target"]
    labels = sorted(set(learned["target"])) if not regression else None
    ours = rag.predict(model, test_path)
    peer_scores = []
    for seed in range(5 if algorithm == "random-forest" else 1):
        peer = peers(algorithm, regression, seed)
        y = learned["target"] if regression else learned["target"].map({c: i for i, c in enumerate(labels)})
        peer.fit(learned[features], y)
        if regression:
            peer_scores.append(metrics.r2_score(test["target"], peer.predict(test[features])))
        else:
            probabilities = peer.predict_proba(test[features])
            peer_scores.append(auc(test["target"], probabilities, labels))
    def score(said):
        if regression:
            return metrics.r2_score(test["target"], said["prediction"])
        return auc(test["target"], said[[f"probability_{c}" for c in labels]].to_numpy(), labels)
    own_scores = [score(ours)]
    # Forests of other seeds differ by more than the bound: means of five are compared.
    for seed in range(4 if algorithm == "random-forest" else 0):
        other = folder / f"{name}-{algorithm}-{seed}"
        rag.train(train_path, "target", algorithm, parameters, other, ["--settings", settings, "--seed", seed])
        own_scores.append(score(rag.predict(other, test_path)))
    own = float(np.mean(own_scores))
    bound = 0.01 if regression else 0.005
    peer_score = float(np.mean(peer_scores))
    # One-sided: better than the peer is no fault.
    tell(own >= peer_score - bound,
         f"{name} {algorithm}: {'R2' if regression else 'AUC'} {own:.4f}, peer {peer_score:.4f} (bound {bound})")
    tell(made["digest"] == again["digest"], f"{name} {algorithm}: the same digest twice, {made['digest'][:12]}")
    onnx(model, test, ours, f"{name} {algorithm}")
    return model, test_path


def auc(target, probabilities, labels):
    y = target.map({c: i for i, c in enumerate(labels)})
    if len(labels) == 2:
        return metrics.roc_auc_score(y, probabilities[:, 1])
    return metrics.roc_auc_score(y, probabilities / probabilities.sum(axis=1, keepdims=True), multi_class="ovr")


def onnx_answers(model, test, vectors=None):
    """What ONNX Runtime says of a frame, by output; `vectors` stand for a column of text."""
    session = onnxruntime.InferenceSession(str(model / "model.onnx"), providers=["CPUExecutionProvider"])
    feed = {}
    for given in session.get_inputs():
        if given.name in (vectors or {}):
            feed[given.name] = vectors[given.name].astype(np.float32)
            continue
        column = test[given.name]
        if given.type == "tensor(string)":
            feed[given.name] = column.fillna("").astype(str).to_numpy(dtype=object)
        else:
            feed[given.name] = column.to_numpy(dtype=np.int64 if given.type == "tensor(int64)" else np.float32)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feed)))


def onnx(model, test, ours, title, vectors=None):
    said = onnx_answers(model, test, vectors)
    numbers = [name for name in said if name != "label"]
    # Probabilities are at most 1; other values are compared beside the largest of them.
    worst = max(float(np.abs(said[name] - ours[name]).max()) / max(1, float(np.abs(ours[name]).max())) for name in numbers)
    if "label" in said:
        same = (said["label"] == ours["prediction"].astype(str)).mean()
        tell(same == 1, f"{title}: ONNX Runtime says the same label of {same:.1%} of {len(test)} rows")
    tell(worst <= 1e-5, f"{title}: ONNX Runtime differs by at most {worst:.1e}")


def mixed(folder, rows=600):
    """Numbers with gaps, whole numbers, categories of which some come in the test alone, and a yes-or-no target."""
    draw = np.random.default_rng(5)
    frame = pd.DataFrame({
        "age": draw.normal(45, 12, rows), "visits": draw.integers(0, 30, rows),
        "region": draw.choice(["north", "south", "east", None], rows), "income": draw.lognormal(10, 1, rows)})
    frame.loc[draw.random(rows) < 0.15, "income"] = np.nan
    score = (frame["age"] - 45) / 12 + (frame["region"] == "north") - frame["visits"] / 20 + draw.normal(0, 0.5, rows)
    frame["left"] = np.where(score > 0, "yes", "no")
    test = frame.iloc[400:].copy()
    test.iloc[::7, test.columns.get_loc("region")] = "west"
    paths = folder / "mixed-train.csv", folder / "mixed-test.csv"
    frame.iloc[:400].to_csv(paths[0], index=False)
    test.to_csv(paths[1], index=False)
    return (pd.read_csv(paths[1]), *paths)


def measures(rag, folder):
    """The figures that `rag train` prints, computed by scikit-learn from what `rag predict` says of the same rows."""
    frame = table("load_breast_cancer")
    path, rows = folder / "measures.csv", len(frame)
    frame = frame.assign(part=["train"] * (rows - 150) + ["test"] * 150)
    frame.to_csv(path, index=False)
    settings = folder / "measures.yaml"
    settings.write_text("split: {method: given, column: part}\ncolumns: {part: {role: ignored}}\n")
    made = rag.train(path, "target", "boosting", {"n_estimators": 30}, folder / "measures-model", ["--settings", settings])
    test = folder / "measures-test.csv"
    frame.iloc[rows - 150:].to_csv(test, index=False)
    said = rag.predict(folder / "measures-model", test)
    y, p = (frame["target"].iloc[rows - 150:] == "malignant").to_numpy().astype(int), said["probability_malignant"].to_numpy()
    c = (p >= 0.5).astype(int)
    expected = {
        "roc_auc": metrics.roc_auc_score(y, p), "average_precision": metrics.average_precision_score(y, p),
        "log_loss": metrics.log_loss(y, p), "brier": metrics.brier_score_loss(y, p),
        "accuracy": metrics.accuracy_score(y, c), "balanced_accuracy": metrics.balanced_accuracy_score(y, c),
        "precision": metrics.precision_score(y, c), "recall": metrics.recall_score(y, c), "f1": metrics.f1_score(y, c),
        "matthews_correlation": metrics.matthews_corrcoef(y, c)}
    worst = max(abs(made["scores"][name]["value"] - value) for name, value in expected.items())
    tell(worst <= 1e-9, f"{len(expected)} measures equal scikit-learn's, at most {worst:.1e} apart")


def unsupervised(rag, folder, name, clusters):
    """Clusters and components beside scikit-learn's, on the same scaled rows."""
    frame = table(name).drop(columns="target")
    train, test, train_path, test_path = split(frame, folder, f"{name}-rows")
    train.assign(part=["test"] * 5 + ["train"] * (len(train) - 5)).to_csv(train_path, index=False)
    settings = folder / f"{name}-rows.yaml"
    settings.write_text("split: {method: given, column: part}\ncolumns: {part: {role: ignored}}\n")
    learned = train.iloc[5:]
    learned.to_csv(folder / f"{name}-learned.csv", index=False)
    scaler = StandardScaler().fit(learned)
    rows, unseen = scaler.transform(learned), scaler.transform(test)

    model, made = folder / f"{name}-kmeans", []
    for out in (model, folder / f"{name}-kmeans-again"):
        made.append(rag.train(train_path, None, "kmeans", {"n_clusters": clusters}, out, ["--settings", settings]))
    tell(made[0]["digest"] == made[1]["digest"], f"{name} kmeans: the same digest twice, {made[0]['digest'][:12]}")
    ours, theirs, agreed = [], [], []
    # Starts of other seeds may end in other minima: means of five are compared.
    for seed in range(5):
        seeded = folder / f"{name}-kmeans-{seed}"
        rag.train(train_path, None, "kmeans", {"n_clusters": clusters}, seeded, ["--settings", settings, "--seed", seed])
        said = rag.predict(seeded, folder / f"{name}-learned.csv")
        ours.append(float((said[[f"distance_{c}" for c in range(clusters)]].min(axis=1) ** 2).sum()))
        peer = KMeans(clusters, n_init=10, random_state=seed).fit(rows)
        theirs.append(peer.inertia_)
        agreed.append(metrics.adjusted_rand_score(peer.labels_, said["prediction"]))
    tell(np.mean(ours) <= np.mean(theirs) * 1.001,
         f"{name} kmeans: inertia {np.mean(ours):.1f}, peer {np.mean(theirs):.1f}; adjusted Rand index of the two {np.mean(agreed):.3f}")
    onnx(model, test, rag.predict(model, test_path), f"{name} kmeans")

    model = folder / f"{name}-pca"
    made = rag.train(train_path, None, "pca", {"n_components": 3}, model, ["--settings", settings])
    again = rag.train(train_path, None, "pca", {"n_components": 3}, folder / f"{name}-pca-again", ["--settings", settings])
    tell(made["digest"] == again["digest"], f"{name} pca: the same digest twice, {made['digest'][:12]}")
    ours, peer = rag.predict(model, test_path), PCA(3, svd_solver="full").fit(rows)
    said = ours.to_numpy()
    wanted = peer.transform(unseen)
    wanted *= np.sign((said * wanted).sum(axis=0))
    worst = float(np.abs(said - wanted).max() / np.abs(wanted).max())
    tell(worst <= 1e-5, f"{name} pca: coordinates of {len(test)} rows differ by at most {worst:.1e}, signs aside")
    held = scaler.transform(train.iloc[:5])
    left = ((held - peer.inverse_transform(peer.transform(held))) ** 2).sum()
    share = 1 - left / ((held - peer.mean_) ** 2).sum()
    own = made["scores"]["explained_share"]["value"]
    tell(abs(own - share) <= 1e-5, f"{name} pca: explained share of held-out rows {own:.6f}, by scikit-learn's {share:.6f}")
    onnx(model, test, ours, f"{name} pca")


def embedded(rag, folder):
    """A column that is read by the embedding model, beside logistic regression on the vectors that `rag embed` prints."""
    draw = np.random.default_rng(2)
    subjects = {
        "yes": ["the invoice was charged twice", "my card was billed again", "I want my money back", "the refund has not come"],
        "no": ["the app crashes at start", "the screen stays black", "it freezes when I log in", "an error shows on the page"]}
    moods = ["since monday", "again today", "and nobody answers", "please help", "after the update", "for three weeks"]
    rows = [{"text": f"{draw.choice(subjects[label])} {draw.choice(moods)} {draw.choice(moods)}",
             "days": float(draw.integers(0, 30)), "billing": label} for label in draw.choice(["yes", "no"], 300)]
    rows[7]["text"] = None
    frame = pd.DataFrame(rows)
    path, test_path = folder / "texts.csv", folder / "texts-test.csv"
    frame.to_csv(path, index=False)
    test = pd.DataFrame([
        {"text": "you took the payment two times", "days": 3.0}, {"text": "nothing loads any more", "days": 9.0},
        {"text": None, "days": 4.0}])
    test.to_csv(test_path, index=False)
    model = folder / "texts-model"
    made = [rag.train(path, "billing", "linear", {}, folder / out, ["--embed", "text"]) for out in ("texts-model", "texts-again")]
    tell(made[0]["digest"] == made[1]["digest"], f"embedding column: the same digest twice, {made[0]['digest'][:12]}")
    said = rag.predict(model, test_path)
    tell(list(said["prediction"][:2]) == ["yes", "no"],
         f"embedding column: words that were not seen are understood, {said['probability_yes'][0]:.2f} and {said['probability_yes'][1]:.2f}")
    vectors_path = folder / "texts.npy"
    rag("embed", "--npy", vectors_path, "--profile", "exact", "-q", given="\n".join(test["text"][:2]) + "\n")
    vectors = np.vstack([np.load(vectors_path), np.zeros((1, 384))])
    onnx(model, test, said, "embedding column", {"text": vectors})

    home = folder / "home"
    rag.train(path, "billing", "linear", {}, folder / "texts-served", ["--embed", "text", "--home", home, "--register", "texts"])
    with Server(rag.binary, home) as server:
        rows = [{"text": text if isinstance(text, str) else None, "days": days} for text, days in zip(test["text"], test["days"])]
        answer = server.call("POST", "/api/v1/models/texts/invocations", {"dataframe_records": rows})
        served = [row["probability_yes"] for row in answer.json["predictions"]]
        tell(served == list(said["probability_yes"]), f"embedding column: served alike, {served[0]:.6f}")


def pyfunc(model, test_path, title):
    import mlflow.pyfunc
    loaded = mlflow.pyfunc.load_model(str(model))
    frame = pd.read_csv(test_path)
    names = [column.name for column in loaded.metadata.get_input_schema().inputs]
    said = loaded.predict(frame[names])
    tell(len(said) == len(frame), f"{title}: MLflow's pyfunc loads and scores it: {', '.join(said.columns)}")
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rag", default=".build/release/rag")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rag = Rag(options.rag, folder)
        for data in ["load_breast_cancer", "load_wine", "load_digits", "load_diabetes"]:
            for algorithm in ["linear", "random-forest", "boosting"]:
                model, test = compare(rag, folder, data, algorithm)
                if data == "load_breast_cancer":
                    said = pyfunc(model, test, f"{data} {algorithm}")
                    worst = np.abs(said["probability_benign"] - rag.predict(model, test)["probability_benign"]).max()
                    tell(worst <= 1e-5, f"{data} {algorithm}: and differs by at most {worst:.1e}")
        test, train_path, test_path = mixed(folder)
        for algorithm, calibration in [("linear", "none"), ("boosting", "sigmoid"), ("random-forest", "isotonic")]:
            model = folder / f"mixed-{algorithm}"
            rag.train(train_path, "left", algorithm, {}, model, ["--calibration", calibration])
            onnx(model, test, rag.predict(model, test_path),
                 f"gaps and unseen categories, {algorithm}, calibration {calibration}")
        measures(rag, folder)
        for data, clusters in [("load_iris", 3), ("load_wine", 3), ("load_breast_cancer", 2), ("load_digits", 10)]:
            unsupervised(rag, folder, data, clusters)
        embedded(rag, folder)
    print(f"{len(FAILED)} failed", flush=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
