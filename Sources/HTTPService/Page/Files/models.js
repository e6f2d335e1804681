// Experiments with their runs, and registered models: what MLflow's clients and this program tracked.

import { $, el, errorNote, getJSON, post, svg, when } from "./common.js";

const base = "/api/2.0/mlflow";
const time = (milliseconds) => when(milliseconds ? milliseconds / 1000 : 0);
const shown = (value) => (typeof value === "number" ? Number(value.toPrecision(5)).toString() : String(value ?? "–"));
const byKey = (pairs) => Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value]));
const told = (tags) => (tags ?? []).filter(({ key }) => !key.startsWith("mlflow."));
const runLink = (run) => el("a", { href: `#runs/${run.info.experiment_id}/${run.info.run_id}` }, run.info.run_name);
const colours = ["c0", "c1", "c2", "c3", "c4", "c5"];

function facts(pairs) {
  return el("dl", { class: "facts" }, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function table(head, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": head.filter(Boolean).join(", ") },
    el("table", {}, el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, ...rows)));
}

/** Lines over steps, one a run. */
function plot(title, lines) {
  const [width, height, left, edge] = [innerWidth < 640 ? 340 : 640, 220, 52, 18];
  const points = lines.flatMap((line) => line.points);
  const span = (values) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return most > least ? [least, most] : [least - 0.5, most + 0.5];
  };
  const [x0, x1] = span(points.map((point) => point.step));
  const [y0, y1] = span(points.map((point) => point.value));
  const x = (step) => left + ((step - x0) / (x1 - x0)) * (width - left - edge);
  const y = (value) => height - edge - ((value - y0) / (y1 - y0)) * (height - 2 * edge);
  const image = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} from ${shown(y0)} to ${shown(y1)}` });
  for (const value of [y0, (y0 + y1) / 2, y1]) {
    image.append(svg("line", { class: "grid", x1: left, x2: width - edge, y1: y(value), y2: y(value) }));
    const label = svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" });
    label.textContent = shown(value);
    image.append(label);
  }
  lines.forEach((line, index) => {
    const kind = "line " + colours[index % colours.length];
    image.append(line.points.length > 1
      ? svg("polyline", { class: kind, points: line.points.map((point) => `${x(point.step)},${y(point.value)}`).join(" ") })
      : svg("circle", { class: "dot " + colours[index % colours.length], cx: x(line.points[0].step), cy: y(line.points[0].value), r: 4 }));
  });
  return el("figure", {}, el("figcaption", {}, el("strong", {}, title), ...(lines.length > 1 ? lines.map((line, index) => el("span", { class: "swatch " + colours[index % colours.length] }, line.name)) : [])), image);
}

async function history(runID, metric) {
  const found = await getJSON(`${base}/metrics/get-history?run_id=${runID}&metric_key=${encodeURIComponent(metric)}&max_results=2000`);
  return (found.metrics ?? []).filter((point) => Number.isFinite(point.value));
}

async function showExperiments(view) {
  const { experiments } = await (await post(base + "/experiments/search", { max_results: 1000 })).json();
  view.replaceChildren(el("h1", {}, "Experiments"),
    table(["Experiment", "Changed", "Id"], experiments.map((one) => el("tr", {},
      el("td", {}, el("a", { href: "#runs/" + one.experiment_id }, one.name)), el("td", {}, time(one.last_update_time)), el("td", {}, one.experiment_id)))),
    el("p", { class: "hint" }, "Runs of ", el("code", {}, "rag eval"), " and of any MLflow client whose tracking URI is this server."));
}

/** Runs that were chosen, side by side. */
async function compare(box, runs) {
  if (!runs.length) { box.replaceChildren(); return; }
  const parameters = runs.map((run) => byKey(run.data.params));
  const metrics = runs.map((run) => byKey(run.data.metrics));
  const names = (maps) => [...new Set(maps.flatMap((map) => Object.keys(map)))].sort();
  const differing = names(parameters).filter((name) => new Set(parameters.map((map) => map[name])).size > 1);
  const row = (name, maps) => el("tr", {}, el("th", { scope: "row" }, name), ...maps.map((map) => el("td", { class: "number" }, shown(map[name]))));
  const figures = [];
  for (const name of names(metrics).slice(0, 6)) {
    const lines = [];
    for (const run of runs.slice(0, colours.length)) {
      const points = await history(run.info.run_id, name);
      if (points.length) lines.push({ name: run.info.run_name, points });
    }
    if (lines.some((line) => line.points.length > 1)) figures.push(plot(name, lines));
  }
  box.replaceChildren(el("h2", {}, `${runs.length} runs side by side`),
    table(["", ...runs.map((run) => run.info.run_name)], [...differing.map((name) => row(name, parameters)), ...names(metrics).map((name) => row(name, metrics))]),
    ...figures);
}

async function showRunsOf(view, id) {
  const { experiment } = await getJSON(`${base}/experiments/get?experiment_id=${encodeURIComponent(id)}`);
  const { runs } = await (await post(base + "/runs/search", { experiment_ids: [id], max_results: 200 })).json();
  const names = [...new Set((runs ?? []).flatMap((run) => run.data.metrics.map((metric) => metric.key)))].sort().slice(0, 5);
  const chosen = new Set();
  const box = el("div", { "aria-live": "polite" });
  view.replaceChildren(el("p", {}, el("a", { href: "#runs" }, "← All experiments")), el("h1", {}, experiment.name));
  if (!runs?.length) { view.append(el("p", {}, "There is no run yet.")); return; }
  view.append(table(["", "Run", "Begun", "Status", ...names], runs.map((run) => {
    const metrics = byKey(run.data.metrics);
    return el("tr", {},
      el("td", {}, el("input", { type: "checkbox", "aria-label": `Compare ${run.info.run_name}`, onchange: (event) => {
        if (event.target.checked) chosen.add(run); else chosen.delete(run);
        compare(box, [...chosen]).catch((error) => box.replaceChildren(errorNote(error)));
      } })),
      el("td", {}, runLink(run)), el("td", { class: "whole" }, time(run.info.start_time)),
      el("td", { class: "state " + (run.info.status === "FINISHED" ? "ok" : run.info.status === "FAILED" ? "bad" : "") }, run.info.status.toLowerCase()),
      ...names.map((name) => el("td", { class: "number" }, shown(metrics[name]))));
  })), el("p", { class: "hint" }, "Check runs to see them side by side."), box);
}

async function showRun(view, id) {
  const { run } = await getJSON(`${base}/runs/get?run_id=${encodeURIComponent(id)}`);
  view.replaceChildren(el("p", {}, el("a", { href: "#runs/" + run.info.experiment_id }, "← Runs")), el("h1", {}, run.info.run_name),
    facts([["id", run.info.run_id], ["status", run.info.status.toLowerCase()], ["begun", time(run.info.start_time)], ["ended", time(run.info.end_time)],
      ...told(run.data.tags).map(({ key, value }) => [key, value])]));
  if (run.data.params.length) view.append(el("h2", {}, "Parameters"), facts(run.data.params.map(({ key, value }) => [key, value])));
  if (run.data.metrics.length) view.append(el("h2", {}, "Metrics"), facts(run.data.metrics.map(({ key, value }) => [key, shown(value)])));
  for (const { key } of run.data.metrics.slice(0, 12)) {
    const points = await history(run.info.run_id, key);
    if (points.length > 1) view.append(plot(key, [{ name: key, points }]));
  }
  const { files } = await getJSON(`${base}/artifacts/list?run_id=${id}`);
  if (files?.length) view.append(el("h2", {}, "Files"), el("ul", {}, ...files.map((file) => el("li", {}, file.path + (file.is_dir ? "/" : "")))));
}

/** @param rest empty, an experiment's id, or that and a run's. */
export async function showRuns(rest) {
  const view = $("view-runs");
  try {
    const [experiment, run] = (rest ?? "").split("/");
    if (run) await showRun(view, run);
    else if (experiment) await showRunsOf(view, experiment);
    else await showExperiments(view);
  } catch (error) { view.replaceChildren(el("h1", {}, "Experiments"), errorNote(error)); }
}

/** Registered models with their versions and what happened to them. */
/** What the live monitors tell of the serving version; nothing for models that this server only keeps. */
async function monitorsOf(name) {
  try {
    const { version, monitors } = await getJSON(`/api/v1/models/${encodeURIComponent(name)}/monitors`);
    if (!version) return null;
    const alarms = monitors.filter((monitor) => monitor.alarm);
    return el("details", { class: "more" }, el("summary", {}, `Live monitors of version ${version} · `,
      el("strong", { class: alarms.length ? "bad" : "ok" }, alarms.length ? `${alarms.length} alarm` : "none alarms")),
      table(["Monitor", "Of", "", "Seen"], monitors.map((monitor) => el("tr", {}, el("td", {}, monitor.monitor.replaceAll("_", " ")),
        el("td", {}, monitor.subject), el("td", { class: monitor.alarm ? "bad" : "ok" }, monitor.alarm ? "alarm" : "none"),
        el("td", { class: "whole" }, monitor.message)))));
  } catch { return null; }
}

export async function showModels() {
  const view = $("view-models");
  try {
    const { registered_models: models } = await getJSON(base + "/registered-models/search?max_results=1000");
    view.replaceChildren(el("h1", {}, "Models"));
    if (!models?.length) {
      view.append(el("p", {}, "No model is registered yet. MLflow's clients register one with ", el("code", {}, "registered_model_name"), "."));
      return;
    }
    for (const model of models) {
      const { model_versions: versions } = await getJSON(`${base}/model-versions/search?filter=${encodeURIComponent(`name = '${model.name.replaceAll("'", "")}'`)}`);
      const { events, first_broken: broken } = await getJSON(`/api/v1/models/history?name=${encodeURIComponent(model.name)}&limit=50`);
      const { gates } = await getJSON(`/api/v1/models/${encodeURIComponent(model.name)}/gates`);
      const monitors = await monitorsOf(model.name);
      view.append(el("section", { class: "hit" }, el("h2", {}, model.name), model.description ? el("p", {}, model.description) : null,
        table(["Version", "Alias", "Stage", "Registered", "Run"], (versions ?? []).map((version) => el("tr", {},
          el("td", {}, version.version), el("td", {}, (version.aliases ?? []).map((alias) => "@" + alias).join(" ")), el("td", {}, version.current_stage),
          el("td", { class: "whole" }, time(version.creation_timestamp)), el("td", {}, version.run_id ? version.run_id.slice(0, 8) : "–")))),
        monitors,
        gates.length ? el("details", { class: "more" }, el("summary", {}, `Gates · ${gates.length}`),
          ...gates.map((gate) => el("div", {}, el("p", {}, el("strong", { class: gate.passed ? "ok" : "bad" }, gate.passed ? "let through" : "held back"),
            ` · version ${gate.version} for @${gate.alias} · ${when(gate.at)} · ${gate.actor}`),
            el("ul", { class: "plain" }, ...(gate.record?.checks ?? []).map((check) =>
              el("li", { class: check.isPassed ? "" : "bad" }, `${check.name}: ${check.message}`)))))) : null,
        broken ? el("p", { class: "note bad", role: "alert" }, `The history is not whole: entry ${broken} was changed, or one before it is gone.`) : null,
        el("details", { class: "more" }, el("summary", {}, `History · ${events.length}`),
          el("ul", { class: "plain" }, ...events.map((event) => el("li", {}, `${when(event.at)} · ${event.action.replaceAll("_", " ")} ${event.subject}`
            + (event.action === "alias_moved" || event.action === "stage_moved" ? `: ${event.old ?? "–"} → ${event.new ?? "–"}` : "")
            + (event.actor ? ` · ${event.actor}` : "") + (event.reason ? ` · ${event.reason}` : "")))))));
    }
  } catch (error) { view.replaceChildren(el("h1", {}, "Models"), errorNote(error)); }
}
