"""Section 7: where the upgrade pays, and what else could be deployed. Exploratory throughout."""

from __future__ import annotations

from evalharness.core.decision import Choice, Estimate, Ruling, Slice
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Inline, Paragraph, Strong, Table
from evalharness.render.frame import Frame
from evalharness.render.quality import NAME_LENGTH

CROSS = "persona_language"
_MOST_COLUMNS = 8
_MOST_VALUES = 4
_CHOICES = ("choice", "n", "share", "net", "roi")


def places_blocks(frame: Frame, *, most_arms: int) -> tuple[Block, ...]:
    """Lay out persona by language, then the alternatives."""
    say, rows = frame.say, frame.upgrade.slices
    tested = sum(row.p_holm is not None for row in rows)
    intro = say("slices.intro", n=tested, found=_found(frame)) if tested else say("slices.none")
    if _answered_by_others(frame):
        intro = " ".join((intro, say("choices.labelled")))
    if any(row.cross_fitted and row.only_for for row in frame.upgrade.choices):
        intro = " ".join((intro, say("choices.halves")))
    blocks: list[Block] = [Paragraph((intro,))]
    table = _cross_table(frame)
    blocks += [] if table is None else [table]
    alternatives = choices_table(frame, most_arms)
    blocks.append(Paragraph((say("choices.none"),)) if alternatives is None else alternatives)
    return tuple(blocks)


def _answered_by_others(frame: Frame) -> bool:
    """Tell whether some case is answered by another persona than it is labelled for."""
    shown = any(row.dimension == "persona" for row in frame.upgrade.slices)
    agreed = (share for name, share, _ in frame.decision.evidence.agreements if name == "routing")
    return shown and any(share < 1 for share in agreed)


def pays_in_money(frame: Frame) -> bool:
    """Tell whether slices are valued in money; without a value of quality they stand in points."""
    return any(row.net_at_threshold is not None for row in frame.upgrade.slices)


def slice_value(frame: Frame, row: Slice | None) -> str:
    """Write what a slice's cases show on average."""
    tested = None if row is None else tested_estimate(frame, row)
    unit = "per_thousand" if pays_in_money(frame) else "points"
    return frame.say.number(None if tested is None else tested.value, unit)


def tested_estimate(frame: Frame, row: Slice) -> Estimate | None:
    """Return the estimate whose p value a slice carries."""
    return row.net_at_threshold if pays_in_money(frame) else row.quality


def slice_name(frame: Frame, dimension: str, value: str) -> str:
    """Name a slice: personas and languages in words, the rest legibly."""
    if dimension == CROSS and "/" in value:
        persona, language = value.split("/", 1)
        names = {"persona": persona, "language": language}
        return frame.say("slices.cross_name", **{k: slice_name(frame, k, v) for k, v in names.items()})
    return clean(frame.say.name(f"{dimension}_name", value), limit=NAME_LENGTH)


def _cross_table(frame: Frame) -> Table | None:
    say = frame.say
    rows = {(row.dimension, row.value): row for row in frame.upgrade.slices}
    personas = [value for dimension, value in rows if dimension == "persona"][: _MOST_COLUMNS - 1]
    languages = [value for dimension, value in rows if dimension == "language"]
    if not personas and not languages:
        return None
    money = "money" if pays_in_money(frame) else "quality"
    whole_dimension = "persona" if personas else "language"
    total_n = sum(row.n for row in frame.upgrade.slices if row.dimension == whole_dimension)
    headers = (
        say(f"slices.values_{money}"),
        *(_head(frame, "persona", value, rows) for value in personas),
        say("slices.all", n=total_n),
    )
    body: list[tuple[Inline, ...]] = [
        (
            _head(frame, "language", language, rows),
            *(_cell(frame, rows.get((CROSS, f"{persona}/{language}"))) for persona in personas),
            _cell(frame, rows.get(("language", language))),
        )
        for language in languages
    ]
    whole = frame.upgrade.net_at_threshold if pays_in_money(frame) else frame.upgrade.quality
    unit = "per_thousand" if pays_in_money(frame) else "points"
    total = say.number(None if whole is None else whole.value, unit)
    cells = (_cell(frame, rows.get(("persona", persona))) for persona in personas)
    body.append((say("slices.all", n=total_n), *cells, total))
    return Table(headers=headers, align="l" + "r" * (len(personas) + 1), rows=tuple(body))


