"""Users' ratings: imported, fitted, and proposed as a change of the assumptions that somebody reviews."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalharness.app.assumptions import quoted, with_table
from evalharness.core.assumption_fields import spec_of
from evalharness.core.csv_text import csv_text
from evalharness.core.errors import BadInput
from evalharness.core.experiment import Role, Thresholds
from evalharness.core.plain import to_plain
from evalharness.core.ratings import CommentGroup, Rating, RatingsFit, Share
from evalharness.experiment.assumptions import load_assumptions
from evalharness.experiment.ratings_file import read_ratings
from evalharness.score.comments import group_comments
from evalharness.store import RunDirectory
from evalharness.store.jsonlines import dump_json, write_atomically

SUMMARY, COMMENTS, PATCH = "ratings.json", "comments.csv", "assumptions.patch"
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRatings:
    """What a file of ratings says, and where that was written."""

    ratings: tuple[Rating, ...]
    fit: RatingsFit
    groups: tuple[CommentGroup, ...]
    limits: Thresholds
    """The run's, or the defaults: 50 ratings, 80 % satisfied."""
    folder: Path
    patch: Path | None
    """A proposed change of the assumptions; None if there is none to propose."""


def import_ratings(
    file: Path, *, run: RunDirectory | None, assumptions: Path | None, out: Path | None, on: dt.date
) -> ImportedRatings:
    """Read ratings, fit what they measure, keep the comments, and propose a change of the assumptions.

    The assumptions file itself is never written: the proposal is a patch for its owner to read and apply.

    Args:
        file: CSV of ratings, one a session.
        run: A scored run to whose cells sessions link; None without one.
        assumptions: The file to propose a change of; None for the run's own, or for none.
        out: Folder for what is written; None for a folder in the run, or beside the file.
        on: The day of the import.

    Raises:
        BadInput: For the first row that cannot be meant, or an arm that the run does not have.
    """
    ratings = read_ratings(file)
    treatment, quality, limits, own = _run_facts(run)
    _check_arms(ratings, run, {arm for _, arm in quality})
    fit = fit_of(ratings, treatment=treatment, quality=quality)
    groups = group_comments(ratings)
    folder = out or (run.path if run else file.parent) / "ratings"
    proposal = None
    target = assumptions or own
    if target is not None:
        proposal = _proposed(target, fit, limits.min_ratings, source=file.name, on=on)
    write_atomically(folder / SUMMARY, dump_json(_summary(ratings, fit, groups, limits)))
    write_atomically(folder / COMMENTS, _comments(ratings, groups))
    if proposal:
        write_atomically(folder / PATCH, proposal)
    else:
        (folder / PATCH).unlink(missing_ok=True)
    return ImportedRatings(
        ratings=ratings, fit=fit, groups=groups, limits=limits, folder=folder,
        patch=folder / PATCH if proposal else None,
    )  # fmt: skip


def fit_of(
    ratings: Sequence[Rating], *, treatment: frozenset[str], quality: Mapping[tuple[str, str], float]
) -> RatingsFit:
    """Fit ratings; scipy is loaded here."""
    from evalharness.decide.satisfaction import fit_ratings

    return fit_ratings(ratings, treatment=treatment, quality=quality)


def _run_facts(
    run: RunDirectory | None,
) -> tuple[frozenset[str], dict[tuple[str, str], float], Thresholds, Path | None]:
    """Return treatment arms, quality shares by (case, arm), limits and assumptions file of a run."""
    if run is None:
        return frozenset(), {}, Thresholds(), None
    from evalharness.app.opening import open_project
    from evalharness.decide.primary import primary_scores

    project = open_project(run)
    experiment, scale = project.experiment, project.experiment.scorer
    points: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (case_id, arm, _), score in primary_scores(run.read_scores(), experiment).items():
        points[case_id, arm].append((score - scale.scale_low) / scale.width)
    quality = {place: sum(values) / len(values) for place, values in points.items()}
    treatment = frozenset(arm.name for arm in experiment.arms if arm.role is Role.TREATMENT)
    return treatment, quality, experiment.thresholds, project.file.parent / experiment.assumptions


