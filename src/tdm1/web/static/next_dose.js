// The clinician's door: a form or pasted JSON becomes a record; the server answers; nothing is kept.
import { ask, complain, el, fill, onSubmit, save, table } from "./common.js";

const byId = (id) => document.getElementById(id);
const answer = byId("answer"), sheet = byId("sheet"), form = byId("person");
const today = new Date();
const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
byId("date").value = iso(today);
const citations = ask("/page-data/sources.json");
const ACTIONS = {
  give: ["✔", "GIVE"], reduce: ["▼", "GIVE ONE LEVEL LOWER"], hold: ["‖", "HOLD"], stop: ["■", "STOP"], unknown: ["?", "NOT DECIDED"],
};

class LineError extends Error {}

const number = (text, what) => {
  const found = Number(text.replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(found)) throw new LineError(`${what}: '${text}' is no number`);
  return found;
};

/** 'PLT 62 10*9/L 2026-11-24 [upper limit]' as an entry of the record. */
function labLine(line, at) {
  const parts = line.trim().split(/\s+/);
  const day = parts.findIndex((part) => /^\d{4}-\d{2}-\d{2}$/.test(part));
  const value = parts.findIndex((part, place) => place > 0 && /^[<>]?\d+([.,]\d+)?$/.test(part));
  if (day < 0 || value < 1 || day <= value + 1) throw new LineError(`line ${at + 1}: '${line}': write test, value, unit, day`);
  const entry = { test: parts.slice(0, value).join(" "), value: number(parts[value], `line ${at + 1}`), unit: parts.slice(value + 1, day).join(" "), date: parts[day] };
  if (parts[day + 1]) entry.upper_limit = number(parts[day + 1], `line ${at + 1}, upper limit`);
  return entry;
}

function doseLine(line, at) {
  const [date, level, slow] = line.trim().split(/\s+/);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !level) throw new LineError(`doses, line ${at + 1}: '${line}': write day and level, such as 2026-11-04 3.6`);
  return { date, level_mg_per_kg: number(level, `doses, line ${at + 1}`), tolerated: slow === "slow" ? "no" : "yes" };
}

const linesOf = (id) => byId(id).value.split("\n").filter((line) => line.trim());

/** The record that the form holds; what is empty is left out. */
function record() {
  const made = { region: byId("region").value, date: byId("date").value, about: {}, history: {}, labs: [], findings: [] };
  if (byId("sex").value) made.about.sex = byId("sex").value;
  if (byId("birth").value) made.about.birth_date = byId("birth").value;
  if (byId("could").value) made.about.could_become_pregnant = byId("could").value;
  for (const field of form.querySelectorAll("[data-history]")) if (field.value) made.history[field.dataset.history] = field.value;
  for (const row of form.querySelectorAll("[data-lab]")) {
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    const value = part("value").value.trim();
    part("value").classList.remove("wrong");
    if (!value) continue;
    const entry = { test: row.dataset.lab, value: number(value, row.dataset.lab), unit: part("unit").value, date: part("date").value || byId("date").value };
    if (part("upper_limit") && part("upper_limit").value.trim()) entry.upper_limit = number(part("upper_limit").value, `${row.dataset.lab}, upper limit`);
    made.labs.push(entry);
  }
  made.labs.push(...linesOf("lines").map(labLine));
  for (const field of form.querySelectorAll("[data-finding]")) {
    if (!field.value) continue;
    const name = field.dataset.finding;
    made.findings.push({ finding: name, value: name.endsWith("_grade") ? Number(field.value) : field.value, date: byId("finding-date").value || byId("date").value });
  }
  if (byId("no-doses").checked) made.doses = [];
  else if (linesOf("doses").length) made.doses = linesOf("doses").map(doseLine);
  if (byId("no-medicines").checked) made.medicines = [];
  else if (linesOf("medicines").length) made.medicines = linesOf("medicines").map((line) => line.trim());
  return made;
}

