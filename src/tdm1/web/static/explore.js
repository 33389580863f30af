// The scientist's door: controls, a quick simulation on the server, bands drawn by Vega's interpreter (no eval).
import { ask, el, fill, ready, save, table } from "./common.js";
import { expressionInterpreter } from "./vendor/vega-interpreter.js";

const byId = (id) => document.getElementById(id);
const SLIDERS = ["dose_mg_per_kg", "weight_kg", "her2_factor", "prior_lines", "cycles"];
const OPTIONAL = { weight_kg: "weight-on", prior_lines: "lines-on", cycles: "cycles-on" };
const CHARTS = { conjugate: "T-DM1", tumour: "sum of diameters", platelets: "platelets", dm1: "DM1" };
const LABEL = { dose_mg_per_kg: "3.6", interval_day: "21", weight_kg: "70", her2_factor: "1", prior_lines: "1", cycles: "6" };
const WORDS = {
  response_pct: "Objective response", held_median_month: "Progression-free survival, median", held_6_month_pct: "Progression-free at 6 months", held_12_month_pct: "Progression-free at 12 months",
  dose_delayed_pct: "A dose delayed", dose_reduced_pct: "Dose reduced", stopped_for_side_effects_pct: "Stopped for side effects", platelets_grade_3_or_4_pct: "Platelets, grade 3 or 4",
  infusions_median: "Infusions, median",
};
const colour = getComputedStyle(document.documentElement);
const ACCENT = colour.getPropertyValue("--accent").trim(), SOFT = colour.getPropertyValue("--soft").trim(), HELD = colour.getPropertyValue("--focus").trim();
const shown = (unit) => unit.replace(/^u(?=g|mol)/, "µ");
const views = {};
let now = null, held = null, waiting = null, running = false, again = false;

function settings() {
  const made = { interval_day: Number(byId("interval_day").value) };
  for (const name of SLIDERS) if (!OPTIONAL[name] || byId(OPTIONAL[name]).checked) made[name] = Number(byId(name).value);
  return made;
}

function told() {
  for (const name of SLIDERS) {
    const off = OPTIONAL[name] && !byId(OPTIONAL[name]).checked;
    byId(name).disabled = Boolean(off);
    byId(`${name}-out`).value = off ? "each their own" : Number(Number(byId(name).value).toPrecision(3));
  }
  if (byId("cycles").disabled) byId("cycles-out").value = "until it grows";
}

/** Rows of one band for Vega; times where too few are left stand out. */
function rows(found, name, run) {
  const band = found.bands[name];
  return found.time_day.map((day, at) => ({ day, low: band.p05[at], mid: band.median[at], high: band.p95[at], run })).filter((row) => row.mid !== null);
}

function spec(name, width) {
  const band = now.bands[name];
  const all = [...rows(now, name, "now"), ...(held ? rows(held, name, "held") : [])];
  const line = (run, stroke, dash) => ({ type: "line", from: { data: run }, encode: { enter: { x: { scale: "x", field: "day" }, y: { scale: "y", field: "mid" }, stroke: { value: stroke }, strokeWidth: { value: 2 }, strokeDash: { value: dash } } } });
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json", width, height: 200, padding: 5, autosize: { type: "fit", contains: "padding" },
    data: [{ name: "now", values: rows(now, name, "now") }, { name: "held", values: held ? rows(held, name, "held") : [] }],
    scales: [
      { name: "x", type: "linear", domain: [0, Math.max(...now.time_day)], range: "width" },
      { name: "y", type: "linear", domain: [0, Math.max(...all.map((row) => row.high), 1e-9) * 1.05], range: "height", nice: true },
    ],
    axes: [
      { orient: "bottom", scale: "x", title: "day", grid: false, tickCount: 6 },
      { orient: "left", scale: "y", title: `${CHARTS[name]} (${shown(band.unit)})`, grid: true, gridOpacity: 0.4, tickCount: 5 },
    ],
    marks: [
      { type: "rule", from: { data: "doses" }, encode: { enter: { x: { scale: "x", field: "day" }, y: { value: 0 }, y2: { signal: "height" }, stroke: { value: SOFT }, strokeOpacity: { value: 0.35 }, strokeDash: { value: [2, 3] } } } },
      { type: "area", from: { data: "now" }, encode: { enter: { x: { scale: "x", field: "day" }, y: { scale: "y", field: "low" }, y2: { scale: "y", field: "high" }, fill: { value: ACCENT }, fillOpacity: { value: 0.22 } } } },
      line("held", HELD, [6, 4]), line("now", ACCENT, [1, 0]),
    ],
  };
}

