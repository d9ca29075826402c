"""Study → dense arrays: one entry per arm, case and repeat, with charges kept as token counts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from evalharness.core.errors import BadInput
from evalharness.core.experiment import Arm
from evalharness.core.study import CaseFacts, Outcome, Study

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

TOKEN_KINDS = ("input", "cached", "output", "thinking", "tool_use")
"""Columns of a charge table: uncached input, cached input, visible output, thinking, tool use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """Every billed call of every cell, in columns of equal length."""

    cell: IntArray
    """Flat index into (arms, cases, repeats)."""
    model: IntArray
    """Index into models."""
    purpose: IntArray
    """Index into purposes."""
    tokens: IntArray
    """Shape (calls, 5), columns TOKEN_KINDS."""
    served: IntArray
    """Requests among which the call is shared in production; each pays this part of it."""
    models: tuple[str, ...]
    purposes: tuple[str, ...]

    @property
    def prompt_tokens(self) -> IntArray:
        """Whole prompt of each call, by which the long-context tier is chosen."""
        prompt: IntArray = self.tokens[:, 0] + self.tokens[:, 1]
        return prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """All cells of a study. Arrays have shape (arms, cases, repeats); what is unknown is NaN."""

    arms: tuple[Arm, ...]
    cases: tuple[CaseFacts, ...]
    rows: IntArray
    """Outcomes in each cell: 0 is missing, more than 1 are copies and are averaged."""
    quality: FloatArray
    """Mean score; NaN if unscored."""
    failed: BoolArray
    unjudged: BoolArray
    """Answered, and without a score because of the judge."""
    latency_ms: FloatArray
    context_net: FloatArray
    context_gross: FloatArray
    imported_usd: FloatArray
    imported_exact: tuple[Decimal, ...]
    """Exact sum by arm."""
    charges: Charges
    causes: tuple[tuple[tuple[str, int], ...], ...]
    """By arm: why cells have no score, with counts."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Arms, cases, repeats."""
        arms, cases, repeats = self.rows.shape
        return arms, cases, repeats

    @property
    def answered(self) -> BoolArray:
        """Cells with an answer, scored or not."""
        return (self.rows > 0) & ~self.failed

    def planned(self, arm: int) -> BoolArray:
        """Return which cases an arm was to run on, shape (cases,): all, or those seen if it has a subset."""
        if self.arms[arm].cases is None:
            return np.ones(len(self.cases), dtype=np.bool_)
        seen: BoolArray = (self.rows[arm] > 0).any(axis=1)
        return seen


def cells_of(study: Study) -> Cells:
    """Lay a study out in arrays.

    Raises:
        BadInput: If a case or arm is unknown, cases repeat, or a number is NaN, infinite or negative where it
            may not be; the message names the cell.
    """
    outcomes = study.outcomes
    cases = _unique_cases(study.cases)
    arms = study.experiment.arms
    shape, flat = _positions(study, cases, outcomes)
    rows = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    scale = study.experiment.scorer
    quality = _column([o.quality for o in outcomes], "quality", outcomes, scale.scale_low, scale.scale_high)
    failed, unjudged = (
        np.bincount(flat, weights=marks, minlength=rows.size).reshape(shape) > 0
        for marks in ([o.failed for o in outcomes], [o.unjudged for o in outcomes])
    )

    def mean(values: FloatArray) -> FloatArray:
        return _cell_means(values, flat, shape)

    return Cells(
        arms=arms,
        cases=cases,
        rows=rows.astype(np.int64),
        quality=mean(quality),
        failed=failed,
        unjudged=unjudged,
        latency_ms=mean(_column([o.latency_ms for o in outcomes], "latency_ms", outcomes)),
        context_net=mean(_column([o.context_tokens_net for o in outcomes], "context_tokens_net", outcomes)),
        context_gross=mean(
            _column([o.context_tokens_gross for o in outcomes], "context_tokens_gross", outcomes)
        ),
        imported_usd=mean(
            _column([_number(o.imported_cost_usd) for o in outcomes], "imported cost", outcomes)
        ),
        imported_exact=_imported(arms, outcomes),
        charges=_charges(outcomes, flat),
        causes=_causes(arms, outcomes),
    )


def _unique_cases(cases: tuple[CaseFacts, ...]) -> tuple[CaseFacts, ...]:
    # Copied rows keep their case id: a copy is the same case, not another one.
    table: dict[str, CaseFacts] = {}
    for case in cases:
        if table.setdefault(case.case_id, case) != case:
            raise BadInput(f"case {case.case_id} is described twice, differently")
        if not 0 <= case.weight < float("inf"):
            raise BadInput(
                f"case {case.case_id} has weight {case.weight}: weights are finite and not negative"
            )
    if not table or sum(case.weight for case in table.values()) <= 0:
        raise BadInput("the study has no case with a positive weight")
    return tuple(table[name] for name in sorted(table))


