"""Where extractive Sena holds and where it does not: the side tables of docs/sena.md.

    python studies/sena_limits.py prompts/mentoring

Weights as shipped. Rows are over all cases unless they say otherwise; budgets are shares of the context's
own tokens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evalharness.core.case import Case
from evalharness.core.ports import Compressor
from evalharness.core.sena import Protected, SenaRules, TokenBudget
from evalharness.experiment.dataset_file import load_dataset
from evalharness.gateway.sena import COMPRESSORS, ExtractiveCompressor, HybridCompressor
from evalharness.gateway.sena.sweep import paired_difference
from evalharness.gateway.sena.trial import try_case
from evalharness.gateway.sena.units import split_units
from evalharness.gateway.sena.weights import WEIGHTS

BUDGETS = (0.5, 0.6, 0.67, 0.75)
LENGTHS = ((0, 500), (500, 1000), (1000, 3000))


def main(path: Path) -> None:
    """Print every table."""
    cases = load_dataset(path).cases
    for kind in Protected:
        shares = [share_of(kind, case) for case in cases]
        mean = sum(shares) / len(shares)
        print(f"share of tokens in units of kind {kind.value}: mean {mean:.1%}, most {max(shares):.1%}")
    print(f"{'facts kept (cases over the budget)':<58}" + "".join(f"{budget:>14}" for budget in BUDGETS))
    for kinds in ((), ("code",), ("quote",), ("number",), ("code", "number", "quote")):
        rules = SenaRules(protect=tuple(Protected(kind) for kind in kinds))
        show(f"extractive, protect {', '.join(kinds) or 'nothing'}", ExtractiveCompressor(rules), cases)
    for low, high in LENGTHS:
        some = [case for case in cases if low <= tokens_of(case) < high]
        for method in ("extractive", "random"):
            show(f"{method}, contexts of {low}–{high} tokens ({len(some)})", blind(method), some)
    for label, left_out in (
        ("place", ("position", "position_squared", "depth", "opens_place", "in_profile", "in_notes")),
        ("where in profile, notes and turns", ("depth", "opens_place", "in_profile", "in_notes")),
        ("figures", ("figure", "number_word", "time")),
        ("words", ("change", "decision", "limit", "negation", "report", "wish", "address")),
        ("redundancy and take-up", ("taken_up",)),
    ):
        show(
            f"extractive without what it sees of {label}",
            ExtractiveCompressor(weights=without(left_out)),
            cases,
        )
    for weight in (0.0, 1.0):
        weights = {**WEIGHTS, "relevance": weight}
        show(f"extractive with a BM25 weight of {weight:g}", ExtractiveCompressor(weights=weights), cases)
    for role in ("mentee", "mentor"):
        show(
            f"extractive, facts that only a {role}'s turn tells", ExtractiveCompressor(), cases, told_by(role)
        )
    everything = ExtractiveCompressor(SenaRules(protect=tuple(Protected)))
    compare("extractive, protect code less protect all", ExtractiveCompressor(), everything, cases)
    compare("hybrid less extractive", HybridCompressor(), ExtractiveCompressor(), cases)


def compare(label: str, better: Compressor, worse: Compressor, cases: Sequence[Case]) -> None:
    """Print how much more one compressor keeps, in points, with a two-sided 95 % interval."""
    for budget in (0.67, 0.7, 0.75):
        both = [[try_case(one, case, budget) for case in cases] for one in (better, worse)]
        points, low, high = (100 * share for share in paired_difference(cases, *both))
        print(f"{label}, budget {budget}: {points:+.1f} points ({low:+.1f} to {high:+.1f})")


def show(
    label: str,
    compressor: Compressor,
    cases: Sequence[Case],
    view: Callable[[Case], Case] = lambda case: case,
) -> None:
    """Print one row."""
    row = f"{label:<58}"
    for budget in BUDGETS:
        trials = [try_case(compressor, view(case), budget) for case in cases]
        share = sum(t.kept for t in trials) / max(1, sum(t.facts for t in trials))
        overruns = sum(trial.overrun_tokens > 0 for trial in trials)
        row += f"{share:>8.1%}{f'({overruns})':>6}"
    print(row)


def blind(method: str) -> Compressor:
    """Return a method; controls protect nothing."""
    return COMPRESSORS[method](SenaRules(protect=()) if method == "random" else None)


def without(names: Sequence[str]) -> Mapping[str, float]:
    """Return the shipped weights without some."""
    return {name: weight for name, weight in WEIGHTS.items() if name not in names}


def tokens_of(case: Case) -> int:
    """Return the approximate tokens of a case's context."""
    return sum(unit.tokens for unit in split_units(case.context))


def share_of(kind: Protected, case: Case) -> float:
    """Return which share of a case's context protection of a kind would keep."""
    rules = SenaRules(protect=(kind,))
    kept = ExtractiveCompressor(rules).compress(
        case.context, message=case.message, budget=TokenBudget(tokens=0)
    )
    return kept.kept_tokens / kept.original_tokens


def told_by(role: str) -> Callable[[Case], Case]:
    """Return a view of a case with only the facts that stand in turns of one speaker."""
    from dataclasses import replace

    def view(case: Case) -> Case:
        turns = {f"turns[{i}]" for i, turn in enumerate(case.context.turns) if turn.role == role}
        return replace(case, key_facts=tuple(fact for fact in case.key_facts if set(fact.where) <= turns))

    return view


if __name__ == "__main__":
    main(Path(sys.argv[1]))
