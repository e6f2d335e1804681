// Windows of the collection against its baseline: timeline, what moved, map and examples.

import { $, call, el, errorNote, getJSON, note, post, state, svg, when } from "./common.js";

const titles = {
  corpus: "Documents' meaning", documents: "Documents' kinds", questions: "Questions' meaning", retrieval: "What questions find",
  rates: "Rates", model: "Embedding model", sentinels: "Sentinel questions",
};
const marks = { none: "·", warning: "◦", drift: "○", insufficient: "–" };
const words = { none: "none", warning: "warning", drift: "drift", insufficient: "too little data" };
const severity = { drift: 1, warning: 2, none: 3, insufficient: 4 };

const named = (signal) => titles[signal] ?? signal;
const number = (value) => (value === null || value === undefined ? "–" : Number(value).toPrecision(3));
const rank = (found) => (found.is_alarm ? 0 : severity[found.verdict]);
const kind = (found) => (found.is_alarm || found.verdict === "drift" ? "bad" : found.verdict === "none" ? "ok" : "");
const place = (path, until) => `/api/v1/drift${path}?collection=${encodeURIComponent(state.collection)}${until ? `&until=${until}` : ""}`;
const day = (seconds) => new Date(seconds * 1000).toLocaleDateString(undefined, { month: "short", day: "numeric" });

/** A row a signal, a column a window; a column's head opens the window. */
function timeline(windows, shown) {
  const recent = windows.slice(-14);
  const head = recent.map((window) => el("th", { scope: "col" },
    el("a", { href: `#drift/${Math.ceil(window.ends_at)}`, "aria-current": window.ends_at === shown.ends_at ? "true" : null, title: when(window.starts_at) }, day(window.starts_at))));
  const rows = Object.keys(titles).map((signal) => el("tr", {}, el("th", { scope: "row" }, named(signal)),
    ...recent.map((window) => {
      const found = window.signals.find((one) => one.signal === signal);
      if (!found) return el("td", {});
      const label = found.is_alarm ? "alarm" : words[found.verdict];
      return el("td", { class: "sign state " + kind(found), title: found.summary },
        el("span", { "aria-hidden": "true" }, found.is_alarm ? "●" : marks[found.verdict]), el("span", { class: "sr" }, label));
    })));
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Windows" },
    el("table", { class: "timeline" }, el("thead", {}, el("tr", {}, el("td", {}), ...head)), el("tbody", {}, ...rows)));
}

/** Axes and what `draw` puts between them. */
function plot(title, keys, points, tall, draw) {
  const [width, height, edge] = [innerWidth < 640 ? 340 : 640, tall, 18];
  const scale = (name, low, high) => {
    const values = points.map((point) => point[name]);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    // What hardly differs is not drawn as if it differed much.
    const span = Math.max(most - least, 0.05 * Math.abs(most), 1e-9);
    return (value) => (low + high) / 2 + ((value - (least + most) / 2) / span) * (high - low);
  };
  const image = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  draw(image, scale("x", edge, width - edge), scale("y", height - edge, edge), width, height);
  return el("figure", {}, el("figcaption", {}, el("strong", {}, title), ...keys.map(([name, text]) => el("span", { class: "key-" + name }, text))), image);
}

