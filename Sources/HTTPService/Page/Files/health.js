// Readiness, load and times of the last hour.

import { $, el, errorNote, getJSON, size, svg } from "./common.js";

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

export async function showHealth() {
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
