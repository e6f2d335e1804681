// The panel that opens a source at its place: the page with a box around the quote, or the text with the quote marked.

import { $, call, el, errorNote, getJSON, note, place, state, svg } from "./common.js";

/** Where a citation or chunk is, in words: page, slide, sheet, row. */
export function where(source) {
  const parts = [];
  if (source.slide) parts.push(`slide ${source.slide}`);
  else if (source.sheet) parts.push(`sheet ${source.sheet}`);
  else if (source.page) parts.push(`page ${source.page}`);
  if (source.row) parts.push(`row ${source.row}`);
  return parts.join(", ");
}

/** Bytes of the file where they are known, else of the text. */
export function bytes(source) {
  return source.source_start === undefined
    ? `bytes ${source.start}–${source.end} of its text` : `bytes ${source.source_start}–${source.source_end}`;
}

/** Splits text at UTF-8 byte offsets. */
function cut(text, start, end) {
  const encoded = new TextEncoder().encode(text);
  const decode = (from, to) => new TextDecoder().decode(encoded.subarray(from, to));
  return [decode(0, start), decode(start, end), decode(end, encoded.length)];
}

let picture = null;

/** Opens a citation; or a chunk, whose place is asked for first. */
export async function openSource(source, opener) {
  closePanel(false);
  const turn = (state.turn = {});
  state.opener = opener;
  opener?.setAttribute("aria-expanded", "true");
  $("panel-title").textContent = source.title ?? source.document_id;
  $("panel").hidden = false;
  document.body.classList.add("with-panel");
  const head = (known) => el("p", { class: "hint" },
    [known.document_id, known.heading, where(known), bytes(known)].filter(Boolean).join(" · "));
  $("panel-body").replaceChildren(head(source), el("p", { class: "hint" }, "Loading …"));
  $("panel-close").focus();
  try {
    const found = await getJSON(place(source.document_id));
    const [before, middle, after] = cut(found.text, source.start, source.end);
    const hasChanged = middle !== source.quote;
    let known = source;
    if (source.chunk_id && !hasChanged) {
      known = { ...source, ...await getJSON(place(source.document_id, "/place") + `&start=${source.start}&end=${source.end}`) };
    }
    if (turn !== state.turn) return;
    const mark = el("mark", { id: "highlight" }, middle);
    const text = el("div", { class: "document" }, before, mark, after);
    const parts = [head(known)];
    if (hasChanged) {
      parts.unshift(note("", "The document has changed since this answer: the marked passage may not be the one that was cited."));
    }
    const hasPage = known.page && (known.page_size || found.format === "pdf");
    if (hasPage && !hasChanged) {
      await showPage(known, parts, text, mark, turn);
    } else {
      $("panel-body").replaceChildren(...parts, text);
      mark.scrollIntoView({ block: "center" });
    }
  } catch (error) {
    if (turn !== state.turn) return;
    $("panel-body").replaceChildren(head(source), errorNote(error), el("blockquote", { class: "document" }, source.quote ?? ""));
  }
}

/** The page, with its text a button away; the text alone where there is no picture. */
async function showPage(source, parts, text, mark, turn) {
  let figure;
  try {
    figure = await pageFigure(source);
  } catch (error) {
    if (turn !== state.turn) return;
    $("panel-body").replaceChildren(...parts, note("calm", error.message), text);
    mark.scrollIntoView({ block: "center" });
    return;
  }
  if (turn !== state.turn) return;
  const buttons = [["Page", figure], ["Text", text]].map(([name, view]) => el("button", {
    type: "button", "aria-pressed": "false", onclick: () => choose(view),
  }, name));
  const larger = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
    larger.setAttribute("aria-pressed", String(figure.classList.toggle("large")));
    show();
  } }, "Larger");
  const show = () => (figure.hidden ? mark : figure.querySelector("rect") ?? figure)
    .scrollIntoView({ block: "center", inline: "center" });
  function choose(view) {
    [figure, text].forEach((each, index) => {
      each.hidden = each !== view;
      buttons[index].setAttribute("aria-pressed", String(each === view));
    });
    larger.hidden = figure.hidden;
    show();
  }
  $("panel-body").replaceChildren(...parts, el("div", { class: "row views" }, ...buttons, larger), figure, text);
  choose(figure);
}

/** The picture of a page, with a box for each line of the quote. */
async function pageFigure(source) {
  const response = await call(place(source.document_id, `/pages/${source.page}/image`));
  forgetPicture();
  picture = URL.createObjectURL(await response.blob());
  const image = el("img", { src: picture, alt: `Page ${source.page} of ${source.title ?? source.document_id}` });
  await image.decode();
  const [width, height] = source.page_size ?? [image.naturalWidth, image.naturalHeight];
  const boxes = (source.boxes ?? []).map(([left, top, right, bottom]) =>
    svg("rect", { x: left, y: top, width: right - left, height: bottom - top }));
  return el("figure", { class: "page" },
    el("div", { class: "paper" }, image,
      svg("svg", { class: "boxes", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...boxes)),
    boxes.length ? null : el("figcaption", {}, "Where on the page the quote stands is not known."));
}

function forgetPicture() {
  if (picture) URL.revokeObjectURL(picture);
  picture = null;
}

export function closePanel(returnsFocus = true) {
  state.turn = null;
  if ($("panel").hidden) return;
  $("panel").hidden = true;
  $("panel-body").replaceChildren();
  forgetPicture();
  document.body.classList.remove("with-panel");
  state.opener?.setAttribute("aria-expanded", "false");
  if (returnsFocus) state.opener?.focus();
  state.opener = null;
}