def _positions(
    study: Study, cases: tuple[CaseFacts, ...], outcomes: tuple[Outcome, ...]
) -> tuple[tuple[int, int, int], IntArray]:
    arm_of = {arm.name: i for i, arm in enumerate(study.experiment.arms)}
    case_of = {case.case_id: i for i, case in enumerate(cases)}
    try:
        arm = np.array([arm_of[o.arm] for o in outcomes], dtype=np.int64)
        case = np.array([case_of[o.case_id] for o in outcomes], dtype=np.int64)
    except KeyError as error:
        raise BadInput(f"an outcome names {error.args[0]!r}, which is no arm or case of this study") from None
    numbers, repeat = np.unique(np.array([o.repeat for o in outcomes], dtype=np.int64), return_inverse=True)
    shape = (len(arm_of), len(cases), max(study.experiment.repeats, len(numbers), 1))
    return shape, (arm * shape[1] + case) * shape[2] + repeat


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _column(
    values: list[float | None],
    what: str,
    outcomes: tuple[Outcome, ...],
    low: float = 0.0,
    high: float = float("inf"),
) -> FloatArray:
    column = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    given = np.array([value is not None for value in values], dtype=np.bool_)
    wrong = given & ~((column >= low) & (column <= high) & np.isfinite(column))
    if wrong.any():
        bad = outcomes[int(np.argmax(wrong))]
        place = f"case {bad.case_id}, arm {bad.arm}, repeat {bad.repeat}"
        raise BadInput(
            f"{place}: {what} is {column[int(np.argmax(wrong))]:g}, not a number from {low:g} to {high:g}"
        )
    return column


def _cell_means(values: FloatArray, flat: IntArray, shape: tuple[int, int, int]) -> FloatArray:
    known = ~np.isnan(values)
    size = int(np.prod(shape))
    total = np.bincount(flat[known], weights=values[known], minlength=size)
    count = np.bincount(flat[known], minlength=size)
    means = np.full(size, np.nan)
    np.divide(total, count, out=means, where=count > 0)
    return means.reshape(shape)


def _imported(arms: tuple[Arm, ...], outcomes: tuple[Outcome, ...]) -> tuple[Decimal, ...]:
    totals = {arm.name: Decimal(0) for arm in arms}
    for outcome in outcomes:
        if outcome.imported_cost_usd is not None:
            totals[outcome.arm] += outcome.imported_cost_usd
    return tuple(totals.values())


def _charges(outcomes: tuple[Outcome, ...], flat: IntArray) -> Charges:
    pairs = [
        (cell, charge)
        for cell, outcome in zip(flat.tolist(), outcomes, strict=True)
        if outcome.imported_cost_usd is None
        for charge in outcome.charges
    ]
    models = tuple(sorted({charge.model for _, charge in pairs}))
    purposes = tuple(sorted({charge.purpose for _, charge in pairs}))
    model_of = {name: i for i, name in enumerate(models)}
    purpose_of = {name: i for i, name in enumerate(purposes)}
    usages = [charge.usage for _, charge in pairs]
    whole = np.array(
        [
            (u.input_tokens, u.cached_tokens, u.output_tokens, u.thinking_tokens, u.tool_use_tokens)
            for u in usages
        ],
        dtype=np.int64,
    ).reshape(-1, 5)
    # Cached and thinking tokens are parts of their totals: take them out, so that each column has one price.
    whole[:, 0] -= whole[:, 1]
    whole[:, 2] -= whole[:, 3]
    return Charges(
        cell=np.array([cell for cell, _ in pairs], dtype=np.int64),
        model=np.array([model_of[charge.model] for _, charge in pairs], dtype=np.int64),
        purpose=np.array([purpose_of[charge.purpose] for _, charge in pairs], dtype=np.int64),
        tokens=whole,
        served=np.array([charge.requests_served for _, charge in pairs], dtype=np.int64),
        models=models,
        purposes=purposes,
    )


def _causes(arms: tuple[Arm, ...], outcomes: tuple[Outcome, ...]) -> tuple[tuple[tuple[str, int], ...], ...]:
    tables: dict[str, dict[str, int]] = {arm.name: {} for arm in arms}
    for outcome in outcomes:
        if outcome.quality is None:
            table = tables[outcome.arm]
            cause = outcome.cause or "unknown"
            table[cause] = table.get(cause, 0) + 1
    return tuple(tuple(sorted(t.items(), key=lambda item: (-item[1], item[0]))) for t in tables.values())
