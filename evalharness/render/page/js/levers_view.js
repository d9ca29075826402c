// The what-if panel's sliders: each a range and an exact number, both saying the same.
import { h } from "./dom.js";

const STEPS = 1000;
const DAY_MS = 86400000;

/** Return {element, setting, reset, moved, refused}; `changed` is called whenever something moves. */
export function makeControls(levers, say, changed) {
  const rows = levers.fields.filter((field) => field.movable).map((field) => fieldRow(field, say, changed));
  const months = numberRow({
    id: "months",
    name: say("page.months"),
    unit: say("page.months_unit"),
    low: 1,
    high: levers.most_months,
    rest: levers.months,
    step: 1,
    say,
    changed,
    shown: (value) => value,
    read: (value) => Math.round(value),
  });
  const threshold = numberRow({
    id: "threshold",
    name: say("page.threshold"),
    unit: say("page.threshold_unit"),
    low: 0,
    high: 5,
    rest: levers.threshold,
    step: 0.05,
    say,
    changed,
    shown: (value) => trimmed(value * 100),
    read: (value) => value / 100,
  });
  const day = dayRow(levers, say, changed);
  const all = [...rows, months, day, threshold];
  const element = h(
    "div",
    { class: "levers" },
    all.map((row) => row.element),
  );
  return {
    element,
    setting: () => ({
      on: day.value(),
      months: months.value(),
      threshold: threshold.value(),
      values: Object.fromEntries(rows.filter((row) => row.isMoved()).map((row) => [row.name, row.value()])),
    }),
    reset: () => all.forEach((row) => row.reset()),
    moved: () => all.filter((row) => row.isMoved()).map((row) => row.label),
    refused: () => all.filter((row) => row.isRefused()).map((row) => row.label),
    missing: () => rows.filter((row) => row.value() === null).map((row) => row.label),
    set: (name, value) => all.find((row) => row.name === name).set(value),
  };
}

/** Say in words what may be typed; null where there is no limit. */
function allowedText(say, low, high, above = false) {
  if (low !== null && high !== null)
    return say(`page.allowed_${above ? "above_to" : "between"}`, { low, high });
  if (low !== null) return say(`page.allowed_${above ? "above" : "least"}`, { low });
  return high === null ? say("page.allowed_any") : say("page.allowed_most", { high });
}

/** A line under a lever that says why what was typed is not used. */
function makeNote(id, input, say, allowed) {
  const note = h("p", { class: "note", id: `note-${id}`, "aria-live": "polite" });
  input.setAttribute("aria-describedby", note.id);
  const show = (text, isRefused) => {
    note.textContent = text;
    note.classList.toggle("wrong", isRefused);
    input.setAttribute("aria-invalid", String(isRefused));
  };
  return {
    element: note,
    accept: (text = "") => show(text, false),
    refuse: (kept) =>
      show(
        kept === null
          ? say("page.not_allowed", { allowed })
          : say("page.not_allowed_kept", { allowed, value: kept }),
        true,
      ),
    isRefused: () => note.classList.contains("wrong"),
  };
}

function trimmed(value) {
  return Number(value.toPrecision(12));
}

function fieldRow(field, say, changed) {
  const log = field.logarithmic && field.low > 0;
  const toPlace = (value) =>
    log
      ? Math.log(value / field.low) / Math.log(field.high / field.low)
      : (value - field.low) / (field.high - field.low);
  const toValue = (place) =>
    Number(
      (log
        ? field.low * (field.high / field.low) ** place
        : field.low + place * (field.high - field.low)
      ).toPrecision(3),
    );
  const label = say.named("input", field.name);
  return makeRow({
    id: field.name,
    label,
    unit: say.named("unit_name", field.unit),
    rest: field.mean,
    say,
    changed,
    range: { min: 0, max: STEPS, step: 1 },
    toPlace: (value) => Math.round(Math.min(Math.max(toPlace(value), 0), 1) * STEPS),
    toValue: (place) => toValue(place / STEPS),
    shown: (value) => Number(value.toPrecision(6)),
    read: (value) => value,
    valid: (value) =>
      (field.least === null || value > field.least || (value === field.least && !field.above)) &&
      (field.most === null || value <= field.most),
    allowed: allowedText(say, field.least, field.most, field.above),
  });
}

function numberRow({ id, name, unit, low, high, rest, step, say, changed, shown, read }) {
  return makeRow({
    id,
    label: name,
    unit,
    rest,
    say,
    changed,
    range: { min: low, max: high, step },
    toPlace: (value) => Math.min(Math.max(value, low), high),
    toValue: (place) => trimmed(place),
    shown,
    read,
    valid: (value) => value >= low && value <= high,
    allowed: allowedText(say, shown(low), shown(high)),
  });
}

