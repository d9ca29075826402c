"""Blessing: a run becomes the baseline, by somebody, for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evalharness.app.gate.run import GateRun, load_run
from evalharness.core.errors import BadInput, BaselineDamaged, CheckFailed
from evalharness.core.gate import Baseline, Blessing, FormerBlessing, Hashes, Snapshot
from evalharness.store import RunDirectory
from evalharness.store.baseline_file import (
    digest_of,
    dump_texts,
    read_baseline,
    texts_path,
    write_baseline,
)

_KEPT = 20
"""Former blessings that a baseline remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blessed:
    """What was written, and what was there before."""

    baseline: Baseline
    former: Baseline | None
    notes: tuple[str, ...]


def bless_run(
    directory: RunDirectory, *, file: Path, by: str, reason: str, texts: bool, other_origin: bool
) -> Blessed:
    """Write a run as the baseline.

    Args:
        directory: A scored run.
        file: The baseline; replaced if it is there.
        by: Who answers for it.
        reason: Why this is how it should be.
        texts: Whether the answers are kept beside it, so that lost sentences can be shown.
        other_origin: Whether answers of another origin than the former baseline's are meant.

    Raises:
        BadInput: If nobody or no reason is named, or the file is another experiment's baseline.
        CheckFailed: If the run may not be blessed; the file is untouched.
    """
    if not by.strip() or not reason.strip():
        raise BadInput("a blessing needs somebody and a reason: --by and --reason must not be empty")
    former, notes = _former(file)
    run = load_run(directory)
    name = run.project.experiment.name
    if former is not None and former.experiment != name:
        raise BadInput(f"is the baseline of experiment {former.experiment!r}, not {name!r}", file=file)
    _refuse_unsound(run)
    snapshot = run.snapshot()
    _refuse_origin(snapshot, former, other_origin=other_origin)
    kept = dump_texts(_texts(run, snapshot)) if texts else None
    baseline = Baseline(
        experiment=name,
        blessed=_blessing(run, by=by, reason=reason),
        hashes=Hashes(
            experiment=run.project.sha256,
            dataset=run.project.dataset.sha256,
            rate_card=run.project.rate_card_sha256,
        ),
        snapshot=snapshot,
        texts=None if kept is None else texts_path(file).name,
        texts_sha256=None if kept is None else digest_of(kept),
        former=_history(former),
    )
    write_baseline(file, baseline, kept)
    return Blessed(baseline=baseline, former=former, notes=notes)


def _former(file: Path) -> tuple[Baseline | None, tuple[str, ...]]:
    if not file.exists():
        return None, ()
    try:
        return read_baseline(file), ()
    except BaselineDamaged as error:
        return None, (f"{error}; it is replaced, and its history is lost",)


def _refuse_unsound(run: GateRun) -> None:
    """Refuse what must not become the measure of later runs.

    Raises:
        CheckFailed: Naming everything that stands against it.
    """
    from evalharness.decide.gate.coverage import dropped_share, served_check
    from evalharness.decide.gate.snapshot import gated_arms

    project = run.project
    if project.is_pilot:
        raise CheckFailed(
            f"not blessed: a run of {len(project.cases)} of {len(project.dataset.cases)} cases is no baseline"
        )
    if not run.answered:
        raise CheckFailed("not blessed: no cell of the run has an answer")
    arms, limit = gated_arms(project.experiment), project.experiment.gate.max_dropped
    share = dropped_share(run.snapshot(), arms)
    against = [
        f"control {check.arm} failed ({check.difference.value:+.2f} points against {check.against})"
        for check in run.controls()
        if not check.passed
    ]
    if share > limit:
        against.append(f"{share:.1%} of the gated cells have no score, more than max_dropped = {limit:g}")
    seen = served_check(run.bench.study.served_mismatches, arms).remarks
    against += [f"another model answered: {remark.values[0][1]}" for remark in seen]
    if against:
        raise CheckFailed(f"not blessed: {'; '.join(against)}")


def _refuse_origin(snapshot: Snapshot, former: Baseline | None, *, other_origin: bool) -> None:
    was = None if former is None else former.snapshot.origin
    if was is not None and was is not snapshot.origin and not other_origin:
        raise CheckFailed(
            f"not blessed: its answers are {snapshot.origin.value}, the former baseline's {was.value}; "
            "if that is meant, say --other-origin"
        )


def _blessing(run: GateRun, *, by: str, reason: str) -> Blessing:
    return Blessing(
        by=" ".join(by.split()),
        reason=" ".join(reason.split()),
        run=run.manifest.run_id,
        identity=run.manifest.identity,
        commit=run.manifest.git.get("commit", ""),
        dirty=run.manifest.git.get("dirty") == "yes",
    )


def _texts(run: GateRun, snapshot: Snapshot) -> dict[str, str]:
    """Return the answers that the snapshot names, by digest."""
    named = {key for cell in snapshot.cells for key in cell.answers if key}
    return {
        key: text
        for row in run.seen.values()
        for key, text in zip(row.answers, row.texts, strict=True)
        if key in named
    }


def _history(former: Baseline | None) -> tuple[FormerBlessing, ...]:
    if former is None:
        return ()
    last = FormerBlessing(
        on=former.snapshot.on,
        by=former.blessed.by,
        reason=former.blessed.reason,
        commit=former.blessed.commit,
        means=tuple((facts.arm, facts.mean) for facts in former.snapshot.arms),
    )
    return (last, *former.former)[:_KEPT]
