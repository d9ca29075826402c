// Special functions, to about 1e-14: series where they converge fast, continued fractions elsewhere.

const TINY = 1e-300;
const EPSILON = 1e-16;
const MOST_TERMS = 1000;
const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Return ln Γ(x) for x > 0. */
export function logGamma(x) {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = LANCZOS[0];
  for (let k = 1; k < LANCZOS.length; k += 1) sum += LANCZOS[k] / (x - 1 + k);
  const t = x + 6.5;
  return HALF_LOG_TAU + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Return the chance that a standard normal falls below x. */
export function normalBelow(x) {
  if (Number.isNaN(x)) return NaN;
  const size = Math.abs(x);
  if (size > 39) return x < 0 ? 0 : 1;
  const density = Math.exp((-size * size) / 2) / Math.sqrt(2 * Math.PI);
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let k = 1; k < MOST_TERMS && term > EPSILON * sum; k += 1) {
      term *= (size * size) / (2 * k + 1);
      sum += term;
    }
    return x < 0 ? 0.5 - density * sum : 0.5 + density * sum;
  }
  let fraction = size + 60 / size;
  for (let k = 59; k > 0; k -= 1) fraction = size + k / fraction;
  return x < 0 ? density / fraction : 1 - density / fraction;
}

/** Return the point below which a standard normal falls with a chance in (0, 1). */
export function normalQuantile(p) {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0.5) return 0;
  // A rough start, then Newton on ln Φ, which is concave and so never overshoots.
  const t = Math.sqrt(-2 * Math.log(p));
  let x = Math.min(0, -t + Math.log(t + 1) / t);
  for (let k = 0; k < 60; k += 1) {
    const below = normalBelow(x);
    const step = ((Math.log(below) - Math.log(p)) * below * Math.sqrt(2 * Math.PI)) / Math.exp((-x * x) / 2);
    x -= step;
    if (Math.abs(step) < 1e-15 * (1 + Math.abs(x))) break;
  }
  return x;
}

function betaFraction(x, a, b) {
  let c = 1;
  let d = 1 / nonzero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d);
    c = nonzero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d);
    c = nonzero(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < EPSILON) break;
  }
  return result;
}

function nonzero(value) {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Return the regularised incomplete beta function I_x(a, b); `rest` is 1 - x, given where x is near 1. */
export function betaBelow(x, a, b, rest = 1 - x) {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(rest, b, a)) / b;
}

/** Return the chance that Student's t exceeds a value. */
export function tAbove(value, df) {
  const square = value * value;
  const tail = betaBelow(df / (df + square), df / 2, 0.5, square / (df + square)) / 2;
  return value > 0 ? tail : 1 - tail;
}

/** Return Student's t quantile of a probability in (0, 1). */
export function tQuantile(probability, df) {
  if (probability < 0.5) return -tQuantile(1 - probability, df);
  if (probability === 0.5) return 0;
  const wanted = 1 - probability;
  let low = 0;
  let high = 1;
  while (tAbove(high, df) > wanted) high *= 2;
  const log = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  let x = (low + high) / 2;
  for (let k = 0; k < 200; k += 1) {
    const tail = tAbove(x, df);
    if (tail > wanted) low = x;
    else high = x;
    const density = Math.exp(log - ((df + 1) / 2) * Math.log1p((x * x) / df));
    const newton = x + (tail - wanted) / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-15 * Math.abs(next)) return next;
    x = next;
  }
  return x;
}
