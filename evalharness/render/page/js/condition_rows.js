// The panel's table of conditions: the rows of the report's table, those that levers move computed anew.
import { h } from "./dom.js";
import { scrollBox } from "./overflow.js";

const COLUMNS = ["condition", "value", "limit", "margin", "met"];

/** A condition's name at the setting's threshold. */
export function conditionName(say, name, setting) {
  // Said by Python at the report's threshold; whatever particle follows the threshold follows a percent sign.
  const limit = say("word.roi_known", { limit: setting.threshold });
  return say(`condition.${name}`).split(say.defaults.roi_limit).join(limit);
}

/** Every condition that the report has a row for, in its order, and those that only this setting asks for. */
export function conditionsTable(data, say, numerals, setting, found) {
  const heads = COLUMNS.map((name, k) =>
    h("th", { scope: "col", class: k && k < 4 ? "right" : null }, say(`conditions.${name}`)),
  );
  const rows = rowsOf(data, say, numerals, setting, found).map((row) =>
    tableRow(say, row, row.name === found.binding),
  );
  const table = h(
    "table",
    { class: "cards" },
    h("caption", {}, say("page.ceiling")),
    h("thead", {}, h("tr", {}, heads)),
    h("tbody", {}, rows),
  );
  const note = data.fixed_rows.length ? h("p", { class: "quiet" }, say("page.fixed_note")) : null;
  return h("div", {}, scrollBox(say("page.ceiling"), table), note);
}

function rowsOf(data, say, numerals, setting, found) {
  const reported = new Set(data.in_report);
  // As in the report, a fact that holds is no row, unless the report shows it as not holding.
  const live = found.conditions
    .filter((row) => row.unit !== "none" || row.met !== true || reported.has(row.name))
    .map((row) => ({ ...row, cells: liveCells(say, numerals, setting, row) }));
  const fixed = data.fixed_rows.map((row) => ({ ...row, isFixed: true }));
  const last = live.filter((row) => row.name === "model_lifecycle");
  return [
    ...fixed.filter((row) => row.first),
    ...live.filter((row) => !last.includes(row)),
    ...fixed.filter((row) => !row.first),
    ...last,
  ];
}

function liveCells(say, numerals, setting, row) {
  const name = conditionName(say, row.name, setting);
  const kind = `kind.${row.name}`;
  const label = say.has(kind) ? say("conditions.tagged", { label: name, kind: say(kind) }) : name;
  if (row.value === null) {
    const holds = row.met === null ? "word.unknown" : `conditions.fact_${row.met ? "met" : "unmet"}`;
    return [label, say(holds), say("conditions.fact_limit"), say("word.na")];
  }
  const isProbability = row.name === "roi_probability";
  const unit = { usd_per_month: "usd" }[row.unit] || row.unit;
  const { probability, points } = numerals.writers;
  const write = (value) => (isProbability ? probability(value) : say.number(value, unit));
  const value = isProbability ? probability(row.value, row.limit) : write(row.value);
  const limit = say(row.strict ? "sign.min_strict" : "sign.min", { value: write(row.limit) });
  const margin = isProbability ? points(row.margin) : write(row.margin);
  return [label, value, limit, row.margin > 0 && !margin.startsWith("+") ? `+${margin}` : margin];
}

function tableRow(say, row, binds) {
  const [label, ...cells] = row.cells;
  const head = (k) => ({ "data-label": say(`conditions.${COLUMNS[k]}`) });
  return h(
    "tr",
    {
      "data-condition": row.name,
      "data-met": String(row.met),
      class: binds ? "binding" : row.isFixed ? "fixed" : null,
    },
    h(
      "th",
      { scope: "row", class: "name" },
      label,
      row.isFixed ? [" ", h("small", {}, say("page.fixed"))] : null,
    ),
    ...cells.map((text, k) => h("td", { class: "right", ...head(k + 1) }, text)),
    h("td", { class: "met", ...head(4) }, metText(say, row.met)),
  );
}

function metText(say, met) {
  if (met === null) return say("word.not_applicable");
  return met ? say("word.met") : h("strong", {}, say("word.unmet"));
}