/** The signal's statistic in each window. */
function course(windows, signal, until) {
  const points = windows.flatMap((window) => {
    const found = window.signals.find((one) => one.signal === signal);
    return found && found.statistic !== null && found.statistic !== undefined ? [{ x: window.ends_at, y: found.statistic, found, window }] : [];
  });
  if (points.length < 2) return null;
  const method = points.at(-1).found.method.replaceAll("_", " ");
  return plot(`${method}, window by window`, [], points, 120, (image, x, y, width) => {
    for (const value of [Math.min(...points.map((point) => point.y)), Math.max(...points.map((point) => point.y))]) {
      image.append(svg("line", { class: "grid", x1: 0, x2: width, y1: y(value), y2: y(value) }));
      const label = svg("text", { x: 2, y: y(value) - 3 });
      label.textContent = number(value);
      image.append(label);
    }
    image.append(svg("polyline", { class: "a", points: points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ") }));
    for (const point of points) {
      const tip = svg("title");
      tip.textContent = `${day(point.window.starts_at)}: ${point.found.summary}`;
      image.append(svg("circle", { class: point.found.is_alarm ? "err" : "bar", cx: x(point.x), cy: y(point.y), r: point.window.ends_at === until ? 5 : 3 }, tip));
    }
  });
}

/** Baseline and window on two components; a dot tells its text. */
function map(found, texts) {
  if (!found.map) return null;
  const moved = new Set(found.examples.map((example) => example.value));
  const told = el("p", { class: "hint", "aria-live": "polite" }, "Point at a dot to read it.");
  const image = plot("Map: first two principal components of the baseline", [["r", "baseline"], ["w", "window"], ["m", "moved most"]],
    [...found.map.reference, ...found.map.current], 260, (drawing, x, y) => {
      const dot = (point, kind, radius, text) => {
        const circle = svg("circle", { class: kind, cx: x(point.x).toFixed(1), cy: y(point.y).toFixed(1), r: radius });
        if (text) {
          const tip = svg("title");
          tip.textContent = text;
          circle.append(tip);
          circle.addEventListener("pointerenter", () => { told.textContent = text; });
        }
        drawing.append(circle);
      };
      for (const point of found.map.reference) dot(point, "ref", 2.5);
      found.map.current.forEach((point, index) => {
        if (!moved.has(point.example?.value)) dot(point, "cur", 3, texts[index]);
      });
      found.map.current.forEach((point, index) => {
        if (moved.has(point.example?.value)) dot(point, "moved", 5, texts[index]);
      });
    });
  return el("div", {}, image, told);
}

function section(found, windows, shown, data) {
  const texts = data.examples[found.signal] ?? [];
  return el("details", { class: "hit signal", open: found.is_alarm || found.verdict === "drift", "data-signal": found.signal },
    el("summary", {}, el("span", { class: "state " + kind(found) }, found.is_alarm ? "alarm" : words[found.verdict]), ` · ${named(found.signal)}`,
      el("span", { class: "meta" }, ` · ${found.reference_count} → ${found.current_count}`)),
    el("p", {}, found.summary),
    course(windows, found.signal, shown.ends_at), map(found, data.map_texts[found.signal] ?? []),
    found.parts.length ? el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "Part"), el("th", {}, ""), el("th", { class: "number" }, "Found"), el("th", { class: "number" }, "p"))),
      el("tbody", {}, ...found.parts.map((part) => el("tr", {}, el("td", {}, part.name),
        el("td", { class: "state " + kind(part) }, words[part.verdict]), el("td", { class: "number" }, number(part.statistic)), el("td", { class: "number" }, number(part.p_value)))))) : null,
    texts.length ? el("div", { class: "examples" }, el("h3", {}, "What moved"), ...texts.map((text) => el("blockquote", {}, text))) : null);
}

/** A button that does something slow, and the view again after it. */
function action(label, path, body, warning) {
  const button = el("button", { type: "button", onclick: async () => {
    if (warning && !confirm(warning)) return;
    button.disabled = true;
    button.textContent = "Working …";
    try {
      await post(path, { collection: state.collection, ...body });
      location.hash = "#drift";
      await showDrift();
    } catch (error) {
      button.replaceWith(errorNote(error));
    }
  } }, label);
  return button;
}

async function saveReport() {
  try {
    const page = await (await call(place("/report"))).blob();
    const link = el("a", { href: URL.createObjectURL(page), download: `drift-${state.collection}.html` });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) { $("view-drift").prepend(errorNote(error)); }
}

/** @param until seconds since 1970 where an older window was chosen. */
export async function showDrift(until) {
  const view = $("view-drift");
  const title = el("h1", {}, `Drift of ${state.collection}`);
  try {
    const all = await getJSON(place(""));
    const data = until ? await getJSON(place("", Number(until))) : all;
    const shown = data.windows.at(-1);
    if (!all.has_baseline) {
      view.replaceChildren(title, el("p", {}, "Nothing to compare with yet. A baseline keeps what the documents and questions of now are like, and the answers of a fixed set of texts and questions; each later window is compared with it."),
        el("p", {}, action("Make a baseline", "/api/v1/drift/baseline", {})));
      return;
    }
    if (!shown) {
      view.replaceChildren(title, el("p", {}, "There is a baseline, and no window has closed since."), el("p", {}, action("Check what is there", "/api/v1/drift/check", {})));
      return;
    }
    const alarms = shown.signals.filter((found) => found.is_alarm).map((found) => named(found.signal));
    view.replaceChildren(title,
      el("p", { class: "hint" }, `${when(shown.starts_at)} to ${when(shown.ends_at)}`, until ? el("span", {}, " · ", el("a", { href: "#drift" }, "the newest")) : null),
      note(alarms.length ? "bad" : "calm", alarms.length ? `Alarm: ${alarms.join(", ")}.` : "No alarm."),
      timeline(all.windows, shown), el("p", { class: "hint" }, "● alarm, ○ drift, · none, – too little data"),
      el("div", {}, ...[...shown.signals].sort((a, b) => rank(a) - rank(b)).map((found) => section(found, data.windows, shown, data))),
      el("p", { class: "row" }, action("Check what is there", "/api/v1/drift/check", {}), el("button", { type: "button", onclick: saveReport }, "Save the report"),
        action("Make a new baseline", "/api/v1/drift/baseline", {}, "Later windows are then compared with what is there now. Go on?")));
  } catch (error) { view.replaceChildren(title, errorNote(error)); }
}