/** Put a record into the form. */
function load(found) {
  form.reset();
  byId("date").value = found.date || iso(today);
  byId("region").value = found.region || "US";
  const about = found.about || {};
  const word = (value) => (value === true ? "yes" : value === false ? "no" : value ?? "");
  byId("sex").value = about.sex || "";
  byId("birth").value = about.birth_date || "";
  byId("could").value = word(about.could_become_pregnant);
  for (const [name, value] of Object.entries(found.history || {})) {
    const field = form.querySelector(`[data-history="${name}"]`);
    if (field) field.value = word(value);
  }
  const taken = new Set(), rest = [];
  for (const one of [...(found.labs || [])].reverse()) {
    const row = form.querySelector(`[data-lab="${one.test}"]`);
    const units = row ? [...row.querySelector("[data-part=unit]").options].map((option) => option.value) : [];
    if (!row || taken.has(one.test) || !units.includes(one.unit)) {
      rest.unshift(`${one.test} ${one.value} ${one.unit} ${one.date}${one.upper_limit === undefined ? "" : ` ${one.upper_limit}`}`);
      continue;
    }
    taken.add(one.test);
    row.querySelector("[data-part=value]").value = one.value;
    row.querySelector("[data-part=unit]").value = one.unit;
    row.querySelector("[data-part=date]").value = one.date;
    if (one.upper_limit !== undefined) row.querySelector("[data-part=upper_limit]").value = one.upper_limit;
  }
  byId("lines").value = rest.join("\n");
  for (const one of found.findings || []) {
    form.querySelector(`[data-finding="${one.finding}"]`).value = String(word(one.value));
    byId("finding-date").value = one.date;
  }
  if (found.doses) {
    byId("no-doses").checked = found.doses.length === 0;
    byId("doses").value = found.doses.map((one) => `${one.date} ${one.level_mg_per_kg}${word(one.tolerated) === "no" ? " slow" : ""}`).join("\n");
  }
  if (found.medicines) {
    byId("no-medicines").checked = found.medicines.length === 0;
    byId("medicines").value = found.medicines.map((one) => (typeof one === "string" ? one : one.name || one.code)).join("\n");
  }
}

const tag = (text, kind = "") => el("span", { class: `tag ${kind}` }, text);
function why(one, lead) {
  return el("li", {}, tag(one.id, "id"), lead ? `${lead} ` : "", one.text, el("br"), tag(one.read, one.read), el("span", { class: "small" }, `${one.source}, ${one.where}`),
    one.note ? el("span", { class: "hint" }, one.note) : null);
}
const group = (title, items) => (items.length ? el("section", {}, el("h2", {}, title), el("ul", { class: "why" }, ...items)) : null);

async function show(found, asked) {
  const dose = found.next_dose;
  const [mark, word] = ACTIONS[dose.action];
  const level = dose.level_mg_per_kg === null ? "" : `${dose.level_mg_per_kg} mg/kg`;
  const mg = dose.dose_mg === null ? "" : ` = ${dose.dose_mg.toFixed(0)} mg`;
  const cited = await citations.catch(() => ({}));
  const keys = [...new Set([...found.reasons, ...dose.reasons, ...dose.statements, ...found.warnings].map((one) => one.source))];
  const wanted = found.reasons.filter((one) => one.answer === found.eligible);
  fill(answer,
    el("div", { class: `decision ${dose.action}` },
      el("p", { class: "word" }, el("span", { class: "mark", "aria-hidden": "true" }, mark), word),
      level ? el("p", {}, el("strong", {}, level + mg)) : null,
      el("p", {}, dose.text),
      dose.earliest ? el("p", {}, `Earliest day: ${dose.earliest}`) : null,
      dose.would_be_mg_per_kg !== null ? el("p", {}, `Treatment would go on at ${dose.would_be_mg_per_kg} mg/kg`) : null,
      dose.recheck.text ? el("p", {}, el("strong", {}, "Recheck: "), dose.recheck.text) : null,
      dose.label ? el("p", { class: "small" }, `By the ${dose.label}`) : null),
    group("Why", [...dose.reasons.map((one) => why(one, one.decides ? "Because:" : "Also:")), ...dose.statements.map((one) => why(one))]),
    el("section", {}, el("h2", {}, `Eligible: ${found.eligible}`),
      found.indication ? el("p", {}, tag(found.indication.id, "id"), found.indication.text) : el("ul", { class: "why" }, ...wanted.map((one) => why(one, one.answer === "no" ? "Not met:" : "Not known:")))),
    group("Needed", found.missing.map((one) => el("li", {}, el("strong", {}, one.text), el("span", { class: "hint" }, `${one.name}, for ${one.needed_for.join(", ").replaceAll("_", " ")}`)))),
    group("Warnings", found.warnings.map((one) => why({ ...one, note: [one.advice, one.note].filter(Boolean).join("; ") }, `${one.kind.replaceAll("_", " ")}:`))),
    group("Medicines as read", found.medicines.map((one) => el("li", {}, `${one.given}: `, one.by === "unknown" ? "not recognised" : `${one.ingredients.join(", ") || "nothing"} (by ${one.by})`))),
    group("Notes", found.notes.map((one) => el("li", {}, one))),
    el("details", {}, el("summary", {}, "Sources"), el("ul", { class: "small" }, ...keys.map((key) => el("li", {}, `${key}: ${(cited[key] || {}).citation || ""}`)))),
    el("p", { class: "note" }, found.disclaimer));
  const print = el("button", { type: "button", class: "quiet" }, "Print");
  print.addEventListener("click", () => window.print());
  const buttons = [print];
  if (dose.dose_mg !== null) {
    const prepare = el("button", { type: "button", class: "quiet" }, "Preparation sheet");
    prepare.addEventListener("click", () => preparation(found, asked).catch((error) => complain(sheet, error)));
    buttons.unshift(prepare);
  }
  if (asked && asked.doses && found.setting) {
    const calendar = el("button", { type: "button", class: "quiet" }, "Calendar");
    calendar.addEventListener("click", () => plan(found, asked).catch((error) => complain(sheet, error)));
    buttons.unshift(calendar);
  }
  answer.append(el("p", { class: "row no-print" }, ...buttons));
  fill(sheet);
  answer.focus();
}

