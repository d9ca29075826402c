"""Fit the weights of extractive Sena on half of the cases, and measure them on the other half.

    python studies/sena_fit.py prompts/mentoring            # the table of docs/sena.md
    python studies/sena_fit.py prompts/mentoring --write    # also evalharness/gateway/sena/weights.py

A unit is an example; it is positive if a form of a key fact stands in it. A ridge-penalised logistic
regression with signs fixed in advance (a question cannot be worth more for being one) gives the weights.
Nothing of a key fact reaches the features; the held-out half was not looked at while cues were written.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evalharness.core.case import Case
from evalharness.core.text import Form, find_any, find_form
from evalharness.experiment.dataset_file import load_dataset
from evalharness.gateway.sena.extractive import ExtractiveCompressor
from evalharness.gateway.sena.features import look_at
from evalharness.gateway.sena.trial import try_case
from evalharness.gateway.sena.units import Unit, split_units

SEED = "sena-2026"
RIDGE = 30.0
NEGATIVE = ("question", "address", "pronoun_start", "small_talk")
"""Signs that speak against a unit; every other one speaks for it, or gets weight 0."""
FIXED = {"relevance": 0.2}
"""Not learnt: the cases' messages were written to share few words with the facts, so that these cases cannot
teach what relevance is worth to others; the least that does no measurable harm here is kept."""
BUDGETS = (0.5, 0.6, 0.65, 0.7, 0.75)
WEIGHTS_FILE = Path("evalharness/gateway/sena/weights.py")
WEIGHTS_MODULE = '''"""What each sign of a unit is worth: written by studies/sena_fit.py, not by hand."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
ROWS
}
"""Change of the log odds that a unit is needed, for each unit of a feature; see `features` and `cues`.

Fitted on half of the shipped cases; what they keep on the other half stands in docs/sena.md. A feature
without a weight taught nothing and counts nothing.
"""
'''
Weights = dict[str, float]


def field_of(case: Case) -> str:
    """Return the author's batch that a case comes from: each has its own professional fields."""
    match = re.fullmatch(r"\w+-(ko|en)-(\d+)", case.id)
    if match is None:
        return case.category
    return f"field-{(int(match[2]) - 1) // (3 if match[1] == 'ko' else 2) + 1}"


def split_cases(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Return two halves, equal over fields and languages, with translation pairs on one side."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.pair_id or case.id, []).append(case)
    strata: dict[tuple[str, str], list[str]] = {}
    for name, members in groups.items():
        language = "pair" if len(members) > 1 else members[0].language
        strata.setdefault((field_of(members[0]), language), []).append(name)
    halves: tuple[list[Case], list[Case]] = ([], [])
    turn = 0
    for stratum in sorted(strata):
        for name in sorted(strata[stratum], key=lambda n: hashlib.sha256(f"{SEED}/{n}".encode()).hexdigest()):
            halves[turn].extend(groups[name])
            turn = 1 - turn
    return halves


def fit(cases: Sequence[Case]) -> Weights:
    """Return weights fitted on some cases."""
    rows: list[list[float]] = []
    labels: list[float] = []
    names: list[str] = []
    for case in cases:
        units = split_units(case.context)
        seen = look_at(units, case.message)
        names = sorted(seen.features[0])
        table = np.array([[features[name] for name in names] for features in seen.features])
        # Compared within a context: only there do units compete.
        rows += (table - table.mean(axis=0)).tolist()
        labels += _needed(case, units)
    table = np.array(rows)
    scale = table.std(axis=0) + 1e-9
    signs = np.array([-1.0 if name in NEGATIVE else 1.0 for name in names])
    weights = _logistic(table / scale, np.array(labels), signs) / scale
    fitted = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}
    return {name: weight for name, weight in (fitted | FIXED).items() if weight}


def _needed(case: Case, units: Sequence[Unit]) -> list[float]:
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


def kept_share(cases: Sequence[Case], weights: Weights, budget: float) -> tuple[int, int]:
    """Return how many key facts survive, and how many there are."""
    trials = [try_case(ExtractiveCompressor(weights=weights), case, budget) for case in cases]
    return sum(trial.kept for trial in trials), sum(trial.facts for trial in trials)


def across_fields(cases: Sequence[Case]) -> list[float]:
    """Return the share of facts kept at each budget, every field measured with weights of the others."""
    kept, total = [0] * len(BUDGETS), 0
    for field in sorted({field_of(case) for case in cases}):
        weights = fit([case for case in cases if field_of(case) != field])
        left_out = [case for case in cases if field_of(case) == field]
        kept = [k + kept_share(left_out, weights, b)[0] for k, b in zip(kept, BUDGETS, strict=True)]
        total += sum(len(case.key_facts) for case in left_out)
    return [count / total for count in kept]


def write_weights(weights: Weights) -> None:
    """Replace the module of weights."""
    rows = "".join(f'    "{name}": {weight},\n' for name, weight in sorted(weights.items()))
    WEIGHTS_FILE.write_text(WEIGHTS_MODULE.replace("ROWS\n", rows), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Fit, measure, print; write the weights if asked to."""
    cases = load_dataset(Path(arguments[0])).cases
    tuned, held_out = split_cases(cases)
    weights = fit(tuned)
    if "--write" in arguments:
        write_weights(weights)
    swapped = fit(held_out)
    print(f"{'feature':<16}{'weight':>8}{'fitted on the other half':>28}")
    for name in sorted(weights, key=lambda name: -abs(weights[name])):
        print(f"{name:<16}{weights[name]:>8.2f}{swapped.get(name, 0.0):>28.2f}")
    print(f"\n{'facts kept at a budget of':<48}" + "".join(f"{budget:>8}" for budget in BUDGETS))
    rows = [
        (f"fitted half ({len(tuned)} cases)", _shares(tuned, weights)),
        (f"held-out half ({len(held_out)} cases)", _shares(held_out, weights)),
        ("fitted half, with weights of the other half", _shares(tuned, swapped)),
        ("all cases, each field left out of the fit in turn", across_fields(cases)),
    ]
    for label, shares in rows:
        print(f"{label:<48}" + "".join(f"{share:>8.3f}" for share in shares))


def _shares(cases: Sequence[Case], weights: Weights) -> list[float]:
    found = [kept_share(cases, weights, budget) for budget in BUDGETS]
    return [kept / total for kept, total in found]


if __name__ == "__main__":
    main(sys.argv[1:])