def _check_arms(ratings: Sequence[Rating], run: RunDirectory | None, known: set[str]) -> None:
    arms = {rating.arm for rating in ratings if rating.arm is not None}
    if run is None:
        return
    strange = sorted(arms - known)
    if strange:
        raise BadInput(
            f"ratings name arm {strange[0]!r}; the run scored {', '.join(sorted(known))}", file=run.path
        )


def _proposed(target: Path, fit: RatingsFit, needed: int, *, source: str, on: dt.date) -> str:
    """Return a unified diff of the assumptions file with what enough ratings measured; empty if nothing.

    Raises:
        BadInput: If the file cannot be read, with the change or without it.
    """
    load_assumptions(target)
    before = target.read_text(encoding="utf-8")
    after = before
    for name, table in _tables(fit, needed, source=source, on=on):
        after = with_table(after, name, table)
    if after == before:
        return ""
    draft = target.with_name(f".{target.name}.draft.toml")
    try:
        write_atomically(draft, after)
        load_assumptions(draft)
    finally:
        draft.unlink(missing_ok=True)
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True),
        fromfile=f"a/{target.name}", tofile=f"b/{target.name}",
    )  # fmt: skip
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _tables(fit: RatingsFit, needed: int, *, source: str, on: dt.date) -> Iterator[tuple[str, str]]:
    kappa = fit.kappa
    if kappa is not None and kappa.n >= needed and kappa.value >= 0 and kappa.se is not None:
        what = f"regression of {kappa.n} ratings on scores, {source}, clustered by case"
        numbers = ("normal", (("mean", kappa.value), ("sd", kappa.se)))
        yield "fields.satisfaction_per_quality", _field("satisfaction_per_quality", *numbers, what, on)
    if fit.today is not None and fit.today.ratings >= needed:
        yes, no = _counts(fit.today)
        what = f"{source}: {fit.today.satisfied} of {fit.today.ratings} sessions satisfied"
        beta = ("beta", (("alpha", yes), ("beta", no)))
        yield "fields.baseline_satisfaction", _field("baseline_satisfaction", *beta, what, on)
    if fit.treatment is not None and fit.treatment.ratings >= needed:
        lines = (
            "[satisfaction]", f"share = {fit.treatment.value:.6g}", f"ratings = {fit.treatment.ratings}",
            f"source = {quoted(source)}", f"as_of = {on.isoformat()}",
        )  # fmt: skip
        yield "satisfaction", "\n".join(lines) + "\n"


def _counts(share: Share) -> tuple[float, float]:
    """Return the beta's parameters: the counts; half a count more each where one is zero (Jeffreys)."""
    yes, no = share.satisfied, share.ratings - share.satisfied
    return (yes, no) if yes and no else (yes + _HALF, no + _HALF)


def _field(name: str, dist: str, numbers: Sequence[tuple[str, float]], source: str, on: dt.date) -> str:
    lines = (
        f"[fields.{name}]", 'status = "range"', f'dist = "{dist}"',
        *(f"{key} = {value:.6g}" for key, value in numbers), f"unit = {quoted(spec_of(name).unit)}",
        f"source = {quoted(source)}", f"as_of = {on.isoformat()}", 'owner = ""',
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _summary(
    ratings: Sequence[Rating], fit: RatingsFit, groups: Sequence[CommentGroup], limits: Thresholds
) -> dict[str, Any]:
    return {
        "format": 1,
        "ratings": len(ratings),
        "needed": limits.min_ratings,
        "target": limits.min_satisfaction,
        "fit": to_plain(fit),
        "comments": [to_plain(group) for group in groups],
    }


def _comments(ratings: Sequence[Rating], groups: Sequence[CommentGroup]) -> str:
    """Return every comment with its group, as a CSV that runs nothing."""
    group_of = {session: group.keyword for group in groups for session in group.sessions}
    rows = [
        (group_of.get(rating.session, ""), rating.session, "yes" if rating.satisfied else "no", rating.stars,
         rating.arm, rating.case_id, rating.comment)
        for rating in sorted(ratings, key=lambda r: (group_of.get(r.session, ""), r.session))
        if rating.comment
    ]  # fmt: skip
    header = ("keyword", "session_id", "satisfied", "stars", "arm", "case_id", "comment")
    return csv_text(header, rows)