function draw(name) {
  const place = byId(`${name}-chart`);
  const made = spec(name, Math.max(220, Math.min(place.clientWidth || 360, 700)));
  made.data.push({ name: "doses", values: now.dose_day.map((day) => ({ day })) });
  const view = new window.vega.View(window.vega.parse(made, null, { ast: true }), { renderer: "canvas", container: place, hover: false, expr: expressionInterpreter, loader: { load() { throw new Error("nothing is loaded"); } } });
  views[name]?.finalize();
  views[name] = view;
  place.replaceChildren();
  view.initialize(place).run();
  const band = now.bands[name], last = band.median.findLastIndex((value) => value !== null), digits = (value) => (value === null ? "none" : value.toPrecision(3));
  const top = band.median.reduce((best, value, at) => (value !== null && (best < 0 || value > band.median[best]) ? at : best), -1);
  const least = band.median.reduce((best, value, at) => (value !== null && (best < 0 || value < band.median[best]) ? at : best), -1);
  byId(`${name}-said`).textContent = last < 0 ? "no values" : `Median: highest ${digits(band.median[top])} ${shown(band.unit)} on day ${now.time_day[top]}, lowest ${digits(band.median[least])} on day ${now.time_day[least]}, ${digits(band.median[last])} on day ${now.time_day[last]}.` + (held ? " Dashed: the reference." : "");
  const step = Math.max(1, Math.floor(now.time_day.length / 18));
  fill(byId(`${name}-table`), table(`${CHARTS[name]} (${shown(band.unit)})`, ["day", "5 %", "median", "95 %"],
    now.time_day.map((day, at) => [String(day), digits(band.p05[at]), digits(band.median[at]), digits(band.p95[at])]).filter((_, at) => at % step === 0), [1, 2, 3]));
}

function show() {
  const value = (found, name) => { const one = found.outcome[name]; return one === undefined || one.value === null ? "not reached" : `${Number(one.value.toPrecision(3))} ${one.unit === "1" ? "" : one.unit}`; };
  const head = ["measure", "now", ...(held ? ["reference"] : [])];
  fill(byId("outcome"), table("Outcome", head, Object.keys(now.outcome).map((name) => [WORDS[name] || name.replaceAll("_", " "), value(now, name), ...(held ? [value(held, name)] : [])]), [1, 2]));
  Object.keys(CHARTS).forEach(draw);
  fill(byId("limits"), el("ul", { class: "note" }, ...now.limits.map((one) => el("li", {}, one)), now.failed_solves ? el("li", {}, `${now.failed_solves} patients could not be solved and are left out.`) : ""));
}

async function run() {
  if (running) { again = true; return; }
  running = true;
  const began = performance.now(), asked = settings();
  try {
    now = await ask("/api/explore", asked);
    fill(byId("problem"));
    show();
    byId("took").textContent = `${now.settings.patients} patients in ${Math.round(performance.now() - began)} ms`;
    history.replaceState(null, "", `#${new URLSearchParams(asked)}`);
  } catch (error) {
    fill(byId("problem"), el("p", { class: "error" }, `${error.message} What stands below is of the settings before.`));
    byId("took").textContent = "";
  } finally {
    running = false;
    if (again) { again = false; run(); }
  }
}

function soon() {
  told();
  clearTimeout(waiting);
  waiting = setTimeout(run, 150);
}

function restore() {
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    if (!(name in LABEL) || !Number.isFinite(Number(value))) continue;
    if (name === "interval_day" && ![...byId(name).options].some((one) => one.value === value)) continue;
    byId(name).value = value;
    if (OPTIONAL[name]) byId(OPTIONAL[name]).checked = true;
  }
}

byId("controls").addEventListener("input", soon);
byId("controls").addEventListener("submit", (event) => event.preventDefault());
byId("hold").addEventListener("click", () => { held = now; if (now) show(); });
byId("reset").addEventListener("click", () => { for (const [name, value] of Object.entries(LABEL)) byId(name).value = value; Object.values(OPTIONAL).forEach((id) => (byId(id).checked = false)); held = null; soon(); });
byId("json").addEventListener("click", () => now && save("explore.json", JSON.stringify(now, null, 1), "application/json"));
byId("csv").addEventListener("click", () => {
  if (!now) return;
  const names = Object.keys(CHARTS);
  const head = ["day", ...names.flatMap((name) => ["p05", "median", "p95"].map((part) => `${name}_${part}_${now.bands[name].unit}`))];
  const lines = now.time_day.map((day, at) => [day, ...names.flatMap((name) => ["p05", "median", "p95"].map((part) => now.bands[name][part][at] ?? ""))].join(","));
  save("explore.csv", [head.join(","), ...lines].join("\n"), "text/csv");
});
let size = 0;
addEventListener("resize", () => { if (now && Math.abs(size - innerWidth) > 20) { size = innerWidth; show(); } });
addEventListener("hashchange", () => { restore(); soon(); });
restore();
told();
ready();
run();
