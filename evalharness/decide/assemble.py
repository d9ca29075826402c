"""Plan, records, scores and calls → Study: one outcome per cell, with what an arm would pay for it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalharness.core.call import Call
from evalharness.core.case import Case
from evalharness.core.errors import BadInput, InvalidUsage, ProviderError
from evalharness.core.experiment import ContextMode, Experiment, Role
from evalharness.core.job import Purpose
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import weakest
from evalharness.core.score import Completed, Record, Score, Scored
from evalharness.core.study import CaseFacts, Charge, Outcome, Spend, Study
from evalharness.core.usage import Usage
from evalharness.core.wire.response import Completion, parse_response, served_id

CellId = tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """What the stages before wrote."""

    plan: Sequence[PlannedCell]
    records: Sequence[Record]
    scores: Sequence[Score]
    calls: Mapping[str, Call]


def assemble(
    data: RunData, *, experiment: Experiment, cases: Iterable[Case], on: dt.date | None, pilot: bool
) -> Study:
    """Join a run's files into what the decision stands on.

    Args:
        data: The run's plan, records, scores and calls.
        experiment: The authored experiment.
        cases: The dataset.
        on: The decision's date; None for the latest day on which an answer was recorded.
        pilot: Whether the run left cases out.

    Raises:
        BadInput: If no date is given and no answer was recorded.
    """
    known = {case.id: case for case in cases}
    completions = {
        key: parsed for key, call in data.calls.items() if (parsed := _completion(call)) is not None
    }
    answered = [call for call in data.calls.values() if call.reply is not None]
    used = sorted({planned.cell.case_id for planned in data.plan})
    return Study(
        experiment=experiment,
        cases=tuple(_facts(known[case_id]) for case_id in used),
        outcomes=_outcomes(data, experiment, completions),
        spends=_spends(data, completions),
        origin=weakest(frozenset(call.origin for call in answered)),
        deliveries=frozenset(call.reply.delivery for call in answered if call.reply is not None),
        on=on or _latest_day(answered),
        pilot=pilot,
        served_mismatches=_mismatches(data, experiment, completions),
        agreements=_agreements(data, known),
    )


def _completion(call: Call) -> Completion | None:
    if call.reply is None:
        return None
    try:
        return parse_response(call.reply.body)
    except (InvalidUsage, ProviderError):
        return None


def _facts(case: Case) -> CaseFacts:
    return CaseFacts(
        case_id=case.id, persona=case.persona, language=case.language, category=case.category.value
    )


def _latest_day(answered: Sequence[Call]) -> dt.date:
    days = [call.reply.recorded_at[:10] for call in answered if call.reply is not None]
    if not days:
        raise BadInput("no answer was recorded, so the decision has no date; name one with --on")
    return dt.date.fromisoformat(max(days))


def _outcomes(
    data: RunData, experiment: Experiment, completions: Mapping[str, Completion]
) -> tuple[Outcome, ...]:
    qualities = _qualities(data.scores, experiment)
    context = _context_tokens(data, experiment, completions)
    plan = {(p.cell.case_id, p.cell.arm, p.cell.repeat): p for p in data.plan}
    return tuple(
        _outcome(
            record,
            plan[_id(record)],
            data.calls.get(plan[_id(record)].answer_key),
            completions.get(plan[_id(record)].answer_key),
            quality=qualities.get(_id(record)),
            context_tokens=context.get(_id(record)),
        )
        for record in sorted(data.records, key=_id)
    )


def _id(row: Record | Score) -> CellId:
    return (row.case_id, row.arm, row.repeat)


def _outcome(
    record: Record,
    planned: PlannedCell,
    call: Call | None,
    completion: Completion | None,
    *,
    quality: float | None,
    context_tokens: float | None,
) -> Outcome:
    charges: tuple[Charge, ...] = ()
    if completion is not None and completion.usage is not None:
        model = served_id(completion.served_model) or planned.model
        charges = (Charge(purpose=Purpose.ANSWER.value, model=model, usage=completion.usage),)
    cause = None if isinstance(record, Completed) else record.cause
    return Outcome(
        case_id=record.case_id,
        arm=record.arm,
        repeat=record.repeat,
        quality=quality,
        cause=cause or (None if quality is not None else "unscored"),
        charges=charges,
        context_tokens_net=context_tokens,
        context_tokens_gross=context_tokens,
        latency_ms=None if call is None else call.service_ms,
        failed=call is None or call.reply is None,
    )


def _qualities(scores: Sequence[Score], experiment: Experiment) -> dict[CellId, float]:
    """Return the primary score of each cell on the experiment's scale; cells without one are absent."""
    scorer = experiment.scorer
    weights = dict(scorer.weights) or {scorer.name: 1.0}
    parts: dict[CellId, dict[str, float]] = defaultdict(dict)
    for score in scores:
        name = score.scorer.partition("/")[0]
        if isinstance(score, Scored) and name in weights:
            parts[_id(score)][name] = score.value
    total = sum(weights.values())
    return {
        cell: scorer.scale_low + scorer.width * sum(weights[n] * v for n, v in found.items()) / total
        for cell, found in parts.items()
        if len(found) == len(weights)
    }


