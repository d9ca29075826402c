// Quality to money, the months ahead and what they are worth: decide/money.py and decide/pricepath.py.
import { average, netValue } from "./design.js";

const FLAT = 1e-14;

/** USD per request of one whole satisfied-share point more. */
export function shareValue(values, channel) {
  const perSession = values.realisation / values.requests_per_session;
  if (channel === "sessions") return perSession * values.value_per_satisfied_session;
  if (channel === "mentoring") return perSession * values.cost_human_session;
  const churn = values.churn_unsatisfied - values.churn_satisfied;
  const lifetime = (values.revenue_per_user * values.margin) / values.baseline_churn;
  return (perSession / values.sessions_per_user) * churn * lifetime;
}

/** USD per score point per request. */
export function valuePerPoint(values, exchange) {
  return (values.satisfaction_per_quality * shareValue(values, exchange.channel)) / exchange.width;
}

/** USD per request from mean differences. */
export function benefitPerRequest(values, exchange, quality, latency) {
  const gain = Math.min(
    (values.satisfaction_per_quality * quality) / exchange.width,
    1 - values.baseline_satisfaction,
  );
  const loss = values.latency_penalty * Math.max(0, latency);
  return shareValue(values, exchange.channel) * (gain - loss);
}

/** What a request costs beyond its tokens. */
export function overheadPerRequest(values, exchange) {
  return (values.ops_delta_per_month + values.one_off_cost / exchange.months) / values.requests_per_month;
}

/** Benefit and cost of each case, such that their means are what benefitPerRequest says of the means. */
export function caseMoney(values, exchange, columns, design, peopleAdd) {
  const perPoint = valuePerPoint(values, exchange);
  const share = shareValue(values, exchange.channel);
  const slower = average(columns.latency, design) > 0 ? 1 : 0;
  const gain = values.satisfaction_per_quality * (average(columns.quality, design) + peopleAdd);
  const excess = Math.max(0, gain / exchange.width - (1 - values.baseline_satisfaction));
  const overhead = overheadPerRequest(values, exchange);
  return {
    perPoint,
    benefit: columns.quality.map(
      (q, i) => perPoint * q - share * values.latency_penalty * columns.latency[i] * slower - share * excess,
    ),
    cost: columns.cost.map((c) => c + overhead),
  };
}

/** Monthly B - (1 + r)C at one set of values, one-off cost spread over the horizon. */
export function netAt(values, exchange, measured, threshold) {
  const benefit = benefitPerRequest(values, exchange, measured.quality, measured.latency);
  const cost = measured.cost + overheadPerRequest(values, exchange);
  return values.requests_per_month * (benefit - (1 + threshold) * cost);
}

/** B and what ROI divides by, a month, from mean differences. */
export function netOfMeans(values, exchange, measured, threshold) {
  const benefit =
    values.requests_per_month * benefitPerRequest(values, exchange, measured.quality, measured.latency);
  const charged =
    values.requests_per_month * measured.cost +
    values.ops_delta_per_month +
    values.one_off_cost / exchange.months;
  return netValue(benefit, charged, threshold);
}

/** The same day of a later month, or that month's last day; days are written YYYY-MM-DD. */
export function addMonths(day, months) {
  const [year, month, date] = day.split("-").map(Number);
  const count = year * 12 + month - 1 + months;
  const last = new Date(Date.UTC(Math.floor(count / 12), (count % 12) + 1, 0)).getUTCDate();
  return isoDay(Math.floor(count / 12), (count % 12) + 1, Math.min(date, last));
}

export function isoDay(year, month, date) {
  return [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(date).padStart(2, "0")].join(
    "-",
  );
}

/** The row of prices in force for each month: {starts, regimes}, or null where a price is not announced. */
export function pricePath(prices, on, months) {
  const starts = Array.from({ length: months }, (_, k) => addMonths(on, k));
  const regimes = starts.map((start) => {
    let found = null;
    for (const span of prices) if (span.starts <= start) found = span.regime;
    return found;
  });
  return regimes.includes(null) ? null : { starts, regimes };
}

/** NPV of months paid at their end. */
export function netPresentValue(net, oneOff, yearlyRate) {
  const rate = (1 + yearlyRate) ** (1 / 12) - 1;
  let total = -oneOff;
  net.forEach((value, k) => (total += value / (1 + rate) ** (k + 1)));
  return total;
}

/** Months until the one-off cost has come back, null if the months together bring nothing. */
export function paybackMonths(net, oneOff) {
  const cumulative = [];
  net.reduce((total, value) => (cumulative.push(total + value), total + value), 0);
  const whole = cumulative[cumulative.length - 1];
  if (whole <= 0) return null;
  if (oneOff <= 0) return 0;
  const month = cumulative.findIndex((value) => value >= oneOff);
  if (month < 0) {
    const last = net[net.length - 1];
    return last > 0 ? net.length + (oneOff - whole) / last : null;
  }
  const before = month ? cumulative[month - 1] : 0;
  return month + (oneOff - before) / net[month];
}

/** Fieller's set of a ratio of two means minus one: {kind, low, high}. */
export function roiSet(joint, quantile) {
  const [a, b] = joint.mean;
  const q2 = quantile * quantile;
  const aTerm = b * b - q2 * joint.cov[1][1];
  const hTerm = a * b - q2 * joint.cov[0][1];
  let dTerm = hTerm * hTerm - aTerm * (a * a - q2 * joint.cov[0][0]);
  if (Math.abs(dTerm) <= FLAT * hTerm * hTerm) dTerm = 0;
  if (dTerm < 0 || Math.abs(aTerm) <= FLAT * b * b || (aTerm < 0 && dTerm === 0)) {
    return { kind: "unbounded", low: null, high: null };
  }
  const root = Math.sqrt(dTerm);
  const ends = [(hTerm - root) / aTerm, (hTerm + root) / aTerm].sort((x, y) => x - y);
  return { kind: aTerm > 0 ? "bounded" : "two_rays", low: ends[0] - 1, high: ends[1] - 1 };
}
