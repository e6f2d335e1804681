// The page of rag: one module, no build step. Everything that comes from the server goes into the document as text,
// never as markup.

const $ = (id) => document.getElementById(id);
const state = { collection: "", history: [], turn: null, abort: null, timer: null, jobTimer: null, files: [], opener: null };

/** An element with attributes and children; strings become text. */
function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// ---------------------------------------------------------------- calls

/** What went wrong, in the server's words. */
class CallError extends Error {
  constructor(message, status, code, id) {
    super(message);
    Object.assign(this, { status, code, id });
  }
}

function headers(extra = {}) {
  const key = sessionStorage.getItem("rag-key");
  return key ? { Authorization: "Bearer " + key, ...extra } : extra;
}

async function failure(response) {
  let body = null;
  try { body = await response.json(); } catch { /* not ours: a proxy's page */ }
  if (response.status === 401) $("key-form").hidden = false;
  const error = body?.error ?? {};
  const wait = response.headers.get("Retry-After");
  const message = (error.message ?? `The server answered ${response.status}.`) + (wait ? ` (again in ${wait} s)` : "");
  return new CallError(message, response.status, error.code, error.request_id);
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new CallError("The server cannot be reached. Is it running?", 0, "unreachable");
  }
  if (!response.ok) throw await failure(response);
  return response;
}

const getJSON = async (path) => (await call(path)).json();
const post = (path, body, options = {}) =>
  call(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, ...options });

const place = (id, more = "") =>
  `/api/v1/documents/${id.split("/").map(encodeURIComponent).join("/")}${more}?collection=${encodeURIComponent(state.collection)}`;

/** Server-sent events of a response, one after the other. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    let end;
    while ((end = buffer.indexOf("\n\n")) >= 0) {
      const lines = buffer.slice(0, end).split("\n");
      buffer = buffer.slice(end + 2);
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      const name = lines.find((line) => line.startsWith("event: "))?.slice(7) ?? "message";
      if (data) yield { name, data: JSON.parse(data) };
    }
  }
}

function note(kind, ...content) {
  return el("p", { class: "note " + kind, role: kind === "bad" ? "alert" : null }, ...content);
}

function errorNote(error) {
  return note("bad", error.message, error.id ? el("span", { class: "hint" }, ` Request ${error.id}`) : null);
}

// ---------------------------------------------------------------- ask

const reasons = {
  no_evidence: "Nothing was found in this collection.",
  weak_evidence: "What was found does not answer this well enough, so there is no answer rather than a guess.",
  model_declined: "The language model finds no answer in what was found.",
};
const degradations = {
  llm_unavailable: "The language model did not answer: these are the documents' own sentences.",
  llm_interrupted: "The language model broke off: these are the documents' own sentences.",
  embedding_unavailable: "Searched by words alone, as the embedding model cannot be used now.",
  query_script_unknown_to_model: "Searched by words alone, as the embedding model does not know this script.",
  rewrite_unavailable: "The question was searched as it stands, without the conversation.",
  no_llm_for_rewriting: "Without a language model each question stands alone: earlier ones were not taken into account.",
};

/** Text with its markers as buttons. */
function withMarkers(text, citations) {
  const known = new Map(citations.map((citation) => [citation.marker, citation]));
  return text.split(/(\[\d+\])/).map((piece) => {
    const citation = known.get(Number(/^\[(\d+)\]$/.exec(piece)?.[1]));
    return citation ? marker(citation) : piece;
  });
}

function marker(citation) {
  const name = citation.title ?? citation.document_id;
  return el("button", {
    class: "cite", type: "button", "aria-expanded": "false", "aria-haspopup": "dialog",
    "aria-label": `Source ${citation.marker}: ${name}`, title: name,
    onclick: (event) => openSource(citation, event.currentTarget),
  }, String(citation.marker));
}

function startTurn(question) {
  const answer = el("div", { class: "answer streaming" });
  const status = el("p", { class: "hint" }, "Searching …");
  const extras = el("div");
  const turn = el("article", { class: "turn" }, el("h2", { class: "asked" }, question), status, answer, extras);
  $("conversation").prepend(turn);
  return { turn, answer, status, extras, text: "", citations: [] };
}

