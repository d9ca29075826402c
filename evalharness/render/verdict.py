"""The verdict lines: ruling, the numbers that carry it, what binds and what would settle it."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final

from evalharness.core.decision import (
    Advice,
    Binding,
    BindingKind,
    Branch,
    ConditionName,
    Estimate,
    RatioInterval,
    Reason,
    ReasonCode,
    Ruling,
    SenaDecision,
    SenaModel,
    Verdict,
)
from evalharness.render.blocks import Inline, Strong
from evalharness.render.frame import Frame

KEY_MARKS: Final = (
    ReasonCode.NOT_GOOGLE,
    ReasonCode.STAND_IN_QUALITY,
    ReasonCode.EXAMPLE_ASSUMPTIONS,
    ReasonCode.SENA_NOT_PASSED,
    ReasonCode.JUDGE_OF_SAME_FAMILY,
    ReasonCode.ROUTED_TO_ONE,
    ReasonCode.ROUTED_APART,
)
"""Marks that stand beside the verdict, in this order; the others follow in the appendix."""

_WORDS: Final = {
    Ruling.APPROVE: "approve",
    Ruling.APPROVE_FOR_TRIAL: "approve_for_trial",
    Ruling.REJECT: "reject",
    Ruling.INCONCLUSIVE: "inconclusive",
    Ruling.NO_VERDICT: "no_verdict",
    Ruling.PASS: "pass",
    Ruling.FAIL: "fail",
}
_MOST_CAPS = 2
_SAME = 1e-6
"""ROI shares closer than this are the same number."""


def upgrade_line(frame: Frame) -> Inline:
    """Return the upgrade's verdict: the ruling in bold, then the numbers that carry it."""
    verdict = frame.upgrade.verdict
    head = frame.say(f"verdict.{_WORDS[verdict.ruling]}")
    if verdict.ruling is Ruling.NO_VERDICT:
        parts = _caps(frame, verdict)
    else:
        parts = [_numbers(frame), _binding(frame, verdict.binding), _next(frame)]
    return _line(_framed(frame, verdict, head, prefix=""), parts)


def sena_line(frame: Frame) -> Inline:
    """Return the compression verdict in the same way."""
    say, sena = frame.say, frame.decision.sena
    if sena is None:
        return say("verdict.sena_absent")
    head = say(f"verdict.sena_{_WORDS[sena.verdict.ruling]}")
    if sena.verdict.ruling is not Ruling.NO_VERDICT:
        parts = [_sena_numbers(frame, sena), _binding(frame, sena.verdict.binding)]
    elif set(sena.verdict.caps) <= set(frame.upgrade.verdict.caps):
        parts = [say("verdict.sena_no_verdict_same")]
    else:
        parts = _caps(frame, sena.verdict)
    return _line(_framed(frame, sena.verdict, head, prefix="sena_"), parts)


def _line(head: str, parts: list[str]) -> Inline:
    rest = " ".join(part for part in parts if part)
    return (Strong(head), f" {rest}") if rest else (Strong(head),)


def example_line(frame: Frame) -> str | None:
    """Return the sentence that the assumptions are examples, None if somebody signed them."""
    found = [mark for mark in marks(frame) if mark.code is ReasonCode.EXAMPLE_ASSUMPTIONS]
    return frame.say.reasons(found) or None


def marks(frame: Frame) -> tuple[Reason, ...]:
    """Return the upgrade's marks; examples are marked even where the verdict forgot to."""
    found, view = frame.upgrade.verdict.marks, frame.decision.assumptions
    if not view.example or any(mark.code is ReasonCode.EXAMPLE_ASSUMPTIONS for mark in found):
        return found
    return (*found, Reason(code=ReasonCode.EXAMPLE_ASSUMPTIONS, values=(("preset", view.preset),)))


def why(frame: Frame) -> str:
    """Return how the upgrade was judged and the reasons that the verdict line does not say itself."""
    branch = frame.upgrade.branch
    how = "" if branch is None else frame.say("decision.branch", branch=branch.value)
    return " ".join(part for part in (how, reasons(frame)) if part)


