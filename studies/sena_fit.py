"""Fit the weights of extractive Sena on the cases, and measure them on cases that the fit did not see.

    python studies/sena_fit.py prompts/mentoring            # the tables of docs/sena.md
    python studies/sena_fit.py prompts/mentoring --write    # also evalharness/gateway/sena/weights.py

A unit is an example; it is positive if a form of a key fact stands in it. A ridge-penalised logistic
regression, most signs fixed in advance (a question cannot be worth more for being one), gives the weights.
The shipped weights are fitted on all cases; what may be claimed for them is the out-of-fold rows: every case
measured with weights that were fitted without it, without its translation, or without its author's fields.
Nothing of a key fact reaches the features.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from evalharness.core.case import Case
from evalharness.core.sena import SenaRules
from evalharness.core.text import Form, find_any, find_form
from evalharness.experiment.dataset_file import load_dataset
from evalharness.gateway.sena import COMPRESSORS
from evalharness.gateway.sena.extractive import ExtractiveCompressor
from evalharness.gateway.sena.features import look_at
from evalharness.gateway.sena.sweep import paired_difference, point_of
from evalharness.gateway.sena.trial import Trial, try_case
from evalharness.gateway.sena.units import Unit, split_units

SEEDS = ("sena-a", "sena-b", "sena-c")
FOLDS = 10
RIDGE = 30.0
NEGATIVE = ("question", "address", "pronoun_start", "small_talk")
"""Signs that speak against a unit; every other one speaks for it, or gets weight 0."""
FREE = ("depth", "position_squared", "in_profile", "in_notes")
"""Places: whether they speak for or against a unit is for the cases to say."""
FIXED = {"relevance": 0.2}
"""Not learnt: the cases' messages were written to share few words with the facts, so that these cases cannot
teach what relevance is worth to others; the least that does no measurable harm here is kept."""
BUDGETS = (0.5, 0.6, 0.65, 0.67, 0.68, 0.69, 0.7, 0.75)
WEIGHTS_FILE = Path("evalharness/gateway/sena/weights.py")
WEIGHTS_MODULE = '''"""What each sign of a unit is worth: written by studies/sena_fit.py, not by hand."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
WEIGHT_ROWS
}
"""Change of the log odds that a unit is needed, for each unit of a feature; see `features` and `cues`.

A feature without a weight taught nothing and counts nothing.
"""

FITTED_ON = "DATASET"
"""SHA-256 of the dataset whose cases gave the weights: what they keep there flatters them."""