function makeRow(lever) {
  const { id, label, unit, rest, say, changed, range, toPlace, toValue, shown, read, valid, allowed } = lever;
  let value = rest;
  const slider = h("input", {
    type: "range",
    id: `lever-${id}`,
    ...range,
    "aria-label": say("page.slider_of", { name: label }),
    input: () => move(toValue(Number(slider.value)), slider),
  });
  const exact = h("input", {
    type: "number",
    id: `exact-${id}`,
    step: "any",
    inputmode: "decimal",
    "aria-label": say("page.exact_value", { name: label }),
    input: () => {
      const given = exact.value.trim() === "" ? NaN : read(Number(exact.value));
      const isRight = Number.isFinite(given) && valid(given);
      if (isRight) move(given, exact);
      else {
        note.refuse(value === null ? null : shown(value));
        changed();
      }
    },
  });
  const note = makeNote(id, exact, say, allowed);
  const element = h(
    "div",
    { class: "lever", "data-lever": id },
    h("span", { class: "lever-name" }, label),
    h("span", { class: "quiet lever-unit" }, unit),
    slider,
    exact,
    note.element,
  );
  // The one that somebody is moving is left alone: rewriting it would take the number from under the cursor.
  const show = (source) => {
    if (source !== slider) slider.value = value === null ? range.min : toPlace(value);
    if (source !== exact) exact.value = value === null ? "" : shown(value);
    slider.setAttribute("aria-valuetext", value === null ? say("page.unstated") : `${shown(value)} ${unit}`);
    note.accept(value === null ? say("page.unstated") : "");
    element.classList.toggle("moved", value !== rest);
  };
  const move = (next, source) => {
    value = next;
    show(source);
    changed();
  };
  show(null);
  return {
    name: id,
    label,
    element,
    value: () => value,
    isMoved: () => value !== rest,
    isRefused: note.isRefused,
    reset: () => {
      value = rest;
      show(null);
    },
    set: (next) => {
      value = next;
      show(null);
      changed();
    },
  };
}

function dayRow(levers, say, changed) {
  const start = Date.parse(`${levers.on}T00:00:00Z`);
  const days = Math.round((Date.parse(`${levers.last_day}T00:00:00Z`) - start) / DAY_MS);
  const toDay = (offset) => new Date(start + offset * DAY_MS).toISOString().slice(0, 10);
  const label = say("page.price_date");
  let value = levers.on;
  const changes = levers.prices.map((span) =>
    Math.round((Date.parse(`${span.starts}T00:00:00Z`) - start) / DAY_MS),
  );
  const marks = h(
    "datalist",
    { id: "price-changes" },
    changes.map((offset) => h("option", { value: offset })),
  );
  const slider = h("input", {
    type: "range",
    id: "lever-on",
    min: 0,
    max: days,
    step: 1,
    list: "price-changes",
    "aria-label": say("page.slider_of", { name: label }),
    input: () => move(toDay(Number(slider.value)), true),
  });
  const exact = h("input", {
    type: "date",
    id: "exact-on",
    min: levers.on,
    max: levers.last_day,
    required: true,
    "aria-label": say("page.exact_value", { name: label }),
    input: () => {
      if (exact.value >= levers.on && exact.value <= levers.last_day) move(exact.value, false);
      else {
        note.refuse(value);
        changed();
      }
    },
  });
  const note = makeNote("on", exact, say, allowedText(say, levers.on, levers.last_day));
  const iso = h("span", { class: "quiet lever-unit" });
  const element = h(
    "div",
    { class: "lever", "data-lever": "on" },
    h("span", { class: "lever-name" }, label),
    iso,
    slider,
    exact,
    note.element,
    marks,
  );
  const show = (fromSlider) => {
    if (!fromSlider) slider.value = Math.round((Date.parse(`${value}T00:00:00Z`) - start) / DAY_MS);
    if (exact.value !== value) exact.value = value;
    // The browser writes the day as its own language does; this is how the report writes it.
    iso.textContent = value;
    note.accept();
    slider.setAttribute("aria-valuetext", value);
    element.classList.toggle("moved", value !== levers.on);
  };
  const move = (next, fromSlider) => {
    value = next;
    show(fromSlider);
    changed();
  };
  show(false);
  return {
    name: "on",
    label,
    element,
    value: () => value,
    isMoved: () => value !== levers.on,
    isRefused: note.isRefused,
    reset: () => {
      value = levers.on;
      show(false);
    },
    set: (next) => move(next, false),
  };
}