def reasons(frame: Frame) -> str:
    """Return the reasons that the verdict line does not say itself."""
    verdict = frame.upgrade.verdict
    if verdict.ruling is Ruling.NO_VERDICT:
        return frame.say.reasons(frame.say.merged(verdict.caps)[_MOST_CAPS:])
    held = verdict.ruling is Ruling.APPROVE
    said = {ReasonCode.ONE_OFF_COST, ReasonCode.NO_INCREMENTAL_COST} if frame.upgrade.money else set()
    return frame.say.reasons(
        reason
        for reason in (*verdict.reasons, *verdict.caps)
        if (held or reason.code is not ReasonCode.ALL_HOLD) and reason.code not in said
    )


def _framed(frame: Frame, verdict: Verdict, text: str, *, prefix: str) -> str:
    ruling = frame.say.name("ruling", verdict.ruling.value)
    if frame.is_google and not verdict.would_be:
        return frame.say(f"verdict.{prefix}stands", ruling=ruling, text=text)
    origin = frame.say.name("origin", frame.decision.evidence.origin.value)
    return frame.say(f"verdict.{prefix}would_be", origin=origin, ruling=ruling, text=text)


def _caps(frame: Frame, verdict: Verdict) -> list[str]:
    return [frame.say.reasons(frame.say.merged(verdict.caps)[:_MOST_CAPS])]


def _numbers(frame: Frame) -> str:
    money = frame.upgrade.money
    if money is None:
        return _unstated(frame)
    branch = frame.upgrade.branch
    if branch is Branch.NOT_DEARER or money.roi is None:
        return frame.say("verdict.roi_na", net=_monthly(frame, frame.upgrade.net))
    if branch is Branch.SPANS_ZERO:
        cost, net = frame.upgrade.cost, frame.upgrade.net_at_threshold
        return frame.say("verdict.roi_spans", cost=_monthly(frame, cost), net=_monthly(frame, net))
    return frame.say(
        "verdict.numbers", parts=frame.say.listed([_roi(frame, money.roi), *_chance(frame)], by="clause")
    )


def _monthly(frame: Frame, estimate: Estimate | None) -> str:
    return (frame.monthly(estimate) if estimate else None) or frame.say("word.not_estimable")


def _unstated(frame: Frame) -> str:
    say, fields = frame.say, frame.unstated()
    quality = say.estimate(frame.upgrade.quality, "points")
    if not fields:
        return say("verdict.roi_no_cost", quality=quality)
    cost = say.estimate(frame.upgrade.cost_at_run_date, "per_thousand", missing="not_measured")
    text = say("verdict.roi_unstated", fields=fields, quality=quality, cost=cost)
    return f"{text} {_break_even_of_unknown(frame)}".rstrip()


def _break_even_of_unknown(frame: Frame) -> str:
    unknown = {row.name for row in frame.decision.assumptions.rows if row.used and row.status == "unknown"}
    row = next((b for b in frame.upgrade.break_evens if b.name in unknown and b.value is not None), None)
    if row is None:
        return ""
    say, value = frame.say, frame.say.number(row.value, "number")
    direction = say(f"word.{row.direction}", value=value)
    return say("verdict.pays_if", field=frame.field(row.name), value=direction, unit=row.unit)


def _roi(frame: Frame, roi: float) -> str:
    say, found = frame.say, frame.upgrade.fieller
    if found is None:
        return say("verdict.roi_only", roi=roi)
    if found.low is None or found.high is None or found.kind == "unbounded":
        return say("verdict.roi_unbounded", roi=roi)
    level = 2 * found.confidence - 1
    if found.kind != "bounded":
        return say("verdict.roi_rays", roi=roi, level=level, low=found.low, high=found.high)
    interval = say.span(found.low, found.high, "roi")
    limit = frame.threshold
    place = _place(found, limit)
    return say(f"verdict.roi_{place}", roi=roi, level=level, interval=interval, limit=limit)


def _place(found: RatioInterval, limit: float) -> str:
    # Exactly the limit is not beyond it, and the last digits of a float are nobody's finding.
    if found.low is not None and found.low > limit + _SAME:
        return "above"
    return "below" if found.high is not None and found.high < limit - _SAME else "includes"


def _chance(frame: Frame) -> list[str]:
    chances, row = frame.upgrade.monte_carlo, frame.condition(ConditionName.ROI_PROBABILITY)
    if chances is None:
        return []
    if row is None or row.limit is None:
        return [frame.say("verdict.chance_bare", probability=frame.numerals.probability(chances.probability))]
    probability = frame.numerals.probability(chances.probability, row.limit)
    return [
        frame.say("verdict.chance", probability=probability, needed=frame.numerals.probability(row.limit))
    ]


