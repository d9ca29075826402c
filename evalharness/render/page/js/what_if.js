// The what-if panel: levers on one side, what the rules say on the other.
import { conditionName, conditionsTable } from "./condition_rows.js";
import { fill, h, lazily, s } from "./dom.js";
import { makeControls } from "./levers_view.js";
import { makePull } from "./pull.js";

const CHECKED = [
  "ruling",
  "branch",
  "binding",
  "binding_field",
  "binding_also",
  "quality",
  "benefit",
  "cost",
  "roi",
  "roi_low",
  "roi_high",
  "npv",
  "payback_months",
  "probability",
];
const TOLERANCE = 1e-9;
const CHART = { narrowest: 240, widest: 640, height: 220, left: 56, right: 16, top: 12, bottom: 30 };

/** Set the panel up in its place; returns what tests and scripts may use: {pull, controls}. */
export function makeWhatIf(place, data, say, numerals) {
  const { levers, fixed } = data;
  if (!levers) {
    fill(place, h("p", {}, say("page.what_if_none")));
    return null;
  }
  const pull = makePull(levers, fixed);
  const wrong = firstDifference(levers, pull);
  if (wrong) {
    fill(place, h("p", { class: "warning", role: "alert" }, say("page.what_if_broken", wrong)));
    return { pull, controls: null };
  }
  const result = h("div", { class: "result", "aria-live": "polite" });
  const details = h("div", { class: "details" });
  const status = h("div", { class: "status", role: "status" });
  let controls = null;
  const update = () => {
    const setting = controls.setting();
    const moved = controls.moved();
    const found = pull(setting);
    const shown = moved.length || found.branch === null ? found : { ...found, ...data.rest };
    fill(status, ...statusParts(say, moved, controls.refused()));
    fill(result, ...resultParts(data, say, numerals, controls, setting, shown));
    const width = Math.min(Math.max(details.clientWidth, CHART.narrowest), CHART.widest);
    fill(details, ...detailParts(data, say, numerals, setting, shown, moved.length ? null : found, width));
  };
  const later = lazily(update);
  controls = makeControls(levers, say, later);
  window.addEventListener("resize", later);
  const reset = h(
    "button",
    {
      type: "button",
      id: "reset",
      click: () => {
        controls.reset();
        update();
      },
    },
    say("page.reset"),
  );
  const left = h("div", { class: "panel" }, h("h3", {}, say("page.levers")), controls.element, reset, status);
  const checked = h("p", { class: "quiet" }, say("page.what_if_checked", { n: levers.checks.length }));
  fill(
    place,
    h(
      "div",
      { class: "what-if" },
      left,
      h("div", { class: "panel" }, h("h3", {}, say("page.result")), result, details),
    ),
    checked,
  );
  update();
  return { pull, controls };
}

/** The first number at which this browser and Python part, null if none. */
function firstDifference(levers, pull) {
  for (const [setting, wanted] of levers.checks) {
    const found = pull({ ...setting, values: Object.fromEntries(setting.values) });
    for (const name of CHECKED) {
      if (!agrees(found[name], wanted[name])) {
        return { name, found: String(found[name]), wanted: String(wanted[name]) };
      }
    }
  }
  return null;
}

function agrees(found, wanted) {
  if (typeof wanted !== "number" || typeof found !== "number") return (found ?? null) === wanted;
  return Math.abs(found - wanted) <= TOLERANCE * Math.max(Math.abs(found), Math.abs(wanted));
}

function statusParts(say, moved, refused) {
  const said = moved.length ? say("page.moved", { list: moved.join(", ") }) : say("page.at_rest");
  const not = refused.length ? say("page.refused", { list: refused.join(", ") }) : "";
  return [h("p", { class: "quiet" }, said), not ? h("p", { class: "wrong" }, not) : null];
}

function rulingText(data, say, ruling) {
  return data.would_be ? say("verdict.table", { ruling }) : say.named("ruling", ruling);
}

function resultParts(data, say, numerals, controls, setting, found) {
  const isMoved = found.ruling !== data.rest.ruling;
  const badge = h(
    "p",
    { class: "badge", "data-ruling": found.ruling },
    data.would_be ? h("span", { class: "origin" }, data.origin) : null,
    h("strong", {}, rulingText(data, say, found.ruling)),
    isMoved
      ? h(
          "span",
          { class: "quiet" },
          say("page.as_reported", { ruling: say.named("ruling", data.rest.ruling) }),
        )
      : null,
  );
  if (found.branch === null) {
    const missing = controls.missing();
    const why = missing.length ? say("page.needs_value", { list: missing.join(", ") }) : say("page.no_price");
    return [badge, h("p", {}, why)];
  }
  return [
    badge,
    h("p", { class: "sentence" }, sentence(data, say, numerals, found)),
    h("p", {}, bindingText(say, found, setting)),
  ];
}