def _context_tokens(
    data: RunData, experiment: Experiment, completions: Mapping[str, Completion]
) -> dict[CellId, float]:
    """Return the billed context tokens of each cell.

    The provider counts whole prompts. In a raw arm the context's part is the billed prompt times its
    approximate share; what is left (persona, headings, message) is the same in the arm's compressed twin,
    so there the context is the billed prompt minus that remainder: differences between twins are exactly
    what was billed, only their common level is approximated.
    """
    arms = {arm.name: arm for arm in experiment.arms}
    twins = {
        arm.model: arm.name
        for arm in experiment.arms
        if arm.context is ContextMode.RAW and arm.role is not Role.AA
    }
    around: dict[CellId, float] = {}
    billed: dict[CellId, tuple[PlannedCell, Usage]] = {}
    for planned in data.plan:
        cell = (planned.cell.case_id, planned.cell.arm, planned.cell.repeat)
        completion = completions.get(planned.answer_key)
        if completion is None or completion.usage is None:
            continue
        billed[cell] = (planned, completion.usage)
        if arms[planned.cell.arm].context is ContextMode.RAW:
            share = planned.context_tokens / max(1, planned.prompt_tokens)
            around[cell] = completion.usage.input_tokens * (1 - share)
    tokens: dict[CellId, float] = {}
    for cell, (planned, usage) in billed.items():
        twin = (cell[0], twins.get(arms[cell[1]].model, cell[1]), cell[2])
        rest = around.get(cell, around.get(twin))
        if rest is None:
            rest = usage.input_tokens * (1 - planned.context_tokens / max(1, planned.prompt_tokens))
        tokens[cell] = usage.input_tokens - rest
    return tokens


def _spends(data: RunData, completions: Mapping[str, Completion]) -> tuple[Spend, ...]:
    owner: dict[str, str] = {}
    for planned in data.plan:
        owner.setdefault(planned.answer_key, planned.cell.arm)
    groups: dict[tuple[str, str, str], list[Usage]] = defaultdict(list)
    for key, call in data.calls.items():
        completion = completions.get(key)
        if key in owner and completion is not None and completion.usage is not None:
            model = served_id(completion.served_model) or call.model
            groups[owner[key], call.purpose.value, model].append(completion.usage)
    return tuple(
        Spend(
            arm=arm,
            purpose=purpose,
            model=model,
            calls=len(usages),
            usage=sum(usages[1:], start=usages[0]),
            largest_input_tokens=max(usage.input_tokens for usage in usages),
        )
        for (arm, purpose, model), usages in sorted(groups.items())
    )


def _mismatches(
    data: RunData, experiment: Experiment, completions: Mapping[str, Completion]
) -> tuple[str, ...]:
    """Return, per arm, the models that answered instead of the requested one."""
    aliases = dict(experiment.aliases)
    seen: dict[str, set[str]] = defaultdict(set)
    for planned in data.plan:
        completion = completions.get(planned.answer_key)
        if completion is None:
            continue
        served = served_id(completion.served_model)
        if served != planned.model and aliases.get(served) != planned.model:
            seen[planned.cell.arm].add(served or "nothing stated")
    return tuple(
        f"{arm}: {', '.join(sorted(models))} instead of {experiment.arm(arm).model}"
        for arm, models in sorted(seen.items())
    )


def _agreements(data: RunData, cases: Mapping[str, Case]) -> tuple[tuple[str, float, int], ...]:
    routed = {planned.cell.case_id: planned.persona for planned in data.plan}
    hits = [float(persona == cases[case_id].persona) for case_id, persona in routed.items()]
    language = [s.value for s in data.scores if isinstance(s, Scored) and s.scorer.startswith("language/")]
    shares = [("routing", hits), ("language", language)]
    return tuple((name, sum(values) / len(values), len(values)) for name, values in shares if values)


__all__ = ["RunData", "assemble"]
