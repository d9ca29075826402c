"""Appendix E, second part: how the service behaved, held against the programme's targets."""

from __future__ import annotations

from evalharness.core.decision import ArmOperations, Timing
from evalharness.core.provenance import Delivery
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame

_COLUMNS = ("arm", "mean", "quantiles", "first", "errors", "level", "tries", "unconfirmed")
_NAME_LENGTH = 40


def service_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out times, failures and tries of every arm; nothing where no arm was called."""
    arms = frame.decision.operations.arms
    if not arms:
        return ()
    headers = tuple(frame.say(f"service.{column}") for column in _COLUMNS)
    rows = tuple(_row(frame, arm) for arm in arms)
    lines = tuple(line for line in (_targets(frame), _replayed(frame)) if line)
    return (Paragraph(lines), Table(headers=headers, align="lrrrllll", rows=rows))


def _targets(frame: Frame) -> str:
    targets, rollout = frame.decision.operations.targets, frame.decision.rollout
    return frame.say(
        "service.targets",
        latency=targets.mean_latency_ms,
        errors=targets.error_rate,
        canary=targets.canary_error_rate,
        back_latency=rollout.rollback_mean_latency_ms,
        back_errors=rollout.rollback_error_rate,
    )


def _replayed(frame: Frame) -> str:
    counts = [dict(arm.delivered) for arm in frame.decision.operations.arms]
    replayed = sum(count.get(Delivery.REPLAYED, 0) for count in counts)
    if not replayed:
        return ""
    return frame.say("service.replayed", n=replayed, all=sum(sum(count.values()) for count in counts))


def _row(frame: Frame, arm: ArmOperations) -> tuple[str, ...]:
    say, latency = frame.say, arm.latency
    reached = (level for level in (arm.latency_level, arm.error_level) if level is not None)
    levels = [say.name("level", level.value) for level in reached] or [say("word.not_measured")]
    return (
        clean(arm.arm, limit=_NAME_LENGTH),
        say("word.not_measured")
        if latency is None
        else say("service.mean_value", mean=latency.mean, n=latency.n),
        _quantiles(frame, latency, 3),
        _quantiles(frame, arm.first_token, 2),
        _errors(frame, arm),
        " / ".join(levels),
        _counted(frame, arm.retries) if arm.live_calls else say("service.not_recorded"),
        say.number(arm.unconfirmed, "count") if arm.live_calls else say("service.not_recorded"),
    )


def _quantiles(frame: Frame, times: Timing | None, how_many: int) -> str:
    if times is None:
        return frame.say("word.not_measured")
    shown = (times.p50, times.p95, times.p99)[:how_many]
    return " / ".join(frame.say.number(ms, "ms") for ms in shown)


def _errors(frame: Frame, arm: ArmOperations) -> str:
    failed = sum(count for _, count in arm.errors)
    said = (
        frame.say("word.not_measured")
        if arm.error_rate_high is None
        else frame.say("service.errors_value", n=failed, requests=arm.requests, high=arm.error_rate_high)
    )
    said = f"{said}: {_counted(frame, arm.errors)}" if failed else said
    return f"{said} ({frame.say('service.not_called', n=arm.not_called)})" if arm.not_called else said


def _counted(frame: Frame, counts: tuple[tuple[str, int], ...]) -> str:
    items = [
        frame.say("service.count", n=count, cause=frame.say.name("cause", cause)) for cause, count in counts
    ]
    return frame.say.listed(items, most=6, by="comma")