def _binding(frame: Frame, binding: Binding | None) -> str:
    if binding is None:
        return ""
    say = frame.say
    values = {
        "condition": say.name("condition", binding.condition.value),
        "reading": _reading(frame, binding),
        "field": frame.field(binding.field or ""),
        "subject": frame.model(binding.subject),
    }
    key = f"binding.{binding.kind.value}"
    if binding.kind is BindingKind.ASSUMPTION and binding.field:
        key = "binding.assumption_field"
    elif binding.kind is BindingKind.SAMPLE and binding.subject in (
        frame.control_model,
        frame.treatment_model,
    ):
        key = "binding.sample_of"
    what = say(key, **values)
    return say("verdict.binding", what=what if binding.also is None else say("binding.also", what=what))


def _reading(frame: Frame, binding: Binding) -> str:
    row = frame.condition(binding.condition)
    if row is None or row.limit is None:
        return frame.say("word.not_measured")
    return frame.say.number(row.value, row.unit, missing="not_measured")


def _next(frame: Frame) -> str:
    verdict, step = frame.upgrade.verdict, frame.upgrade.next
    if verdict.ruling is not Ruling.INCONCLUSIVE:
        return ""
    if step.advice is not Advice.RUN_MORE:
        key, binding = advice_key(frame), verdict.binding
        alone = binding is not None and binding.field is not None and binding.also is None
        if step.advice is Advice.MEASURE_VALUE and not alone:
            key = "measure_named"  # "it" is what binds, and that is not what is to be measured
        return frame.say(f"advice_short.{key}", field=advised_field(frame))
    more = more_prompts(frame)
    if more is None:
        return frame.say(f"advice_short.run_more_{_why_no_number(frame.upgrade.net_at_threshold)}")
    rounded = round_up(more)
    cost = None if step.cost_per_prompt is None else rounded * step.cost_per_prompt
    return frame.say("advice_short.run_more_prompts", more=rounded, cost=frame.say.number(cost, "usd"))


def _why_no_number(gains: Estimate | None) -> str:
    if gains is None or gains.low is None:
        return "few"
    return "unproven" if gains.value <= 0 else "bare"


def more_prompts(frame: Frame) -> int | None:
    """Return how many prompts more would settle it if the gain is real, None if no number would."""
    total = frame.upgrade.next.cases_for_power
    return None if total is None else max(1, total - frame.decision.evidence.cases)


def advice_key(frame: Frame) -> str:
    """Return the advice's name in the catalogue: what is stated, but too wide, is not asked for anew."""
    step = frame.upgrade.next
    rows = frame.decision.assumptions.rows
    stated = any(row.name == step.field and row.status != "unknown" for row in rows)
    if step.advice is Advice.STATE_ASSUMPTION and stated:
        return "narrow_assumption"
    return step.advice.value


def advised_field(frame: Frame) -> str:
    """Return the assumption or guardrail that the advice is about."""
    field = frame.upgrade.next.field
    if field is not None:
        return frame.say.name("condition" if field in set(ConditionName) else "input", field)
    binding = frame.upgrade.verdict.binding
    if binding is not None and binding.kind is BindingKind.GUARDRAIL:
        return frame.say.name("condition", binding.condition.value)
    return frame.unstated() or frame.say.name("input", "value_per_point")


def round_up(count: int) -> int:
    """Return a count rounded up to two significant digits: a plan, not a measurement."""
    number = Decimal(count)
    step = Decimal(1).scaleb(max(0, number.adjusted() - 1))
    return int((number / step).to_integral_value(rounding=ROUND_CEILING) * step)


def _sena_numbers(frame: Frame, sena: SenaDecision) -> str:
    models = [_sena_model(frame, model) for model in sena.models]
    if not models:
        return frame.say.reasons(sena.verdict.reasons)
    return frame.say("verdict.sena_numbers", list=frame.say.listed(models))


def _sena_model(frame: Frame, model: SenaModel) -> str:
    say, loss = frame.say, model.relative_loss
    return say(
        "verdict.sena_model",
        model=frame.model(model.model),
        net=say.number(model.net_reduction.value if model.net_reduction else None, "share"),
        loss=say.number(loss.value if loss else None, "share"),
        bound=say.number(loss.high if loss else None, "share", missing="not_estimable"),
    )