function sentence(data, say, numerals, found) {
  const values = {
    npv: say.number(found.npv, "usd"),
    cost: say.number(found.cost, "usd"),
    probability: numerals.writers.probability(found.probability, data.levers.probability),
  };
  if (found.branch === "not_dearer" || found.roi === null) return say("page.sentence_na", values);
  const bounded = found.roi_kind === "bounded";
  const interval = bounded ? say.span(found.roi_low, found.roi_high, "roi") : say("word.unbounded");
  return say("page.sentence", {
    ...values,
    roi: say("word.interval", { value: say.number(found.roi, "roi"), interval }),
  });
}

function bindingText(say, found, setting) {
  if (found.binding === null) return say("page.binds_nothing");
  if (found.binding_field) {
    const field = say.named("input", found.binding_field);
    return say(found.binding_also ? "page.binds_both" : "page.binds_assumption", { field });
  }
  return say("page.binds", { what: conditionName(say, found.binding, setting) });
}

function detailParts(data, say, numerals, setting, found, atRest, width) {
  if (found.branch === null) return [];
  const parts = [
    conditionsTable(data, say, numerals, setting, found),
    monthsChart(say, setting, found, width),
    swingsList(say, found),
  ];
  if (atRest) {
    const values = {
      draws: data.draws,
      nodes: 2 ** (data.levers.sobol[0].length - 1),
      probability: atRest.probability,
    };
    parts.push(h("p", { class: "quiet" }, say("page.at_rest_note", values)));
  }
  return parts;
}

function monthsChart(say, setting, found, width) {
  const rows = found.path.filter((row) => row.roi !== null);
  if (rows.length < 2) return null;
  const { height, left, right, top, bottom } = CHART;
  const values = [0, setting.threshold, ...rows.map((row) => row.roi)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (month) => left + ((width - left - right) * month) / found.path.length;
  const y = (value) => height - bottom - ((height - top - bottom) * (value - low)) / (high - low || 1);
  const first = found.path.length - rows.length + 1;
  const points = rows.map((row, k) => `${x(first + k).toFixed(1)},${y(row.roi).toFixed(1)}`).join(" ");
  const level = (value, kind) => [
    s("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: kind }),
    s(
      "text",
      { x: left - 8, y: y(value) + 4, class: "soft", "text-anchor": "end" },
      say.number(value, "roi"),
    ),
  ];
  const ends = [rows[0].roi, rows[rows.length - 1].roi].map((roi) => say.number(roi, "roi"));
  const limit = say.number(setting.threshold, "roi");
  const text = say("page.months_chart_text", {
    first: ends[0],
    last: ends[1],
    months: found.path.length,
    limit,
  });
  const months = [1, found.path.length].map((month) =>
    s("text", { x: x(month), y: height - 10, class: "soft", "text-anchor": "middle" }, String(month)),
  );
  const middle = (left + width - right) / 2;
  const axis = s(
    "text",
    { x: middle, y: height - 10, class: "soft", "text-anchor": "middle" },
    say("page.months_unit"),
  );
  const chart = s(
    "svg",
    { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": text },
    level(0, "zero"),
    level(setting.threshold, "limit"),
    s("polyline", { points, class: "line-b" }),
    months,
    axis,
  );
  return h(
    "figure",
    {},
    h("figcaption", {}, say("page.months_chart")),
    chart,
    h("p", { class: "quiet" }, text),
  );
}

function swingsList(say, found) {
  if (!found.swings.length) return h("p", { class: "quiet" }, say("page.swings_none"));
  const most = found.swings[0].swing || 1;
  const rows = found.swings.slice(0, 6).map((row) => {
    const bar = s(
      "svg",
      { class: "plot", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
      s("rect", { x: 0, y: 0, height: 6, width: (100 * row.swing) / most, class: "bar" }),
    );
    return h(
      "li",
      {},
      h("span", {}, say("page.swing_text", { ...row, name: say.named("input", row.name) })),
      bar,
    );
  });
  return h("div", { class: "swings" }, h("h4", {}, say("page.swings")), h("ul", {}, rows));
}
