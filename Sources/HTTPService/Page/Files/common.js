// Elements, calls to the server and notes: what every part of the page needs.

export const $ = (id) => document.getElementById(id);
export const state = { collection: "", history: [], turn: null, abort: null, timer: null, jobTimer: null, files: [], opener: null };

/** An element with attributes and children; strings become text. */
export function el(name, attributes = {}, ...children) {
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
export class CallError extends Error {
  constructor(message, status, code, id) {
    super(message);
    Object.assign(this, { status, code, id });
  }
}

export function headers(extra = {}) {
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

export async function call(path, options = {}) {
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

export const getJSON = async (path) => (await call(path)).json();
export const post = (path, body, options = {}) =>
  call(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, ...options });

export const place = (id, more = "") =>
  `/api/v1/documents/${id.split("/").map(encodeURIComponent).join("/")}${more}?collection=${encodeURIComponent(state.collection)}`;

/** Server-sent events of a response, one after the other. */
export async function* events(response) {
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

export function note(kind, ...content) {
  return el("p", { class: "note " + kind, role: kind === "bad" ? "alert" : null }, ...content);
}

export function errorNote(error) {
  return note("bad", error.message, error.id ? el("span", { class: "hint" }, ` Request ${error.id}`) : null);
}

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export const when = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString() : "–");
export const size = (bytes) => (bytes === null || bytes === undefined ? "–"
  : bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`);
