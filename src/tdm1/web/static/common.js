// What the pages share: asking the server, making elements from text (never from markup), saying what went wrong.

/** Make an element: text and children are set as text, attributes by name; nothing is parsed as markup. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** An SVG picture of the server as an element; scripts in it would not run, and the policy forbids them anyway. */
export function picture(svg) {
  return document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
}

/** No answer of the server at all. */
export class NoAnswer extends Error {}

/** What the server answered instead: its words, and the place they are about. */
export class Refused extends Error {
  constructor(message, where) {
    super(message);
    this.where = where || "";
  }
}

/** Send JSON and get the answer; throws Refused with the server's words. */
export async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
      credentials: "omit",
    });
  } catch {
    throw new NoAnswer("The server did not answer. Please try again.");
  }
  const type = answer.headers.get("Content-Type") || "";
  const found = type.includes("json") ? await answer.json() : await answer.blob();
  if (!answer.ok) {
    const error = found.error || {};
    throw new Refused(error.message || `The server answered ${answer.status}.`, error.where);
  }
  return found;
}

/** Fill a place with elements, in one go. */
export function fill(place, ...children) {
  place.replaceChildren(...children.filter(Boolean));
}

/** Show what went wrong. */
export function complain(place, error) {
  fill(place, el("p", { class: "error", role: "alert" }, error.message));
}

/** Run a form's work on submit, once at a time. Its button stays in reach, for a disabled one loses the focus. */
export function onSubmit(form, work, place, refuse = complain) {
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    try {
      await work(new FormData(form));
    } catch (error) {
      refuse(place, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

/**
 * The page is wired: what waits for it may be used. Until then it is disabled, so that no form goes out by itself
 * and carries what was typed into an address.
 */
export function ready() {
  document.querySelectorAll("[data-wait]").forEach((control) => (control.disabled = false));
}

/** Give a blob or text to the user as a file. */
export function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A table with a caption; cells are text. */
export function table(caption, head, rows, numeric = []) {
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    el("table", {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, at) =>
        at === 0 ? el("th", { scope: "row" }, cell) : el("td", numeric.includes(at) ? { class: "number" } : {}, cell)))))));
}

// Paper has no fold: everything is opened before printing.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
