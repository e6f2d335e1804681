"""Unmodified clients of other APIs against `rag serve`: only their base URL is changed.

    pip install -r requirements.txt
    python clients_test.py --rag .build/release/rag

The tool server's clients come in two generations that cannot share an environment; the one that is installed here is
tested. Run it again with `--only mcp` in an environment with the other.
"""

import asyncio
import importlib.metadata
import importlib.util
import json
import os
import pathlib
from array import array

from server import CORPUS, Folder, Server, Steps, arguments, run

MODEL = "all-MiniLM-L6-v2"
QUESTION = "How many of the 112 drift alarms coincided with a loss of performance?"
NONSENSE = "Who won the chess championship of 1987?"


def near(a, b, tolerance=1e-6):
    return len(a) == len(b) and max(abs(x - y) for x, y in zip(a, b)) <= tolerance


def expect(condition, what):
    assert condition, what
    return what


def raises(kind, body):
    try:
        value = body()
    except kind as error:
        return f"{kind.__name__}: {error}"
    raise AssertionError(f"no {kind.__name__}, but {str(value)[:200]}")


# OpenAI


def openai_steps(step, server, rag):
    import openai

    client = openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
    ask = lambda *messages, **rest: client.chat.completions.create(model="rag/main", messages=list(messages), **rest)
    user = lambda text: {"role": "user", "content": text}

    def models():
        ids = [model.id for model in client.models.list()]
        assert "rag/main" in ids and MODEL in ids, ids
        return ids

    step("openai models.list", models)
    step("openai models.retrieve", lambda: expect(client.models.retrieve("rag/main").id, "rag/main"))
    step("openai models.retrieve unknown", lambda: raises(openai.NotFoundError, lambda: client.models.retrieve("gpt")))

    texts = ["The model drifts.", "Die Pipeline läuft nachts.", "データドリフト"]
    embed = lambda input, **rest: [
        entry.embedding for entry in client.embeddings.create(model=MODEL, input=input, **rest).data]

    def embeddings():
        packed, floats = embed(texts), embed(texts, encoding_format="float")
        assert [array("f", row) for row in packed] == [array("f", row) for row in floats], "base64 and float differ"
        own = [json.loads(line) for line in run(rag, "embed", stdin="\n".join(texts) + "\n").splitlines()]
        assert all(near(a, b) for a, b in zip(packed, own)), "the command line gives others"
        return f"{len(packed)} × {len(packed[0])}, equal as base64, as floats and as 'rag embed' prints them"

    step("openai embeddings", embeddings)

    def forms():
        one, listed = embed(texts[0])[0], embed([texts[0]])[0]
        ids = tokens(texts[0])
        assert near(one, listed) and near(one, embed(ids)[0]) and near(one, embed([ids])[0]), "the forms differ"
        return "string, strings, token ids, lists of token ids: the same vector"

    step("openai embeddings, four forms", forms)

    def order():
        many = [f"sentence number {index}" for index in range(150)]
        answer = client.embeddings.create(model=MODEL, input=many)
        assert [entry.index for entry in answer.data] == list(range(150)), "index is not in order"
        assert near(answer.data[137].embedding, embed(many[137])[0], 1e-5), "entry 137 is another text's"
        return f"150 texts in order, {answer.usage.prompt_tokens} tokens"

    step("openai embeddings, order", order)
    bad = {
        "no text": "", "no texts": [], "an empty text among others": ["a", ""], "an unknown token": [[10**9]],
        "mixed": ["a", 1], "a negative token": [-1], "too many": ["a"] * 2049,
    }
    for name, value in bad.items():
        step(f"openai embeddings, {name}", lambda: raises(openai.BadRequestError, lambda: embed(value)))
    step("openai embeddings, dimensions", lambda: raises(openai.BadRequestError, lambda: embed("a", dimensions=7)))
    step("openai embeddings, wrong model", lambda: raises(
        openai.NotFoundError, lambda: client.embeddings.create(model="text-embedding-3-small", input="a")))

    def chat():
        answer = ask(user(QUESTION))
        message = answer.choices[0].message
        assert "9" in message.content and answer.choices[0].finish_reason == "stop", answer
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
        citation = answer.citations[0]
        text = server.call("GET", "/api/v1/documents/" + citation["document_id"]).json["text"].encode()
        assert text[citation["start"]:citation["end"]].decode() == citation["quote"], "the citation's place is wrong"
        assert answer.rag["abstained"] is False and f"[{citation['marker']}]" in message.content
        return message.content

    step("openai chat", chat)

    def stream(**rest):
        chunks = list(ask(user(QUESTION), stream=True, **rest))
        assert chunks[0].choices[0].delta.role == "assistant", chunks[0]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        assert text == ask(user(QUESTION)).choices[0].message.content, "the stream says something else"
        ends = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
        assert ends == ["stop"], ends
        return chunks

    step("openai chat, stream", lambda: expect(
        all(chunk.usage is None for chunk in stream()), "no usage unless it is asked for"))

    def stream_usage():
        chunks = stream(stream_options={"include_usage": True})
        assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0, chunks[-1]
        assert all(chunk.usage is None for chunk in chunks[:-1])
        return chunks[-1].usage

    step("openai chat, stream with usage", stream_usage)

    def abstains():
        answer = ask(user(NONSENSE))
        assert answer.rag["abstained"] is True and answer.citations == [], answer
        text = "".join(chunk.choices[0].delta.content or "" for chunk in ask(user(NONSENSE), stream=True))
        assert text == answer.choices[0].message.content
        return text

    step("openai chat, abstention", abstains)
    step("openai chat, history", lambda: expect(ask(
        {"role": "system", "content": "Be brief."}, user("What is drift?"),
        {"role": "assistant", "content": "A change of the data."}, user(QUESTION)).choices[0].message.content, "text"))
    step("openai chat, parts", lambda: expect(ask(
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]}).choices[0].message.content, "text"))
    step("openai chat, parameters of others", lambda: ask(
        user(QUESTION), temperature=0, top_p=1, seed=1, stop=["x"], max_tokens=50, user="u", n=1,
        presence_penalty=0).choices[0].message.content)
    bad = {
        "no messages": [], "no question": [{"role": "assistant", "content": "a"}], "a blank question": [user(" ")],
        "a picture": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}],
        "a wrong role": [{"role": "king", "content": "a"}],
    }
    for name, value in bad.items():
        step(f"openai chat, {name}", lambda: raises(openai.BadRequestError, lambda: ask(*value)))
    step("openai chat, n=2", lambda: raises(openai.BadRequestError, lambda: ask(user("a"), n=2)))
    step("openai chat, wrong model", lambda: raises(
        openai.NotFoundError, lambda: client.chat.completions.create(model="rag/other", messages=[user("a")])))
    step("openai other APIs", lambda: raises(
        openai.NotFoundError, lambda: client.responses.create(model="rag/main", input="a")))

    def in_parallel():
        async def all():
            other = openai.AsyncOpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
            return await asyncio.gather(*[
                other.chat.completions.create(model="rag/main", messages=[user(QUESTION)]) for _ in range(20)])

        answers = {answer.choices[0].message.content for answer in asyncio.run(all())}
        assert len(answers) == 1, answers
        return "20 at a time, one answer"

    step("openai chat, in parallel", in_parallel)