OUT_OF_FOLD: Mapping[float, float] = {
FOLD_ROWS
}
"""Share of its key facts kept at a budget by weights fitted without the case and its translation."""
'''
Weights = dict[str, float]
Fold = Callable[[Case], str]


def field_of(case: Case) -> str:
    """Return the author's batch that a case comes from: each has its own professional fields."""
    match = re.fullmatch(r"\w+-(ko|en)-(\d+)", case.id)
    if match is None:
        return case.category
    return f"field-{(int(match[2]) - 1) // (3 if match[1] == 'ko' else 2) + 1}"


def pair_folds(cases: Sequence[Case], seed: str) -> Fold:
    """Return a seeded assignment of cases to folds, the members of a translation pair in one."""
    names = {case.pair_id or case.id for case in cases}
    order = sorted(names, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).hexdigest())
    fold = {name: f"{index % FOLDS}" for index, name in enumerate(order)}
    return lambda case: fold[case.pair_id or case.id]


def fit(cases: Sequence[Case], left_out: Sequence[str] = ()) -> Weights:
    """Return weights fitted on some cases, perhaps without some features."""
    tables: list[list[list[float]]] = []
    labels: list[list[float]] = []
    names: list[str] = []
    for case in cases:
        units = split_units(case.context)
        seen = look_at(units, case.message)
        names = sorted(set(seen.features[0]) - set(left_out))
        tables.append([[features[name] for name in names] for features in seen.features])
        labels.append(needed_units(case, units))
    return fit_rows(tables, labels, names)


def fit_rows(
    tables: Sequence[Sequence[Sequence[float]]],
    labels: Sequence[Sequence[float]],
    names: Sequence[str],
    free: Sequence[str] = FREE,
) -> Weights:
    """Return weights by feature; a feature that speaks against its sign gets none.

    Args:
        tables: For each case, a row of features for each unit.
        labels: For each case, 1 for each unit that shows a key fact, else 0.
        names: The features' names.
        free: Features of either sign.
    """
    # Compared within a context: only there do units compete.
    table = np.vstack([np.array(rows) - np.mean(rows, axis=0) for rows in tables])
    scale = table.std(axis=0) + 1e-9
    signs = np.array([-1.0 if name in NEGATIVE else 0.0 if name in free else 1.0 for name in names])
    weights = _logistic(table / scale, np.concatenate([np.array(row) for row in labels]), signs) / scale
    fitted = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}
    return {name: weight for name, weight in (fitted | FIXED).items() if weight}


def needed_units(case: Case, units: Sequence[Unit]) -> list[float]:
    """Mark the units that show a key fact alone; where none does, those with its rarest parts."""
    marks = [0.0] * len(units)
    for fact in case.key_facts:
        alone = [i for i, unit in enumerate(units) if find_any(fact.forms, unit.text)]
        for index in alone or _rarest_parts(fact.forms, units):
            marks[index] = 1.0
    return marks


def _rarest_parts(forms: Sequence[Form], units: Sequence[Unit]) -> list[int]:
    places = [
        [[i for i, unit in enumerate(units) if find_form(part, unit.text)] for part in form]
        for form in forms
        if not isinstance(form, str)
    ]
    whole = [parts for parts in places if all(parts)]
    best = min(whole, key=lambda parts: sum(map(len, parts)), default=[])
    return [index for part in best if len(part) <= 2 for index in part]


def _logistic(table: np.ndarray, labels: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return ridge logistic weights; features with a weight of the wrong sign are left out, pass by pass."""
    active = np.ones(len(signs), dtype=bool)
    while True:
        weights = np.zeros(len(signs))
        weights[active] = _newton(table[:, active], labels)
        wrong = weights * signs < 0
        if not wrong.any():
            return weights
        active &= ~wrong


def _newton(table: np.ndarray, labels: np.ndarray) -> np.ndarray:
    design = np.c_[np.ones(len(table)), table]
    penalty = np.diag([1e-6] + [RIDGE] * table.shape[1])
    beta = np.zeros(design.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ beta))
        curve = (design.T * (chance * (1 - chance))) @ design + penalty
        beta += np.linalg.solve(curve, design.T @ (labels - chance) - penalty @ beta)
    return beta[1:]


def trials_of(cases: Sequence[Case], weights_for: Callable[[Case], Weights]) -> dict[float, list[Trial]]:
    """Return the trials of every budget, each case with its own weights."""
    return {
        budget: [try_case(ExtractiveCompressor(weights=weights_for(case)), case, budget) for case in cases]
        for budget in BUDGETS
    }


def out_of_fold(cases: Sequence[Case], fold: Fold, left_out: Sequence[str] = ()) -> dict[float, list[Trial]]:
    """Return the trials of every budget, each case with weights that were fitted without its fold."""
    weights = {
        name: fit([case for case in cases if fold(case) != name], left_out)
        for name in sorted({fold(case) for case in cases})
    }
    return trials_of(cases, lambda case: weights[fold(case)])


def kept_shares(*runs: Mapping[float, Sequence[Trial]]) -> list[float]:
    """Return the share of facts kept at each budget, averaged over runs."""
    return [
        float(np.mean([sum(t.kept for t in run[b]) / sum(t.facts for t in run[b]) for run in runs]))
        for b in BUDGETS
    ]


def write_weights(weights: Weights, dataset_sha256: str, shares: Sequence[float]) -> None:
    """Replace the module of weights."""
    rows = ",\n".join(f'    "{name}": {weight}' for name, weight in sorted(weights.items()))
    folds = ",\n".join(f"    {b}: {round(share, 3)}" for b, share in zip(BUDGETS, shares, strict=True))
    text = WEIGHTS_MODULE.replace("WEIGHT_ROWS", f"{rows},").replace("FOLD_ROWS", f"{folds},")
    WEIGHTS_FILE.write_text(text.replace("DATASET", dataset_sha256), encoding="utf-8", newline="\n")


def main(arguments: Sequence[str]) -> None:
    """Fit, measure, print; write the weights if asked to."""
    dataset = load_dataset(Path(arguments[0]))
    cases = dataset.cases
    weights = fit(cases)
    by_pair = [out_of_fold(cases, pair_folds(cases, seed)) for seed in SEEDS]
    if "--write" in arguments:
        write_weights(weights, dataset.sha256, kept_shares(*by_pair))
    _print_weights(cases, weights)
    without_place = [out_of_fold(cases, pair_folds(cases, seed), FREE) for seed in SEEDS]
    print(f"\n{'facts kept, per cent, at a budget of':<58}" + "".join(f"{b:>7}" for b in BUDGETS))
    _print_row("fitted on the cases that are measured", kept_shares(trials_of(cases, lambda _: weights)))
    _print_row("out of fold, ten folds by pair, mean of three seeds", kept_shares(*by_pair))
    for seed, run in zip(SEEDS, by_pair, strict=True):
        lows = [point_of(cases, run[budget]).facts_kept_low for budget in BUDGETS]
        _print_row(f"  {seed}, one-sided lower 95 % bound", lows)
    _print_row(
        "out of fold, each author's fields left out in turn", kept_shares(out_of_fold(cases, field_of))
    )
    _print_row(f"out of fold by pair, without {', '.join(FREE)}", kept_shares(*without_place))
    for control in ("truncate", "random"):
        blind = COMPRESSORS[control](SenaRules(protect=()))
        print(f"\nout of fold ({SEEDS[0]}) less {control}, points (95 % interval):")
        for budget in (0.65, 0.67, 0.68, 0.69):
            plain = [try_case(blind, case, budget) for case in cases]
            gain = [100 * share for share in paired_difference(cases, by_pair[0][budget], plain)]
            print(f"  {budget}: {gain[0]:+.1f} ({gain[1]:+.1f} to {gain[2]:+.1f})")
    print("\nwith them less without, out of fold by pair, points (95 % interval):")
    for seed, run, bare in zip(SEEDS, by_pair, without_place, strict=True):
        for budget in (0.6, 0.69):
            gain = [100 * share for share in paired_difference(cases, run[budget], bare[budget])]
            print(f"  {seed}, {budget}: {gain[0]:+.1f} ({gain[1]:+.1f} to {gain[2]:+.1f})")


def _print_weights(cases: Sequence[Case], weights: Weights) -> None:
    fold = pair_folds(cases, SEEDS[0])
    others = [fit([c for c in cases if fold(c) != name]) for name in sorted({fold(c) for c in cases})]
    print(f"{'feature':<18}{'weight':>8}{'without a tenth of the cases':>32}")
    for name in sorted(weights, key=lambda name: -abs(weights[name])):
        found = [other.get(name, 0.0) for other in others]
        print(f"{name:<18}{weights[name]:>8.2f}{f'{min(found):.2f} to {max(found):.2f}':>32}")


def _print_row(label: str, shares: Sequence[float]) -> None:
    print(f"{label:<58}" + "".join(f"{100 * share:>7.1f}" for share in shares))


if __name__ == "__main__":
    main(sys.argv[1:])
