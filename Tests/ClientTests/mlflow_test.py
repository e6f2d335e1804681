"""MLflow's own client, unmodified, against `rag serve`: track, log a model, register, stage, alias, load, predict.

    python3 -m venv .venv && .venv/bin/pip install "mlflow>=3,<4" scikit-learn      # or "mlflow==2.22.*" "setuptools<81"
    .venv/bin/python Tests/ClientTests/mlflow_test.py --rag .build/release/rag

Prints a line for each step; exit code 1 if one fails. Works with versions 2.22 and 3.
"""

import argparse
import functools
import inspect
import io
import json
import math
import os
import pathlib
import re
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
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from sklearn.datasets import load_breast_cancer  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402

logging.getLogger("mlflow").setLevel(logging.ERROR)
MAJOR = int(mlflow.__version__.split(".")[0])
# What MLflow's client can do beyond tracking, artifacts, registry and prompts: `rag` has no such endpoint, and says so.
ELSEWHERE = re.compile("trace|span|assessment|webhook|workspace|mcp_|dataset|link_prompt_version_to_model")
CALLED = set()


def record():
    """Notes which public methods of the client are called."""
    def noting(name, method):
        @functools.wraps(method)
        def call(*arguments, **named):
            CALLED.add(name)
            return method(*arguments, **named)
        return call
    for name, method in inspect.getmembers(mlflow.MlflowClient, inspect.isfunction):
        if not name.startswith("_"):
            setattr(mlflow.MlflowClient, name, noting(name, method))


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
        assert self.client.get_model_version_by_alias("forest", "production").version in ("2", 2)
        assert self.client.get_model_version_stages("forest", "1") == ["None", "Staging", "Production", "Archived"]
        assert (mlflow.sklearn.load_model("models:/forest/Production").predict(data.data) == want).all()
        assert [v.version for v in self.client.get_latest_versions("forest", stages=["Production"])][0] in ("2", 2)
        refused("INVALID_PARAMETER_VALUE", lambda: self.client.transition_model_version_stage("forest", "1", "nowhere"))
        self.client.set_registered_model_alias("forest", "champion", "1")
        assert self.client.get_model_version_by_alias("forest", "champion").version in ("1", 1)
        self.client.set_registered_model_alias("forest", "champion", "2")
        aliases = self.client.get_registered_model("forest").aliases
        assert {alias: int(version) for alias, version in aliases.items()} == {"champion": 2, "production": 2}, aliases
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

    def client_methods(self):
        """The client's other methods on runs: batches, tags, figures, images, streams, data, state."""
        import matplotlib
        matplotlib.use("Agg")
        import matplotlib.pyplot
        client = self.client
        experiment = client.create_experiment("methods")
        run = client.create_run(experiment).info.run_id
        if hasattr(client, "delete_experiment_tag"):
            client.set_experiment_tag(experiment, "a", "b")
            client.delete_experiment_tag(experiment, "a")
            assert client.get_experiment(experiment).tags == {}
        client.log_batch(run, [Metric("x", 1.5, 1, 1)], [Param("p", "1")], [RunTag("t", "u")])
        found = client.get_run(run).data
        assert found.metrics == {"x": 1.5} and found.params == {"p": "1"} and found.tags["t"] == "u"
        child = client.create_run(experiment, tags={"mlflow.parentRunId": run}).info.run_id
        assert client.get_parent_run(child).info.run_id == run
        (self.folder / "f.txt").write_text("x")
        (self.folder / "down").mkdir()
        client.log_artifact(run, str(self.folder / "f.txt"), "d")
        place = client.download_artifacts(run, "d/f.txt", str(self.folder / "down"))
        assert pathlib.Path(place).read_text() == "x"
        client.log_figure(run, matplotlib.pyplot.figure(), "figure.png")
        client.log_image(run, numpy.zeros((4, 4, 3), dtype=numpy.uint8), "image.png")
        client.log_image(run, numpy.zeros((4, 4, 3), dtype=numpy.uint8), key="steps", step=1, synchronous=True)
        names = {f.path for f in client.list_artifacts(run)}
        if hasattr(client, "log_stream"):
            client.log_stream(run, io.BytesIO(b"x"), "stream.bin")
            assert names == {"d", "figure.png", "image.png", "images"}, names
        client.update_run(run, status="RUNNING", name="another name")
        assert client.get_run(run).info.run_name == "another name"
        data = mlflow.data.from_pandas(pandas.DataFrame({"x": [1.0]}), name="s")
        client.log_inputs(run, [DatasetInput(data._to_mlflow_entity(), [InputTag("mlflow.data.context", "train")])])
        assert client.get_run(run).inputs.dataset_inputs[0].tags[0].value == "train"
        client.set_terminated(run, "KILLED")
        assert client.get_run(run).info.status == "KILLED"
        client.create_registered_model("copied")
        client.create_model_version("copied", client.get_run(run).info.artifact_uri + "/d", run)
        copy = client.copy_model_version("models:/copied/1", "copy")
        assert copy.name == "copy" and str(copy.version) == "1"

    def logged_models(self):
        """Logged models (3.x) hold parameters, tags, files, metrics by data set; they are searched, finished, deleted."""
        if MAJOR < 3:
            return
        from mlflow.entities import LoggedModelInput, LoggedModelOutput
        client = self.client
        experiment = client.create_experiment("logged models")
        run = client.create_run(experiment).info.run_id
        made = client.create_logged_model(
            experiment, "one", source_run_id=run, tags={"q": "1"}, params={"z": "2"}, model_type="agent")
        model = made.model_id
        assert str(made.status) == "PENDING" and made.source_run_id == run and made.model_type == "agent"
        client.log_model_params(model, {"y": "3"})
        client.set_logged_model_tags(model, {"k": "v"})
        client.delete_logged_model_tag(model, "q")
        found = client.get_logged_model(model)
        assert found.params == {"y": "3", "z": "2"} and found.tags == {"k": "v"}, (found.params, found.tags)
        (self.folder / "m").mkdir()
        (self.folder / "m" / "a").write_text("a")
        (self.folder / "b").write_text("bb")
        client.log_model_artifact(model, str(self.folder / "b"))
        client.log_model_artifacts(model, str(self.folder / "m"))
        files = {f.path: f.file_size for f in client.list_logged_model_artifacts(model)}
        assert files == {"a": 1, "b": 2}, files
        assert str(client.finalize_logged_model(model, "READY").status) == "READY"
        client.log_inputs(run, models=[LoggedModelInput(model)])
        client.log_outputs(run, [LoggedModelOutput(model, 3)])
        assert [m.model_id for m in client.get_run(run).inputs.model_inputs] == [model]
        assert [(m.model_id, m.step) for m in client.get_run(run).outputs.model_outputs] == [(model, 3)]
        data = mlflow.data.from_pandas(pandas.DataFrame({"x": [1.0]}), name="s")
        client.log_metric(run, "acc", 0.5, model_id=model, dataset_name="s", dataset_digest=data.digest)
        assert [(m.key, m.value, m.dataset_name) for m in client.get_logged_model(model).metrics] == [("acc", 0.5, "s")]
        client.create_logged_model(experiment, "two")
        def names(filter, **more):
            return [m.name for m in client.search_logged_models([experiment], filter_string=filter, **more)]
        assert names("metrics.acc > 0.4") == ["one"] and names("metrics.acc > 0.6") == []
        assert names("params.z = '2' AND tags.k = 'v'", datasets=[{"dataset_name": "s"}]) == ["one"]
        assert names("name LIKE 'o%' AND model_type = 'agent' AND creation_timestamp > 0") == ["one"]
        assert names("status = 'PENDING'") == ["two"] and names(None, order_by=[{"field_name": "name"}]) == ["one", "two"]
        client.delete_logged_model(model)
        refused("RESOURCE_DOES_NOT_EXIST", lambda: client.get_logged_model(model))
        assert names(None) == ["two"]

    def prompts(self):
        """Prompts are registered with versions, aliases and tags, and are not shown as models."""
        client = self.client if MAJOR >= 3 else mlflow
        made = [client.register_prompt("greeting", text, commit_message="words") for text in ("Hello {{name}}", "Hi {{name}}")]
        assert [int(prompt.version) for prompt in made] == [1, 2]
        assert client.load_prompt("prompts:/greeting/1").template == "Hello {{name}}"
        client.set_prompt_alias("greeting", "live", 1)
        assert client.load_prompt("prompts:/greeting@live").format(name="you") == "Hello you"
        assert "greeting" not in [model.name for model in self.client.search_registered_models()]
        client.delete_prompt_alias("greeting", "live")
        run = self.client.create_run("0").info.run_id
        if MAJOR < 3:
            self.client.log_prompt(run, "prompts:/greeting/1")
            assert [int(prompt.version) for prompt in self.client.list_logged_prompts(run)] == [1]
            self.client.detach_prompt_from_run(run, "prompts:/greeting/1")
            assert self.client.list_logged_prompts(run) == []
            self.client.delete_prompt("greeting", 1)
            refused("RESOURCE_DOES_NOT_EXIST", lambda: self.client.get_model_version("greeting", "1"))
            return
        client.create_prompt("made", description="first", tags={"a": "b"})
        client.create_prompt_version("made", "So {{x}}")
        assert sorted(prompt.name for prompt in client.search_prompts()) == ["greeting", "made"]
        assert client.get_prompt("made").tags["a"] == "b" and client.get_prompt_version("made", "1").template == "So {{x}}"
        client.set_prompt_alias("made", "live", 1)
        assert client.get_prompt_version_by_alias("made", "live").version == 1
        client.set_prompt_tag("made", "k", "v")
        client.delete_prompt_tag("made", "k")
        client.set_prompt_version_tag("made", "1", "k", "v")
        assert client.get_prompt_version("made", "1").tags["k"] == "v"
        client.delete_prompt_version_tag("made", "1", "k")
        client.link_prompt_version_to_run(run, client.load_prompt("made", version=1))
        assert "made" in client.get_run(run).data.tags["mlflow.linkedPrompts"]
        # The client lists by a tag that its links no longer set.
        client.set_prompt_version_tag("made", "1", "mlflow.prompt.associatedRunIds", run)
        assert [prompt.name for prompt in client.list_logged_prompts(run)] == ["made"]
        client.detach_prompt_from_run(run, "prompts:/made/1")
        assert client.parse_prompt_uri("prompts:/made/1") == ("made", "1")
        assert [prompt.version for prompt in client.search_prompt_versions("greeting")] == [2, 1]
        for name, numbers in {"greeting": "12", "made": "1"}.items():
            for number in numbers:
                client.delete_prompt_version(name, number)
            client.delete_prompt(name)
        assert client.search_prompts() == []

    def elsewhere(self):
        """What `rag` does not do of MLflow is refused at once as not found."""
        start = time.perf_counter()
        if MAJOR >= 3:
            refused("ENDPOINT_NOT_FOUND", lambda: self.client.list_webhooks())
            refused("ENDPOINT_NOT_FOUND", lambda: self.client.search_traces(locations=["0"]))
            refused("ENDPOINT_NOT_FOUND", lambda: self.client.search_datasets(["0"]))
        assert time.perf_counter() - start < 5

    def every_method(self):
        """Every public method of the client was called above, or belongs to what `rag` does not do."""
        public = {name for name, _ in inspect.getmembers(mlflow.MlflowClient, inspect.isfunction) if not name.startswith("_")}
        others = {name for name in public - CALLED if ELSEWHERE.search(name)}
        print(f"       {len(CALLED)} of {len(public)} public methods called, {len(others)} of traces, data sets, webhooks, "
              "workspaces and tool servers are not")
        assert public - CALLED - others == set(), sorted(public - CALLED - others)

    ALL = [experiments, runs, search, artifacts, inputs, model, registry, autolog, traversal, client_methods, logged_models,
           prompts, elsewhere, every_method]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True)
    options = parser.parse_args()
    failed = 0
    record()
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