def _head(frame: Frame, dimension: str, value: str, rows: dict[tuple[str, str], Slice]) -> str:
    name = slice_name(frame, dimension, value)
    return frame.say("slices.head", name=name, n=rows[dimension, value].n)


def _cell(frame: Frame, row: Slice | None) -> Inline:
    if row is None:
        return frame.say("word.na")
    text = slice_value(frame, row)
    return Strong(text) if _is_sure(frame, row) else text


def _is_sure(frame: Frame, row: Slice) -> bool:
    return row.p_holm is not None and row.p_holm <= 1 - frame.decision.evidence.confidence


def _found(frame: Frame) -> str:
    say = frame.say
    sure = [
        slice_name(frame, row.dimension, row.value) for row in frame.upgrade.slices if _is_sure(frame, row)
    ]
    key = "found" if pays_in_money(frame) else "found_quality"
    return say(f"slices.{key}", list=say.listed(sure, by="comma")) if sure else say(f"slices.{key}_none")


def choices_table(frame: Frame, most_arms: int) -> Table | None:
    """Return the upgrade, the best other arms and the best policy; None while nothing has a value."""
    say, found = frame.say, frame.upgrade.choices
    if not found:
        return None
    arms = [row for row in found if row.name == "arm"]
    policies = [row for row in found if row.name != "arm" and row.only_for]
    arms.sort(key=lambda row: (row.arm != frame.upgrade.treatment_arm, -row.net_at_threshold.value))
    policies.sort(key=lambda row: -row.net_at_threshold.value)
    rows = [_choice(frame, row) for row in (*arms[:most_arms], *policies[:1])]
    nowhere = [row for row in found if row.name != "arm" and not row.only_for]
    if nowhere and not policies:
        dimensions = [say.name("dimension", row.name) for row in nowhere]
        name = say("choices.nowhere", dimensions=say.listed(dimensions, by="comma"))
        rows.append((name, *(say("word.na"),) * 4))
    headers = tuple(say(f"choices.{column}") for column in _CHOICES)
    return Table(headers=headers, align="lrrrr", rows=tuple(rows))


def better_choice(frame: Frame) -> str | None:
    """Say which alternative beats the limit, and the upgrade, at its lower bound too; None if none does."""
    say, upgrade = frame.say, frame.upgrade.net_at_threshold
    if upgrade is None or frame.upgrade.verdict.ruling is Ruling.NO_VERDICT:
        return None
    surest = [
        row
        for row in frame.upgrade.choices
        if row.net_at_threshold.low is not None
        and row.net_at_threshold.low > max(0.0, upgrade.value)
        and (row.only_for or (row.name == "arm" and row.arm != frame.upgrade.treatment_arm))
    ]
    if not surest:
        return None
    best = max(surest, key=lambda row: row.net_at_threshold.value)
    return say(
        "choices.better",
        n=best.net_at_threshold.n,
        name=choice_name(frame, best),
        value=say.estimate(best.net_at_threshold, "per_thousand"),
        upgrade=upgrade.value,
    )


def _choice(frame: Frame, row: Choice) -> tuple[str, ...]:
    say = frame.say
    return (
        choice_name(frame, row),
        say.number(row.net_at_threshold.n, "count"),
        say.number(row.share, "share"),
        say.estimate(row.net_at_threshold, "per_thousand"),
        choice_roi(frame, row),
    )


def choice_name(frame: Frame, row: Choice) -> str:
    """Name an alternative: what would answer which requests."""
    say = frame.say
    if row.name == "arm":
        upgrade = "upgrade" if row.arm == frame.upgrade.treatment_arm else "arm"
        return say(f"choices.{'combination' if row.combination else upgrade}", arm=frame.arm_name(row.arm))
    dimension = say.name("dimension", row.name)
    names = [slice_name(frame, row.name, value) for value in row.only_for] or [say("word.none")]
    return say("choices.only_for", dimension=dimension, list=say.listed(names, most=_MOST_VALUES, by="comma"))


def choice_roi(frame: Frame, row: Choice) -> str:
    """Write an alternative's ROI with its interval."""
    say = frame.say
    if row.roi is None:
        return say("money.not_dearer")
    roi = say.number(row.roi, "roi")
    if row.interval is None or row.interval.low is None or row.interval.high is None:
        return say("choices.roi_unbounded", roi=roi)
    if row.interval.kind != "bounded":
        return say("choices.roi_unbounded", roi=roi)
    return say("word.interval", value=roi, interval=say.span(row.interval.low, row.interval.high, "roi"))
