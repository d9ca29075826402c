"""What else was tried to make extractive Sena better, and what it taught: the figures of docs/sena.md.

    python studies/sena_design.py prompts/mentoring        # minutes; needs the extra `semantic`

Every row is out of fold (ten folds, translation pairs in one), key facts kept in per cent. The rows chose the
design, so they rank and claim nothing. A row is a change of one thing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sena_fit import FREE, SEEDS, Fold, Weights, fit_rows, needed_units, pair_folds

from evalharness.core.case import Case, Context
from evalharness.core.sena import Compressed, SenaRules
from evalharness.core.text import find_any
from evalharness.experiment.dataset_file import load_dataset
from evalharness.gateway.sena import selection
from evalharness.gateway.sena.embedding import default_embedder
from evalharness.gateway.sena.extractive import value_of
from evalharness.gateway.sena.features import Seen, look_at
from evalharness.gateway.sena.frame import compress_units
from evalharness.gateway.sena.selection import WordRedundancy, select
from evalharness.gateway.sena.trial import context_text
from evalharness.gateway.sena.units import Unit, split_units

BUDGETS = (0.5, 0.6, 0.67, 0.75)
COMPONENTS = (16, 32, 64)
ROLE = "mentor"
Row = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A case with everything that is seen of it, looked at once."""

    case: Case
    units: tuple[Unit, ...]
    seen: Seen
    rows: tuple[Row, ...]
    needed: tuple[float, ...]


def main(path: Path) -> None:
    """Print every row."""
    read = list(_read(load_dataset(path).cases))
    print(f"{'key facts kept, per cent, at a budget of':<52}" + "".join(f"{b:>7}" for b in BUDGETS))
    shipped = tuple(read[0].seen.features[0])
    meaning = [f"meaning_{index}" for index in range(max(COMPONENTS))]
    show("as shipped", read, shipped)
    show("without places", read, [name for name in shipped if name not in FREE])
    for name in FREE:
        show(f"without {name}", read, [other for other in shipped if other != name])
    show("with the speaker's role", read, [*shipped, ROLE])
    for count in COMPONENTS:
        show(f"with {count} components of sentence meaning", read, [*shipped, *meaning[:count]])
    for exponent in (0.3, 0.6, 0.8):
        with _changed("COST_EXPONENT", exponent):
            show(f"value for tokens to the power of {exponent}", read, shipped)
    for weight in (0.0, 0.2, 0.6, 0.8):
        with _changed("REDUNDANCY_WEIGHT", weight):
            show(f"redundancy takes off up to {weight:.0%}", read, shipped)


def show(label: str, read: Sequence[Read], names: Sequence[str]) -> None:
    """Print one row, averaged over the seeds of the folds."""
    shares = [_out_of_fold(read, names, pair_folds([r.case for r in read], seed)) for seed in SEEDS]
    print(f"{label:<52}" + "".join(f"{100 * share:>7.1f}" for share in np.mean(shares, axis=0)), flush=True)


def _out_of_fold(read: Sequence[Read], names: Sequence[str], fold: Fold) -> list[float]:
    kept, total = [0] * len(BUDGETS), 0
    for name in sorted({fold(r.case) for r in read}):
        train = [r for r in read if fold(r.case) != name]
        weights = fit_rows(
            [[[row[n] for n in names] for row in r.rows] for r in train],
            [r.needed for r in train],
            names,
            free=(*FREE, ROLE, *(n for n in names if n.startswith("meaning_"))),
        )
        for r in (r for r in read if fold(r.case) == name):
            found = [_kept(r, weights, budget) for budget in BUDGETS]
            kept = [a + b for a, b in zip(kept, found, strict=True)]
            total += len(r.case.key_facts)
    return [count / total for count in kept]


def _kept(read: Read, weights: Weights, budget: float) -> int:
    values = [value_of(row, weights) for row in read.rows]

    def choose(units: Sequence[Unit], *, settled: frozenset[int], room: int) -> Sequence[int]:
        return select(units, values, WordRedundancy(read.seen), settled=settled, room=room)

    done: Compressed = compress_units(read.case.context, budget=budget, rules=SenaRules(), choose=choose)
    text = context_text(done.context)
    return sum(find_any(fact.forms, text) for fact in read.case.key_facts)


def _read(cases: Sequence[Case]) -> Iterator[Read]:
    units = [split_units(case.context) for case in cases]
    vectors = np.array(default_embedder().encode([unit.text for row in units for unit in row]))
    left, scale, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    meaning = iter((left[:, : max(COMPONENTS)] * np.sqrt(len(vectors))).tolist())
    del scale
    for case, row in zip(cases, units, strict=True):
        seen = look_at(row, case.message)
        speakers = _speakers(case.context)
        rows = tuple(
            {**features, ROLE: float(speakers.get(unit.place) == ROLE)}
            | {f"meaning_{index}": value for index, value in enumerate(next(meaning))}
            for features, unit in zip(seen.features, row, strict=True)
        )
        yield Read(case=case, units=row, seen=seen, rows=rows, needed=tuple(needed_units(case, row)))


def _speakers(context: Context) -> dict[str, str]:
    return {f"turns[{index}]": turn.role for index, turn in enumerate(context.turns)}


class _changed:  # noqa: N801 - reads as a statement
    """Change a constant of the selection for a while."""

    def __init__(self, name: str, value: float) -> None:
        self._name, self._value = name, value

    def __enter__(self) -> None:
        self._before = getattr(selection, self._name)
        setattr(selection, self._name, self._value)

    def __exit__(self, *_: object) -> None:
        setattr(selection, self._name, self._before)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
