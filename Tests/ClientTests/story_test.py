"""One model's life, on the command line and over HTTP: train, gate, promote, serve, drift, retrain, gate, promote, roll back.

    python3 Tests/ClientTests/story_test.py --rag .build/release/rag

Standard library alone. Prints what each step does; exit code 1 if one fails.
"""

import argparse
import csv
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

from server import Server

POLICY = """
thresholds: [roc_auc >= 0.80, log_loss <= 0.6]
champion: {measure: roc_auc, require: not_worse, margin: 0.02}
slices: {columns: [region], threshold: roc_auc >= 0.7, least_rows: 30}
calibration_error: 0.15
latency_p99_ms: 50
size_mib: 20
clean_leakage: true
"""


def people(path, rows, seed, moved=False):
    """Who leaves: the old, those of the north and of few visits. `moved`: a price rise, and the young leave."""
    draw = random.Random(seed)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "age", "region", "visits", "left"])
        for row in range(rows):
            age = draw.uniform(18, 60) if moved else draw.uniform(18, 90)
            region = draw.choice(["north", "south", "east"])
            visits = draw.randrange(20)
            score = (age - 50) / 20 + (region == "north") - visits / 10 + draw.uniform(-0.5, 0.5)
            if moved:
                score = (40 - age) / 15 + (region == "south") - visits / 20 + draw.uniform(-0.5, 0.5)
            writer.writerow([f"c{row}", f"{age:.2f}", region, visits if draw.random() > 0.1 else "",
                             "yes" if score > 0 else "no"])
    return path


def rows(path):
    with open(path) as file:
        for row in csv.DictReader(file):
            yield {"age": float(row["age"]), "region": row["region"],
                   "visits": int(row["visits"]) if row["visits"] else None}, row["left"]


class Receiver:
    """A webhook that refuses its first post, and keeps the rest with whether their signature is right."""

    def __init__(self, secret):
        self.events, self.refused = [], 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer.refused:
                    outer.refused += 1
                    return self.answer(400)
                expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
                outer.events.append((self.headers["X-Rag-Event"], json.loads(body),
                                     hmac.compare_digest(expected, self.headers["X-Rag-Signature"] or "")))
                self.answer(204)

            def answer(self, status):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


