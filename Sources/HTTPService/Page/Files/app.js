// The page of rag: modules, no build step. Everything that comes from the server goes into the document as text,
// never as markup.

import { $, CallError, call, el, errorNote, events, getJSON, headers, note, place, post, size, state, when } from "./common.js";
import { showDrift } from "./drift.js";
import { showHealth } from "./health.js";
import { showModels, showRuns } from "./models.js";
import { bytes, closePanel, openSource, where } from "./source.js";

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
      el("span", { class: "where" }, [citation.heading, where(citation)].filter(Boolean).join(", "))))));
}

function retrieved(result) {
  const number = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
  return el("details", { class: "more", open: result.abstained && result.chunks.length > 0 },
    el("summary", {}, result.abstained ? "Nearest passages" : `${result.chunks.length} passages that were read`),
    ...result.chunks.map((chunk) => el("div", { class: "hit" },
      el("button", { class: "link", type: "button", onclick: (event) => openSource({ ...chunk, quote: ownText(chunk) }, event.currentTarget) },
        chunk.title ?? chunk.document_id),
      el("div", { class: "meta" }, [chunk.heading, where(chunk), `words ${number(chunk.scores.lexical)}`, `meaning ${number(chunk.scores.dense)}`].filter(Boolean).join(" · ")),
      el("p", { tabindex: "0" }, chunk.text))));
}

/** A chunk's text without the column names that it is shown with. */
function ownText(chunk) {
  return chunk.header === undefined ? chunk.text : chunk.text.slice(chunk.header.length + 1);
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

// ---------------------------------------------------------------- documents

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
        el("div", { class: "meta" }, [chunk.heading, where(chunk), bytes(chunk)].filter(Boolean).join(" · ")),
        el("p", { tabindex: "0" }, chunk.header === undefined ? null : el("span", { class: "columns" }, chunk.header + "\n"), chunk.text))));
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

// ---------------------------------------------------------------- routes

const views = ["ask", "documents", "upload", "jobs", "health", "drift", "runs", "models"];

function route() {
  const [name, rest] = (location.hash.slice(1) || "ask").split(/\/(.*)/s);
  const current = views.includes(name) ? name : "ask";
  for (const view of views) $("view-" + view).hidden = view !== current;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("main").classList.toggle("wide", ["health", "drift", "runs", "models"].includes(current));
  closePanel(false);
  clearInterval(state.timer);
  const show = { documents: () => (rest ? showDocument(decodeURIComponent(rest)) : showDocuments()), jobs: showJobs, health: showHealth, drift: () => showDrift(rest), runs: () => showRuns(rest), models: showModels }[current];
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
