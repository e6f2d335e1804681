"""What `rag serve` does when its language model fails: a table, one row a fault and way to ask.

    python3 Tests/FaultTests/faults.py --rag .build/release/rag

Starts a scripted model server and `rag serve` on free ports of this machine, with a home of its own, and asks the same
question with and without "stream". Exit code 1 where a row is not as it should be. It needs the embedding model
(`make model`).
"""

import argparse
import http.server
import json
import pathlib
import socket
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "PythonSupport"))
from rag_service import Rag, check_citations  # noqa: E402

QUESTION = "Which PSI value means a large shift?"
KEY = "sk-never-to-be-shown"
SAYS = ["A PSI above 0.25 ", "means a large shift [1", "]."]


def chunk(delta=None, reason=None):
    choice = {"index": 0, "delta": {"content": delta} if delta else {}, "finish_reason": reason}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


class Script(http.server.BaseHTTPRequestHandler):
    """Answers as `server.fault` says; `server.asked` counts."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            index = self.server.asked
            self.server.asked += 1
        try:
            self.server.fault(self, index)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def whole(self, status, body="", headers=()):
        data = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def say(self, pieces, ends=True):
        self.begin()
        for piece in pieces:
            self.wfile.write(chunk(piece))
            self.wfile.flush()
            time.sleep(0.02)
        if ends:
            usage = {"choices": [], "usage": {"prompt_tokens": 90, "completion_tokens": 12}}
            self.wfile.write(chunk(reason="stop") + b"data: " + json.dumps(usage).encode() + b"\n\n")
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def cut(self):
        """Ends the connection with a reset."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True

    def stall(self, seconds):
        self.wfile.flush()
        self.server.released.wait(seconds)
        self.close_connection = True


def well(script, _):
    script.say(SAYS)


def first(status, headers=(), body=""):
    """Refuses once."""
    return lambda script, index: script.whole(status, body, headers) if index == 0 else script.say(SAYS)


def always(status, headers=(), body="", content_type="application/json"):
    every = [*headers, ("Content-Type", content_type)]
    return lambda script, _: script.whole(status, body, every)


def cut(script, _):
    script.say(SAYS[:1], ends=False)
    time.sleep(0.05)
    script.cut()


def stall(script, _):
    script.stall(30)


def stall_in_the_middle(script, _):
    script.begin()
    script.wfile.write(chunk(SAYS[0]))
    script.stall(30)


class Fault:
    """A row: what the server does, and what must come of it."""

    def __init__(
            self, name, does, degraded="llm_unavailable", because="", asked=1, deadline=6000, least=0, most=None,
            model="scripted"):
        self.name = name
        # None: nobody listens.
        self.does = does
        self.degraded = degraded
        # A part of the degradation's words.
        self.because = because
        # Requests that the model's server sees: a number or a range.
        self.asked = asked if isinstance(asked, range) else range(asked, asked + 1)
        # Milliseconds.
        self.deadline = deadline
        self.least = least
        self.most = most or deadline
        self.model = model


FAULTS = [
    Fault("none", well, degraded=None),
    Fault("LLM down", None, because="no connection", asked=0),
    Fault("429, Retry-After 1", first(429, [("Retry-After", "1")]), degraded=None, asked=2, least=1000, most=2500),
    Fault("429, Retry-After 120", always(429, [("Retry-After", "120")]), because="status 429", most=1500),
    Fault("529 once", first(529), degraded=None, asked=2),
    Fault(
        "529 for good", always(529, body='{"error":{"message":"Overloaded"}}'), because="529: Overloaded",
        asked=range(2, 5)),
    Fault("503, loading", always(503, body='{"error":"loading"}'), because="503: loading", asked=range(2, 5)),
    Fault("cut in the middle", cut, degraded="llm_interrupted", because="", most=2000),
    Fault("garbage JSON", always(200, body='{"choices":[{"mess'), because="cannot be read", most=1500),
    Fault(
        "HTML body", always(200, body="<html>Sign in</html>", content_type="text/html"), because="text/html",
        most=1500),
    Fault("stall of 30 s", stall, because="no complete response", deadline=3000, least=2000),
    Fault(
        "stall in the middle", stall_in_the_middle, degraded="llm_interrupted", because="no complete response",
        deadline=3000, least=2000),
    Fault(
        "404, wrong model", always(404, body='{"error":{"message":"model \'scripted\' not found"}}'),
        because="not found. Check base URL and model", most=1500),
    Fault(
        "401, bad key", always(401, body='{"error":{"message":"Incorrect API key: %s"}}' % KEY),
        because="Incorrect API key: [key]. Check the key", most=1500),
]


class ModelServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fault):
        super().__init__(("127.0.0.1", 0), Script)
        self.fault = fault
        self.asked = 0
        self.lock = threading.Lock()
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def end(self):
        self.released.set()
        self.shutdown()
        self.server_close()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def configuration(port):
    return (
        f"llm:\n  provider: openai\n  base_url: http://127.0.0.1:{port}/v1\n  model: scripted\n"
        "  api_key_env: FAULTS_KEY\n  temperature: 0\nanswers:\n  threshold: 0.1\n")