async function preparation(found, asked) {
  const slow = (asked?.doses || []).some((one) => one.tolerated === "no");
  const infusion = found.next_dose.doses_given === 0 ? "first" : slow ? "slow" : "later";
  const made = await ask("/api/prepare", { dose_mg: found.next_dose.dose_mg, region: found.region, infusion });
  fill(sheet, el("section", { class: "box" }, el("h2", {}, `Preparation of ${made.dose_mg.toFixed(1)} mg`),
    el("p", {}, `Draw ${made.volume_ml.toFixed(1)} mL; ${made.waste_mg} mg left over.`),
    el("ol", {}, ...made.steps.map((one) => el("li", {}, one.text, " ", tag(one.id, "id"), tag(one.read, one.read)))),
    el("p", { class: "note" }, "The pharmacy's own instructions stand above this sheet.")));
}

async function plan(found, asked) {
  const given = asked.doses.map((one) => ({ day: one.date, level_mg_per_kg: one.level_mg_per_kg, tolerated: one.tolerated !== "no" }));
  const body = { setting: found.setting, region: found.region, first_dose: given.length ? given[0].day : found.on, doses_given: given };
  if (found.setting === "metastatic") body.cycles = given.length + 6;
  if (asked.about.sex) body.sex = asked.about.sex;
  if (asked.about.could_become_pregnant === "no") body.could_become_pregnant = false;
  const weight = asked.labs.filter((one) => one.test === "weight" && one.unit === "kg").at(-1);
  if (weight) body.weight_kg = weight.value;
  const lvef = asked.labs.filter((one) => one.test === "lvef").map((one) => one.date);
  if (lvef.length) body.lvef_days = [...new Set(lvef)];
  const made = await ask("/api/plan", body);
  const file = el("button", { type: "button", class: "quiet no-print" }, "Save as .ics");
  file.addEventListener("click", async () => save("t-dm1.ics", await ask("/api/plan?format=ics", body)));
  fill(sheet, table("Calendar", ["Day", "What", "Details"], made.events.map((one) => [one.day, one.title + (one.done ? " (done)" : ""), one.detail])), el("p", {}, file),
    ...made.notes.map((one) => el("p", { class: "note" }, one)));
}

onSubmit(form, async () => {
  fill(byId("lines-wrong"));
  const asked = record();
  try {
    await show(await ask("/api/check", asked), asked);
  } catch (error) {
    const place = /labs\.(\d+)/.exec(`${error.where} ${error.message}`);
    const entry = place && asked.labs[Number(place[1])];
    const row = entry && form.querySelector(`[data-lab="${entry.test}"] [data-part=value]`);
    if (row) { row.classList.add("wrong"); row.setAttribute("aria-invalid", "true"); row.focus(); }
    throw error;
  }
}, answer);

byId("check-json").addEventListener("click", async () => {
  try {
    await show(await ask("/api/check", byId("json").value), null);
  } catch (error) {
    complain(answer, error);
  }
});
byId("clear").addEventListener("click", () => { form.reset(); byId("date").value = iso(today); fill(sheet); fill(answer, el("p", { class: "box" }, "The answer stands here.")); });
byId("example").addEventListener("change", async (event) => {
  const name = event.target.value;
  if (!name) return;
  load(await ask(`/page-data/examples/${name}`));
  byId("example").value = name;
});
