// The page: reads its data, then sets up the panel, the explorer and the pictures.
import { diffWords } from "./diff.js";
import { makeExplorer } from "./explorer.js";
import { makeNumerals, makeSay } from "./format.js";
import { followSections, watchOverflow } from "./overflow.js";
import { makePull } from "./pull.js";
import { normalBelow, normalQuantile, tAbove, tQuantile } from "./special.js";
import { enliven } from "./tips.js";
import { makeWhatIf } from "./what_if.js";

const data = JSON.parse(document.getElementById("data").textContent);
const numerals = makeNumerals(data.numbers);
const say = makeSay(data.words, numerals, data.defaults);
const whatIf = makeWhatIf(document.getElementById("what-if-body"), data, say, numerals);
const explorer = makeExplorer(document.getElementById("cases-body"), data, say);
enliven(explorer ? explorer.open : () => {}, explorer ? explorer.known : () => false);
for (const box of document.querySelectorAll(".scroll")) watchOverflow(box);
followSections(document.querySelector(".contents ul"));
document.documentElement.dataset.ready = "1";
// For whoever wants the numbers behind a slider, in the console or in a test:
// evalharness.pull({on, months, threshold, values}); what is not given stands as it was decided.
const tools = { diffWords, makePull, normalBelow, normalQuantile, tAbove, tQuantile };
const pull = whatIf && ((setting = {}) => whatIf.pull(completed(data.levers, setting)));
window.evalharness = Object.freeze({ data, numerals, say, whatIf, explorer, pull, tools });

function completed(levers, setting) {
  known(Object.keys(setting), ["on", "months", "threshold", "values"]);
  const { on = levers.on, months = levers.months, threshold = levers.threshold, values = {} } = setting;
  known(
    Object.keys(values),
    levers.fields.map((field) => field.name),
  );
  return { on, months, threshold, values };
}

function known(names, all) {
  const strange = names.filter((name) => !all.includes(name));
  if (strange.length)
    throw new RangeError(`nothing is called ${strange.join(", ")}; there are ${all.join(", ")}`);
}
