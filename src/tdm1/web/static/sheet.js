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

/** The calendar of the course, as elements, with a button that saves it. */
export async function plan(found, asked) {
  const given = asked.doses.map((one) => ({ day: one.date, level_mg_per_kg: one.level_mg_per_kg, tolerated: word(one.tolerated) !== "no" }));
  const body = { setting: found.setting, region: found.region, first_dose: given.length ? given[0].day : found.on, doses_given: given };
  if (found.setting === "metastatic") body.cycles = given.length + 6;
  if (asked.about?.sex) body.sex = asked.about.sex;
  if (word(asked.about?.could_become_pregnant) === "no") body.could_become_pregnant = false;
  const labs = asked.labs || [];
  const weight = labs.filter((one) => one.test === "weight" && one.unit === "kg").at(-1);
  if (weight) body.weight_kg = weight.value;
  const lvef = labs.filter((one) => one.test === "lvef").map((one) => one.date);
  if (lvef.length) body.lvef_days = [...new Set(lvef)];
  const made = await ask("/api/plan", body);
  const file = el("button", { type: "button", class: "quiet no-print" }, "Save as .ics");
  file.addEventListener("click", async () => save("t-dm1.ics", await ask("/api/plan?format=ics", body)));
  return [table("Calendar", ["Day", "What", "Details"], made.events.map((one) => [el("time", { class: "when", datetime: one.day }, one.day), one.title + (one.done ? " (done)" : ""), one.detail])), el("p", {}, file),
    ...made.notes.map((one) => el("p", { class: "note" }, one))];
}
