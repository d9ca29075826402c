// The upgrade judged again where the levers stand: decide/assess.py and decide/pull.py.
import { chanceOf, makeNodes } from "./chance.js";
import {
  average,
  makeDesign,
  meanEstimate,
  meanVector,
  netValues,
  sum,
  withPseudoCase,
  largest,
} from "./design.js";
import { correctedEstimate, correctedGuard, correctedVector, rectify } from "./labels.js";
import { addMonths, caseMoney, netAt, netPresentValue, paybackMonths, pricePath, roiSet } from "./money.js";
import { bindingOf, branchOf, finalRuling, lifecycleRow, proofRows, statisticalRuling } from "./rules.js";
import { tQuantile } from "./special.js";

/**
 * Return a function from a setting {on, months, threshold, values} to what it means.
 *
 * levers is the page's data (core/levers.py); fixed names the unmet conditions that no lever moves:
 * {evidence, judges, guardrails}, each a list of condition names.
 */
export function makePull(levers, fixed) {
  const bench = makeBench(levers);
  let nodes = null;
  return (setting) => {
    const path = pricePath(levers.prices, setting.on, setting.months);
    if (path === null) return nothing("NO VERDICT");
    const values = {};
    for (const field of levers.fields) values[field.name] = field.mean;
    Object.assign(values, setting.values);
    if (Object.values(values).includes(null)) {
      return nothing(finalRuling(fixed, "INCONCLUSIVE", lifecycleRow(levers, "")));
    }
    nodes = nodes || makeNodes(levers);
    return assess(levers, fixed, bench, nodes, setting, path, values);
  };
}

function nothing(ruling) {
  return {
    ruling,
    branch: null,
    binding: null,
    binding_field: null,
    binding_also: null,
    swings: [],
    conditions: [],
    path: [],
    probability: null,
  };
}

function makeBench(levers) {
  const design = makeDesign(levers.weights, levers.clusters, levers.strata);
  const quality = levers.treatment.map((score, i) => score - levers.control[i]);
  const bench = { design, quality, latency: levers.latency_s, people: levers.labels, peopleAdd: 0 };
  if (bench.people) {
    const human = bench.people.at.map((i, k) => quality[i] + shiftOf(bench, 1, -1)[k]);
    bench.peopleAdd = rectify(quality, human, bench.people, design).value - average(quality, design);
  }
  return bench;
}

function shiftOf(bench, treatment, control) {
  const { people } = bench;
  return people.at.map((_, k) => treatment * people.treatment[k] + control * people.control[k]);
}

function corrected(bench, values, weights, confidence) {
  if (!bench.people) return meanEstimate(values, bench.design, confidence);
  return correctedEstimate(values, shiftOf(bench, ...weights), bench.people, bench.design, confidence);
}

function guarded(bench, values, weights, pseudo, confidence) {
  if (!bench.people) return meanEstimate([...values, pseudo], withPseudoCase(bench.design), confidence);
  return correctedGuard(values, shiftOf(bench, ...weights), bench.people, bench.design, pseudo, confidence);
}

function jointly(bench, columns, weights) {
  if (!bench.people) return meanVector(columns, bench.design);
  return correctedVector(columns, shiftOf(bench, ...weights), bench.people, bench.design);
}

