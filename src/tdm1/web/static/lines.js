// Pasted lines as entries of a record. A line that could be read in two ways is refused; nothing is guessed.

export class LineError extends Error {}

/** A number as typed. '1,200' may mean 1200 or 1.2, so it is refused; '<5' is a bound, not a value. */
export function number(text, what) {
  const said = text.trim();
  if (/^\d{1,3},\d{3}$/.test(said)) throw new LineError(`${what}: '${said}' can be read as ${said.replace(",", "")} or as ${Number(said.replace(",", "."))}; write it without the comma`);
  if (/^[<>]/.test(said)) throw new LineError(`${what}: '${said}' is a bound, not a value`);
  if (!/^\d+([.,]\d+)?$/.test(said)) throw new LineError(`${what}: '${said}' is no number`);
  return Number(said.replace(",", "."));
}

/** 'PLT 62 10*9/L 2026-11-24 [upper limit]' as an entry of the record. */
export function labLine(line, at) {
  const parts = line.trim().split(/\s+/), what = `line ${at + 1}`;
  const day = parts.findIndex((part) => /^\d{4}-\d{2}-\d{2}$/.test(part));
  const value = parts.findIndex((part, place) => place > 0 && /^[<>]?\d[\d.,]*$/.test(part));
  if (day < 0 || value < 1 || day <= value + 1) throw new LineError(`${what}: '${line.trim()}': write test, value, unit, day`);
  if (parts.length > day + 2) throw new LineError(`${what}: '${parts.slice(day + 2).join(" ")}' is not understood; after the day only the upper limit stands`);
  const entry = { test: parts.slice(0, value).join(" "), value: number(parts[value], what), unit: parts.slice(value + 1, day).join(" "), date: parts[day] };
  if (parts[day + 1]) entry.upper_limit = number(parts[day + 1], `${what}, upper limit`);
  return entry;
}

/** '2026-11-04 3.6 [slow]' as a dose that was given. */
export function doseLine(line, at) {
  const [date, level, slow, ...more] = line.trim().split(/\s+/), what = `doses, line ${at + 1}`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !level) throw new LineError(`${what}: '${line.trim()}': write day and level, such as 2026-11-04 3.6`);
  if (more.length || (slow !== undefined && slow.toLowerCase() !== "slow")) throw new LineError(`${what}: '${[slow, ...more].join(" ")}' is not understood; only 'slow' may stand after the level`);
  return { date, level_mg_per_kg: number(level, what), tolerated: slow === undefined ? "yes" : "no" };
}
