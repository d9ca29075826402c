"""Plan, records, scores and calls → Study: one outcome per cell, with what an arm would pay for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalharness.core.call import Call
from evalharness.core.case import Case
from evalharness.core.errors import BadInput, InvalidUsage, ProviderError
from evalharness.core.experiment import Experiment
from evalharness.core.job import JUDGING, Purpose
from evalharness.core.judging import JUDGE_CAUSE, Comparison, Judgement
from evalharness.core.labels import LabelledPair
from evalharness.core.pacific import billing_day
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Origin, weakest
from evalharness.core.score import Completed, Record, Score, Scored
from evalharness.core.study import CaseFacts, Charge, Outcome, Study
from evalharness.core.wire.response import Completion, parse_response, served_id
from evalharness.decide.arm_calls import arm_calls
from evalharness.decide.context_tokens import cell_id, context_tokens
from evalharness.decide.primary import primary_scores, unscored_causes
from evalharness.decide.spends import spends_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunData:
    """What the stages before wrote."""

    plan: Sequence[PlannedCell]
    records: Sequence[Record]
    scores: Sequence[Score]
    calls: Mapping[str, Call]
    judgements: Sequence[Judgement] = ()
    comparisons: Sequence[Comparison] = ()
    labels: Sequence[LabelledPair] = ()


def assemble(
    data: RunData,
    *,
    experiment: Experiment,
    cases: Iterable[Case],
    on: dt.date | None,
    pilot: bool,
    weights: Mapping[str, float] | None = None,
) -> Study:
    """Join a run's files into what the decision stands on.

    Args:
        data: The run's plan, records, scores, calls and labels.
        experiment: The authored experiment.
        cases: The dataset.
        on: The decision's date; None for the latest day on which an answer was recorded.
        pilot: Whether the run left cases out.
        weights: Traffic weight by case id; None for the benchmark's own mix.

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
        cases=tuple(_facts(known[case_id], (weights or {}).get(case_id, 1.0)) for case_id in used),
        outcomes=_outcomes(data, experiment, completions),
        spends=spends_of(data.plan, data.calls, completions),
        origin=_origin(answered, origins := _judge_origins(data)),
        deliveries=frozenset(call.reply.delivery for call in answered if call.reply is not None),
        on=on or _decision_day(answered),
        pilot=pilot,
        served_mismatches=_mismatches(data, experiment, completions),
        agreements=_agreements(data, known),
        routed=_routed(data),
        calls=arm_calls(data.plan, data.calls, reuse=experiment.sena.reuse_turns),
        labels=tuple(data.labels),
        scores=tuple(data.scores),
        overruns=_overruns(data.plan),
        recorded_on=_last_day(answered),
        judgements=tuple(data.judgements),
        comparisons=tuple(data.comparisons),
        judge_origins=origins,
    )


def _origin(answered: Sequence[Call], judges: Sequence[tuple[str, Origin]]) -> Origin:
    """Return who really answered; judges of another origin do not weaken that, unless they are simulated."""
    answers = {call.origin for call in answered if call.purpose not in JUDGING}
    simulated = {origin for _, origin in judges if origin is Origin.SIMULATED}
    return weakest(frozenset(answers | simulated))


def _judge_origins(data: RunData) -> tuple[tuple[str, Origin], ...]:
    """Return the weakest origin of the calls that each judge's judgements stand on."""
    seen: dict[str, set[Origin]] = defaultdict(set)
    for row in (*data.judgements, *data.comparisons):
        calls = [data.calls[key] for key in row.calls if key in data.calls]
        seen[row.judge] |= {call.origin for call in calls if call.reply is not None}
    return tuple((judge, weakest(frozenset(origins))) for judge, origins in sorted(seen.items()))


def _completion(call: Call) -> Completion | None:
    if call.reply is None:
        return None
    try:
        return parse_response(call.reply.body)
    except (InvalidUsage, ProviderError):
        return None


def _facts(case: Case, weight: float) -> CaseFacts:
    return CaseFacts(
        case_id=case.id,
        persona=case.persona,
        language=case.language,
        category=case.category.value,
        weight=weight,
    )


def _last_day(answered: Sequence[Call]) -> dt.date | None:
    """Return the latest billing day on which an answer was recorded: its prices are those on the bill."""
    times = {call.reply.recorded_at for call in answered if call.reply is not None}
    return max(map(billing_day, times), default=None)


def _decision_day(answered: Sequence[Call]) -> dt.date:
    day = _last_day(answered)
    if day is None:
        raise BadInput("no answer was recorded, so the decision has no date; name one with --on")
    return day