function assess(levers, fixed, bench, nodes, setting, path, values) {
  const { design, quality, latency } = bench;
  const width = levers.scale_high - levers.scale_low;
  const exchange = { channel: levers.channel, width, months: setting.months };
  const cost = overPath(levers.costs, path, design.n);
  const money = caseMoney(values, exchange, { quality, cost, latency }, design, bench.peopleAdd);
  const each = [money.perPoint, -money.perPoint];
  const priced = meanEstimate(money.cost, design, levers.confidence);
  const branch = branchOf(priced);
  const r = branch === "not_dearer" ? 0 : setting.threshold;
  const net = (threshold) => netValues(money.benefit, money.cost, threshold);
  const pseudo = -money.perPoint * width * levers.tail_share - (1 + r) * largest(money.cost);
  const lowered = money.benefit.map((b) => b - money.perPoint * levers.bias_allowance);
  const joint = jointly(bench, [quality, cost, latency], [1, -1]);
  const moved = new Set(Object.keys(setting.values));
  const found = {
    branch,
    decisive: corrected(bench, net(setting.threshold), each, levers.confidence),
    net: corrected(bench, net(0), each, levers.confidence),
    tail: guarded(bench, net(r), each, pseudo, levers.confidence),
    allowed: meanEstimate(netValues(lowered, money.cost, r), design, levers.confidence),
    quality: corrected(bench, quality, [1, -1], levers.confidence),
    chance: chanceOf(nodes, joint, values, exchange, moved, setting.threshold),
    ...retention(levers, bench),
    ...monthly(levers, bench, money, path, values),
  };
  const proof = proofRows(levers, found, values.requests_per_month);
  const lifecycle = lifecycleRow(levers, addMonths(levers.on, setting.months));
  const final = finalRuling(fixed, statisticalRuling(levers, found, proof), lifecycle);
  const swings = swingsOf(levers, exchange, joint, { ...setting, threshold: r });
  const widest = swings.length ? swings[0].name : null;
  const columns = [money.benefit, money.cost];
  const both = jointly(bench, columns, each);
  const set = roiSet(both, tQuantile(levers.confidence, both.df));
  return {
    ruling: final,
    branch,
    ...named(bindingOf(fixed, final, proof, found.chance, widest)),
    swings,
    conditions: [...proof, lifecycle],
    quality: found.quality.value,
    benefit: found.benefit,
    cost: found.cost,
    roi: found.roi,
    roi_kind: set.kind,
    roi_low: set.low,
    roi_high: set.high,
    npv: found.npv,
    payback_months: found.payback,
    probability: found.chance.probability,
    path: found.path,
  };
}

function named(binding) {
  const { condition, field, also } = binding || { condition: null, field: null, also: null };
  return { binding: condition, binding_field: field, binding_also: also };
}

function overPath(costs, path, n) {
  const months = path.regimes.length;
  const shares = costs.map((_, k) => path.regimes.filter((regime) => regime === k).length / months);
  return Array.from({ length: n }, (_, i) => sum(costs.map((column, k) => shares[k] * column[i])));
}

function retention(levers, bench) {
  const retained = 1 - levers.quality_loss;
  const low = levers.scale_low;
  const kept = levers.treatment.map((score, i) => score - low - retained * (levers.control[i] - low));
  const pseudo = -retained * (levers.scale_high - low) * levers.tail_share;
  return {
    kept: corrected(bench, kept, [1, -retained], levers.confidence),
    keptTail: guarded(bench, kept, [1, -retained], pseudo, levers.confidence),
  };
}

function monthly(levers, bench, money, path, values) {
  const { requests_per_month: requests, ops_delta_per_month: ops, one_off_cost: oneOff } = values;
  const byRegime = levers.costs.map((column) => requests * average(column, bench.design) + ops);
  const costs = path.regimes.map((regime) => byRegime[regime]);
  const benefit = requests * (average(money.benefit, bench.design) + money.perPoint * bench.peopleAdd);
  const net = costs.map((cost) => benefit - cost);
  const total = sum(costs);
  let spent = oneOff;
  let running = -oneOff;
  const rows = costs.map((cost, k) => {
    spent += cost;
    running += net[k];
    return { starts: path.starts[k], cost, roi: spent > 0 ? running / spent : null };
  });
  const dearer = total + oneOff > 0;
  return {
    benefit,
    cost: total / costs.length,
    path: rows,
    roi: dearer ? (costs.length * benefit - total - oneOff) / (total + oneOff) : null,
    npv: netPresentValue(net, oneOff, values.discount_rate),
    payback: paybackMonths(net, oneOff),
  };
}

/** How far each assumption that still has a range moves the monthly net benefit, largest first. */
function swingsOf(levers, exchange, joint, setting) {
  const medians = {};
  for (const field of levers.fields) medians[field.name] = setting.values[field.name] ?? field.p50;
  const measured = { quality: joint.mean[0], cost: joint.mean[1], latency: joint.mean[2] };
  return levers.fields
    .filter((field) => field.table.length && !(field.name in setting.values) && field.p05 !== field.p95)
    .map((field) => {
      const at = (end) => netAt({ ...medians, [field.name]: end }, exchange, measured, setting.threshold);
      const [low, high] = [at(field.p05), at(field.p95)];
      return { name: field.name, low, high, swing: Math.abs(high - low) };
    })
    .sort((a, b) => b.swing - a.swing || (a.name < b.name ? -1 : 1));
}
