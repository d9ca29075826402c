// What people's grades change: PPI++ as decide/ppi.py has it.
import { average, bounded, squares, sum, withPseudoCase } from "./design.js";

/** Mean of the graded and the judged together: {value, df, influence}. */
export function rectify(judged, human, people, design) {
  const graded = new Set(people.at);
  const known = new Set(people.known);
  const all = judged.map((_, i) => i);
  const rest = all.filter((i) => !graded.has(i) && !known.has(i));
  const trust = trustIn(
    human,
    people.at.map((i) => judged[i]),
    rest.map((i) => judged[i]),
  );
  const surprise = new Map(people.at.map((i, k) => [i, human[k] - trust * judged[i]]));
  const centre =
    trust * partMean((i) => judged[i], rest, design) + partMean((i) => surprise.get(i), people.at, design);
  const openShare = sum(all.filter((i) => !known.has(i)).map((i) => design.shares[i]));
  const value = openShare * centre + sum(people.known.map((i) => design.shares[i] * judged[i]));
  const influence = judged.map(() => 0);
  addErrors(influence, (i) => trust * judged[i], rest, design, openShare);
  addErrors(influence, (i) => surprise.get(i), people.at, design, openShare);
  if (known.size) {
    const factor = correction(design, all);
    for (const i of all)
      influence[i] += design.shares[i] * ((known.has(i) ? judged[i] : centre) - value) * factor;
  }
  return { value, df: unitsOf(design, people.at) - 1, influence };
}

function trustIn(human, judged, unlabelled) {
  const variance = spread([...judged, ...unlabelled]);
  if (variance <= 0 || !unlabelled.length || human.length < 2) return 0;
  const mh = sum(human) / human.length;
  const mj = sum(judged) / judged.length;
  const covariance = sum(human.map((h, k) => (h - mh) * (judged[k] - mj))) / (human.length - 1);
  const ratio = covariance / ((1 + human.length / unlabelled.length) * variance);
  return Math.min(1, Math.max(0, ratio));
}

function spread(values) {
  if (values.length < 2) return 0;
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}

function partMean(valueOf, part, design) {
  const total = sum(part.map((i) => design.shares[i]));
  return total ? sum(part.map((i) => design.shares[i] * valueOf(i))) / total : 0;
}

function addErrors(influence, valueOf, part, design, openShare) {
  const total = sum(part.map((i) => design.shares[i]));
  if (!total) return;
  const mean = partMean(valueOf, part, design);
  const factor = correction(design, part);
  for (const i of part) influence[i] = (design.shares[i] / total) * (valueOf(i) - mean) * factor * openShare;
}

function correction(design, part) {
  const units = unitsOf(design, part);
  return units > 1 ? Math.sqrt(units / (units - 1)) : 1;
}

function unitsOf(design, part) {
  return design.clusters ? new Set(part.map((i) => design.clusters[i])).size : part.length;
}

/** A corrected mean with its bounds; shift is what people add to each graded case. */
export function correctedEstimate(values, shift, people, design, confidence) {
  const found = rectify(
    values,
    people.at.map((i, k) => values[i] + shift[k]),
    people,
    design,
  );
  return bounded(found.value, Math.sqrt(squares([found.influence], design)[0][0]), found.df, confidence);
}

/** The same with a pseudo-case among the graded ones, which the judge saw as the mean. */
export function correctedGuard(values, shift, people, design, pseudo, confidence) {
  const human = [...people.at.map((i, k) => values[i] + shift[k]), pseudo];
  const more = { at: [...people.at, values.length], known: people.known };
  const wider = withPseudoCase(design);
  const found = rectify([...values, average(values, design)], human, more, wider);
  return bounded(found.value, Math.sqrt(squares([found.influence], wider)[0][0]), found.df, confidence);
}

/** Joint estimate of a corrected mean, which comes first, and of means that need no correction. */
export function correctedVector(columns, shift, people, design) {
  const [first, ...others] = columns;
  const found = rectify(
    first,
    people.at.map((i, k) => first[i] + shift[k]),
    people,
    design,
  );
  const means = others.map((column) => average(column, design));
  const factor = correction(
    design,
    first.map((_, i) => i),
  );
  const errors = others.map((column, k) =>
    column.map((value, i) => design.shares[i] * (value - means[k]) * factor),
  );
  return { mean: [found.value, ...means], cov: squares([found.influence, ...errors], design), df: found.df };
}
