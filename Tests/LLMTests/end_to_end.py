"""Asks `rag serve` questions that a real language model on this machine answers. Started by run.sh.

The model is small and was never taught to follow orders, so nothing here judges what it says. It is asked twice: as it
is, to say how often it cites; and held to a grammar that makes it cite, so that the whole path of a citation is gone.
"""

import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "PythonSupport"))
from rag_service import Rag, check_citations, markers, stop  # noqa: E402

MODEL = "gemma-3-270m"
QUESTIONS = [
    "What is the difference between skew and drift?",
    "How long must the gap between training and test period be for a time-based split?",
    "How much notice does a producer owe consumers before a breaking change to a data contract?",
    "What should happen to rows that fail a validation rule?",
    "How long do chargebacks take to arrive?",
    "When should a pipeline alert fire if features are due at 06:00?",
]


@contextlib.contextmanager
def language_model(options, folder, *arguments):
    """llama.cpp's server on a free port; gives its process and port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [
        str(options.server / "llama-server"), "--model", str(options.model), "--host", "127.0.0.1", "--port", str(port),
        "--ctx-size", "6144", "--threads", str(os.cpu_count() or 1), "--parallel", "1", "--device", "none", "--no-webui",
        "--jinja", "--chat-template-file", str(HERE / "base-model.jinja"), "--reverse-prompt", "\n", *arguments,
    ]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(options.server)}
    log = pathlib.Path(folder) / "llama-server.log"
    with open(log, "w", encoding="utf-8") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError("the model's server ended:\n" + log.read_text(errors="replace")[-2000:])
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as response:
                    if response.status == 200:
                        break
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        else:
            raise RuntimeError("the model's server is not ready after a minute")
        yield process, port
    finally:
        stop(process)


def configuration(rag, port, provider="openai"):
    base = f"http://127.0.0.1:{port}" + ("/v1" if provider == "openai" else "")
    return rag.configure(
        f"llm:\n  provider: {provider}\n  base_url: {base}\n  model: {MODEL}\n  temperature: 0\n  max_tokens: 120\n"
        "retrieval:\n  top_k: 3\nanswers:\n  threshold: 0.1\n", f"{provider}.yaml")


def check_model_answer(service, answer, provider="openai"):
    """What holds for every answer that the model gave to its end."""
    assert answer["degraded"] is None, f"degraded: {answer.get('degradation')}"
    lineage = answer["lineage"]
    assert lineage["model"] == f"{provider}/{MODEL}", lineage
    prompt = hashlib.sha256((ROOT / "prompts" / "answer.mustache").read_bytes()).hexdigest()
    assert lineage["prompt"] == {"name": "answer", "hash": prompt}, lineage
    assert answer["usage"]["input_tokens"] > 100 and answer["usage"]["output_tokens"] > 0, answer["usage"]
    assert (answer["answer"] is None) == answer["abstained"], answer
    return check_citations(service, answer)


def check_stream(events):
    """The events of one answer come in order and one by one; returns the answer and the time of its first word."""
    names = [name for _, name, _ in events]
    assert names[0] == "retrieval" and names[-1] == "done", names
    assert names.count("done") == names.count("retrieval") == 1, names
    shown = ""
    for _, name, data in events:
        if name == "citation":
            assert data["marker"] not in markers(shown), f"citation {data['marker']} came behind its marker"
        if name == "delta":
            shown += data["text"]
    answer = events[-1][2]
    assert shown.strip() == (answer["answer"] or ""), f"shown {shown!r}, answer {answer['answer']!r}"
    times = [when for when, name, _ in events if name == "delta"]
    if len(times) > 5:
        apart = sum(later - earlier > 0.001 for earlier, later in zip(times, times[1:]))
        assert apart >= len(times) // 2, f"{len(times)} deltas, of which {apart} came apart"
        assert events[-1][0] > times[0] + 0.01 * len(times) / 2, "the first word came with the last"
    return answer, times


def how_often_it_cites(rag, options, folder):
    """Not a check: what the model does by itself."""
    cited = abstained = degraded = 0
    with language_model(options, folder) as (_, port):
        with rag.serve(configuration(rag, port)) as service:
            for question in QUESTIONS:
                status, answer = service.post("/query", {"question": question})
                assert status == 200, answer
                degraded += answer["degraded"] is not None
                abstained += answer["degraded"] is None and answer["answer"] is None
                cited += answer["degraded"] is None and bool(answer["citations"])
    print(f"by itself: of {len(QUESTIONS)} questions it cites in {cited}, declines {abstained}, "
          f"says nothing to {degraded}")


def held_to_a_grammar(rag, options, folder):
    grammar = ["--grammar-file", str(HERE / "citing.gbnf")]
    citations = supported = sentences = deltas = 0
    first_words = []
    with language_model(options, folder, *grammar) as (process, port):
        with rag.serve(configuration(rag, port)) as service:
            for question in QUESTIONS:
                status, plain = service.post("/query", {"question": question})
                assert status == 200, plain
                check_model_answer(service, plain)
                status, events = service.stream("/query", {"question": question, "stream": True})
                assert status == 200, events
                answer, times = check_stream(events)
                citations += check_model_answer(service, answer)
                sentences += len(answer["sentences"])
                supported += sum(sentence["supported"] for sentence in answer["sentences"])
                deltas += len(times)
                first_words += times[:1]
            assert citations > 0, "not one citation: the grammar did not hold"
            assert deltas > 10 * len(QUESTIONS), f"{deltas} deltas"
            print(f"held to a grammar: {len(QUESTIONS)} questions, {deltas} deltas, {citations} citations that resolve, "
                  f"{supported} of {sentences} sentences supported, first word after "
                  f"{sorted(first_words)[len(first_words) // 2]:.2f} s (median)")
        with rag.serve(configuration(rag, port, "anthropic")) as service:
            status, events = service.stream("/query", {"question": QUESTIONS[0], "stream": True})
            assert status == 200, events
            answer, times = check_stream(events)
            count = check_model_answer(service, answer, "anthropic")
            print(f"the same through the Messages API: {len(times)} deltas, {count} citations that resolve")
        with rag.serve(configuration(rag, port)) as service:
            killed_in_the_middle(service, process)


def killed_in_the_middle(service, process):
    seen = []

    def kill(event):
        if event[1] == "delta":
            seen.append(event[2]["text"])
            if len(seen) == 5:
                process.kill()
                process.wait()

    body = {"question": QUESTIONS[0], "stream": True, "deadline_ms": 20_000}
    status, events = service.stream("/query", body, kill)
    answer = events[-1][2]
    assert status == 200 and events[-1][1] == "done", events[-1]
    assert answer["degraded"] == "llm_interrupted", answer["degraded"]
    assert answer["answer"] and answer["lineage"]["model"] is None, answer
    count = check_citations(service, answer)
    assert count > 0
    print(f"killed after {len(seen)} deltas: {answer['degraded']}, an extract with {count} citations that resolve")
    start = time.monotonic()
    _, answer = service.post("/query", {"question": QUESTIONS[1], "deadline_ms": 5_000})
    elapsed = time.monotonic() - start
    assert answer["degraded"] == "llm_unavailable" and answer["answer"], answer
    assert elapsed < 5, elapsed
    check_citations(service, answer)
    print(f"asked while it is gone: {answer['degraded']} after {elapsed:.1f} s: {answer['degradation']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rag", type=pathlib.Path, default=ROOT / ".build" / "release" / "rag")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the GGUF file")
    parser.add_argument("--server", type=pathlib.Path, required=True, help="folder of llama-server and its libraries")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rag-llm-") as folder:
        rag = Rag(options.rag, folder)
        report = json.loads(rag.run("ingest", str(ROOT / "corpus"), "--quiet", "--json").splitlines()[-1])
        print(f"corpus: {report['documents']['added']} documents, {report['chunks']} chunks")
        try:
            how_often_it_cites(rag, options, folder)
            held_to_a_grammar(rag, options, folder)
        except AssertionError as error:
            print(f"WRONG: {error}")
            return 1
    print("all as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
