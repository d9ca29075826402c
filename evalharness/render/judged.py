"""Section 4, what the judges found: the panel, direct comparisons, and plain scorers beside the rubric."""

from __future__ import annotations

from collections.abc import Iterator

from evalharness.core.decision import JudgeAudit, JudgeContrast, JudgeRow, PairwiseRow
from evalharness.core.judging import JUDGE_CAUSE
from evalharness.core.provenance import Origin
from evalharness.render.escape import clean
from evalharness.render.frame import Frame

_NAME_LENGTH = 40
_MOST_SCORERS = 8


def judge_notes(frame: Frame) -> tuple[str, ...]:
    """Return one line for each judge, one for each judge's comparisons, and one for the plain scorers."""
    audit = frame.decision.judge
    return () if audit is None else tuple(_lines(frame, audit))


def _lines(frame: Frame, audit: JudgeAudit) -> Iterator[str]:
    for judge in audit.judges:
        yield _judge(frame, judge)
        rows = [row for row in audit.pairwise if row.judge == judge.name]
        if rows:
            found = frame.say.listed([_pairwise(frame, row) for row in rows])
            yield frame.say("judged.pairwise", judge=_name(judge.name), list=found)
    known = [row for row in audit.scorers if row.pearson is not None]
    if known:
        items = [
            frame.say("judged.scorer", name=_name(row.scorer.partition("/")[0]), r=row.pearson)
            for row in known
        ]
        yield frame.say("judged.scorers", list=frame.say.listed(items, most=_MOST_SCORERS, by="comma"))


def _judge(frame: Frame, judge: JudgeRow) -> str:
    say = frame.say
    contrasts = [row for row in judge.contrasts if row.name == f"pro-flash|{frame.upgrade.context.value}"]
    return say(
        "judged.judge",
        name=_name(judge.name),
        facts=say.listed(list(_facts(frame, judge)), by="comma"),
        scored=judge.scored,
        answers=judge.answers,
        causes=_causes(frame, judge.causes),
        repaired=judge.repaired,
        void=judge.voided / judge.criteria if judge.criteria else None,
        contrast=say.listed([_contrast(frame, row) for row in contrasts]),
    )


def _facts(frame: Frame, judge: JudgeRow) -> Iterator[str]:
    say = frame.say
    yield _name(judge.model)
    if judge.primary:
        yield say("judged.primary")
    if judge.judges_itself:
        yield say("judged.itself")
    elif judge.same_family:
        yield say("judged.kin")
    if judge.origin is not Origin.GOOGLE:
        yield say.name("origin", judge.origin.value)
    if judge.self_agreement is not None:
        yield say("judged.self", gap=judge.self_agreement.mean_difference)
    if judge.against_primary is not None:
        yield say("judged.against", r=judge.against_primary)


def _causes(frame: Frame, causes: tuple[tuple[str, int], ...]) -> str:
    say = frame.say
    if not causes:
        return ""
    items = [say("judged.cause", why=_name(_plain(why)), n=n) for why, n in causes]
    return say("judged.causes", list=say.listed(items, most=3, by="comma"))


def _plain(cause: str) -> str:
    return cause.removeprefix(JUDGE_CAUSE).replace(":", " ").replace("_", " ")


def _contrast(frame: Frame, row: JudgeContrast) -> str:
    say = frame.say
    return say(
        "judged.contrast",
        value=say.estimate(row.quality, "points"),
        adjusted=say.estimate(row.length_adjusted, "points", missing="not_estimable"),
    )


def _pairwise(frame: Frame, row: PairwiseRow) -> str:
    say = frame.say
    return say(
        "judged.pair",
        minuend=_name(row.minuend),
        subtrahend=_name(row.subtrahend),
        wins=row.wins,
        losses=row.losses,
        ties=row.ties,
        rate=say.estimate(row.win_rate, "share", missing="not_estimable"),
        flips=None if row.flip_rate is None else row.flip_rate.value,
        first=row.first_share,
        uplift=None if row.uplift is None else row.uplift.value,
        adjusted=None if row.length_adjusted is None else row.length_adjusted.value,
        unscored=say("judged.unscored", n=row.unscored) if row.unscored else "",
    )


def _name(text: str) -> str:
    return clean(text, limit=_NAME_LENGTH)
