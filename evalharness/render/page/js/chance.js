// P(ROI > r) by the quadrature of decide/quadrature.py: the same nodes, the same integrand.
import { choleskyRoot } from "./design.js";
import { netOfMeans, shareValue } from "./money.js";
import { normalBelow, normalQuantile } from "./special.js";

const EQUAL = 1e-12;
const POSTERIOR = ["~latency", "~cost", "~quality", "~spread"];

/** Lay out the nodes: {fields: {name: values}, latency, cost, quality, spread}. */
export function makeNodes(levers) {
  const bits = levers.sobol[0].length - 1;
  const count = 2 ** bits;
  const half = Array.from({ length: count / 2 }, (_, k) => normalQuantile((k + 0.5) / count));
  const scoreOf = (index) => (index < count / 2 ? half[index] : -half[count - 1 - index]);
  const ranged = levers.fields.filter((field) => field.table.length);
  const names = [...ranged.map((field) => field.name), ...POSTERIOR];
  const scores = {};
  names.forEach((name, d) => {
    const [shift, ...directions] = levers.sobol[d];
    const values = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      let index = shift;
      for (let place = 0; place < bits; place += 1) if ((i >> place) & 1) index ^= directions[place];
      values[i] = scoreOf(index);
    }
    scores[name] = values;
  });
  mix(scores, levers.correlated, levers.root, count);
  const fields = {};
  for (const field of ranged)
    fields[field.name] = scores[field.name].map((z) => tabled(field.table, z, levers.scores));
  return {
    count,
    fields,
    latency: scores["~latency"],
    cost: scores["~cost"],
    quality: scores["~quality"],
    spread: scores["~spread"].map((z) => tabled(levers.spread, z, levers.scores)),
  };
}

function mix(scores, names, root, count) {
  const plain = names.map((name) => scores[name]);
  names.forEach((name, row) => {
    const mixed = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      for (let k = 0; k <= row; k += 1) mixed[i] += root[row][k] * plain[k][i];
    }
    scores[name] = mixed;
  });
}

function tabled(table, score, [start, step]) {
  const place = Math.min(Math.max((score - start) / step, 0), table.length - 1);
  const at = Math.min(Math.floor(place), table.length - 2);
  return table[at] + (place - at) * (table[at + 1] - table[at]);
}

/** Return {probability, sampleSd, assumptionSd}; joint has the columns quality, cost over the path, latency. */
export function chanceOf(nodes, joint, values, exchange, moved, threshold) {
  const { mean, root } = measured(joint);
  const drawn = { ...values };
  const free = Object.keys(nodes.fields).filter((name) => !moved.has(name));
  const centre = { latency: mean[0], cost: mean[1], quality: mean[2] };
  const sampled = new Float64Array(nodes.count);
  const assumed = new Float64Array(nodes.count);
  let total = 0;
  for (let i = 0; i < nodes.count; i += 1) {
    for (const name of free) drawn[name] = nodes.fields[name][i];
    const spread = nodes.spread[i];
    const latency = mean[0] + (root[0][0] * nodes.latency[i]) / spread;
    const cost = mean[1] + (root[1][0] * nodes.latency[i] + root[1][1] * nodes.cost[i]) / spread;
    const middle = mean[2] + (root[2][0] * nodes.latency[i] + root[2][1] * nodes.cost[i]) / spread;
    const width = root[2][2] / spread;
    total += above(drawn, exchange, { latency, cost, middle, width }, threshold);
    const quality = middle + width * nodes.quality[i];
    sampled[i] = netOfMeans(values, exchange, { latency, cost, quality }, threshold);
    assumed[i] = netOfMeans(drawn, exchange, centre, threshold);
  }
  return { probability: total / nodes.count, sampleSd: deviation(sampled), assumptionSd: deviation(assumed) };
}

function measured(joint) {
  const order = [2, 1, 0];
  const mean = order.map((k) => joint.mean[k]);
  const cov = order.map((a) => order.map((b) => joint.cov[a][b]));
  const flat = mean.map((m, k) => Math.sqrt(cov[k][k]) <= EQUAL * Math.abs(m));
  const held = cov.map((row, a) => row.map((value, b) => (flat[a] || flat[b] ? 0 : value)));
  return { mean, root: choleskyRoot(held) };
}

/** The chance that B > (1 + r)C, or B > C where there is no cost, given all but the mean quality. */
function above(values, exchange, at, r) {
  const requests = values.requests_per_month;
  const worth = requests * shareValue(values, exchange.channel);
  const charged = requests * at.cost + values.ops_delta_per_month + values.one_off_cost / exchange.months;
  const must =
    (charged > 0 ? (1 + r) * charged : charged) + worth * values.latency_penalty * Math.max(0, at.latency);
  const slope = values.satisfaction_per_quality / exchange.width;
  const room = 1 - values.baseline_satisfaction;
  if (worth === 0 || slope <= 0) return worth * Math.min(0, room) > must ? 1 : 0;
  const share = must / worth;
  const point = share / slope;
  const reach = at.width > 0 ? normalBelow((at.middle - point) / at.width) : at.middle > point ? 1 : 0;
  if (worth > 0) return share < room ? reach : 0;
  return room < share ? 1 : 1 - reach;
}

function deviation(values) {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let total = 0;
  for (const value of values) total += (value - mean) ** 2;
  return Math.sqrt(total / values.length);
}
