"""Files of runs and models in a bucket: `rag` against moto's S3 server, which checks signatures, read beside it by boto3.

    python3 -m venv .venv && .venv/bin/pip install -r Tests/ClientTests/requirements.txt
    .venv/bin/python Tests/ClientTests/s3_test.py --rag .build/release/rag

Prints a line for each check; exit code 1 if one fails.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

from server import Folder, Server

FAILED = []
BUCKET, PREFIX = "rag-tests", "team/models"
# Users and their policy are made before moto begins to ask for signatures.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402


def tell(ok, line):
    print(("ok    " if ok else "FAIL  ") + line, flush=True)
    if not ok:
        FAILED.append(line)


class Bucket:
    """A bucket of moto's, and a user who may use it."""

    def __enter__(self):
        self.moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.moto.start()
        self.url = "http://127.0.0.1:%d" % self.moto.get_host_and_port()[1]
        root = dict(endpoint_url=self.url, region_name="eu-west-1", aws_access_key_id="root", aws_secret_access_key="root")
        iam = boto3.client("iam", **root)
        iam.create_user(UserName="rag")
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_user_policy(UserName="rag", PolicyName="all", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="rag")["AccessKey"]
        boto3.client("s3", **root).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.environment = {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_S3": self.url, "RAG_ARTIFACTS": f"s3://{BUCKET}/{PREFIX}"}
        self.client = boto3.client(
            "s3", endpoint_url=self.url, region_name="eu-west-1", aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"])
        return self

    def __exit__(self, *_):
        self.moto.stop()

    def keys(self):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def bytes(self, digest):
        return self.client.get_object(Bucket=BUCKET, Key=self.key(digest))["Body"].read()

    @staticmethod
    def key(digest):
        return f"{PREFIX}/sha256/{digest[:2]}/{digest}"


def sha(data):
    return hashlib.sha256(data).hexdigest()


def proxy(path):
    return "/api/2.0/mlflow-artifacts/artifacts/" + path


def copies(home):
    return [path for path in (home / "_artifacts" / "s3" / "copies").rglob("*") if path.is_file()]


def files(rag, home, bucket):
    """What is stored is in the bucket under its hash, is read from there, and is compared with it."""
    draw = random.Random(1)
    large = draw.randbytes(70 << 20)
    stored = {"0/run/artifacts/empty": b"", "0/run/artifacts/note.txt": b"hello", "0/run/artifacts/large.bin": large}
    with Server(rag, home) as server:
        for path, data in stored.items():
            start = time.time()
            answer = server.call("PUT", proxy(path), data, timeout=300)
            tell(answer.status == 200 and bucket.bytes(sha(data)) == data,
                 f"PUT {len(data)} bytes: {answer.status}, the same bytes in the bucket, {time.time() - start:.2f} s")
        tell(not (home / "_artifacts" / "sha256").exists(), "no bytes in the home's own store")
        shutil.rmtree(home / "_artifacts" / "s3" / "copies")
        for path, data in stored.items():
            answer = server.call("GET", proxy(path), timeout=300)
            tell(answer.status == 200 and answer.body == data, f"GET {len(data)} bytes without a copy here")
        before = len(copies(home))
        bucket.client.put_object(Bucket=BUCKET, Key=bucket.key(sha(b"hello")), Body=b"hullo")
        tell(server.call("GET", proxy("0/run/artifacts/note.txt")).body == b"hello" and before == 3, "a copy answers")
        shutil.rmtree(home / "_artifacts" / "s3" / "copies")
        answer = server.call("GET", proxy("0/run/artifacts/note.txt"))
        tell(answer.status == 500 and b"hullo" not in answer.body, "bytes that were changed in the bucket are refused")
        bucket.client.put_object(Bucket=BUCKET, Key=bucket.key(sha(b"hello")), Body=b"hello")
        tell(server.call("GET", proxy("0/run/artifacts/note.txt")).body == b"hello", "and are read when they are mended")
    return large


def killed(rag, home, bucket):
    """kill -9 while parts are sent: no path, and what was begun is taken away later."""
    data = random.Random(2).randbytes(200 << 20)
    with Server(rag, home) as server:
        def upload():
            try:
                server.call("PUT", proxy("0/run/artifacts/cut.bin"), data, timeout=300)
            except Exception:
                pass
        thread = threading.Thread(target=upload)
        thread.start()
        begun = 0
        while not begun and thread.is_alive():
            begun = len(bucket.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))
            time.sleep(0.01)
        server.process.send_signal(signal.SIGKILL)
        thread.join()
    with Server(rag, home) as server:
        gone = server.call("GET", proxy("0/run/artifacts/cut.bin")).status
    tell(begun == 1 and gone == 404 and bucket.key(sha(data)) not in bucket.keys(), "kill -9 while parts are sent leaves no file")


def models(rag, home, bucket, folder):
    """A model is trained into the bucket, served, and its garbage collected."""
    rows = "\n".join(f"{i % 50},{(i * 7) % 31},{'yes' if i % 50 > 25 else 'no'}" for i in range(200))
    (folder / "rows.csv").write_text("a,b,label\n" + rows + "\n")
    arguments = ["train", folder / "rows.csv", "--target", "label", "--register", "m", "--home", home, "--allow-leak", "a"]
    for _ in range(2):
        done = run(rag, arguments)
        assert done.returncode == 0, done.stderr
    shutil.rmtree(home / "_artifacts" / "s3" / "copies")
    with Server(rag, home) as server:
        answer = server.call("POST", "/api/v1/models/m/invocations", {"dataframe_records": [{"a": 40, "b": 3}]})
        tell(answer.status == 200 and answer.json["predictions"][0]["label"] == "yes", "a model is loaded from the bucket and serves")
    # A copy that was damaged here is fetched again.
    for path in copies(home):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    done = run(rag, ["predict", "m/2", folder / "rows.csv", "--home", home, "-q"])
    tell(done.returncode == 0 and done.stdout.count("\n") == 201, "copies with a flipped bit are fetched again")
    before = len(bucket.keys())
    orphan = sha(b"nobody's")
    bucket.client.put_object(Bucket=BUCKET, Key=bucket.key(orphan), Body=b"nobody's")
    done = run(rag, ["models", "gc", "--home", home])
    tell(done.returncode == 0 and bucket.key(orphan) in bucket.keys(), "gc leaves what is younger than an hour")
    # moto has the time of writing in its memory.
    from moto.s3.models import s3_backends
    import datetime
    for account in s3_backends.values():
        for backend in account.values():
            for name in backend.buckets.values():
                for key in name.keys.values():
                    key.last_modified = datetime.datetime(2020, 1, 1)
                for upload in name.multiparts.values():
                    upload.initiated_at = datetime.datetime(2020, 1, 1)
    done = run(rag, ["models", "gc", "--home", home])
    tell(done.returncode == 0 and bucket.key(orphan) not in bucket.keys() and len(bucket.keys()) == before,
         f"gc takes the old that nothing names, and no more: {done.stdout.strip().splitlines()[-1]}")
    left = bucket.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    tell(not left, f"gc takes uploads that were broken off: {len(left)} left")
    done = run(rag, ["predict", "m/1", folder / "rows.csv", "--home", home, "-q"])
    tell(done.returncode == 0, "both versions are still there")


def run(rag, arguments, **environment):
    return subprocess.run([rag, *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **environment})


def refusals(rag, home, bucket, folder):
    """What is set up wrongly is told, and no secret with it."""
    other = folder / "other"
    train = ["train", folder / "rows.csv", "--target", "label", "--register", "m", "--home", other, "--allow-leak", "a"]
    secret = bucket.environment["AWS_SECRET_ACCESS_KEY"]
    for what, environment, words in [
        ("the prefix of another home", {}, "another home"),
        ("a wrong secret", {"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
        ("no credentials", {"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY"),
        ("a bucket that isn't there", {"RAG_ARTIFACTS": "s3://not-there/x"}, "Make the bucket first"),
        ("no S3 address", {"RAG_ARTIFACTS": "bucket"}, "s3://bucket/prefix"),
        ("nobody at the endpoint", {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "127.0.0.1:9"),
    ]:
        done = run(rag, train, **environment)
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
        tell(done.returncode == 1 and words in said and secret not in done.stderr + done.stdout, f"{what}: {said[:160]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rag", default=".build/release/rag")
    options = parser.parse_args()
    rag = str(pathlib.Path(options.rag).resolve())
    with Bucket() as bucket, Folder() as folder:
        os.environ.update(bucket.environment)
        home = folder / "home"
        files(rag, home, bucket)
        killed(rag, home, bucket)
        models(rag, home, bucket, folder)
        refusals(rag, home, bucket, folder)
    print(f"{len(FAILED)} failed", flush=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
