// A list of which only what is in view exists: thousands of rows, a few dozen elements, one tab stop.
import { h } from "./dom.js";

const SPARE = 8;

/** Return {element, show, select}; rows are drawn by `draw(item)`, `chosen(item)` hears of a choice. */
export function makeList({ name, rowHeight, draw, chosen }) {
  const inner = h("div", { class: "rows", role: "presentation" });
  const element = h("div", { class: "list", role: "listbox", tabindex: "0", "aria-label": name }, inner);
  let items = [];
  let selected = -1;
  const rows = new Map();

  const paint = () => {
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - SPARE);
    const last = Math.min(
      items.length,
      Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + SPARE,
    );
    for (const [at, row] of rows) {
      if (at < first || at >= last) {
        row.remove();
        rows.delete(at);
      }
    }
    for (let at = first; at < last; at += 1) if (!rows.has(at)) rows.set(at, makeRow(at));
    for (const [at, row] of rows) row.setAttribute("aria-selected", String(at === selected));
    if (rows.has(selected)) element.setAttribute("aria-activedescendant", `row-${selected}`);
    else element.removeAttribute("aria-activedescendant");
  };
  const makeRow = (at) => {
    const row = h(
      "div",
      {
        role: "option",
        id: `row-${at}`,
        class: "row",
        "aria-posinset": at + 1,
        "aria-setsize": items.length,
        click: () => choose(at, false),
      },
      draw(items[at]),
    );
    row.style.top = `${at * rowHeight}px`;
    row.style.height = `${rowHeight}px`;
    inner.append(row);
    return row;
  };
  const reveal = (at) => {
    const top = at * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  };
  const choose = (at, scroll) => {
    if (at < 0 || at >= items.length) return;
    selected = at;
    if (scroll) reveal(at);
    paint();
    chosen(items[at]);
  };
  const keys = {
    ArrowDown: () => selected + 1,
    ArrowUp: () => selected - 1,
    Home: () => 0,
    End: () => items.length - 1,
    PageDown: () => selected + Math.floor(element.clientHeight / rowHeight),
    PageUp: () => selected - Math.floor(element.clientHeight / rowHeight),
  };
  element.addEventListener("keydown", (event) => {
    const go = keys[event.key];
    if (!go || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(Math.min(Math.max(go(), 0), items.length - 1), true);
  });
  element.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  if (window.ResizeObserver) new ResizeObserver(paint).observe(element);

  return {
    element,
    show: (next) => {
      items = next;
      selected = -1;
      rows.forEach((row) => row.remove());
      rows.clear();
      inner.style.height = `${items.length * rowHeight}px`;
      element.scrollTop = 0;
      paint();
    },
    /** Mark the item as chosen without saying so; returns whether it is in the list. */
    select: (item) => {
      selected = items.indexOf(item);
      if (selected >= 0) reveal(selected);
      paint();
      return selected >= 0;
    },
    step: (by) => choose(Math.min(Math.max(selected + by, 0), items.length - 1), true),
    items: () => items,
  };
}
