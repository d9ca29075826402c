"""What a dataset holds: counts, lengths, and where its facts stand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evalharness.core.case import Case, Category, Dataset, Difficulty, Severity
from evalharness.core.tokens import approximate_tokens
from evalharness.experiment.case_file import context_text, places_of

PERSONAS = ("moon", "square", "earth", "pen")
LANGUAGES = ("ko", "en")
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
QUARTERS = 4

Table = tuple[tuple[str, tuple[int, ...]], ...]
"""Rows (name, count per column)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStats:
    """Counts of one dataset; token counts are approximate (core.tokens)."""

    cases: int
    sha256: str
    persona_by_language: Table
    """Columns: ko, en."""
    category_by_language: Table
    difficulty: tuple[tuple[str, int], ...]
    severity: tuple[tuple[str, int], ...]
    pairs: int
    context_tokens: tuple[int, ...]
    """One per case, ascending."""
    facts: int
    facts_per_case: tuple[tuple[int, int], ...]
    """(facts, cases with so many)."""
    mentor_fact_share: float
    """Share of key facts that stand in a mentor's turn, alone or besides elsewhere."""
    fact_quarters: tuple[int, ...]
    """Places of facts by quarter of the context, from its beginning; a fact at two places counts twice."""

    @property
    def token_quantiles(self) -> tuple[tuple[float, int], ...]:
        """(share, context tokens that this share of cases does not exceed)."""
        return tuple((share, _quantile(self.context_tokens, share)) for share in QUANTILES)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON has them."""
        return {
            "cases": self.cases,
            "sha256": self.sha256,
            "persona_by_language": _table_json(self.persona_by_language),
            "category_by_language": _table_json(self.category_by_language),
            "difficulty": dict(self.difficulty),
            "severity": dict(self.severity),
            "pairs": self.pairs,
            "context_tokens": {f"p{share * 100:g}": tokens for share, tokens in self.token_quantiles},
            "facts": self.facts,
            "facts_per_case": {str(facts): cases for facts, cases in self.facts_per_case},
            "mentor_fact_share": round(self.mentor_fact_share, 4),
            "fact_quarters": list(self.fact_quarters),
        }


def dataset_stats(dataset: Dataset) -> DatasetStats:
    """Count what a dataset holds."""
    cases = dataset.cases
    return DatasetStats(
        cases=len(cases),
        sha256=dataset.sha256,
        persona_by_language=_by_language(PERSONAS, [case.persona for case in cases], cases),
        category_by_language=_by_language(tuple(Category), [case.category for case in cases], cases),
        difficulty=_counts(tuple(Difficulty), [case.difficulty for case in cases]),
        severity=_counts(tuple(Severity), [case.severity for case in cases]),
        pairs=len({case.pair_id for case in cases if case.pair_id is not None}),
        context_tokens=tuple(sorted(approximate_tokens(context_text(case.context)) for case in cases)),
        facts=sum(len(case.key_facts) for case in cases),
        facts_per_case=tuple(sorted(Counter(len(case.key_facts) for case in cases).items())),
        mentor_fact_share=mentor_fact_share(cases),
        fact_quarters=_fact_quarters(cases),
    )


def mentor_fact_share(cases: Sequence[Case]) -> float:
    """Return the share of key facts that stand in a mentor's turn; 0 without facts."""
    total = sum(len(case.key_facts) for case in cases)
    told = 0
    for case in cases:
        mentor = {f"turns[{i}]" for i, turn in enumerate(case.context.turns) if turn.role == "mentor"}
        told += sum(not mentor.isdisjoint(fact.where) for fact in case.key_facts)
    return told / total if total else 0.0


def _fact_quarters(cases: Sequence[Case]) -> tuple[int, ...]:
    """Count places of facts by the quarter in which the middle of the place falls."""
    quarters = [0] * QUARTERS
    for case in cases:
        middles: dict[str, float] = {}
        start = 0
        for place, text in places_of(case.context).items():
            middles[place] = start + len(text) / 2
            start += len(text)
        for fact in case.key_facts:
            for place in fact.where:
                quarters[int(QUARTERS * middles[place] / start)] += 1
    return tuple(quarters)


def _quantile(ascending: Sequence[int], share: float) -> int:
    """Return the smallest value that at least this share of the values does not exceed."""
    if not ascending:
        return 0
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def _by_language(names: Sequence[str], values: Sequence[str], cases: Sequence[Case]) -> Table:
    counts = Counter((value, str(case.language)) for value, case in zip(values, cases, strict=True))
    return tuple((str(name), tuple(counts[name, language] for language in LANGUAGES)) for name in names)


def _counts(names: Sequence[str], values: Sequence[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(values)
    return tuple((str(name), counts[name]) for name in names)


def _table_json(table: Table) -> dict[str, dict[str, int]]:
    return {name: dict(zip(LANGUAGES, row, strict=True)) for name, row in table}
