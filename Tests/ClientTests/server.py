"""A `rag serve` of our own on a throw-away home, for the tests beside this file. Standard library alone."""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"


def run(rag, *arguments, stdin=None):
    """Runs a command of `rag`, and returns what it printed."""
    done = subprocess.run([rag, *map(str, arguments)], input=stdin, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"rag {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]


class Server:
    """Starts in `with`, ends with it."""

    def __init__(self, rag, home, *arguments, config=None):
        self.rag, self.home, self.arguments = rag, pathlib.Path(home), list(arguments)
        if config:
            path = self.home.parent / (self.home.name + ".yaml")
            path.write_text(config)
            self.arguments += ["--config", str(path)]

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.rag, "serve", "--home", str(self.home), "--port", "0", "--json", *self.arguments],
            stdout=subprocess.PIPE, stderr=open(str(self.home) + ".log", "a"), text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server did not start: " + pathlib.Path(str(self.home) + ".log").read_text())
        self.port = json.loads(line)["port"]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()

    def call(self, method, path, body=None, headers=None, timeout=60):
        """One request on a connection of its own; `body` is JSON unless it is bytes."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def job(self, id, seconds=120):
        """The job, when it has ended."""
        end = time.time() + seconds
        while True:
            job = self.call("GET", "/api/v1/jobs/" + id).json
            if job["state"] in ("done", "failed"):
                return job
            if time.time() > end:
                raise RuntimeError(f"job {id} is {job['state']} after {seconds} s")
            time.sleep(0.05)

    def upload(self, *documents, **rest):
        answer = self.call("POST", "/api/v1/documents", {"documents": list(documents), **rest})
        assert answer.status == 202, answer.body
        return self.job(answer.json["job_id"])


class Folder:
    """A temporary folder."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="rag-test-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Steps:
    """Runs steps, prints each with what came back, and counts what failed."""

    def __init__(self, only=None):
        self.failed, self.passed, self.only = [], 0, only

    def __call__(self, name, body, *arguments):
        if self.only and self.only not in name:
            return
        start = time.time()
        try:
            result = body(*arguments)
            self.passed += 1
            print(f"ok    {name} ({time.time() - start:.2f} s): {str(result)[:150]}", flush=True)
        except Exception as error:
            self.failed.append(name)
            print(f"FAIL  {name}: {type(error).__name__}: {str(error)[:600]}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {len(self.failed)} failed" + "".join(f"\n  {name}" for name in self.failed))
        sys.exit(1 if self.failed else 0)


def arguments(description):
    import argparse

    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rag", default=str(ROOT / ".build/release/rag"), help="the binary")
    parser.add_argument("--only", help="steps whose name holds this")
    options = parser.parse_args()
    options.rag = os.path.abspath(options.rag)
    return options