def ask(service, fault, is_streamed):
    """Asks; returns status, answer, milliseconds and the text of the deltas."""
    body = {"question": QUESTION, "deadline_ms": fault.deadline, "stream": is_streamed}
    start = time.monotonic()
    if not is_streamed:
        status, answer = service.post("/query", body)
        return status, answer, (time.monotonic() - start) * 1000, None
    status, events = service.stream("/query", body)
    elapsed = (time.monotonic() - start) * 1000
    assert events, "no event came"
    names = [name for _, name, _ in events]
    assert names[0] == "retrieval" and names[-1] == "done", f"events {names}"
    shown = ""
    for _, name, data in events:
        if name == "delta":
            shown += data["text"]
        if name == "citation":
            assert f"[{data['marker']}]" not in shown, "a citation came behind its marker"
    return status, events[-1][2], elapsed, shown


def check(service, fault, status, answer, elapsed, shown, asked):
    assert status == 200, f"status {status}: {answer}"
    assert answer["degraded"] == fault.degraded, f"degraded {answer['degraded']}: {answer.get('degradation')}"
    assert answer["answer"], f"no answer: {answer['reason']}"
    assert check_citations(service, answer) > 0, "no citation"
    assert KEY not in json.dumps(answer), "the key is shown"
    assert asked in fault.asked, f"the model was asked {asked} times"
    assert fault.least <= elapsed <= fault.most, f"{elapsed:.0f} ms, not {fault.least} to {fault.most}"
    if fault.degraded is None:
        assert answer["answer"] == "".join(SAYS), answer["answer"]
        assert answer["lineage"]["model"] == "openai/scripted"
        assert len(answer["lineage"]["prompt"]["hash"]) == 64
        assert "degradation" not in answer
        assert shown in (None, answer["answer"]), f"shown: {shown!r}"
    else:
        assert answer["lineage"]["answerer"].startswith("extractive/")
        assert answer["lineage"]["model"] is None and answer["lineage"]["prompt"] is None
        assert fault.because in answer["degradation"], answer["degradation"]
        begun = SAYS[0] if fault.degraded == "llm_interrupted" else ""
        assert shown in (None, begun), f"shown: {shown!r}"


def kind(answer):
    if answer.get("answer") is None:
        return "none"
    return "extract" if answer["lineage"]["model"] is None else "model"


def row(*cells):
    widths = [24, 7, 6, 16, 8, 6, 9, 9, 0]
    print("  ".join(str(cell).ljust(width) for cell, width in zip(cells, widths)).rstrip(), flush=True)


def run(rag, faults):
    """Prints the table; returns the number of rows that are wrong."""
    failures = 0
    row("fault", "asked", "status", "degraded", "answer", "calls", "ms", "deadline", "")
    for fault in faults:
        server = ModelServer(fault.does) if fault.does else None
        port = server.server_port if server else free_port()
        try:
            # A service of its own, so that no circuit breaker remembers the row before.
            with rag.serve(rag.configure(configuration(port))) as service:
                for is_streamed in (False, True):
                    if server:
                        server.asked = 0
                    status, answer, elapsed, verdict = "-", {}, 0.0, "ok"
                    try:
                        status, answer, elapsed, shown = ask(service, fault, is_streamed)
                        check(service, fault, status, answer, elapsed, shown, server.asked if server else 0)
                    except (AssertionError, KeyError, OSError) as error:
                        failures += 1
                        verdict = f"WRONG: {error!r}"
                    row(
                        fault.name, "stream" if is_streamed else "plain", status, answer.get("degraded"),
                        kind(answer), server.asked if server else "-", f"{elapsed:.0f}", fault.deadline, verdict)
        finally:
            if server:
                server.end()
    return failures


def breaker(rag):
    """A server that keeps failing is left alone after five questions; returns 1 where it is not."""
    server = ModelServer(always(500, [("x-should-retry", "false")]))
    try:
        with rag.serve(rag.configure(configuration(server.server_port))) as service:
            times = []
            for _ in range(8):
                start = time.monotonic()
                _, answer = service.post("/query", {"question": QUESTION, "deadline_ms": 3000})
                times.append((time.monotonic() - start) * 1000)
                assert answer["degraded"] == "llm_unavailable" and answer["answer"], answer
            asked = server.asked
            verdict = "ok" if asked == 5 and "not sent" in answer["degradation"] else "WRONG"
            row(
                "500 eight times", "plain", 200, answer["degraded"], kind(answer), asked, f"{times[-1]:.0f}", 3000,
                f"{verdict}: the last three were not sent")
            return 0 if verdict == "ok" else 1
    finally:
        server.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", required=True, help="path of the program")
    parser.add_argument("--only", help="rows whose name holds this")
    options = parser.parse_args()
    faults = [fault for fault in FAULTS if not options.only or options.only in fault.name]
    with tempfile.TemporaryDirectory(prefix="rag-faults-") as folder:
        rag = Rag(options.rag, folder, {"FAULTS_KEY": KEY})
        rag.run("ingest", str(ROOT / "corpus" / "monitoring"), "--quiet")
        failures = run(rag, faults)
        if not options.only:
            failures += breaker(rag)
    print(f"{failures} rows are wrong" if failures else "every row is as it should be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
