"""Context tokens of each cell, from what was billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalharness.core.experiment import ContextMode, Experiment, Role
from evalharness.core.plan import PlannedCell
from evalharness.core.usage import Usage
from evalharness.core.wire.response import Completion

CellId = tuple[str, str, int]


def cell_id(planned: PlannedCell) -> CellId:
    """Return case, arm and repeat."""
    return (planned.cell.case_id, planned.cell.arm, planned.cell.repeat)


def context_tokens(
    plan: Sequence[PlannedCell], experiment: Experiment, completions: Mapping[str, Completion]
) -> dict[CellId, float]:
    """Return the context tokens in each cell's answer prompt, as billed (gross of a compressor's own).

    The provider counts whole prompts. In a raw arm the context's part is the billed prompt times its
    approximate share; what is left (persona, headings, message) is the same in the arm's compressed twin,
    so there the context is the billed prompt minus that remainder: differences between twins are exactly
    what was billed, only their common level is approximated. Where a compressor shortened the message, that
    saving counts as context saved.
    """
    arms = {arm.name: arm for arm in experiment.arms}
    billed = {
        cell_id(planned): (planned, usage)
        for planned in plan
        if (usage := _usage(planned, completions)) is not None
    }
    around = {
        cell: usage.input_tokens * (1 - _share(planned))
        for cell, (planned, usage) in billed.items()
        if arms[cell[1]].context is ContextMode.RAW
    }
    # An alternative is a model's twin only where no compared arm is: later entries replace earlier ones.
    raw = [arm for arm in experiment.arms if arm.context is ContextMode.RAW and arm.role is not Role.AA]
    raw.sort(key=lambda arm: arm.role is not Role.ALTERNATIVE)
    twins = {arm.model: arm.name for arm in raw}
    tokens: dict[CellId, float] = {}
    for cell, (planned, usage) in billed.items():
        twin = (cell[0], twins.get(arms[cell[1]].model, cell[1]), cell[2])
        own = usage.input_tokens * (1 - _share(planned))
        tokens[cell] = usage.input_tokens - around.get(cell, around.get(twin, own))
    return tokens


def _share(planned: PlannedCell) -> float:
    return planned.context_tokens / max(1, planned.prompt_tokens)


def _usage(planned: PlannedCell, completions: Mapping[str, Completion]) -> Usage | None:
    completion = completions.get(planned.answer_key or "")
    return None if completion is None else completion.usage
