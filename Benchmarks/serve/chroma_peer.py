"""Chroma with the same model: `chroma run`, and a front that takes text.

Chroma's server takes vectors; its client libraries embed. So that text goes in and passages come out, as with
`rag serve`, the front embeds a query with ONNX Runtime (float32, the graph of the same weights that the tests use for
reference values) and asks Chroma. Both are kept as cheap as Python allows: a process a core, one inference thread each,
aiohttp on both sides, Chroma's answer passed through without being read.

    python3 chroma_peer.py --model MODEL --chroma 7801 --collection ID --port 7802      one process of the front
"""

import argparse
import asyncio
import concurrent.futures
import http.client
import importlib.util
import json
import pathlib
import time

import numpy

QUERY = "/api/v2/tenants/default_tenant/databases/default_database/collections/{}/query"


class Embedder:
    def __init__(self, model):
        from tokenizers import Tokenizer
        path = pathlib.Path(__file__).parent.parent.parent / "Tests/EmbeddingsTests/Fixtures/make_reference.py"
        spec = importlib.util.spec_from_file_location("make_reference", path)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.tokenizer = Tokenizer.from_file(str(model) + "/tokenizer.json")
        self.tokenizer.enable_truncation(256)
        self.tokenizer.no_padding()
        self.session = self.module.session(self.module.build(str(model)), 1)

    def embed(self, text):
        return self.module.embed(self.session, self.tokenizer.encode(text).ids)

    def embed_all(self, texts, threads):
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            return numpy.stack(list(pool.map(self.embed, texts)))


def body(vector, results):
    return json.dumps({
        "query_embeddings": [[round(float(value), 8) for value in vector]], "n_results": results,
        "include": ["documents", "metadatas", "distances"]})


def fill(port, name, records, vectors):
    """Makes a collection of the documents; its id."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def post(path, value):
        connection.request("POST", "/api/v2/tenants/default_tenant/databases/default_database/collections" + path,
                           json.dumps(value), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"Chroma answers {answer.status}: {text[:200]}")
        return json.loads(text)

    made = post("", {"name": name, "configuration": {"hnsw": {"space": "cosine"}}, "get_or_create": True})
    for start in range(0, len(records), 500):
        part = records[start:start + 500]
        post(f"/{made['id']}/add", {
            "ids": [record["_id"] for record in part],
            "embeddings": [vector.tolist() for vector in vectors[start:start + 500]],
            "documents": [record["full"] for record in part],
            "metadatas": [{"title": record["title"] or "-"} for record in part]})
    # The graph is built behind the answer.
    time.sleep(5)
    return made["id"]


def serve(arguments):
    import aiohttp
    from aiohttp import web
    embedder = Embedder(arguments.model)
    pool = concurrent.futures.ThreadPoolExecutor(1)
    url = f"http://127.0.0.1:{arguments.chroma}" + QUERY.format(arguments.collection)

    async def search(request):
        query = json.loads(await request.read())["query"]
        vector = await asyncio.get_running_loop().run_in_executor(pool, embedder.embed, query)
        async with request.app["client"].post(
                url, data=body(vector, arguments.results), headers={"Content-Type": "application/json"}) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type="application/json")

    async def client(app):
        app["client"] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None))
        yield
        await app["client"].close()

    async def ready(_):
        return web.Response(text="ok")

    app = web.Application()
    app.cleanup_ctx.append(client)
    app.router.add_post("/search", search)
    app.router.add_get("/ready", ready)
    web.run_app(app, host="127.0.0.1", port=arguments.port, reuse_port=True, print=None, access_log=None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--chroma", type=int, required=True)
    parser.add_argument("--collection", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--results", type=int, default=10)
    serve(parser.parse_args())
