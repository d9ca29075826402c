// Means of per-case differences with the errors of their sampling design; decide/contrasts.py and
// decide/design.py say why, in the same order.
import { tQuantile } from "./special.js";

const EQUAL = 1e-12;
const SMALLEST = 1e-150;

/** A sampling design: weights, and clusters or strata or neither. */
export function makeDesign(weights, clusters, strata) {
  const first = weights[0];
  const isWeighted = weights.some((w) => Math.abs(w - first) > EQUAL * Math.abs(first));
  const total = sum(weights);
  return {
    n: weights.length,
    shares: weights.map((w) => w / total),
    weights,
    clusters,
    strata: clusters ? null : strata,
    isWeighted,
    units: clusters ? new Set(clusters).size : weights.length,
  };
}

/** The design with one more case of mean weight, in a cluster of its own; strata are given up. */
export function withPseudoCase(design) {
  const weights = [...design.weights, sum(design.weights) / design.n];
  const clusters = design.clusters ? [...design.clusters, largest(design.clusters) + 1] : null;
  return makeDesign(weights, clusters, null);
}

export function sum(values) {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function largest(values) {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** Weighted mean of one value a case. */
export function average(values, design) {
  let total = 0;
  for (let i = 0; i < design.n; i += 1) total += design.shares[i] * values[i];
  return total;
}

/** Sum of the errors' squares over independent units: one matrix for several columns. */
export function squares(errors, design) {
  const size = errors.length;
  const columns = design.clusters ? errors.map((column) => byUnit(column, design.clusters)) : errors;
  const found = [];
  for (let a = 0; a < size; a += 1) {
    found.push([]);
    for (let b = 0; b < size; b += 1) {
      let total = 0;
      for (let i = 0; i < columns[a].length; i += 1) total += columns[a][i] * columns[b][i];
      found[a].push(total);
    }
  }
  return found;
}

function byUnit(column, units) {
  const sums = new Map();
  column.forEach((value, i) => sums.set(units[i], (sums.get(units[i]) || 0) + value));
  return [...sums.values()];
}

/** Joint estimate of several means: {mean, cov, df}. Columns are arrays of one value a case. */
export function meanVector(columns, design) {
  const mean = columns.map((column) => average(column, design));
  const cov = columns.map(() => columns.map(() => 0));
  let satterthwaite = 0;
  for (const inside of strataOf(design)) {
    const part = stratumCovariance(columns, design, inside);
    part.cov.forEach((row, a) => row.forEach((value, b) => (cov[a][b] += value)));
    satterthwaite += part.cov[0][0] ** 2 / (part.units - 1);
  }
  return { mean, cov, df: degreesOfFreedom(design, cov[0][0], satterthwaite) };
}

function strataOf(design) {
  if (!design.strata) return [design.weights.map((_, i) => i)];
  const groups = new Map();
  design.strata.forEach((stratum, i) => {
    if (!groups.has(stratum)) groups.set(stratum, []);
    groups.get(stratum).push(i);
  });
  return [...groups.keys()].sort((a, b) => a - b).map((key) => groups.get(key));
}

function stratumCovariance(columns, design, inside) {
  const total = sum(inside.map((i) => design.shares[i]));
  const errors = columns.map((column) => {
    const centre = sum(inside.map((i) => design.shares[i] * column[i])) / total;
    return inside.map((i) => design.shares[i] * (column[i] - centre));
  });
  const clusters = design.clusters && inside.map((i) => design.clusters[i]);
  const cov = squares(errors, { clusters });
  const units = clusters ? new Set(clusters).size : inside.length;
  return { cov: cov.map((row) => row.map((value) => (units / (units - 1)) * value)), units };
}

function degreesOfFreedom(design, variance, satterthwaite) {
  if (design.clusters) return design.units - 1;
  if (design.strata) {
    const strata = new Set(design.strata).size;
    return satterthwaite > 0 ? variance ** 2 / satterthwaite : design.n - strata;
  }
  return 1 / sum(design.shares.map((share) => share * share)) - 1;
}

/** Mean with one-sided bounds: {value, low, high, se, df}. */
export function meanEstimate(values, design, confidence) {
  const high = largest(values);
  const low = -largest(values.map((value) => -value));
  if (high - low <= Math.max(EQUAL * Math.max(high, -low), SMALLEST)) {
    return { value: values[0], low: values[0], high: values[0], se: 0, df: design.units - 1 };
  }
  const joint = meanVector([values], design);
  return bounded(joint.mean[0], Math.sqrt(joint.cov[0][0]), joint.df, confidence);
}

/** A mean with the bounds that its standard error gives. */
export function bounded(value, se, df, confidence) {
  const half = tQuantile(confidence, df) * se;
  return { value, low: value - half, high: value + half, se, df };
}

/** Benefit minus (1 + threshold) times cost, exactly zero where the two differ only by rounding. */
export function netValues(benefit, cost, threshold) {
  return benefit.map((b, i) => netValue(b, cost[i], threshold));
}

export function netValue(benefit, cost, threshold) {
  const charged = (1 + threshold) * cost;
  const net = benefit - charged;
  return Math.abs(net) <= EQUAL * (Math.abs(benefit) + Math.abs(charged)) ? 0 : net;
}

/** Lower triangular L with L times its transpose = cov, also where columns depend on each other. */
export function choleskyRoot(cov) {
  const root = cov.map((row) => row.map(() => 0));
  for (let j = 0; j < cov.length; j += 1) {
    let pivot = cov[j][j];
    for (let k = 0; k < j; k += 1) pivot -= root[j][k] ** 2;
    if (pivot <= 1e-10 * cov[j][j]) continue;
    root[j][j] = Math.sqrt(pivot);
    for (let i = j + 1; i < cov.length; i += 1) {
      let below = cov[i][j];
      for (let k = 0; k < j; k += 1) below -= root[i][k] * root[j][k];
      root[i][j] = below / root[j][j];
    }
  }
  return root;
}