function busy(isBusy) {
  $("ask-button").hidden = isBusy;
  $("stop-button").hidden = !isBusy;
  $("conversation").setAttribute("aria-busy", String(isBusy));
}

async function ask(question) {
  const body = { question, collection: state.collection, stream: true };
  if ($("mode").value) body.mode = $("mode").value;
  if ($("top-k").value) body.top_k = Number($("top-k").value);
  if ($("filter").value.trim()) body.filter = $("filter").value.trim();
  if ($("extractive").checked) body.extractive = true;
  if (state.history.length) body.history = state.history.slice(-10);
  const view = startTurn(question);
  state.abort = new AbortController();
  busy(true);
  try {
    const response = await post("/query", body, { signal: state.abort.signal });
    let result = null;
    for await (const { name, data } of events(response)) {
      if (name === "retrieval") {
        view.status.textContent =
          `${data.chunks.length} passages found` + (data.question === question ? "" : ` for “${data.question}”`);
      } else if (name === "citation") {
        view.citations.push(data);
      } else if (name === "delta") {
        view.text += data.text;
        view.answer.replaceChildren(...withMarkers(view.text, view.citations));
      } else if (name === "error") {
        throw new CallError(data.error.message, 0, data.error.code, data.error.request_id);
      } else if (name === "done") {
        result = data;
      }
    }
    if (!result) throw new CallError("The connection ended before the answer did. Ask again.", 0, "cut");
    show(result, view, question);
  } catch (error) {
    view.status.remove();
    if (error.name === "AbortError") view.extras.append(note("calm", "Stopped."));
    else view.extras.append(errorNote(error));
  } finally {
    view.answer.classList.remove("streaming");
    state.abort = null;
    busy(false);
  }
}

/** The whole answer; it counts, also where it differs from what was streamed. */
function show(result, view, question) {
  view.status.remove();
  const asked = result.rewritten_question;
  if (asked) view.extras.append(note("calm", `Searched for “${asked}”.`));
  if (result.abstained) {
    view.answer.replaceChildren(el("strong", {}, "No answer. "), reasons[result.reason] ?? "");
  } else {
    view.answer.replaceChildren(...withMarkers(result.answer, result.citations));
    state.history.push({ role: "user", content: question }, { role: "assistant", content: result.answer });
  }
  for (const reason of (result.degraded ?? "").split(", ").filter(Boolean)) {
    view.extras.append(note("", degradations[reason] ?? `Done otherwise than asked: ${reason}.`, result.degradation ? ` (${result.degradation})` : ""));
  }
  for (const sentence of (result.sentences ?? []).filter((sentence) => !sentence.supported)) {
    const why = sentence.citations.length ? "Not supported by what it cites: " : "Cites nothing: ";
    view.extras.append(note("", why, el("q", {}, sentence.text.trim())));
  }
  view.extras.append(sources(result.citations), retrieved(result), lineage(result), feedback(result));
  $("new-button").hidden = false;
}

function sources(citations) {
  return el("ol", { class: "sources", "aria-label": "Sources" }, ...citations.map((citation) => el("li", {},
    marker(citation),
    el("span", {}, citation.title ?? citation.document_id, " ",
      el("span", { class: "where" }, [citation.heading, citation.page ? `page ${citation.page}` : ""].filter(Boolean).join(", "))))));
}

function retrieved(result) {
  const number = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
  return el("details", { class: "more", open: result.abstained && result.chunks.length > 0 },
    el("summary", {}, result.abstained ? "Nearest passages" : `${result.chunks.length} passages that were read`),
    ...result.chunks.map((chunk) => el("div", { class: "hit" },
      el("button", { class: "link", type: "button", onclick: (event) => openSource({ ...chunk, quote: chunk.text }, event.currentTarget) },
        chunk.title ?? chunk.document_id),
      el("div", { class: "meta" }, [chunk.heading, `words ${number(chunk.scores.lexical)}`, `meaning ${number(chunk.scores.dense)}`].filter(Boolean).join(" · ")),
      el("p", { tabindex: "0" }, chunk.text))));
}