def openai_key_steps(step, rag, home):
    import openai

    key = lambda name, *rest: json.loads(run(rag, "keys", "create", name, *rest, "--home", home, "--json"))["key"]
    good, loader, slow = key("good"), key("loader", "--scope", "ingest"), key("slow", "--rate-limit", 4)
    with Server(rag, home) as server:
        client = lambda key: openai.OpenAI(base_url=server.url + "/v1", api_key=key, max_retries=0)
        step("openai without a key", lambda: raises(openai.AuthenticationError, client("none").models.list))
        step("openai with a key", lambda: [model.id for model in client(good).models.list()])
        step("openai with another scope", lambda: raises(openai.PermissionDeniedError, client(loader).models.list))

        def limited():
            try:
                for _ in range(10):
                    client(slow).models.list()
            except openai.RateLimitError as error:
                wait = int(error.response.headers["retry-after"])
                return expect(0 < wait <= 60, f"come back in {wait} s")
            raise AssertionError("10 requests at once went through")

        step("openai over the rate limit", limited)


# LangChain


def keep_vocabulary(folder):
    """Gives tiktoken the server's table under the name that it looks for, so that it fetches nothing."""
    models = pathlib.Path(os.environ.get("RAG_MODELS", pathlib.Path.home() / ".cache/rag/models"))
    table = models / ".vocabularies/cl100k_base.tiktoken"
    assert table.exists(), "the token table is missing: 'rag models pull cl100k_base' fetches it"
    (folder / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4").symlink_to(table)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)


def tokens(text):
    import tiktoken

    return tiktoken.get_encoding("cl100k_base").encode(text)


def langchain_steps(step, server):
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings

    settings = dict(base_url=server.url + "/v1", api_key="none", max_retries=0)
    texts = ["The model drifts.", "Ein zweiter Satz: Übergröße.", "データドリフト 🙂"]

    def embeddings():
        plain = OpenAIEmbeddings(model=MODEL, check_embedding_ctx_length=False, **settings)
        counted = OpenAIEmbeddings(model=MODEL, **settings)
        a, b = plain.embed_documents(texts), counted.embed_documents(texts)
        assert all(near(x, y, 1e-5) for x, y in zip(a, b)), "token arrays give other vectors"
        assert near(plain.embed_query(texts[0]), counted.embed_query(texts[0]), 1e-5)
        return f"{len(a)} × {len(a[0])}, the same as text and as tokens"

    step("langchain OpenAIEmbeddings", embeddings)
    chat = ChatOpenAI(model="rag/main", **settings)
    step("langchain ChatOpenAI.invoke", lambda: expect("9" in chat.invoke(QUESTION).content, "answered"))

    def stream():
        text = "".join(chunk.content for chunk in chat.stream(QUESTION))
        return expect(text == chat.invoke(QUESTION).content, "the same text")

    step("langchain ChatOpenAI.stream", stream)

    def usage():
        chunks = list(ChatOpenAI(model="rag/main", stream_usage=True, **settings).stream(QUESTION))
        return expect(any(chunk.usage_metadata for chunk in chunks), "usage in the stream")

    step("langchain ChatOpenAI.stream with usage", usage)
    step("langchain ChatOpenAI.invoke, history", lambda: chat.invoke([
        ("system", "Be brief."), ("human", "What is drift?"), ("ai", "A change."), ("human", QUESTION)]).content)


# Cohere


def cohere_steps(step, server):
    import cohere

    documents = ["Berlin is the capital of Germany.", "Bananas are yellow.", "Paris is the capital of France."]
    query = "What is the capital of France?"

    def rerank(client, **rest):
        answer = client.rerank(model="any", query=query, documents=documents, **rest)
        scores = [result.relevance_score for result in answer.results]
        assert answer.results[0].index == 2 and scores == sorted(scores, reverse=True), answer
        assert all(0 <= score <= 1 for score in scores), scores
        return scores

    new = cohere.ClientV2(api_key="none", base_url=server.url)
    old = cohere.Client(api_key="none", base_url=server.url)
    step("cohere ClientV2.rerank", rerank, new)
    step("cohere ClientV2.rerank, top_n", lambda: expect(len(rerank(new, top_n=2)) == 2, "two"))
    step("cohere ClientV2.rerank, top_n too large", lambda: expect(len(rerank(new, top_n=20)) == 3, "three"))
    step("cohere Client.rerank", rerank, old)

    def texts():
        answer = old.rerank(
            model="any", query=query, documents=[{"text": text} for text in documents], return_documents=True)
        return expect(answer.results[0].document.text == documents[2], "the document's text")

    step("cohere Client.rerank, documents", texts)
    step("cohere, no documents", lambda: raises(
        cohere.BadRequestError, lambda: new.rerank(model="any", query=query, documents=[])))
    step("cohere, no query", lambda: raises(
        cohere.BadRequestError, lambda: new.rerank(model="any", query=" ", documents=documents)))


# Tool server


def tool_steps(step, server, rag, home):
    generation = importlib.metadata.version("mcp")
    document = "corpus/monitoring/drift-tests.md"

    def shown(tools):
        return sorted(tool.name for tool in tools)

    async def use(session):
        """What a client does, over any transport."""
        names = shown((await session.list_tools()).tools)
        assert names == ["get_document", "list_collections", "query", "search"], names

        async def call(name, **rest):
            result = await session.call_tool(name, rest)
            wrong = result.is_error if hasattr(result, "is_error") else result.isError
            data = result.structured_content if hasattr(result, "structured_content") else result.structuredContent
            return wrong, result.content[0].text, data

        wrong, text, data = await call("search", query=QUESTION, top_k=3)
        assert not wrong and len(data["hits"]) == 3 and document in text, text
        wrong, text, data = await call("query", question=QUESTION)
        assert not wrong and "9" in data["answer"] and data["citations"], text
        wrong, text, data = await call("query", question=NONSENSE)
        assert not wrong and data["abstained"], text
        wrong, text, data = await call("get_document", document_id=document)
        assert not wrong and data["text"] == text and "112 drift alarms" in text, text[:200]
        wrong, text, data = await call("list_collections")
        assert not wrong and data["collections"][0]["name"] == "main", text
        for name, rest in [
            ("search", {"query": ""}), ("search", {}), ("search", {"query": "a", "top_k": 0}),
            ("search", {"query": "a", "collection": "other"}), ("search", {"query": "a", "filter": "((("}),
            ("get_document", {"document_id": "no/such.md"}), ("query", {"question": 5}),
        ]:
            wrong, text, _ = await call(name, **rest)
            assert wrong and text, (name, rest, text)
        try:
            wrong, text, _ = await call("drop_tables")
            raise AssertionError(f"an unknown tool gave {text}")
        except Exception as error:
            assert "-32602" in str(error) or "no tool" in str(error), error
        return f"{names}, answers and errors as they should be"

    async def over_stdio():
        if generation.startswith("1."):
            from mcp import ClientSession, StdioServerParameters
            from mcp.client.stdio import stdio_client

            async with stdio_client(StdioServerParameters(command=rag, args=["mcp", "--home", str(home)])) as streams:
                async with ClientSession(*streams) as session:
                    hello = await session.initialize()
                    assert hello.serverInfo.name == "rag"
                    await session.send_ping()
                    return await use(session)
        from mcp import Client, StdioServerParameters
        from mcp.client.stdio import stdio_client

        async with Client(stdio_client(StdioServerParameters(command=rag, args=["mcp", "--home", str(home)]))) as client:
            return await use(client)

    async def over_http():
        if generation.startswith("1."):
            from mcp import ClientSession
            from mcp.client.streamable_http import streamablehttp_client

            async with streamablehttp_client(server.url + "/mcp") as (reader, writer, _):
                async with ClientSession(reader, writer) as session:
                    await session.initialize()
                    await session.send_ping()
                    return await use(session)
        from mcp import Client

        async with Client(server.url + "/mcp") as client:
            return await use(client)

    step(f"mcp {generation} over stdio", lambda: asyncio.run(over_stdio()))
    step(f"mcp {generation} over HTTP", lambda: asyncio.run(over_http()))


def message_steps(step, server):
    """The messages themselves, without a client."""
    send = lambda message, **rest: server.call("POST", "/mcp", message, **rest)
    call = lambda method, id=1, **rest: send({"jsonrpc": "2.0", "id": id, "method": method, **rest})

    def notification():
        answer = send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert answer.status == 202 and answer.body == b"", (answer.status, answer.body)
        return "202, empty"

    step("mcp notification", notification)
    step("mcp unknown method", lambda: expect(call("server/discover").json["error"]["code"] == -32601, "-32601"))
    step("mcp unknown tool", lambda: expect(
        call("tools/call", params={"name": "x"}).json["error"]["code"] == -32602, "-32602"))
    step("mcp GET", lambda: expect(server.call("GET", "/mcp").status == 405, "405"))
    step("mcp DELETE", lambda: expect(server.call("DELETE", "/mcp").status == 405, "405"))
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]:
        step(f"mcp initialize {revision}", lambda: expect(
            call("initialize", params={"protocolVersion": revision}).json["result"]["protocolVersion"] == revision,
            revision))
    step("mcp initialize, unknown revision", lambda: expect(
        call("initialize", params={"protocolVersion": "1999-01-01"}).json["result"]["protocolVersion"]
        == "2025-11-25", "2025-11-25"))
    step("mcp id is kept", lambda: expect(call("ping", id="a").json == {"jsonrpc": "2.0", "id": "a", "result": {}}, "a"))
    for name, body in {"no JSON": b"{", "nothing": b"", "no request": b"5"}.items():
        step(f"mcp {name}", lambda: expect(
            (answer := send(body, headers={"Content-Type": "application/json"})).status == 400
            and answer.json["error"]["code"] in (-32700, -32600), "400 with an error"))
    step("mcp foreign origin", lambda: expect(
        send({"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers={"Origin": "http://example.com"}).status == 403,
        "403"))


def main():
    options = arguments(__doc__)
    step = Steps(options.only)
    with Folder() as folder:
        home = folder / "home"
        run(options.rag, "ingest", CORPUS, "--home", home, "--quiet")
        has = lambda name: importlib.util.find_spec(name) is not None
        with Server(options.rag, home) as server:
            if has("openai"):
                keep_vocabulary(folder)
                openai_steps(step, server, options.rag)
            if has("langchain_openai"):
                langchain_steps(step, server)
            if has("cohere"):
                cohere_steps(step, server)
            tool_steps(step, server, options.rag, home)
            message_steps(step, server)
        if has("openai"):
            openai_key_steps(step, options.rag, home)
    step.end()


if __name__ == "__main__":
    main()
