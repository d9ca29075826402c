// Elements built from values: text goes in as text, never as markup.

const TEXT_ONLY = new Set(["option", "title"]);
const SVG = "http://www.w3.org/2000/svg";

/** Return an element. Attributes that are null or false are left out; functions are listeners. */
export function h(name, attributes = {}, ...children) {
  const parts = TEXT_ONLY.has(name) ? children : children.flat().flatMap(whole);
  return build(document.createElement(name), attributes, parts);
}

/** Return an SVG element. */
export function s(name, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

// As in page/inline.py: an interval, a date, a limit with its sign, a number with sign and unit.
const NUMBER = "[−+]?(?:US)?[$₩]?\\d[\\d,.]*(?: %|%| ?(?:ms|pp|tokens)(?![\\p{L}\\d]))?";
const AMOUNT = new RegExp(
  `(\\(${NUMBER}(?:[–~∼]| to | – )${NUMBER}\\)[가-힣]{0,3}|${NUMBER}[–~∼]${NUMBER}|\\d{4}-\\d\\d-\\d\\d` +
    `|[≤≥<>] ${NUMBER}|\\b[nP] = \\d[\\d.]*|${NUMBER})`,
  "u",
);
const BREAKABLE = /[^\p{L}\d.,()]/u;

function isThere(child) {
  return child !== null && child !== undefined && child !== "";
}

/** Split text so that a line does not end between a sign, a number and its unit; text stays text. */
function whole(child) {
  if (typeof child !== "string" || !AMOUNT.test(child)) return [child];
  return child.split(AMOUNT).map((part, k) => {
    if (k % 2 === 0 || !BREAKABLE.test(part)) return part;
    const span = document.createElement("span");
    span.className = "amount";
    span.textContent = part;
    return span;
  });
}

function build(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter(isThere));
  return element;
}

/** Replace what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().flatMap(whole).filter(isThere));
  return element;
}

/** Run a function once the page has had time to paint, and only for the last of several calls. */
export function lazily(work) {
  let waiting = 0;
  return () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(work);
  };
}
