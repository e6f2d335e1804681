"""Starts a `rag` program and speaks to it: what the end-to-end tests share. Standard library alone."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.parse


class Rag:
    """A `rag` program with a home and a configuration of its own."""

    def __init__(self, program, folder, environment=None):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        self.home = str(self.folder / "home")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
        if "RAG_MODELS" in os.environ:
            self.environment["RAG_MODELS"] = os.environ["RAG_MODELS"]
        self.environment.update(environment or {})

    def configure(self, text, name="rag.yaml"):
        """Writes a configuration, and returns its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *arguments):
        """Runs one command in the folder, and returns its standard output."""
        done = subprocess.run(
            [self.program, *arguments, "--home", self.home], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError(f"rag {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout

    @contextlib.contextmanager
    def serve(self, configuration):
        """Serves on a free port while the block runs."""
        with open(self.folder / "serve.log", "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [self.program, "serve", "--home", self.home, "--config", configuration, "--port", "0", "--json"],
                cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("rag serve did not start:\n" + (self.folder / "serve.log").read_text())
            yield Service(json.loads(line)["url"])
        finally:
            stop(process)


def stop(process):
    """Ends a process that was started here: politely, and after ten seconds by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Service:
    """The HTTP side of a served collection."""

    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url).netloc

    def get(self, path):
        return self._whole("GET", path, None)

    def post(self, path, body):
        return self._whole("POST", path, body)

    def _whole(self, method, path, body):
        connection = http.client.HTTPConnection(self.address, timeout=180)
        try:
            connection.request(
                method, path, body=None if body is None else json.dumps(body),
                headers={} if body is None else {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def stream(self, path, body, on_event=None):
        """Reads server-sent events.

        Returns the status and a list of (seconds since the request, event, data).
        """
        connection = http.client.HTTPConnection(self.address, timeout=180)
        events = []
        start = time.monotonic()
        try:
            connection.request(
                "POST", path, body=json.dumps(body), headers={"Content-Type": "application/json"})
            response = connection.getresponse()
            if response.status != 200:
                return response.status, [(time.monotonic() - start, "error", json.loads(response.read()))]
            name, data = None, []
            while line := response.readline():
                line = line.decode("utf-8").rstrip("\r\n")
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    data.append(line[6:])
                elif not line and data:
                    event = (time.monotonic() - start, name, json.loads("\n".join(data)))
                    events.append(event)
                    if on_event:
                        on_event(event)
                    name, data = None, []
            return response.status, events
        finally:
            connection.close()

    def document(self, identity):
        """The bytes that citations point into."""
        status, document = self.get("/api/v1/documents/" + urllib.parse.quote(identity))
        if status != 200:
            raise AssertionError(f"document {identity}: status {status}")
        return document["text"].encode("utf-8")


def markers(text):
    return {int(number) for number in re.findall(r"\[(\d+)\]", text or "")}


def check_citations(service, answer):
    """Each citation is of bytes that are there, and each marker has a citation.

    Returns the number of citations.
    """
    known = {citation["marker"] for citation in answer["citations"]}
    assert markers(answer["answer"]) <= known or answer["answer"] is None, (
        f"markers {markers(answer['answer'])}, citations {known}")
    for citation in answer["citations"]:
        text = service.document(citation["document_id"])
        quoted = text[citation["start"]:citation["end"]].decode("utf-8")
        assert quoted == citation["quote"], f"{citation}: the document says {quoted!r}"
        assert quoted.strip(), f"{citation}: an empty quote"
    return len(answer["citations"])
