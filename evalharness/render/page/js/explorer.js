// The case explorer: filters, a list, and the chosen case; a case's address is #case=id.
import { makeCaseView } from "./case_view.js";
import { fill, h } from "./dom.js";
import { makeList } from "./list.js";

const ROW_HEIGHT = 56;
const EQUAL = 1e-9;
const COLUMNS = ["id", "persona", "language", "category", "severity", "scores", "difference", "flips"];

/** Set the explorer up in its place; returns {open, known}, or null without cases. */
export function makeExplorer(place, data, say) {
  if (!data.index.length) {
    fill(place, h("p", {}, say("page.explorer_none")));
    return null;
  }
  const rows = data.index.map((row, at) => ({
    at,
    ...Object.fromEntries(COLUMNS.map((name, k) => [name, row[k]])),
  }));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const status = h("p", { class: "quiet", role: "status" });
  const detail = h("div", { class: "case", id: "case" }, h("p", { class: "quiet" }, say("page.choose")));
  const view = makeCaseView(detail, data, say);
  const list = makeList({
    name: say("page.list_name"),
    rowHeight: ROW_HEIGHT,
    draw: (row) => rowParts(row, say),
    chosen: (row) => open(row.id, false),
  });
  const filters = makeFilters(rows, data, say, () => apply());
  const apply = () => {
    const found = filters.apply(rows);
    list.show(found);
    fill(
      status,
      found.length ? say("page.shown", { n: found.length, total: rows.length }) : say("page.shown_none"),
    );
  };
  const open = (id, jump) => {
    const row = byId.get(id);
    if (!row) return false;
    if (!list.items().includes(row)) {
      filters.clear();
      apply();
    }
    list.select(row);
    view.show(row, contentOf(row.at, data.chunk));
    const address = `#case=${encodeURIComponent(id)}`;
    if (location.hash !== address) history.replaceState(null, "", address);
    if (jump) {
      document.getElementById("cases").scrollIntoView();
      document.getElementById("case-title").focus({ preventScroll: true });
    }
    return true;
  };
  const step = (by) => list.step(by);
  const body = h(
    "div",
    { class: "explorer", keydown: (event) => hotkey(event, step) },
    h("div", { class: "side" }, filters.element, status, list.element),
    h("div", { class: "main" }, toolbar(step, say), detail),
  );
  fill(
    place,
    h("p", {}, say("page.explorer_intro")),
    data.left_out ? h("p", {}, say("page.explorer_more", { n: data.left_out })) : null,
    h("p", { class: "quiet" }, say("page.list_help")),
    body,
  );
  apply();
  const follow = () => {
    const found = /^#case=(.*)$/.exec(location.hash);
    return found ? open(decoded(found[1]), true) : false;
  };
  window.addEventListener("hashchange", follow);
  if (!follow()) open(list.items()[0].id, false);
  if (!/^#case=/.test(location.hash))
    history.replaceState(null, "", location.pathname + location.search + location.hash);
  return { open: (id) => open(id, true), known: (id) => byId.has(id), filters, list };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return text;
  }
}

const parsed = new Map();

function contentOf(at, chunk) {
  const block = Math.floor(at / chunk);
  if (!parsed.has(block))
    parsed.set(block, JSON.parse(document.getElementById(`cases-${block}`).textContent));
  return parsed.get(block)[at % chunk];
}

function hotkey(event, step) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "j" || event.key === "J") step(1);
  if (event.key === "k" || event.key === "K") step(-1);
}

function toolbar(step, say) {
  const copy = h(
    "button",
    {
      type: "button",
      click: () =>
        navigator.clipboard?.writeText(location.href).then(
          () => {
            copy.textContent = say("page.copied");
            setTimeout(() => (copy.textContent = say("page.copy")), 2000);
          },
          () => {},
        ),
    },
    say("page.copy"),
  );
  return h(
    "div",
    { class: "tools" },
    h("button", { type: "button", id: "previous", click: () => step(-1) }, say("page.previous")),
    h("button", { type: "button", id: "next", click: () => step(1) }, say("page.next")),
    copy,
  );
}

function rowParts(row, say) {
  const facts = [
    row.persona && say.named("persona_name", row.persona),
    row.language && say.named("language_name", row.language),
    row.category && say.named("category_name", row.category),
  ].filter(Boolean);
  const sign =
    row.difference === null
      ? ""
      : row.difference > EQUAL
        ? "better"
        : row.difference < -EQUAL
          ? "worse"
          : "same";
  return [
    h("span", { class: "row-id" }, row.id),
    h(
      "span",
      { class: `row-difference ${sign}` },
      row.difference === null ? say("word.na") : say.number(row.difference, "points"),
    ),
    h("span", { class: "row-facts" }, facts.join(" \u00b7 ")),
    row.flips ? h("span", { class: "row-flip" }, say("page.row_flip")) : null,
  ];
}

function makeFilters(rows, data, say, changed) {
  const values = (name) => [...new Set(rows.map((row) => row[name]))].filter(Boolean).sort();
  const select = (id, label, options) => {
    const input = h(
      "select",
      { id, change: changed },
      options.map(([value, name]) => h("option", { value }, name)),
    );
    return { input, element: h("label", {}, label, input) };
  };
  const all = ["", say("page.filter_all")];
  const groups = ["persona", "language", "category"].map((name) => ({
    name,
    ...select(`filter-${name}`, say(`page.filter_${name}`), [
      all,
      ...values(name).map((value) => [value, say.named(`${name}_name`, value)]),
    ]),
  }));
  const outcome = select("filter-outcome", say("page.filter_outcome", say.defaults), [
    all,
    ...["better", "same", "worse", "severe"].map((name) => [name, say(`page.outcome_${name}`)]),
  ]);
  const order = select(
    "sort",
    say("page.sort"),
    ["worst", "best", "id"].map((name) => [name, say(`page.sort_${name}`)]),
  );
  const flips = h("input", { type: "checkbox", id: "filter-flips", change: changed });
  const word = h("input", { type: "search", id: "filter-text", input: changed });
  const element = h(
    "form",
    { class: "filters", submit: (event) => event.preventDefault() },
    groups.map((group) => group.element),
    outcome.element,
    order.element,
    h("label", {}, say("page.filter_text"), word),
    h("label", { class: "check" }, flips, say("page.filter_flips")),
  );
  return {
    element,
    clear: () => {
      for (const { input } of [...groups, outcome]) input.value = "";
      word.value = "";
      flips.checked = false;
    },
    apply: (every) => {
      const wanted = word.value.trim().toLowerCase();
      const kept = every.filter(
        (row) =>
          groups.every(({ name, input }) => !input.value || row[name] === input.value) &&
          fits(row, outcome.input.value, data) &&
          (!flips.checked || row.flips) &&
          (!wanted || row.id.toLowerCase().includes(wanted)),
      );
      return kept.sort(orders[order.input.value]);
    },
  };
}

function fits(row, outcome, data) {
  if (!outcome) return true;
  if (row.difference === null) return false;
  if (outcome === "better") return row.difference > EQUAL;
  if (outcome === "worse") return row.difference < -EQUAL;
  if (outcome === "severe") return row.difference <= -data.severe + EQUAL;
  return Math.abs(row.difference) <= EQUAL;
}

const last = (row, side) => (row.difference === null ? side * Infinity : row.difference);
const orders = {
  worst: (a, b) => last(a, 1) - last(b, 1) || a.at - b.at,
  best: (a, b) => last(b, -1) - last(a, -1) || a.at - b.at,
  id: (a, b) => a.at - b.at,
};