class Story:
    def __init__(self, rag, folder):
        self.rag, self.folder, self.home = rag, folder, folder / "home"
        (folder / "gate.yaml").write_text(POLICY)

    def __call__(self, *arguments, code=0):
        """Runs a command; what it printed as JSON, where it did."""
        command = [self.rag, *map(str, arguments), "--home", str(self.home), "--json", "-q"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != code:
            raise AssertionError(f"rag {' '.join(map(str, arguments))}: exit {done.returncode}, not {code}: "
                                 f"{done.stderr}{done.stdout}")
        return json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stdout

    def train(self, path, *extra):
        return self("train", path, "--target", "left", "--id", "customer", "--register", "churn", "--experiment", "churn",
                    "--parameter", "n_estimators=40", "--parameter", "max_depth=3", *extra)


def tell(text):
    print("ok    " + text, flush=True)


def tale(rag, folder):
    story = Story(rag, folder)
    spring, held = people(folder / "spring.csv", 1500, 1), people(folder / "held.csv", 600, 2)
    autumn, held2 = people(folder / "autumn.csv", 1500, 3, moved=True), people(folder / "held2.csv", 600, 4, moved=True)

    # A leak is refused before anything is learned.
    leaky = folder / "leaky.csv"
    lines = spring.read_text().splitlines()
    leaky.write_text("\n".join([lines[0] + ",refund"] + [line + (",paid" if line.endswith("yes") else ",none")
                                                         for line in lines[1:]]))
    done = subprocess.run([rag, "train", leaky, "--target", "left", "--id", "customer", "--home", story.home],
                          capture_output=True, text=True)
    assert done.returncode == 10 and "refund" in done.stderr, (done.returncode, done.stderr)
    tell("a feature that tells the target is refused, exit code 10: " + done.stderr.strip().splitlines()[-1][:90])

    first = story.train(spring)
    assert first["version"] == 1 and first["scores"]["roc_auc"]["value"] > 0.9, first
    tell(f"trained version 1: AUC {first['scores']['roc_auc']['value']:.4f} on its test part, baseline "
         f"{first['baseline']['roc_auc']['value']}, digest {first['digest'][:12]}")

    story("models", "promote", "churn/1", code=10)
    tell("without a gate nothing is promoted, exit code 10")
    story("models", "gate", "churn/1", "--policy", folder / "gate.yaml", "--data", spring, code=1)
    tell("a gate on the file that it was trained on is refused")
    gate = story("models", "gate", "churn/1", "--policy", folder / "gate.yaml", "--data", held)
    assert gate["passed"], gate
    promoted = story("models", "promote", "churn/1", "--reason", "first")
    assert promoted["version"] == 1 and promoted["from"] is None and promoted["gate"] == gate["gate"], promoted
    tell(f"gate {gate['gate']} let version 1 through on 600 held-out rows; it is champion")

    # The same data and settings: the same files.
    again = story.train(spring)
    assert again["digest"] == first["digest"] and again["version"] == 2
    tell("trained again: version 2 has the same digest")

    os.environ["STORY_SECRET"] = "s3cret"
    hook, alarmed = Receiver("s3cret"), folder / "alarmed"
    (folder / "alarm.sh").write_text(f"cat >> {alarmed}\n")
    config = (f"registry: {{keep_features: true, webhook: \"{hook.url}\", webhook_secret_env: STORY_SECRET, "
              f"command: [sh, \"{folder / 'alarm.sh'}\"]}}\n")
    with Server(rag, story.home, config=config) as server:
        def ask(batch):
            return server.call("POST", "/api/v1/models/churn/invocations", {"dataframe_records": batch})

        def score(path):
            said = []
            for batch in [list(rows(path))[i:i + 100] for i in range(0, 600, 100)]:
                reply = ask([row for row, _ in batch])
                assert reply.status == 200, reply.body
                assert reply.json["model"]["version"] == 1, reply.json["model"]
                said += [(found["label"], truth, key) for found, (_, truth), key
                         in zip(reply.json["predictions"], batch, reply.json["prediction_ids"])]
            return said

        def alarms():
            monitors = server.call("GET", "/api/v1/models/churn/monitors").json["monitors"]
            return [f"{m['monitor']} {m['subject']}".strip() for m in monitors if m["alarm"]]

        said = score(held)
        right = sum(label == truth for label, truth, _ in said) / len(said)
        assert right > 0.8 and not alarms(), (right, alarms())
        tell(f"served 600 rows of spring: {right:.1%} right, no monitor alarms")

        said = score(held2)
        right = sum(label == truth for label, truth, _ in said) / len(said)
        assert "score_shift" in alarms(), alarms()
        for label, truth, key in said[:50]:
            reply = server.call("POST", "/api/v1/feedback", {"prediction_id": key, "label": truth})
            assert reply.status == 201, reply.body
        tell(f"autumn comes: {right:.1%} right, and monitors alarm: {', '.join(alarms())}; 50 labels came late")
        drift = subprocess.run([rag, "drift", "check", "--reference", spring, "--current", autumn, "--json"],
                               capture_output=True, text=True)
        assert drift.returncode == 10, drift.stderr
        moved = [c["name"] for c in json.loads(drift.stdout)["result"]["columns"] if c["verdict"] == "drift"]
        tell(f"rag drift check: exit code 10, moved: {', '.join(moved)}")

        time.sleep(0.6)
        live = story("drift", "check", "--model", "churn", code=10)
        moved = [c["name"] for c in live["result"]["columns"] if c["verdict"] == "drift"]
        assert "age" in moved and "prediction" in moved, moved
        tell(f"rag drift check --model churn, over what was asked and said: exit code 10, moved: {', '.join(moved)}")

        third = story.train(autumn)
        gate = story("models", "gate", f"churn/{third['version']}", "--policy", folder / "gate.yaml", "--data", held2)
        comparison = gate["record"]["comparison"]
        assert gate["passed"] and comparison["low"] > 0, gate
        tell(f"retrained on autumn: version {third['version']}; AUC {comparison['challenger']:.4f} beside "
             f"{comparison['champion']:.4f} of the champion, better by {comparison['low']:.4f} to {comparison['high']:.4f}")
        failed = story("models", "gate", "churn/2", "--policy", folder / "gate.yaml", "--data", held2, code=10)
        assert not failed["passed"]
        story("models", "promote", "churn/2", code=10)
        tell("the gate holds back version 2, exit code 10, and so does promote")

        # Traffic runs through promotion and rollback.
        batch = [row for row, _ in list(rows(held2))[:5]]
        seen, stop = [], threading.Event()

        def traffic():
            while not stop.is_set():
                reply = ask(batch)
                seen.append((reply.status, reply.json["model"]["version"] if reply.status == 200 else None))

        threads = [threading.Thread(target=traffic) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        # Two at once: one wins.
        moves = [subprocess.Popen([rag, "models", "promote", f"churn/{third['version']}", "--home", story.home, "--json"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        codes = sorted(move.wait() for move in moves)
        assert codes == [0, 10], (codes, [move.stderr.read() for move in moves])
        tell("two promotions at once: one wins, the other exits with 10")
        time.sleep(0.7)
        back = story("models", "rollback", "churn", "--reason", "to see it work")
        assert back["from"] == third["version"] and back["to"] == 1 and back["loaded_by"], back
        time.sleep(0.7)
        stop.set()
        for thread in threads:
            thread.join()
        statuses = {status for status, _ in seen}
        order = [v for _, v in seen]
        assert statuses == {200} and order[0] == 1 and order[-1] == 1 and third["version"] in order, (statuses, set(order))
        tell(f"{len(seen)} requests through promotion and rollback: none failed; served were versions "
             f"{sorted(set(order))}; version 1 was loaded by {', '.join(back['loaded_by'])}")

        time.sleep(4)
        moves = [(body["old"], body["new"]) for kind, body, _ in hook.events if kind == "model" and body["action"] == "alias_moved"]
        assert all(signed for _, _, signed in hook.events) and hook.refused == 1, hook.events
        assert moves == [("1", str(third["version"])), (str(third["version"]), "1")], moves
        assert any(kind == "model_alarm" for kind, _, _ in hook.events) and "score_shift" in alarmed.read_text()
        tell(f"the webhook had {len(hook.events)} signed events, each once, in order, after it refused the first; "
             "the command had the alarms")

    history = story("models", "history", "churn")
    assert history["first_broken"] is None and history["changed_gates"] == []
    actions = [event["action"] for event in history["events"]]
    assert actions.count("alias_moved") == 3 and actions.count("gated") == 3, actions
    tell(f"the history is whole: {len(actions)} entries, 3 gates, 3 moves of the alias")

    scored = subprocess.run([rag, "predict", "churn", held, "--keep", "customer", "--home", story.home, "-q"],
                            capture_output=True, text=True)
    assert scored.returncode == 0 and len(scored.stdout.splitlines()) == 601, scored.stderr
    tell("rag predict scores the held-out file: 600 lines")

    # A broken byte: nothing is scored with it.
    blob = next(path for path in story.home.rglob("*") if path.is_file() and b'"gradient_booster"' in
                path.read_bytes())
    blob.chmod(0o644)
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(data)
    broken = subprocess.run([rag, "predict", "churn/1", held, "--home", story.home], capture_output=True, text=True)
    other = subprocess.run([rag, "predict", "churn/3", held, "--home", story.home], capture_output=True, text=True)
    assert sorted([broken.returncode, other.returncode]) == [0, 1], (broken.stderr, other.stderr)
    tell("a flipped bit in the store: that version is refused, the other still scores: "
         + (broken.stderr or other.stderr).strip()[:90])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rag", default=".build/release/rag")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        try:
            tale(str(pathlib.Path(options.rag).resolve()), pathlib.Path(name))
        except AssertionError as error:
            print(f"FAIL  {error}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
