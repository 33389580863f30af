// The clinician's door: a form or pasted JSON becomes a record; the server answers; nothing is kept.
import { ask, complain, el, fill, onSubmit, ready } from "./common.js";
import { doseLine, labLine, number } from "./lines.js";
import { infusion, plan, plannable, preparation, tag, word } from "./sheet.js";

const byId = (id) => document.getElementById(id);
const answer = byId("answer"), sheet = byId("sheet"), form = byId("person");
const today = new Date();
const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
byId("date").value = iso(today);
const citations = ask("/page-data/sources.json");
const ACTIONS = {
  give: ["✔", "GIVE"], reduce: ["▼", "GIVE ONE LEVEL LOWER"], hold: ["‖", "HOLD"], stop: ["■", "STOP"], unknown: ["?", "NOT DECIDED"],
};

const linesOf = (id) => byId(id).value.split("\n").filter((line) => line.trim());

/** Read a field; what cannot be read is an error that knows its field. */
function typed(field, read) {
  try {
    return read();
  } catch (error) {
    error.field = field;
    throw error;
  }
}

/** The fields that the entries of `labs` came from, in their order. */
let labFields = [];

/** The record that the form holds; what is empty is left out. */
function record() {
  labFields = [];
  const made = { region: byId("region").value, date: byId("date").value, about: {}, history: {}, labs: [], findings: [] };
  if (byId("sex").value) made.about.sex = byId("sex").value;
  if (byId("birth").value) made.about.birth_date = byId("birth").value;
  if (byId("could").value) made.about.could_become_pregnant = byId("could").value;
  for (const field of form.querySelectorAll("[data-history]")) if (field.value) made.history[field.dataset.history] = field.value;
  for (const row of form.querySelectorAll("[data-lab]")) {
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    const value = part("value").value.trim();
    if (!value) continue;
    const entry = { test: row.dataset.lab, value: typed(part("value"), () => number(value, row.dataset.lab)), unit: part("unit").value, date: part("date").value || byId("date").value };
    if (part("upper_limit") && part("upper_limit").value.trim()) entry.upper_limit = typed(part("upper_limit"), () => number(part("upper_limit").value, `${row.dataset.lab}, upper limit`));
    made.labs.push(entry);
    labFields.push(part("value"));
  }
  made.labs.push(...typed(byId("lines"), () => linesOf("lines").map(labLine)));
  for (const field of form.querySelectorAll("[data-finding]")) {
    if (!field.value) continue;
    const name = field.dataset.finding;
    made.findings.push({ finding: name, value: name.endsWith("_grade") ? Number(field.value) : field.value, date: byId("finding-date").value || byId("date").value });
  }
  if (byId("no-doses").checked) made.doses = [];
  else if (linesOf("doses").length) made.doses = typed(byId("doses"), () => linesOf("doses").map(doseLine));
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

function why(one, lead) {
  return el("li", {}, tag(one.id, "id"), lead ? `${lead} ` : "", one.text, el("br"), tag(one.read, one.read), el("span", { class: "small" }, `${one.source}, ${one.where}`),
    one.note ? el("span", { class: "hint" }, one.note) : null);
}
const group = (title, items) => (items.length ? el("section", {}, el("h2", {}, title), el("ul", { class: "why" }, ...items)) : null);

/** What the answer was made from, so that a printed page tells it. */
function values(found, asked) {
  const items = [];
  if (asked) {
    items.push(...(asked.labs || []).map((one) => `${one.test} ${one.value} ${one.unit}, ${one.date}${one.upper_limit === undefined ? "" : ` (upper limit ${one.upper_limit})`}`));
    items.push(...(asked.findings || []).map((one) => `${one.finding.replaceAll("_", " ")}: ${word(one.value)}, ${one.date}`));
    items.push(...(asked.doses || []).map((one) => `dose of ${one.date}: ${one.level_mg_per_kg ? `${one.level_mg_per_kg} mg/kg` : `${one.dose_mg} mg`}${word(one.tolerated) === "no" ? ", infusion not tolerated" : ""}`));
  } else if (found.read) {
    items.push(...found.read.used.map((one) => `${one.what} (${one.place})`), ...found.read.notes, ...found.read.ignored.map((one) => `not used: ${one.place}: ${one.why}`));
  }
  return items.length ? el("details", {}, el("summary", {}, asked ? "Values used" : "How the bundle was read"), el("ul", { class: "small" }, ...items.map((one) => el("li", {}, one)))) : null;
}

async function show(found, asked) {
  const dose = found.next_dose;
  const [mark, word] = ACTIONS[dose.action];
  const level = dose.level_mg_per_kg === null ? "" : `${dose.level_mg_per_kg} mg/kg`;
  const mg = dose.dose_mg === null ? "" : ` = ${Number(dose.dose_mg.toFixed(1))} mg`;
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
      el("p", { class: "small" }, `On ${found.on}${dose.label ? `, by the ${dose.label}` : ""}`)),
    group("Why", [...dose.reasons.map((one) => why(one, one.decides ? "Because:" : "Also:")), ...dose.statements.map((one) => why(one))]),
    el("section", {}, el("h2", {}, `Eligible: ${found.eligible}`),
      found.indication ? el("p", {}, tag(found.indication.id, "id"), found.indication.text) : el("ul", { class: "why" }, ...wanted.map((one) => why(one, one.answer === "no" ? "Not met:" : "Not known:")))),
    group("Needed", found.missing.map((one) => el("li", {}, el("strong", {}, one.text), el("span", { class: "hint" }, `${one.name}, for ${one.needed_for.join(", ").replaceAll("_", " ")}`)))),
    group("Warnings", found.warnings.map((one) => why({ ...one, note: [one.advice, one.note].filter(Boolean).join("; ") }, `${one.kind.replaceAll("_", " ")}:`))),
    group("Medicines as read", found.medicines.map((one) => el("li", {}, `${one.given}: `, one.by === "unknown" ? "not recognised" : `${one.ingredients.join(", ") || "nothing"} (by ${one.by})`))),
    group("Notes", found.notes.map((one) => el("li", {}, one))),
    values(found, asked),
    el("details", {}, el("summary", {}, "Sources"), el("ul", { class: "small" }, ...keys.map((key) => el("li", {}, `${key}: ${(cited[key] || {}).citation || ""}`)))),
    el("p", { class: "note" }, found.disclaimer));
  const print = el("button", { type: "button", class: "quiet" }, "Print");
  print.addEventListener("click", () => window.print());
  const buttons = [print];
  const offer = (name, work) => {
    const button = el("button", { type: "button", class: "quiet" }, name), entries = version;
    button.addEventListener("click", async () => {
      try {
        const made = await work();
        if (entries === version) { fill(sheet, ...made); sheet.focus(); }
      } catch (error) {
        if (entries === version) complain(sheet, error);
      }
    });
    buttons.unshift(button);
  };
  // Whether the earlier infusions were tolerated decides the minutes; where that is not known, the clinician says it.
  for (const [kind, words] of infusion(found, asked)) {
    if (dose.dose_mg !== null) offer(`Preparation sheet${words}`, () => preparation(found, asked, kind));
    if (plannable(found, asked)) offer(`Calendar${words}`, () => plan(found, asked, kind));
  }
  answer.append(el("p", { class: "row no-print" }, ...buttons));
  fill(sheet);
  answer.focus();
}

