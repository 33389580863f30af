// What a decision leads to: the preparation sheet of the next dose and the calendar of the course.
import { ask, el, save, table } from "./common.js";

/** A small label beside a text: the id of a rule, how a source was read. */
export const tag = (text, kind = "") => el("span", { class: `tag ${kind}` }, text);
/** An answer as yes, no or empty, whether it was written so or as a truth value. */
export const word = (value) => (value === true ? "yes" : value === false ? "no" : value ?? "");

/** Kinds of infusion that the sheet can be made for, each with what its button says. */
export function infusion(found, asked) {
  if (found.next_dose.doses_given === 0) return [["first", ""]];
  const told = (asked?.doses || []).map((one) => word(one.tolerated));
  if (told.includes("no")) return [["slow", ""]];
  if (told.length && told.every((one) => one === "yes")) return [["later", ""]];
  return [["slow", ", earlier infusion not tolerated"], ["later", ", all infusions tolerated"]];
}

/** The preparation sheet of the next dose, as elements. */
export async function preparation(found, asked, kind) {
  const made = await ask("/api/prepare", { dose_mg: found.next_dose.dose_mg, region: found.region, infusion: kind });
  return [el("section", { class: "box" }, el("h2", {}, `Preparation of ${made.dose_mg.toFixed(1)} mg`),
    el("p", {}, `Draw ${made.volume_ml.toFixed(1)} mL; ${made.waste_mg} mg left over.`),
    el("ol", {}, ...made.steps.map((one) => el("li", {}, one.text, " ", tag(one.id, "id"), tag(one.read, one.read)))),
    el("p", { class: "note" }, "The pharmacy's own instructions stand above this sheet."))];
}

/** Whether the days to come are known: only a decided dose, or one that is not due yet, leads to a calendar. */
export function plannable(found, asked) {
  return Boolean(asked && found.setting && found.next_dose.earliest && asked.doses?.every((one) => one.level_mg_per_kg));
}

/** What the calendar is asked for: the doses given, then the decision's own level. */
function request(found, asked, kind) {
  const { earliest, level_mg_per_kg, dose_mg, would_be_mg_per_kg } = found.next_dose;
  const byDay = (one, other) => one.date.localeCompare(other.date);
  // An infusion that is not known to be tolerated counts as the clinician said by the choice of the button.
  const given = [...asked.doses].sort(byDay).map((one) => ({ day: one.date, level_mg_per_kg: one.level_mg_per_kg, tolerated: kind !== "slow" || word(one.tolerated) === "yes" }));
  const body = { setting: found.setting, region: found.region, first_dose: given.length ? given[0].day : earliest, doses_given: given, level_mg_per_kg: level_mg_per_kg ?? would_be_mg_per_kg };
  if (found.setting === "metastatic") body.cycles = given.length + 6;
  if (asked.about?.sex) body.sex = asked.about.sex;
  if (word(asked.about?.could_become_pregnant) === "no") body.could_become_pregnant = false;
  // The weight that the decision was reckoned with, whatever its name and unit in the record.
  if (dose_mg !== null) body.weight_kg = dose_mg / level_mg_per_kg;
  const lvef = (asked.labs || []).filter((one) => one.test === "lvef").map((one) => one.date);
  if (lvef.length) body.lvef_days = [...new Set(lvef)];
  return body;
}

/** The calendar of the course, as elements, with a button that saves it. */
export async function plan(found, asked, kind) {
  const body = request(found, asked, kind), day = found.next_dose.earliest;
  let made = await ask("/api/plan", body);
  const next = made.events.find((one) => one.infusion && !one.done);
  if (next && next.day < day) {
    // The planned day has gone by: the dose stands on the day of the decision, and all that follow move with it.
    Object.assign(body, { missed: [next.day], given_instead: [day] });
    made = await ask("/api/plan", body);
  }
  const file = el("button", { type: "button", class: "quiet no-print" }, "Save as .ics");
  file.addEventListener("click", async () => save("t-dm1.ics", await ask("/api/plan?format=ics", body)));
  return [table("Calendar", ["Day", "What", "Details"], made.events.map((one) => [el("time", { class: "when", datetime: one.day }, one.day), one.title + (one.done ? " (done)" : ""), one.detail])), el("p", {}, file),
    ...made.notes.map((one) => el("p", { class: "note" }, one))];
}