function facts(pairs) {
  return el("dl", { class: "facts" }, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function lineage(result) {
  const shown = Object.entries(result.lineage).filter(([, value]) => value !== null)
    .map(([name, value]) => [name.replaceAll("_", " "), typeof value === "object" ? JSON.stringify(value) : String(value)]);
  const times = Object.entries(result.timings_ms).map(([name, value]) => [name, `${value.toFixed(1)} ms`]);
  return el("details", { class: "more" },
    el("summary", {}, `How it was made · ${Math.round(result.timings_ms.total)} ms`),
    facts([["confidence", result.confidence.toFixed(2)], ...shown]), el("h3", {}, "Times"), facts(times));
}

function feedback(result) {
  const box = el("div", { class: "feedback" }, "Was this right?");
  for (const [rating, label] of [["up", "Yes"], ["down", "No"]]) {
    box.append(el("button", { type: "button", onclick: async () => {
      try {
        await post("/api/v1/feedback", { answer_id: result.answer_id, rating });
        box.replaceChildren("Thank you.");
      } catch (error) { box.replaceChildren(error.message); }
    } }, label));
  }
  return box;
}

// ---------------------------------------------------------------- source panel

/** Splits text at UTF-8 byte offsets. */
function cut(text, start, end) {
  const bytes = new TextEncoder().encode(text);
  const decode = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  return [decode(0, start), decode(start, end), decode(end, bytes.length)];
}

async function openSource(citation, opener) {
  closePanel(false);
  state.opener = opener;
  opener?.setAttribute("aria-expanded", "true");
  $("panel-title").textContent = citation.title ?? citation.document_id;
  $("panel").hidden = false;
  document.body.classList.add("with-panel");
  const head = el("p", { class: "hint" },
    [citation.document_id, citation.heading, citation.page ? `page ${citation.page}` : "", `bytes ${citation.start}–${citation.end}`].filter(Boolean).join(" · "));
  $("panel-body").replaceChildren(head, el("p", { class: "hint" }, "Loading …"));
  $("panel-close").focus();
  try {
    const found = await getJSON(place(citation.document_id));
    const [before, middle, after] = cut(found.text, citation.start, citation.end);
    const mark = el("mark", { id: "highlight" }, middle);
    const parts = [head, el("div", { class: "document" }, before, mark, after)];
    if (middle !== citation.quote) {
      parts.unshift(note("", "The document has changed since this answer: the marked passage may not be the one that was cited."));
    }
    $("panel-body").replaceChildren(...parts);
    mark.scrollIntoView({ block: "center" });
  } catch (error) {
    $("panel-body").replaceChildren(head, errorNote(error), el("blockquote", { class: "document" }, citation.quote ?? ""));
  }
}

function closePanel(returnsFocus = true) {
  if ($("panel").hidden) return;
  $("panel").hidden = true;
  document.body.classList.remove("with-panel");
  state.opener?.setAttribute("aria-expanded", "false");
  if (returnsFocus) state.opener?.focus();
  state.opener = null;
}

// ---------------------------------------------------------------- documents

const when = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString() : "–");
const size = (bytes) => (bytes === null || bytes === undefined ? "–"
  : bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`);

async function showDocuments() {
  const view = $("view-documents");
  const body = el("tbody");
  const more = el("button", { type: "button", hidden: true }, "Show more");
  view.replaceChildren(el("h1", {}, `Documents in ${state.collection}`),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "Document"), el("th", { class: "hide" }, "Format"), el("th", { class: "hide" }, "Taken in"))), body),
    el("p", {}, more));
  let after = "";
  const load = async () => {
    const page = await getJSON(`/api/v1/documents?limit=50&collection=${encodeURIComponent(state.collection)}&after=${encodeURIComponent(after)}`);
    for (const item of page.documents) {
      body.append(el("tr", {},
        el("td", {}, el("a", { href: "#documents/" + encodeURIComponent(item.document_id) }, item.title ?? item.document_id),
          el("div", { class: "hint" }, item.document_id)),
        el("td", { class: "hide whole" }, item.format), el("td", { class: "hide whole" }, when(item.ingested_at))));
    }
    if (!body.childElementCount) body.append(el("tr", {}, el("td", { colspan: "3" }, "There is none yet. ", el("a", { href: "#upload" }, "Add some."))));
    after = page.next ?? "";
    more.hidden = !page.next;
  };
  more.addEventListener("click", () => load().catch((error) => view.append(errorNote(error))));
  try { await load(); } catch (error) { view.append(errorNote(error)); }
}

async function showDocument(id) {
  const view = $("view-documents");
  view.replaceChildren(el("p", {}, el("a", { href: "#documents" }, "← All documents")), el("h1", {}, id));
  try {
    const [item, chunks] = [await getJSON(place(id)), await getJSON(place(id, "/chunks"))];
    const metadata = Object.entries(item.metadata).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]);
    view.querySelector("h1").textContent = item.title ?? id;
    view.append(
      facts([["id", id], ["format", item.format], ["language", item.language ?? "–"], ["size", size(item.bytes)], ["taken in", when(item.ingested_at)], ["content", item.content_hash.slice(0, 16) + "…"], ...metadata]),
      el("p", {}, el("button", { type: "button", class: "danger", onclick: () => remove(id) }, "Delete this document")),
      el("h2", {}, chunks.chunks.length === 1 ? "1 chunk" : `${chunks.chunks.length} chunks`),
      ...chunks.chunks.map((chunk) => el("div", { class: "hit chunk" },
        el("div", { class: "meta" }, [chunk.heading, chunk.page ? `page ${chunk.page}` : "", `bytes ${chunk.start}–${chunk.end}`].filter(Boolean).join(" · ")),
        el("p", { tabindex: "0" }, chunk.text))));
  } catch (error) { view.append(errorNote(error)); }
}

async function remove(id) {
  if (!confirm(`Delete “${id}”? From then on nothing of it answers.`)) return;
  try {
    await call(place(id), { method: "DELETE" });
    location.hash = "#documents";
  } catch (error) { $("view-documents").append(errorNote(error)); }
}

// ---------------------------------------------------------------- upload and jobs

function choose(files) {
  state.files = [...files];
  $("chosen").replaceChildren(...state.files.map((file) => el("li", {}, `${file.name} (${size(file.size)})`)));
  $("upload-button").disabled = !state.files.length;
}

function upload() {
  const form = new FormData();
  form.append("collection", $("upload-collection").value.trim() || state.collection);
  if ($("access").value.trim()) form.append("access", $("access").value.trim());
  for (const file of state.files) form.append("files", file, file.name);
  const progress = $("upload-progress");
  // fetch tells nothing of what has gone out; this does.
  const request = new XMLHttpRequest();
  request.open("POST", "/api/v1/documents");
  for (const [name, value] of Object.entries(headers({ "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()) }))) request.setRequestHeader(name, value);
  request.upload.onprogress = (event) => { progress.value = event.total ? event.loaded / event.total : 0; };
  request.onloadend = () => {
    progress.hidden = true;
    $("upload-button").disabled = false;
    let body = null;
    try { body = JSON.parse(request.responseText); } catch { /* told below */ }
    if (request.status === 202) {
      choose([]);
      $("files").value = "";
      follow(body.job_id);
    } else {
      if (request.status === 401) $("key-form").hidden = false;
      const text = body?.error?.message ?? (request.status ? `The server answered ${request.status}.` : "The server cannot be reached. Is it running?");
      $("upload-result").replaceChildren(note("bad", text));
    }
  };
  progress.hidden = false;
  progress.value = 0;
  $("upload-button").disabled = true;
  request.send(form);
}

async function follow(id) {
  const box = $("upload-result");
  for (;;) {
    let job;
    try { job = await getJSON("/api/v1/jobs/" + id); } catch (error) { box.replaceChildren(errorNote(error)); return; }
    box.replaceChildren(jobView(job));
    if (job.state === "done" || job.state === "failed") break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  loadCollections();
}

const jobWords = { queued: "waiting", running: "running", done: "done", failed: "failed" };

function jobView(job) {
  const counts = Object.entries(job.report?.documents ?? {}).filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`).join(", ");
  const failures = (job.report?.failures ?? []).map((failed) => el("li", {}, `${failed.path}: ${failed.reason}`));
  return el("div", { class: "hit job" },
    el("div", {}, el("span", { class: "state " + job.state }, jobWords[job.state] ?? job.state), ` · into ${job.collection}`, counts ? ` · ${counts}` : ""),
    el("div", { class: "meta" }, `${when(job.created_at)}${job.report?.chunks ? ` · ${job.report.chunks} chunks` : ""} · ${job.job_id}`),
    job.report?.error ? note("bad", job.report.error.message) : null,
    failures.length ? el("ul", {}, ...failures) : null);
}