/** The field that a place of the server's error names, and the words to say beside it. */
function fieldOf(where, asked) {
  const [part, name] = where.split(".");
  if (part === "date" || part === "region") return byId(part);
  if (part === "about") return byId({ birth_date: "birth", sex: "sex", could_become_pregnant: "could" }[name] || "sex");
  if (part === "labs") return labFields[Number(name)] || byId("lines");
  if (part === "findings") return form.querySelector(`[data-finding="${asked.findings[Number(name)]?.finding}"]`);
  if (part === "doses" || part === "medicines") return byId(part);
  return null;
}

function unmark() {
  form.querySelectorAll(".beside").forEach((one) => one.remove());
  for (const one of form.querySelectorAll("[aria-invalid]")) {
    one.removeAttribute("aria-invalid");
    one.classList.remove("wrong");
    one.setAttribute("aria-describedby", (one.getAttribute("aria-describedby") || "").replace(" beside", "").trim());
  }
}

/** Say what is wrong beside its field, and go there. */
function mark(field, said) {
  field.classList.add("wrong");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") || ""} beside`);
  const beside = el("p", { class: "error beside", id: "beside" }, said);
  const row = field.closest("tr");
  if (row) row.after(el("tr", { class: "beside" }, el("td", { colspan: 5 }, beside)));
  else field.after(beside);
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field.focus();
}

// An answer stands only for the entries it was made from: a change takes it down, a late one is not shown.
let version = 0;
function takeDown(said) {
  version += 1;
  fill(sheet);
  fill(answer, el("p", { class: "box" }, said));
}
form.addEventListener("input", () => { if (version && answer.querySelector(".decision, .error")) takeDown("The entries have changed. Check again."); else version += 1; });

async function answered(body, asked) {
  takeDown("One moment.");
  const entries = version;
  const found = await ask("/api/check", body);
  if (entries === version) await show(found, asked);
  else fill(answer, el("p", { class: "box" }, "The entries have changed. Check again."));
}

onSubmit(form, async () => {
  unmark();
  takeDown("One moment.");
  let asked;
  try {
    asked = record();
    await answered(asked, asked);
  } catch (error) {
    const where = error.where || "", pasted = Number(where.split(".")[1]) - labFields.length;
    const field = error.field || (asked && fieldOf(where, asked));
    if (field === byId("lines") && pasted >= 0) error.message = `line ${pasted + 1}: ${error.message}`;
    if (field) mark(field, error.message);
    throw error;
  }
}, answer);

byId("check-json").addEventListener("click", async () => {
  unmark();
  const text = byId("json").value;
  try {
    // Its own record is kept for the calendar; of a bundle, and of what is no JSON, the server tells what it read.
    let own = null;
    try { own = JSON.parse(text); } catch { own = null; }
    await answered(text, own && typeof own === "object" && !("resourceType" in own) ? own : null);
  } catch (error) {
    mark(byId("json"), error.message);
    complain(answer, error);
  }
});
byId("clear").addEventListener("click", () => { form.reset(); unmark(); byId("date").value = iso(today); takeDown("The answer stands here."); });
byId("example").addEventListener("change", async (event) => {
  const name = event.target.value;
  if (!name) return;
  const found = await ask(`/page-data/examples/${name}`);
  unmark();
  load(found);
  byId("example").value = name;
  takeDown("The answer stands here.");
});
ready();
