"""Appendix M: the panel of judges, direct comparisons, and plain scorers beside the rubric."""

from __future__ import annotations

from collections.abc import Iterator

from evalharness.core.decision import JudgeAudit, JudgeContrast, JudgeRow, PairwiseRow
from evalharness.core.judging import JUDGE_CAUSE
from evalharness.core.provenance import Origin
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame

_NAME_LENGTH = 40
_MOST_SCORERS = 12
_PANEL = ("judge", "model", "flags", "scored", "repaired", "void", "self", "primary_r")
_CONTRASTS = ("judge", "difference", "points", "adjusted")
_PAIRS = ("judge", "pair", "won", "lost", "tied", "rate", "flips", "first", "uplift", "adjusted")


def judge_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out each judge, what it sees between arms, its comparisons, and how plain scorers agree with it."""
    audit = frame.decision.judge
    if audit is None:
        return (Paragraph((frame.say("judged.none"),)),)
    return tuple(_blocks(frame, audit))


def _blocks(frame: Frame, audit: JudgeAudit) -> Iterator[Block]:
    say = frame.say
    yield _table(frame, _PANEL, "lll" + "r" * 5, [_judge(frame, judge) for judge in audit.judges])
    contrasts = [(judge, row) for judge in audit.judges for row in judge.contrasts]
    if contrasts:
        yield _table(frame, _CONTRASTS, "llrr", [_contrast(frame, *pair) for pair in contrasts])
    if audit.pairwise:
        yield _table(frame, _PAIRS, "ll" + "r" * 8, [_pair(frame, row) for row in audit.pairwise])
    # Where the rubric is the score, the measures beside it are shown with their correlation already.
    scorers = [row for row in audit.scorers if row.pearson is not None and not audit.decides]
    agreeing = [
        say("judged.scorer", name=_name(row.scorer.partition("/")[0]), r=row.pearson) for row in scorers
    ]
    lines = [say("judged.note")]
    if agreeing:
        lines.append(say("judged.scorers", list=say.listed(agreeing, most=_MOST_SCORERS, by="comma")))
    yield Paragraph(tuple(lines))


def _table(frame: Frame, columns: tuple[str, ...], align: str, rows: list[tuple[str, ...]]) -> Table:
    headers = tuple(frame.say(f"judged.{column}") for column in columns)
    return Table(headers=headers, align=align, rows=tuple(rows))


def _judge(frame: Frame, judge: JudgeRow) -> tuple[str, ...]:
    say = frame.say
    own = judge.self_agreement
    causes = say.listed([say("judged.cause", why=_plain(why), n=n) for why, n in judge.causes], most=3)
    scored = say("judged.scored_value", scored=judge.scored, answers=judge.answers)
    return (
        _name(judge.name),
        _name(judge.model),
        say.listed(list(_flags(frame, judge)), by="comma"),
        f"{scored}: {causes}" if judge.causes else scored,
        say.number(judge.repaired, "count"),
        say.number(judge.voided / judge.criteria if judge.criteria else None, "share"),
        say("judged.apart", gap=own.mean_difference) if own else say("word.na"),
        say.number(judge.against_primary, "points"),
    )


def _flags(frame: Frame, judge: JudgeRow) -> Iterator[str]:
    say = frame.say
    if judge.primary:
        yield say("judged.primary")
    if judge.judges_itself:
        yield say("judged.itself")
    elif judge.same_family:
        yield say("judged.kin")
    if judge.origin is not Origin.GOOGLE:
        yield say.name("origin", judge.origin.value)
    yield say("judged.prompts", folder=_name(judge.prompts), sha=_name(judge.prompts_sha256))


def _contrast(frame: Frame, judge: JudgeRow, row: JudgeContrast) -> tuple[str, ...]:
    say = frame.say
    return (
        _name(judge.name),
        _between(frame, row.minuend, row.subtrahend),
        say.estimate(row.quality, "points"),
        say.estimate(row.length_adjusted, "points", missing="not_estimable"),
    )


def _pair(frame: Frame, row: PairwiseRow) -> tuple[str, ...]:
    say = frame.say
    tied = say.number(row.ties, "count")
    return (
        _name(row.judge),
        _between(frame, row.minuend, row.subtrahend),
        say.number(row.wins, "count"),
        say.number(row.losses, "count"),
        say("judged.unscored", tied=tied, n=row.unscored) if row.unscored else tied,
        say.estimate(row.win_rate, "share", missing="not_estimable"),
        say.number(None if row.flip_rate is None else row.flip_rate.value, "share"),
        say.number(row.first_share, "share"),
        say.estimate(row.uplift, "share"),
        say.estimate(row.length_adjusted, "share", missing="not_estimable"),
    )


def _between(frame: Frame, minuend: str, subtrahend: str) -> str:
    first, second = frame.arm_name(minuend), frame.arm_name(subtrahend)
    return frame.say("judged.minus", first=first, second=second)


def _plain(cause: str) -> str:
    return _name(cause.removeprefix(JUDGE_CAUSE).replace(":", " ").replace("_", " "))


def _name(text: str) -> str:
    return clean(text, limit=_NAME_LENGTH)