def _outcomes(
    data: RunData, experiment: Experiment, completions: Mapping[str, Completion]
) -> tuple[Outcome, ...]:
    qualities = primary_scores(data.scores, experiment)
    causes = unscored_causes(data.scores, experiment)
    context = context_tokens(data.plan, experiment, completions)
    records = {(r.case_id, r.arm, r.repeat): r for r in data.records}
    return tuple(
        _outcome(
            records[cell_id(planned)],
            _cell_calls(planned, data.calls, completions, experiment.sena.reuse_turns),
            quality=qualities.get(cell_id(planned)),
            cause=causes.get(cell_id(planned), "unscored"),
            gross_tokens=context.get(cell_id(planned)),
        )
        for planned in sorted(data.plan, key=cell_id)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _CellCalls:
    """What a cell's own calls say."""

    charges: tuple[Charge, ...]
    compressor_tokens: float
    """Tokens that the compressor billed, per request served."""
    latency_ms: float | None
    answered: bool


def _cell_calls(
    planned: PlannedCell, calls: Mapping[str, Call], completions: Mapping[str, Completion], reuse: int
) -> _CellCalls:
    charges: list[Charge] = []
    waits: list[float] = []
    for key, served in ((planned.compress_key, reuse), (planned.answer_key, 1)):
        call, completion = calls.get(key or ""), completions.get(key or "")
        if call is None or completion is None or completion.usage is None:
            continue
        model = served_id(completion.served_model) or call.model
        charges.append(
            Charge(purpose=call.purpose.value, model=model, usage=completion.usage, requests_served=served)
        )
        # A request that reuses a compressed context does not wait for the compressor.
        waits.append((call.service_ms or 0.0) / served)
    answer = calls.get(planned.answer_key or "")
    answered = answer is not None and answer.reply is not None
    return _CellCalls(
        charges=tuple(charges),
        compressor_tokens=sum(
            charge.usage.total_tokens / charge.requests_served
            for charge in charges
            if charge.purpose == Purpose.COMPRESS
        ),
        latency_ms=sum(waits) if answered else None,
        answered=answered,
    )


def _outcome(
    record: Record, own: _CellCalls, *, quality: float | None, cause: str, gross_tokens: float | None
) -> Outcome:
    why = None if quality is not None else cause
    if not isinstance(record, Completed):
        why = record.cause
    return Outcome(
        case_id=record.case_id,
        arm=record.arm,
        repeat=record.repeat,
        quality=quality,
        cause=why,
        charges=own.charges,
        context_tokens_net=None if gross_tokens is None else gross_tokens + own.compressor_tokens,
        context_tokens_gross=gross_tokens,
        latency_ms=own.latency_ms,
        failed=not own.answered,
        unjudged=why is not None and why.startswith(JUDGE_CAUSE),
    )


def _mismatches(
    data: RunData, experiment: Experiment, completions: Mapping[str, Completion]
) -> tuple[str, ...]:
    """Return, per arm, the models that answered (or compressed) instead of the requested one."""
    aliases = dict(experiment.aliases)
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for planned in data.plan:
        for key in (planned.compress_key, planned.answer_key):
            completion, call = completions.get(key or ""), data.calls.get(key or "")
            if completion is None or call is None:
                continue
            served = served_id(completion.served_model)
            if served != call.model and aliases.get(served) != call.model:
                seen[planned.cell.arm, call.model].add(served or "nothing stated")
    return tuple(
        f"{arm}: {', '.join(sorted(models))} instead of {asked}"
        for (arm, asked), models in sorted(seen.items())
    )


def _overruns(plan: Sequence[PlannedCell]) -> tuple[int, ...]:
    """Return each case's overrun once: the arms of a case share its compressed context."""
    by_case = {planned.cell.case_id: planned.overrun_tokens for planned in plan if planned.overrun_tokens}
    return tuple(by_case[case_id] for case_id in sorted(by_case))


def _routed(data: RunData) -> tuple[tuple[str, int], ...]:
    by_case = {planned.cell.case_id: planned.persona for planned in data.plan}
    return tuple(sorted(Counter(by_case.values()).items(), key=lambda item: (-item[1], item[0])))


def _agreements(data: RunData, cases: Mapping[str, Case]) -> tuple[tuple[str, float, int], ...]:
    routed = {planned.cell.case_id: planned.persona for planned in data.plan}
    hits = [float(persona == cases[case_id].persona) for case_id, persona in routed.items()]
    language = [s.value for s in data.scores if isinstance(s, Scored) and s.scorer.startswith("language/")]
    shares = [("routing", hits), ("language", language)]
    return tuple((name, sum(values) / len(values), len(values)) for name, values in shares if values)


__all__ = ["RunData", "assemble"]
