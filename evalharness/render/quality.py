"""Section 4: measured quality, controls, severe losses and the judge."""

from __future__ import annotations

from evalharness.core.decision import ArmSummary, Contrast, ControlCheck, JudgeAudit, SevereLosses
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.provenance import Origin
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Bullets, Paragraph, Table
from evalharness.render.frame import Frame
from evalharness.render.people import label_lines

NAME_LENGTH = 40


def quality_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out quality: what was scored, the 2 x 2, and what its trust rests on."""
    notes = (_severe(frame), _controls(frame), _judge(frame), *label_lines(frame))
    return (Paragraph((_intro(frame),)), quality_grid(frame), Bullets(notes))


def _intro(frame: Frame) -> str:
    say, evidence = frame.say, frame.decision.evidence
    n, k = frame.upgrade.quality.n, evidence.repeats
    return say(
        "quality.intro",
        n=n,
        units=_counted(frame, "cases" if evidence.clusters is None else "clusters", n),
        k=k,
        repeats=_counted(frame, "repeats", k),
        scorer=clean(evidence.scorer, limit=NAME_LENGTH),
        low=evidence.scale_low,
        high=evidence.scale_high,
        share=evidence.complete_share,
    )


def _counted(frame: Frame, what: str, n: int) -> str:
    return frame.say.name("counted", f"{what}_1" if n == 1 else what)


def quality_grid(frame: Frame) -> Table:
    """Return mean scores of the four arms, both simple effects of each factor, and their interaction."""
    say = frame.say
    contrasts = {row.name: row for row in frame.decision.grid.contrasts}
    rows = [_context_row(frame, context, contrasts) for context in (ContextMode.RAW, ContextMode.SENA)]
    sena_arms = [frame.arm(role, ContextMode.SENA) for role in (Role.CONTROL, Role.TREATMENT)]
    if sena_arms == [None, None]:
        rows = rows[:1]
    else:
        interaction = say.estimate(frame.decision.grid.interaction, "points")
        effects = (_difference(frame, contrasts.get(f"sena-raw|{side}")) for side in ("flash", "pro"))
        rows.append((say("quality.effect"), *effects, say("quality.interaction", value=interaction)))
    headers = (say("quality.grid"), frame.control, frame.treatment, say("quality.difference"))
    return Table(headers=headers, align="lrrr", rows=tuple(rows))


def _context_row(frame: Frame, context: ContextMode, contrasts: dict[str, Contrast]) -> tuple[str, ...]:
    arms = (frame.arm(role, context) for role in (Role.CONTROL, Role.TREATMENT))
    difference = _difference(frame, contrasts.get(f"pro-flash|{context.value}"))
    return (frame.say(f"quality.{context.value}"), *(_mean(frame, arm) for arm in arms), difference)


def _mean(frame: Frame, arm: ArmSummary | None) -> str:
    if arm is None:
        return frame.say("quality.absent")
    return frame.say.estimate(arm.quality, "score", missing="not_measured")


def _difference(frame: Frame, contrast: Contrast | None) -> str:
    return frame.say.estimate(contrast.quality if contrast else None, "points")


def _severe(frame: Frame) -> str:
    say, severe = frame.say, frame.upgrade.severe
    items = [_severe_item(frame, say("quality.severe_upgrade"), severe)]
    items += [
        _severe_item(frame, say("quality.severe_aa"), check.severe)
        for check in frame.decision.controls
        if check.role is Role.AA
    ]
    return say("quality.severe", threshold=severe.threshold_points, list=say.listed(items))


def _severe_item(frame: Frame, name: str, severe: SevereLosses) -> str:
    return frame.say("quality.severe_item", name=name, count=severe.count, n=severe.n, high=severe.high)


def _controls(frame: Frame) -> str:
    checks = frame.decision.controls
    if not checks:
        return frame.say("quality.no_controls")
    return " ".join(_control(frame, check) for check in checks)


def _control(frame: Frame, check: ControlCheck) -> str:
    say, role = frame.say, check.role.value
    found = "vacuous" if check.vacuous else "passed" if check.passed else "failed"
    return say(
        f"quality.{role}",
        against=frame.arm_name(check.against),
        n=check.difference.n,
        value=say.estimate(check.difference, "points"),
        passed=say(f"quality.{found}_{role}"),
    )


def _judge(frame: Frame) -> str:
    say, evidence, audit = frame.say, frame.decision.evidence, frame.decision.judge
    if evidence.judge and audit is not None:
        return _judge_named(frame, audit)
    if not evidence.judge and evidence.human_labels:
        return say("quality.no_judge_labelled", labels=evidence.human_labels)
    if not evidence.judge:
        return say("quality.no_judge", allowance=frame.decision.thresholds.bias_allowance)
    if evidence.origin is Origin.IMPORTED:
        return f"{say('quality.judge_imported')} {_calibration(frame)}"
    if evidence.human_labels:
        return say("quality.judge", labels=evidence.human_labels)
    return say("quality.judge_bare", allowance=frame.decision.thresholds.bias_allowance)


def _judge_named(frame: Frame, audit: JudgeAudit) -> str:
    """Say who judged and what speaks against it; the appendix has the panel's tables."""
    say, first = frame.say, audit.judges[0]
    kin = say("quality.judge_kin") if first.same_family else ""
    sentences = (
        say(
            "quality.judge_named",
            name=clean(first.name, limit=NAME_LENGTH),
            model=clean(first.model, limit=NAME_LENGTH),
            kin=say("quality.judge_itself") if first.judges_itself else kin,
            scored=first.scored,
            answers=first.answers,
        ),
        say("quality.judge_panel", n=len(audit.judges)) if len(audit.judges) > 1 else "",
        _side_by_side(frame, audit, first.name),
        _calibration(frame),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _calibration(frame: Frame) -> str:
    labels = frame.decision.evidence.human_labels
    if labels:
        return frame.say("quality.judge_labels", labels=labels)
    return frame.say("quality.judge_no_labels", allowance=frame.decision.thresholds.bias_allowance)


def _side_by_side(frame: Frame, audit: JudgeAudit, judge: str) -> str:
    arm = frame.upgrade.treatment_arm
    row = next((row for row in audit.pairwise if (row.judge, row.minuend) == (judge, arm)), None)
    if row is None or row.flip_rate is None:
        return ""
    rate = frame.say.estimate(row.win_rate, "share", missing="not_estimable")
    return frame.say("quality.judge_pairs", rate=rate, flips=row.flip_rate.value)
