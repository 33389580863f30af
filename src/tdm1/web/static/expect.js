// The patient's door: how soon to call, of 100 people like you, the days of treatment. Nothing is kept.
import { NoAnswer, ask, el, fill, onSubmit, picture, ready, save, table } from "./common.js";

const byId = (id) => document.getElementById(id);
// A form that cannot answer says so, and what to do, in the words that came with the page.
const trouble = (place, error) => fill(place, el("div", { class: "error", role: "alert" }, el("p", {}, byId("trouble").textContent), error instanceof NoAnswer ? null : el("p", { class: "small" }, error.message)));
let words;
try {
  words = await ask("/page-data/texts.json");
} catch (error) {
  for (const name of ["feel", "people", "days"]) onSubmit(byId(`${name}-form`), async () => { throw error; }, byId(`${name}-answer`), trouble);
  ready();
  throw error;
}

function showOnly(form) {
  const early = form.elements.setting.value === "early";
  form.querySelectorAll(".only-metastatic").forEach((part) => (part.hidden = early));
}
for (const id of ["people-form", "days-form"]) {
  byId(id).addEventListener("change", () => showOnly(byId(id)));
  showOnly(byId(id));
}

// How do you feel?
const feelAnswer = byId("feel-answer");
onSubmit(byId("feel-form"), async (form) => {
  const typed = form.get("temperature"), degrees = Number(typed);
  // Nobody has 90 °C: from there on it was measured in °F.
  const temperature = typed === "" ? "" : degrees >= 90 ? Math.round(((degrees - 32) * 50) / 9) / 10 : degrees;
  const found = await ask("/api/symptoms", {
    text: form.get("text"),
    temperature_c: temperature === "" ? null : Number(temperature),
  });
  const kind = found.urgency.replaceAll(" ", "-");
  const why = found.found.map((one) => el("li", {}, el("strong", {}, one.plain), `: ${one.why}`));
  const advice = found.advice.map((one) => el("li", {}, one.text));
  fill(feelAnswer,
    el("div", { class: `urgency ${kind}` },
      el("h3", {}, words[`triage.title_${found.urgency.replaceAll(" ", "_")}`]),
      el("p", {}, found.say),
      why.length ? el("h4", {}, words["page.reasons_title"]) : null,
      why.length ? el("ul", {}, ...why) : null,
      found.unmatched.length ? el("h4", {}, words["triage.unmatched_title"]) : null,
      found.unmatched.length ? el("ul", {}, ...found.unmatched.map((one) => el("li", {}, one))) : null,
      found.asked.length ? el("h4", {}, words["triage.asked_title"]) : null,
      found.asked.length ? el("ul", {}, ...found.asked.map((one) => el("li", {}, one))) : null,
      advice.length ? el("h4", {}, words["triage.advice_title"]) : null,
      advice.length ? el("ul", {}, ...advice) : null,
      el("p", { class: "note" }, found.notice)));
}, feelAnswer, trouble);

// Of 100 people like you
const peopleAnswer = byId("people-answer");
function cards(list) {
  return el("ul", { class: "cards" }, ...list.map((one) => el("li", { class: "card" },
    one.heading ? el("h4", {}, one.heading) : null,
    picture(one.picture),
    ...one.sentences.map((said) => el("p", {}, said)),
    one.call ? el("p", { class: "call" }, one.call) : null)));
}
const part = (title, ...children) => el("section", {}, el("h3", {}, title), ...children);
// Long parts stay folded until asked for; the first stands open.
const folded = (title, ...children) => el("details", {}, el("summary", {}, title), ...children);
const FIRST = 6;

onSubmit(byId("people-form"), async (form) => {
  fill(peopleAnswer);
  byId("people-state").textContent = words["page.counting"];
  const known = {};
  for (const name of ["age_year", "weight_kg", "prior_lines"]) {
    const value = form.get(name);
    if (value !== null && value !== "" && !(name === "prior_lines" && form.get("setting") === "early")) known[name] = Number(value);
  }
  const survival = form.get("survival") !== null;
  let view;
  try {
    ({ view } = await ask("/api/expect?view=yes", { setting: form.get("setting"), known, survival }));
  } finally {
    byId("people-state").textContent = "";
  }
  const disease = form.get("disease") !== null;
  fill(peopleAnswer,
    el("p", {}, view.lead),
    el("p", {}, view.no_change),
    part(view.known_title, el("ul", {}, ...view.known.map((one) => el("li", {}, one))), ...view.outside.map((one) => el("p", { class: "script" }, one)),
      ...view.study.map((one) => el("p", {}, one))),
    part(view.reading.title, el("p", {}, view.reading.text)),
    part(view.effects.title, cards(view.effects.cards.slice(0, FIRST))),
    view.effects.cards.length > FIRST ? folded(words["page.more_effects"], cards(view.effects.cards.slice(FIRST))) : null,
    folded(view.other.title, table(view.other.title, view.other.head, view.other.rows.map((row) => [row.what, row.any, row.severe, row.trial, row.when]))),
    folded(view.groups.title, cards(view.groups.cards)),
    folded(view.laboratory.title, el("p", {}, view.laboratory.lead), cards(view.laboratory.cards)),
    folded(view.treatment.title, el("p", {}, view.treatment.infusions), cards(view.treatment.cards)),
    folded(view.timeline.title, el("p", {}, view.timeline.lead), table(view.timeline.title, view.timeline.head, view.timeline.rows)),
    disease ? part(view.disease.title, ...view.disease.median.map((one) => el("p", {}, one)), cards(view.disease.cards)) : null,
    view.survival ? part(view.survival.title, el("p", {}, view.survival.lead), cards(view.survival.cards)) : null,
    part(view.sure.title, ...view.sure.sentences.map((one) => el("p", {}, one))),
    part(view.sources.title, el("ul", { class: "small" }, ...view.sources.lines.map((one) => el("li", {}, one)))));
  byId("people-state").textContent = words["page.counted"];
}, peopleAnswer, trouble);

// Days of treatment
const daysAnswer = byId("days-answer");
/** 'Tue, Dec 1,' that no line end parts, and the year. */
function written(day) {
  const language = document.documentElement.lang;
  return [el("span", { class: "when" }, day.toLocaleDateString(language, { weekday: "short", month: "short", day: "numeric" })), ` ${day.getFullYear()}`];
}
onSubmit(byId("days-form"), async (form) => {
  const setting = form.get("setting");
  byId("days-state").textContent = "";
  const asked = { setting, region: "US", first_dose: form.get("first_dose"), sex: form.get("sex") };
  if (setting === "metastatic") asked.cycles = Number(form.get("cycles"));
  const plan = await ask("/api/plan", asked);
  const file = el("button", { type: "button", class: "quiet no-print" }, words["page.save_ics"]);
  file.addEventListener("click", async () => save("t-dm1.ics", await ask("/api/plan?format=ics", asked)));
  const rows = plan.events.map((one) => [
    el("time", { datetime: one.day }, ...written(new Date(`${one.day}T12:00:00`))),
    el("span", {}, el("strong", {}, one.plain_title), el("br"), one.plain_text),
  ]);
  fill(daysAnswer, table(words["page.days_title"], [words["page.day"], words["page.what"]], rows), el("p", {}, file),
    ...plan.plain.lines.map((one) => el("p", {}, one)));
  byId("days-state").textContent = words["page.listed"];
}, daysAnswer, trouble);

ready();
