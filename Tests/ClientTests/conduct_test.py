"""How `rag serve` behaves on real sockets: bad clients, its own end, crashes, and other processes. Standard library alone.

    python3 Tests/ClientTests/conduct_test.py --rag .build/release/rag

It needs the embedding model (`make model`), and `openssl` for a certificate.
"""

import http.client
import http.server
import json
import os
import pathlib
import select
import signal
import socket
import ssl
import subprocess
import threading
import time

from server import CORPUS, Folder, Server, Steps, arguments, run

QUESTION = {"question": "What PSI value means major drift?"}
QUICK = "server:\n  idle_seconds: 1\n  body_seconds: 2\n  drain_seconds: 20\n"


class SlowModel(http.server.ThreadingHTTPServer):
    """A language model that says a word every `pause` seconds; tells when its reader has gone."""

    def __init__(self, words, pause):
        self.words, self.pause, self.left, self.begun = words, pause, threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), SlowReply)
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def configuration(self):
        return (QUICK + f"llm:\n  provider: openai\n  base_url: http://127.0.0.1:{self.server_port}/v1\n  model: slow\n")


class SlowReply(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            for word in self.server.words:
                self.say({"content": word})
                self.server.begun.set()
                time.sleep(self.server.pause)
            self.say({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.server.left.set()

    def say(self, delta, reason=None):
        body = {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")
        self.wfile.flush()


def raw(server, data, seconds=10, pause=None):
    """Sends bytes, piece by piece where there is a pause, and returns what comes until the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        got = b""
        try:
            for piece in data if pause else [data]:
                connection.sendall(piece if isinstance(piece, bytes) else bytes([piece]))
                # An answer that comes early is read before more is sent into a closed connection.
                if pause and select.select([connection], [], [], pause)[0]:
                    break
            while more := connection.recv(65536):
                got += more
        except (ConnectionError, BrokenPipeError):
            pass
        return got


def request(path, body, *headers):
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join(head + [f"Content-Length: {len(body)}", "", ""]).encode() + body


def bad_clients(step, server):
    body = json.dumps(QUESTION).encode()

    def slow_head():
        start = time.time()
        raw(server, b"GET /livez HTTP/1.1\r\nX-Slow: " + b"a" * 40, pause=0.2, seconds=20)
        assert time.time() - start < 8, "it was served for too long"
        return f"closed after {time.time() - start:.1f} s"

    def slow_body():
        start = time.time()
        head = b"POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
        got = raw(server, [head] + [b"a"] * 60, pause=0.15, seconds=20)
        assert b" 408 " in got, got[:200]
        assert time.time() - start < 12
        return "408"

    def status(data):
        got = raw(server, data + b"", seconds=20)
        return got.split(b" ", 2)[1].decode() if got else "closed"

    close = "Connection: close"
    step("slow head", slow_head)
    step("slow body", slow_body)
    step("a header of 100 KB", lambda: expect(status(request("/query", body, close, "X-A: " + "a" * 100_000)), "400", "431", "closed"))
    step("10,000 headers", lambda: expect(
        status(request("/query", body, close, *[f"X-{i}: a" for i in range(10_000)])), "400", "431", "closed"))
    step("a body of 100 MB announced", lambda: expect(
        status(b"POST /query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100000000\r\n\r\n"), "413"))
    step("a chunked body without end", lambda: expect(
        status(b"POST /query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
               + b"100000\r\n" + b"a" * 0x100000 + b"\r\n" + (b"100000\r\n" + b"a" * 0x100000 + b"\r\n") * 9), "413", "closed"))
    step("no HTTP", lambda: expect(status(b"\x16\x03\x01\x02\x00nonsense\r\n\r\n"), "400", "closed"))
    step("HTTP/1.0", lambda: expect(
        raw(server, b"GET /livez HTTP/1.0\r\nConnection: close\r\n\r\n").split(b" ", 2)[1].decode(), "200"))

    def pipelined():
        one = request("/search", json.dumps({"query": "drift"}).encode())
        last = request("/search", json.dumps({"query": "drift"}).encode(), close)
        got = raw(server, one * 3 + last, seconds=20)
        assert got.count(b"HTTP/1.1 200") == 4, got.count(b"HTTP/1.1")
        return "4 answers, in order"

    step("pipelined requests", pipelined)

    def injected():
        got = server.call("GET", "/livez", headers={"X-Request-Id": "a\tb"})
        assert got.headers["X-Request-Id"] != "a\tb" and len(got.headers["X-Request-Id"]) == 36
        return got.headers["X-Request-Id"]

    step("header injection", injected)
    for path in ("..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//etc/passwd", "%00", "%ff"):
        step(f"path {path}", lambda path=path: expect(str(server.call("GET", "/api/v1/documents/" + path).status), "400", "404"))
    step("a foreign page", lambda: expect(
        server.call("POST", "/query", QUESTION, {"Origin": "http://evil.example"}).code, "forbidden"))
    step("a foreign name for this machine", lambda: expect(
        server.call("GET", "/api/v1/collections", headers={"Host": "evil.example"}).code, "forbidden"))
    step("CORS is off", lambda: expect(str(server.call(
        "OPTIONS", "/query", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    ).headers["Access-Control-Allow-Origin"]), "None"))
    step("and the server is well", lambda: expect(server.call("GET", "/readyz").json["status"], "ready"))


def expect(got, *allowed):
    assert got in allowed, f"{got}, not {' or '.join(allowed)}"
    return got


def hang_up(rag, home, folder):
    """A client that goes away ends the model's reply."""
    model = SlowModel(["word "] * 200, 0.1)
    with Server(rag, home, config=model.configuration) as server:
        body = json.dumps({**QUESTION, "stream": True, "deadline_ms": 60000}).encode()
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(request("/query", body))
            assert model.begun.wait(20), "the model was not asked"
            connection.recv(1000)
        assert model.left.wait(5), "the model is still read from, five seconds after the client went away"
        text = server.call("GET", "/metrics").body.decode()
        assert "rag_http_requests_in_flight 1\n" in text, "requests in flight do not go back"
    return "the reply was ended"


def drain(rag, home, folder):
    """SIGTERM lets a running answer end, refuses new ones, and exits with 0."""
    model = SlowModel(["A PSI value above 0.25 ", "means ", "major ", "drift [1]."] + ["So it is [1]. "] * 6, 0.3)
    with Server(rag, home, config=model.configuration) as server:
        got = []
        asking = threading.Thread(target=lambda: got.append(
            server.call("POST", "/query", {**QUESTION, "stream": True}).body.decode()))
        asking.start()
        assert model.begun.wait(20), "the model was not asked"
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        refused = False
        try:
            refused = server.call("GET", "/readyz", timeout=2).status == 503
        except OSError:
            refused = True
        asking.join(30)
        code = server.process.wait(30)
    assert refused, "a new request was served while draining"
    assert got and "event: done" in got[0] and '"degraded":null' in got[0].split("event: done")[1], got[0][-300:]
    assert code == 0, f"exit code {code}"
    return "the answer was finished, exit code 0"


def killed(rag, home, folder):
    """kill -9 in the middle of a job: the next server does it."""
    words = " ".join(f"word{number}" for number in range(400))
    documents = [{"id": f"big/{number}.md", "text": f"# Part {number}\n\n{words}"} for number in range(100)]
    with Server(rag, home) as server:
        answer = server.call("POST", "/api/v1/documents", {"documents": documents})
        assert answer.status == 202, answer.body
        id = answer.json["job_id"]
        end = time.time() + 20
        while server.call("GET", "/api/v1/jobs/" + id).json["state"] == "queued" and time.time() < end:
            time.sleep(0.02)
        server.process.kill()
        server.process.wait()
    with Server(rag, home) as server:
        job = server.job(id)
        assert job["state"] == "done", job
        assert server.call("GET", "/api/v1/documents/big/99.md").status == 200
    assert not os.listdir(pathlib.Path(home) / "uploads"), "uploads are left over"
    return f"{job['report']['documents']['added'] + job['report']['documents']['unchanged']} documents"


def models_killed(rag, home, folder):
    """kill -9 in moves of aliases and in uploads of models: what was answered is there, and nothing is half there."""
    base, proxy = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts/"
    home = str(folder / "models")
    moves, uploads = [], {}

    def until_killed(server, work):
        number = 0
        while True:
            number += 1
            try:
                work(server, number)
            except (OSError, http.client.HTTPException):
                return

    def move(server, number):
        version = str(1 + number % 3)
        answer = server.call("POST", base + "registered-models/alias", {"name": "m", "alias": "champion", "version": version})
        if answer.status == 200:
            moves.append(version)

    def upload(server, number):
        body = os.urandom(1 << 20)
        path = f"killed/{len(uploads)}-{number}.bin"
        uploads[path] = (body, False)
        if server.call("PUT", proxy + path, body).status == 200:
            uploads[path] = (body, True)

    for round in range(4):
        with Server(rag, home) as server:
            if round == 0:
                server.call("POST", base + "registered-models/create", {"name": "m"})
                for number in (1, 2, 3):
                    server.call("PUT", f"{proxy}0/models/{number}/MLmodel", b"model %d" % number)
                    made = server.call("POST", base + "model-versions/create", {"name": "m", "source": f"mlflow-artifacts:/0/models/{number}"})
                    assert made.json["model_version"]["version"] == str(number), made.body
            threads = [threading.Thread(target=until_killed, args=(server, work)) for work in (move, upload)]
            for thread in threads:
                thread.start()
            time.sleep(0.5 + 0.17 * round)
            server.process.kill()
            server.process.wait()
            for thread in threads:
                thread.join()
    assert len(moves) > 4 and sum(whole for _, whole in uploads.values()) > 2, (len(moves), len(uploads))
    with Server(rag, home) as server:
        now = server.call("GET", base + "registered-models/alias?name=m&alias=champion").json["model_version"]["version"]
        for path, (body, whole) in uploads.items():
            answer = server.call("GET", proxy + path)
            assert answer.status == 200 or (answer.status == 404 and not whole), (path, answer.status, whole)
            assert answer.status == 404 or answer.body == body, f"{path} is not what was sent"
    told = json.loads(run(rag, "models", "history", "m", "--home", home, "--json", "--limit", "100000"))
    assert told["first_broken"] is None, told["first_broken"]
    kept = [event["new"] for event in reversed(told["events"]) if event["action"] == "alias_moved"]
    assert kept[-1] == now and len(moves) <= len(kept) <= len(moves) + 4, (len(moves), len(kept), now)
    back = json.loads(run(rag, "models", "rollback", "m", "--home", home, "--json"))
    assert back["from"] == int(now) and back["to"] != back["from"], back
    return f"{len(moves)} moves and {len(uploads)} uploads were answered or begun"


def others(rag, home, folder):
    """What another process ingests and deletes is seen within a second."""
    docs = folder / "docs"
    docs.mkdir()
    with Server(rag, home) as server:
        (docs / "axolotl.md").write_text("# Axolotl\n\nThe axolotl quota is 81 per day.\n")
        run(rag, "ingest", docs, "--home", home, "--quiet")
        start = time.time()
        answer = server.call("POST", "/query", {"question": "What is the axolotl quota per day?"}).json
        assert answer["answer"] and "81" in answer["answer"], answer["answer"]
        assert time.time() - start < 1
        id = answer["citations"][0]["document_id"]
        assert server.call("DELETE", "/api/v1/documents/" + id).status == 200
        run(rag, "ingest", docs, "--home", home, "--quiet")
        gone = server.call("POST", "/query", {"question": "What is the axolotl quota per day?"}).body
        assert b"81 per day" not in gone, "a deleted document came back with its folder"
        run(rag, "ingest", docs, "--home", home, "--quiet", "--restore-deleted")
        back = server.call("POST", "/query", {"question": "What is the axolotl quota per day?"}).json
        assert "81" in (back["answer"] or ""), "it cannot be brought back"
    return f"{time.time() - start:.2f} s"


def locked(rag, home, folder):
    """An upload waits while another process writes; a deletion is told to come back."""
    import fcntl
    with Server(rag, home) as server:
        with open(pathlib.Path(home) / "main" / "writer.lock", "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            answer = server.call("POST", "/api/v1/documents", {"id": "late.md", "text": "Late."})
            refused = server.call("DELETE", "/api/v1/documents/" + first(server))
            assert refused.status == 503 and refused.code == "locked" and refused.headers["Retry-After"], refused.body
            time.sleep(0.7)
            assert server.call("GET", "/api/v1/jobs/" + answer.json["job_id"]).json["state"] == "running"
        assert server.job(answer.json["job_id"])["state"] == "done"
    return "waited, and done"


def first(server):
    return server.call("GET", "/api/v1/documents?limit=1").json["documents"][0]["document_id"]


def encrypted(rag, home, folder):
    """TLS by certificate files."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    config = f"server:\n  tls_certificate: {certificate}\n  tls_key: {key}\n"
    with Server(rag, home, config=config) as server:
        context = ssl.create_default_context(cafile=str(certificate))
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            with context.wrap_socket(connection, server_hostname="localhost") as secure:
                secure.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                got = secure.recv(4096)
                assert got.startswith(b"HTTP/1.1 200"), got
                return secure.version()


def beyond_loopback(rag, home, folder):
    """Another address needs a key."""
    done = subprocess.run([rag, "serve", "--home", home, "--host", "0.0.0.0", "--port", "0"], capture_output=True,
                          text=True, timeout=20)
    assert done.returncode == 2 and "rag keys create" in done.stderr, (done.returncode, done.stderr)
    return done.stderr.strip()[:100]


def main():
    options = arguments(__doc__.splitlines()[0])
    step = Steps(options.only)
    with Folder() as folder:
        home = str(folder / "home")
        run(options.rag, "ingest", CORPUS / "monitoring", "--home", home, "--quiet")
        with Server(options.rag, home, config=QUICK) as server:
            bad_clients(step, server)
        for check in (hang_up, drain, others, locked, encrypted, beyond_loopback, killed, models_killed):
            step(check.__doc__, check, options.rag, home, folder)
    step.end()


if __name__ == "__main__":
    main()
