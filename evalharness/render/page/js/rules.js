// The conditions and the ruling that follows from them: decide/rulings.py and decide/binding.py.

const OF_SAMPLE = [
  "net_benefit_at_threshold",
  "net_benefit",
  "tail_guard",
  "non_inferiority",
  "non_inferiority_tail_guard",
];

export function branchOf(cost) {
  if (cost.high <= 0) return "not_dearer";
  return cost.low > 0 ? "dearer" : "cost_spans_zero";
}

/** The proof rows that the branch asks for, money in USD a month, in the order of the table. */
export function proofRows(levers, found, month) {
  const known = { name: "assumptions_known", unit: "none", value: null, limit: null, met: true };
  const bound = (name, estimate, unit, factor) => atLeast(name, estimate.low * factor, 0, unit, true);
  const net = bound("net_benefit", found.net, "usd_per_month", month);
  const tail = bound("tail_guard", found.tail, "usd_per_month", month);
  let rows;
  if (found.branch === "not_dearer") {
    const kept = bound("non_inferiority", found.kept, "points", 1);
    rows = [net, kept, bound("non_inferiority_tail_guard", found.keptTail, "points", 1), tail];
  } else {
    rows = [bound("net_benefit_at_threshold", found.decisive, "usd_per_month", month), net, tail];
  }
  if (found.branch === "dearer") {
    rows.push(atLeast("roi_probability", found.chance.probability, levers.probability, "share", false));
    rows.push(atLeast("npv", found.npv, 0, "usd", true));
  }
  if (!levers.labels) rows.push(bound("judge_bias_allowance", found.allowed, "usd_per_month", month));
  return [known, ...rows];
}

function atLeast(name, value, limit, unit, strict) {
  const margin = value - limit;
  return { name, unit, value, limit, margin, strict, met: strict ? margin > 0 : margin >= 0 };
}

/** The cap row: no preview, and not retired within the horizon, or waived. */
export function lifecycleRow(levers, last) {
  const life = levers.lifecycle;
  const found = life.preview || life.ends.some((day) => day <= last);
  const met = life.known ? !found || life.waived : null;
  return { name: "model_lifecycle", unit: "none", value: null, limit: null, met };
}

/** What the statistics say, guardrails and caps aside. */
export function statisticalRuling(levers, found, proof) {
  const below = (estimate) => estimate.high < 0;
  const rejected = {
    not_dearer: below(found.net),
    cost_spans_zero: below(found.decisive) || below(found.net),
    dearer: below(found.decisive) || found.chance.probability <= levers.rejecting,
  }[found.branch];
  if (rejected) return "REJECT";
  return proof.some((row) => row.met === false) ? "INCONCLUSIVE" : "APPROVE";
}

/** The ruling with vetoes and caps; `fixed` is what no lever moves. */
export function finalRuling(fixed, ruling, lifecycle) {
  if (fixed.evidence.length) return "NO VERDICT";
  let final = ruling;
  if (final === "APPROVE" && fixed.guardrails.length) final = "INCONCLUSIVE";
  else if (final === "APPROVE" && lifecycle.met === false) final = "APPROVE FOR TRIAL";
  return fixed.judges.length ? "INCONCLUSIVE" : final;
}

/** What would have to change first: {condition, field, also}, null for APPROVE and REJECT. */
export function bindingOf(fixed, final, proof, chance, widest) {
  if (fixed.evidence.length) return condition(fixed.evidence[0]);
  if (fixed.judges.length) return condition(fixed.judges[0]);
  if (final === "APPROVE" || final === "REJECT") return null;
  if (final === "APPROVE FOR TRIAL") return condition("model_lifecycle");
  const unmet = new Set(proof.filter((row) => row.met === false).map((row) => row.name));
  const sample = OF_SAMPLE.find((name) => unmet.has(name)) || null;
  const uncertain = unmet.has("roi_probability");
  const assumed = chance !== null && chance.assumptionSd > chance.sampleSd;
  if (uncertain && widest !== null && (sample === null || assumed)) {
    return { condition: "roi_probability", field: widest, also: sample };
  }
  if (sample !== null) return condition(sample);
  if (uncertain) return condition("roi_probability");
  if (unmet.has("judge_bias_allowance")) return condition("judge_bias_allowance");
  if (unmet.has("npv")) return condition("npv");
  return fixed.guardrails.length ? condition(fixed.guardrails[0]) : null;
}

function condition(name) {
  return { condition: name, field: null, also: null };
}