async function showJobs() {
  const view = $("view-jobs");
  try {
    const { jobs } = await getJSON("/api/v1/jobs?limit=50");
    view.replaceChildren(el("h1", {}, "Jobs"), ...(jobs.length ? jobs.map(jobView) : [el("p", {}, "There is none yet. Uploads become jobs.")]));
  } catch (error) { view.replaceChildren(el("h1", {}, "Jobs"), errorNote(error)); }
}

// ---------------------------------------------------------------- health

function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** A chart of an hour; `draw` gets the scales. */
function chart(title, keys, most, unit, draw) {
  const [width, height, left, bottom] = [innerWidth < 640 ? 340 : 640, 170, 46, 20];
  const top = most > 0 ? most * 1.1 : 1;
  const x = (index) => left + (index + 0.5) * ((width - left) / 60);
  const y = (value) => height - bottom - (value / top) * (height - bottom - 10);
  const shown = (value) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2));
  const image = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}, last 60 minutes, at most ${shown(most)} ${unit}` });
  for (const part of [0, 0.5, 1]) {
    image.append(svg("line", { class: "grid", x1: left, x2: width, y1: y(top * part), y2: y(top * part) }));
    const label = svg("text", { x: left - 6, y: y(top * part) + 4, "text-anchor": "end" });
    label.textContent = shown(top * part);
    image.append(label);
  }
  for (const [index, text] of [[0, "60 min ago"], [59, "now"]]) {
    const label = svg("text", { x: x(index), y: height - 4, "text-anchor": index ? "end" : "start" });
    label.textContent = text;
    image.append(label);
  }
  draw(image, x, y);
  return el("figure", {}, el("figcaption", {}, el("strong", {}, `${title} (${unit})`), ...keys.map(([name, text]) => el("span", { class: "key-" + name }, text))), image);
}

function line(image, x, y, minutes, name, kind) {
  const points = minutes.map((minute, index) => (minute.requests ? `${x(index)},${y(minute[name])}` : null));
  // A minute without requests has no latency: the line breaks there.
  let run = [];
  for (const point of [...points, null]) {
    if (point) { run.push(point); continue; }
    if (run.length === 1) image.append(svg("circle", { class: kind, cx: run[0].split(",")[0], cy: run[0].split(",")[1], r: 2 }));
    if (run.length > 1) image.append(svg("polyline", { class: kind, points: run.join(" ") }));
    run = [];
  }
}

async function showHealth() {
  const view = $("view-health");
  try {
    const ready = await fetch("/readyz").then((response) => response.json());
    const data = await getJSON("/api/v1/statistics");
    const minutes = data.minutes;
    const most = (name) => Math.max(...minutes.map((minute) => minute[name]));
    const card = (value, label) => el("div", { class: "card" }, el("b", {}, value), el("span", {}, label));
    const widest = Math.max(...data.stages.map((stage) => stage.p99_ms), 0.001);
    view.replaceChildren(
      el("h1", {}, "Health"),
      el("ul", { class: "plain", "aria-label": "Readiness" }, ...Object.entries(ready.checks).map(([name, result]) =>
        el("li", {}, el("span", { class: "state " + (result === "ok" || result === "empty" ? "ok" : "bad") }, result === "ok" ? "✓ " : result === "empty" ? "○ " : "✗ "), `${name}: ${result}`))),
      el("div", { class: "cards" },
        card(String(data.requests.total), "requests"), card(String(data.requests.errors), "errors in the last hour"),
        card(`${data.queue.running} + ${data.queue.waiting}`, "working + waiting"), card(String(data.queue.refused), "refused for load"),
        card(size(data.resident_bytes), "memory"), card(data.uptime_s < 5400 ? `${Math.round(data.uptime_s / 60)} min` : `${(data.uptime_s / 3600).toFixed(1)} h`, "up")),
      chart("Requests", [["a", "all"], ["e", "errors"]], most("requests"), "a minute", (image, x, y) => {
        minutes.forEach((minute, index) => {
          for (const [name, kind] of [["requests", "bar"], ["errors", "err"]]) {
            if (minute[name]) image.append(svg("rect", { class: kind, x: x(index) - 2, width: 4, y: y(minute[name]), height: y(0) - y(minute[name]) }));
          }
        });
      }),
      chart("Latency", [["a", "median"], ["b", "99th percentile"]], most("p99_ms"), "ms", (image, x, y) => {
        line(image, x, y, minutes, "p50_ms", "a");
        line(image, x, y, minutes, "p99_ms", "b");
      }),
      el("h2", {}, "Stages of a question"),
      el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "Stage"), el("th", { class: "number" }, "Times"), el("th", { class: "number" }, "Median"), el("th", { class: "number" }, "99 %"), el("th", { class: "hide" }, ""))),
        el("tbody", {}, ...data.stages.map((stage) => el("tr", {},
          el("td", {}, stage.stage), el("td", { class: "number" }, String(stage.count)), el("td", { class: "number" }, `${stage.p50_ms} ms`), el("td", { class: "number" }, `${stage.p99_ms} ms`),
          el("td", { class: "hide" }, el("progress", { max: String(widest), value: String(stage.p50_ms), "aria-label": `${stage.stage}: share of the slowest` })))))));
  } catch (error) { view.replaceChildren(el("h1", {}, "Health"), errorNote(error)); }
}

// ---------------------------------------------------------------- routes

const views = ["ask", "documents", "upload", "jobs", "health"];

function route() {
  const [name, rest] = (location.hash.slice(1) || "ask").split(/\/(.*)/s);
  const current = views.includes(name) ? name : "ask";
  for (const view of views) $("view-" + view).hidden = view !== current;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("main").classList.toggle("wide", current === "health");
  closePanel(false);
  clearInterval(state.timer);
  const show = { documents: () => (rest ? showDocument(decodeURIComponent(rest)) : showDocuments()), jobs: showJobs, health: showHealth }[current];
  show?.();
  if (current === "jobs" || current === "health") {
    state.timer = setInterval(() => { if (!document.hidden) show(); }, current === "jobs" ? 2000 : 5000);
  }
  if (current === "upload") $("upload-collection").value = state.collection;
  if (current === "ask") $("question").focus();
}

async function loadCollections() {
  try {
    const { collections } = await getJSON("/api/v1/collections");
    const names = collections.map((collection) => collection.name);
    if (!names.length) names.push("main");
    const kept = sessionStorage.getItem("rag-collection");
    state.collection = [state.collection, kept, "main", names[0]].find((name) => names.includes(name));
    $("collection").replaceChildren(...names.map((name) => el("option", { value: name, selected: name === state.collection }, name)));
    $("key-form").hidden = true;
  } catch (error) {
    state.collection ||= "main";
    if (error.status !== 401) $("conversation").prepend(errorNote(error));
  }
}

$("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = $("question").value.trim();
  if (!question || state.abort) return;
  $("question").value = "";
  ask(question);
});
$("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("ask-form").requestSubmit();
  }
});
$("stop-button").addEventListener("click", () => state.abort?.abort());
$("new-button").addEventListener("click", () => {
  state.history = [];
  $("conversation").replaceChildren();
  $("new-button").hidden = true;
  $("question").focus();
});
$("collection").addEventListener("change", (event) => {
  state.collection = event.target.value;
  state.history = [];
  sessionStorage.setItem("rag-collection", state.collection);
  route();
});
$("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  sessionStorage.setItem("rag-key", $("key").value.trim());
  $("key").value = "";
  await loadCollections();
  route();
});
$("panel-close").addEventListener("click", () => closePanel());
$("files").addEventListener("change", (event) => choose(event.target.files));
$("upload-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (state.files.length) upload();
});
for (const name of ["dragenter", "dragover"]) {
  $("drop").addEventListener(name, (event) => { event.preventDefault(); $("drop").classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) {
  $("drop").addEventListener(name, (event) => { event.preventDefault(); $("drop").classList.remove("over"); });
}
$("drop").addEventListener("drop", (event) => choose(event.dataTransfer.files));
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select");
  if (event.key === "Escape") closePanel();
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    location.hash = "#ask";
    $("question").focus();
  }
});
window.addEventListener("hashchange", route);
await loadCollections();
route();
