"""MLflow's own client, unmodified, against `rag serve`: track, log a model, register, stage, alias, load, predict.

    python3 -m venv .venv && .venv/bin/pip install "mlflow>=3,<4" scikit-learn      # or "mlflow==2.22.*" "setuptools<81"
    .venv/bin/python Tests/ClientTests/mlflow_test.py --rag .build/release/rag

Prints a line for each step; exit code 1 if one fails. Works with versions 2.22 and 3.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

warnings.filterwarnings("ignore")
os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", GIT_PYTHON_REFRESH="quiet")

import logging  # noqa: E402

import mlflow  # noqa: E402
import numpy  # noqa: E402
import pandas  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from sklearn.datasets import load_breast_cancer  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402

logging.getLogger("mlflow").setLevel(logging.ERROR)
MAJOR = int(mlflow.__version__.split(".")[0])


def refused(code, call):
    """`call` is refused with that code."""
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, str(error))
        return
    raise AssertionError(f"not refused with {code}")


class Steps:
    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        self.client = mlflow.MlflowClient()

    def experiments(self):
        """Experiments are made, tagged, found, renamed, deleted and restored."""
        client = self.client
        first = client.create_experiment("first", tags={"team": "a"})
        assert client.get_experiment(first).tags["team"] == "a"
        refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_experiment("first"))
        client.set_experiment_tag(first, "stage", "draft")
        assert [e.name for e in client.search_experiments(filter_string="tags.stage = 'draft'")] == ["first"]
        client.rename_experiment(first, "renamed")
        assert client.get_experiment_by_name("renamed").experiment_id == first
        assert client.get_experiment_by_name("first") is None
        client.delete_experiment(first)
        assert client.get_experiment(first).lifecycle_stage == "deleted"
        assert first not in [e.experiment_id for e in client.search_experiments()]
        client.restore_experiment(first)
        for number in range(7):
            client.create_experiment(f"many-{number}")
        page = client.search_experiments(max_results=3, order_by=["name ASC"])
        names = [e.name for e in page]
        while page.token:
            page = client.search_experiments(max_results=3, order_by=["name ASC"], page_token=page.token)
            names += [e.name for e in page]
        assert names == sorted(names) and len(names) == 9, names

    def runs(self):
        """Runs hold parameters, metrics with their history, tags, notes; not-a-number too."""
        mlflow.set_experiment("runs")
        with mlflow.start_run(run_name="one", description="a note") as run:
            mlflow.log_params({"depth": 3, "rate": 0.1})
            for step in range(5):
                mlflow.log_metric("loss", 1 / (step + 1), step=step)
            mlflow.log_metrics({"auc": 0.9, "odd": math.nan, "large": math.inf})
            mlflow.set_tags({"kind": "test", "long key/with.parts": "x"})
            with mlflow.start_run(nested=True) as child:
                mlflow.log_metric("auc", 0.8)
        found = self.client.get_run(run.info.run_id)
        assert found.info.status == "FINISHED" and found.info.run_name == "one"
        assert found.data.params == {"depth": "3", "rate": "0.1"}
        assert found.data.metrics["loss"] == 0.2 and math.isnan(found.data.metrics["odd"])
        assert found.data.metrics["large"] >= 1.7e308
        assert found.data.tags["mlflow.note.content"] == "a note"
        history = self.client.get_metric_history(run.info.run_id, "loss")
        assert [(point.step, point.value) for point in history] == [(step, 1 / (step + 1)) for step in range(5)]
        assert self.client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id
        refused("INVALID_PARAMETER_VALUE", lambda: self.client.log_param(run.info.run_id, "depth", 4))
        self.client.log_param(run.info.run_id, "depth", 3)
        self.client.delete_tag(run.info.run_id, "kind")
        refused("RESOURCE_DOES_NOT_EXIST", lambda: self.client.delete_tag(run.info.run_id, "kind"))
        refused("RESOURCE_DOES_NOT_EXIST", lambda: self.client.get_run("0" * 32))
        self.client.delete_run(child.info.run_id)
        refused("INVALID_PARAMETER_VALUE", lambda: self.client.log_metric(child.info.run_id, "auc", 1))
        self.client.restore_run(child.info.run_id)
        failing = None
        try:
            with mlflow.start_run() as failing:
                raise RuntimeError("stop")
        except RuntimeError:
            assert self.client.get_run(failing.info.run_id).info.status == "FAILED"
        with mlflow.start_run(run_id=run.info.run_id):
            mlflow.log_metric("loss", 0.1, step=9)
        assert self.client.get_run(run.info.run_id).data.metrics["loss"] == 0.1

    def search(self):
        """Runs are searched by the filter grammar, ordered and paged."""
        experiment = mlflow.set_experiment("search").experiment_id
        for number in range(12):
            with mlflow.start_run(run_name=f"run-{number:02}"):
                mlflow.log_param("parity", "even" if number % 2 == 0 else "odd")
                mlflow.log_metric("score", number / 10)
                if number % 3 == 0:
                    mlflow.set_tag("third", "Yes_%")
        def names(filter="", order=None, **more):
            return [run.info.run_name for run in self.client.search_runs([experiment], filter, order_by=order or ["metrics.score ASC"], **more)]
        assert names() == [f"run-{number:02}" for number in range(12)]
        assert names("metrics.score > 0.85 and params.parity = 'odd'") == ["run-09", "run-11"]
        assert names("metrics.`score` <= 0.1") == ["run-00", "run-01"]
        assert names("tags.third LIKE 'Yes%'") == ["run-00", "run-03", "run-06", "run-09"]
        assert names("tags.third LIKE 'yes%'") == []
        assert names("tags.third ILIKE 'yes%'") == ["run-00", "run-03", "run-06", "run-09"]
        assert names("attributes.run_name IN ('run-03', 'run-04')") == ["run-03", "run-04"]
        assert names("run_name NOT IN ('run-03') and metrics.score < 0.4") == ["run-00", "run-01", "run-02"]
        assert names("status = 'FINISHED' AND start_time > 0", ["start_time DESC"])[0] == "run-11"
        assert names(order=["metrics.missing DESC", "metrics.score DESC"])[0] == "run-11"
        page = self.client.search_runs([experiment], max_results=5)
        count = len(page)
        while page.token:
            page = self.client.search_runs([experiment], max_results=5, page_token=page.token)
            count += len(page)
        assert count == 12
        for wrong in ("metrics.score = 'a'", "params.parity > 'a'", "nothing.x = 1", "metrics.score", "a = 1 OR b = 2"):
            refused("INVALID_PARAMETER_VALUE", lambda: names(wrong))
        frame = mlflow.search_runs([experiment], filter_string="metrics.score >= 1")
        assert sorted(frame["metrics.score"]) == [1.0, 1.1]

    def artifacts(self):
        """Files and folders are stored, listed, read back; figures, tables and dictionaries too."""
        mlflow.set_experiment("artifacts")
        source = self.folder / "files"
        (source / "deep" / "er").mkdir(parents=True)
        (source / "a.txt").write_text("alpha")
        (source / "deep" / "er" / "ü b.bin").write_bytes(bytes(range(256)) * 40_000)
        (source / "empty").write_bytes(b"")
        with mlflow.start_run() as run:
            mlflow.log_artifacts(str(source), "given")
            mlflow.log_text("some text", "notes/one.txt")
            mlflow.log_dict({"a": [1, 2]}, "notes/two.json")
            mlflow.log_table({"question": ["q"], "answer": ["a"]}, "table.json")
            mlflow.log_table({"question": ["r"], "answer": ["b"]}, "table.json")
        run_id = run.info.run_id
        assert {(f.path, f.is_dir) for f in self.client.list_artifacts(run_id)} == {("given", True), ("notes", True), ("table.json", False)}
        assert {f.path: f.file_size for f in self.client.list_artifacts(run_id, "given")} == {"given/a.txt": 5, "given/deep": None, "given/empty": 0}
        back = pathlib.Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="given", dst_path=str(self.folder / "back")))
        for path in source.rglob("*"):
            if path.is_file():
                assert (back / path.relative_to(source)).read_bytes() == path.read_bytes(), path
        assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/one.txt") == "some text"
        assert len(mlflow.load_table("table.json", run_ids=[run_id])) == 2

    def inputs(self):
        """Data that a run read is kept with its digest and context, and searched by."""
        experiment = mlflow.set_experiment("inputs").experiment_id
        data = mlflow.data.from_pandas(pandas.DataFrame({"x": [1.0, 2.0]}), name="small")
        with mlflow.start_run() as run:
            mlflow.log_input(data, context="training")
        found = self.client.get_run(run.info.run_id).inputs.dataset_inputs
        assert len(found) == 1 and found[0].dataset.name == "small" and found[0].dataset.digest == data.digest
        assert len(self.client.search_runs([experiment], "datasets.name = 'small' and dataset.context = 'training'"
                                           if MAJOR < 3 else "datasets.name = 'small'")) == 1

    def model(self):
        """A model with a signature is logged, registered, loaded by version, run, stage and alias, and predicts the same."""
        mlflow.set_experiment("models")
        data = load_breast_cancer(as_frame=True)
        forest = RandomForestClassifier(max_depth=4, n_estimators=20, random_state=0).fit(data.data, data.target)
        want = forest.predict(data.data)
        signature = infer_signature(data.data, want)
        place = {"artifact_path": "model"} if MAJOR < 3 else {"name": "model"}
        versions = []
        for depth in (4, 5):
            with mlflow.start_run() as run:
                mlflow.log_metric("auc", 0.9)
                info = mlflow.sklearn.log_model(
                    forest, signature=signature, input_example=data.data.head(2), registered_model_name="forest",
                    pip_requirements=[], serialization_format="cloudpickle", **place)
            versions.append((run.info.run_id, info))
        found = self.client.get_model_version("forest", "1")
        assert found.run_id == versions[0][0] and found.status == "READY", found
        assert [v.version for v in self.client.search_model_versions("name='forest'")][0] in ("2", 2)
        for uri in ("models:/forest/1", "models:/forest/latest", f"runs:/{versions[1][0]}/model", versions[0][1].model_uri):
            assert (mlflow.pyfunc.load_model(uri).predict(data.data) == want).all(), uri
        assert mlflow.models.get_model_info("models:/forest/2").signature == signature
        self.client.transition_model_version_stage("forest", "1", "production")
        self.client.transition_model_version_stage("forest", "2", "Production", archive_existing_versions=True)
        assert self.client.get_model_version("forest", "1").current_stage == "Archived"
        assert (mlflow.sklearn.load_model("models:/forest/Production").predict(data.data) == want).all()
        assert [v.version for v in self.client.get_latest_versions("forest", stages=["Production"])][0] in ("2", 2)
        refused("INVALID_PARAMETER_VALUE", lambda: self.client.transition_model_version_stage("forest", "1", "nowhere"))
        self.client.set_registered_model_alias("forest", "champion", "1")
        assert self.client.get_model_version_by_alias("forest", "champion").version in ("1", 1)
        self.client.set_registered_model_alias("forest", "champion", "2")
        assert self.client.get_registered_model("forest").aliases == {"champion": "2"} or \
            self.client.get_registered_model("forest").aliases == {"champion": 2}
        assert (mlflow.pyfunc.load_model("models:/forest@champion").predict(data.data) == want).all()
        refused("INVALID_PARAMETER_VALUE", lambda: self.client.get_model_version_by_alias("forest", "missing"))
        refused("INVALID_PARAMETER_VALUE", lambda: self.client.set_registered_model_alias("forest", "latest", "1"))
        self.client.delete_registered_model_alias("forest", "champion")
        try:
            mlflow.pyfunc.load_model("models:/forest/1").predict(data.data.drop(columns=["mean radius"]))
            raise AssertionError("a missing column was taken")
        except MlflowException as error:
            assert "mean radius" in str(error)

    def registry(self):
        """Registered models and versions are described, tagged, searched, renamed and deleted; numbers are never reused."""
        client = self.client
        client.create_registered_model("scratch", tags={"a": "1"}, description="first words")
        refused("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model("scratch"))
        run = client.create_run("0")
        source = run.info.artifact_uri + "/model"
        for number in (1, 2, 3):
            made = client.create_model_version("scratch", source, run.info.run_id, tags={"n": str(number)}, description=f"v{number}")
            assert str(made.version) == str(number)
        client.update_registered_model("scratch", "other words")
        client.set_registered_model_tag("scratch", "b", "2")
        client.delete_registered_model_tag("scratch", "a")
        found = client.get_registered_model("scratch")
        assert found.description == "other words" and found.tags == {"b": "2"}
        client.update_model_version("scratch", "1", "changed")
        client.set_model_version_tag("scratch", "1", "m", "x")
        client.delete_model_version_tag("scratch", "1", "n")
        one = client.get_model_version("scratch", "1")
        assert one.description == "changed" and one.tags == {"m": "x"}
        assert client.get_model_version_download_uri("scratch", "1") == source
        assert [m.name for m in client.search_registered_models("name LIKE 'scr%'")] == ["scratch"]
        assert [m.name for m in client.search_registered_models("tags.b = '2'")] == ["scratch"]
        assert len(client.search_model_versions("name = 'scratch' and tags.n = '2'")) == 1
        assert len(client.search_model_versions(f"run_id IN ('{run.info.run_id}')")) == 3
        client.delete_model_version("scratch", "3")
        refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version("scratch", "3"))
        assert str(client.create_model_version("scratch", source).version) == "4"
        client.rename_registered_model("scratch", "kept")
        assert str(client.get_model_version("kept", "2").version) == "2"
        client.delete_registered_model("kept")
        refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_registered_model("kept"))
        client.create_registered_model("kept")
        assert str(client.create_model_version("kept", source).version) == "5"
        refused("INVALID_PARAMETER_VALUE", lambda: client.create_model_version("kept", "/etc"))
        refused("INVALID_PARAMETER_VALUE", lambda: client.create_registered_model(""))

    def autolog(self):
        """Autologging of scikit-learn: parameters, metrics, data and the model."""
        mlflow.set_experiment("autolog")
        mlflow.sklearn.autolog(log_input_examples=False, silent=True)
        try:
            data = load_breast_cancer(as_frame=True)
            with mlflow.start_run() as run:
                RandomForestClassifier(max_depth=3, n_estimators=5, random_state=1).fit(data.data, data.target)
        finally:
            mlflow.sklearn.autolog(disable=True)
        found = self.client.get_run(run.info.run_id)
        assert found.data.params["max_depth"] == "3" and found.data.metrics["training_accuracy_score"] > 0.9
        assert mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model").predict(data.data.head(3)).shape == (3,)

    def traversal(self):
        """Paths that lead out of the store are refused."""
        import http.client
        host, port = self.url.removeprefix("http://").split(":")
        base = "/api/2.0/mlflow-artifacts/artifacts/"
        for path in ("../x", "a/../../x", "%2e%2e/x", "a/%2e%2e%2f%2e%2e/x", "%2fetc/passwd", "a%00b", "a//b", "a%5cb"):
            connection = http.client.HTTPConnection(host, int(port))
            connection.request("PUT", base + path, body=b"x")
            reply = connection.getresponse()
            text = reply.read()
            assert reply.status in (400, 404), (path, reply.status, text)
            connection.close()
        assert not (self.folder.parent / "x").exists()

    ALL = [experiments, runs, search, artifacts, inputs, model, registry, autolog, traversal]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = subprocess.Popen([options.rag, "serve", "--home", str(folder / "home"), "--port", "0", "--json"],
                                  stdout=subprocess.PIPE, text=True)
        try:
            url = json.loads(server.stdout.readline())["url"]
            mlflow.set_tracking_uri(url)
            steps = Steps(url, folder)
            print(f"mlflow {mlflow.__version__}")
            for step in Steps.ALL:
                start = time.perf_counter()
                try:
                    step(steps)
                    print(f"ok     {step.__doc__} ({time.perf_counter() - start:.1f} s)", flush=True)
                except Exception:
                    failed += 1
                    print(f"FAILED {step.__doc__}\n{traceback.format_exc()}", flush=True)
        finally:
            server.terminate()
            server.wait(30)
    print(f"{len(Steps.ALL) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
