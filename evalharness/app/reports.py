"""The reports of a run: what they are made from, in which languages, and where they are put."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.app.opening import read_decision
from evalharness.app.project import Project
from evalharness.core.errors import JournalDamaged
from evalharness.core.imported import IMPORTED
from evalharness.core.reporting import REPORT_NAME
from evalharness.core.score import Completed
from evalharness.store import RunDirectory
from evalharness.store.jsonlines import write_atomically

if TYPE_CHECKING:
    from evalharness.core.decision import Decision
    from evalharness.core.study import Study
    from evalharness.decide.assemble import RunData
    from evalharness.render import Material

_COMMAND, _OWN_COMMAND = f"evalharness verify {REPORT_NAME}.", "evalharness verify report."
"""How a report says what verifies it, without the ending of its name: published, and in its run directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as written, and what it stands on."""

    decision: Decision
    study: Study


def decided_of(directory: RunDirectory, project: Project) -> Decided:
    """Read what was decided about a run, and join its files again as of that day."""
    decision = read_decision(directory)
    return Decided(decision=decision, study=study_of(directory, project, on=decision.on))


def study_of(directory: RunDirectory, project: Project, *, on: dt.date | None) -> Study:
    """Join a scored run's files into what the decision stands on.

    Raises:
        RunMismatch: If people's labels grade other answers than the run holds.
    """
    if directory.read_manifest().mode == IMPORTED:
        from evalharness.app.imports.imported import imported_study

        return imported_study(directory, project, on=on)
    from evalharness.app.people.graded import current_labels
    from evalharness.decide.assemble import RunData, assemble

    data = RunData(
        plan=directory.read_plan(),
        records=(records := directory.read_records()),
        scores=directory.read_scores(),
        calls=directory.read_calls(),
        judgements=directory.read_judgements(),
        comparisons=directory.read_comparisons(),
        labels=current_labels(directory, records),
    )
    _check_calls(directory, data)
    return assemble(
        data,
        experiment=project.experiment,
        cases=project.dataset.cases,
        on=on,
        pilot=project.is_pilot,
        weights=project.weights,
    )


def _check_calls(directory: RunDirectory, data: RunData) -> None:
    """Refuse a journal without calls that the scores stand on: tokens and money would be of the others alone.

    Raises:
        JournalDamaged: Saying how many are missing.
    """
    answered = {(row.case_id, row.arm, row.repeat) for row in data.records if isinstance(row, Completed)}
    needed = {
        planned.answer_key
        for planned in data.plan
        if (planned.cell.case_id, planned.cell.arm, planned.cell.repeat) in answered
    }
    needed |= {key for row in (*data.judgements, *data.comparisons) for key in row.calls}
    missing = len(needed - data.calls.keys())
    if missing:
        raise JournalDamaged(
            f"lacks {missing} of the {len(needed)} calls that the scores stand on: restore the file, "
            "or run and score the experiment again",
            file=directory.path / "calls.jsonl",
        )


def report_texts(
    directory: RunDirectory,
    project: Project,
    languages: Sequence[str] = (),
    *,
    decided: Decided | None = None,
) -> dict[str, str]:
    """Return every report of a decided run by file name, the main report first.

    Each language has a report, an appendix, its pictures under plots/, and all of it as one HTML page.

    Args:
        directory: A decided run.
        project: Its experiment.
        languages: Which languages; none for those that the experiment names.
        decided: What was decided about it, if that is at hand.
    """
    from evalharness.decide import study_levers
    from evalharness.render import language, render_all

    decided = decided or decided_of(directory, project)
    decision, study = decided.decision, decided.study
    identity, material = directory.read_manifest().identity, material_of(directory, project, study)
    levers = study_levers(study, project.card, project.assumptions, decision)
    codes = languages or project.experiment.report.languages
    return render_all(
        decision, identity=identity, languages=[language(code) for code in codes], material=material,
        levers=levers,
    )  # fmt: skip


def render_run(
    directory: RunDirectory,
    project: Project,
    *,
    copy_to: Path | None,
    languages: Sequence[str] = (),
    decided: Decided | None = None,
) -> Path:
    """Write the reports of a decided run; returns the path of the first, or of its published copy.

    Args:
        directory: A decided run.
        project: Its experiment.
        copy_to: Folder for copies, where people look for them; None for none.
        languages: Which languages; none for those that the experiment names.
        decided: What was decided about it, if that is at hand.
    """
    texts = report_texts(directory, project, languages, decided=decided)
    for name, text in texts.items():
        directory.write_text(name, own_names(text))
    first = next(iter(texts))
    if copy_to is None:
        return directory.path / first
    for name, text in texts.items():
        write_atomically(copy_to / published_name(name), text)
    return copy_to / published_name(first)


def published_name(name: str) -> str:
    """Return what a run's report is called where people look for it; appendix and pictures keep theirs."""
    return f"{REPORT_NAME}{name.removeprefix('report')}" if name.startswith("report") else name


def own_names(text: str) -> str:
    """Return a report as it stands in its run directory: the command that verifies it names that file."""
    return text.replace(_COMMAND, _OWN_COMMAND)


def names_itself(content: bytes) -> bool:
    """Tell whether a report is one of a run directory."""
    return _OWN_COMMAND.encode() in content


def page_beside(report: Path) -> Path:
    """Return the HTML page of a written report."""
    return report.with_suffix(".html")


def material_of(directory: RunDirectory, project: Project, study: Study) -> Material:
    """Return what reports are made from beside the decision."""
    from evalharness.render import Material

    return Material(
        cases={case.id: case for case in project.dataset.cases},
        records=directory.read_records(),
        scores=directory.read_scores(),
        outcomes=study.outcomes,
        plan=directory.read_plan(),
        case_facts=study.cases,
        labels=study.labels,
        settings=project.experiment.report,
        terms=project.terms,
        currency=None if project.finance is None else project.finance.currency,
        budget=None if project.finance is None else project.finance.budget,
        finance_is_example=project.finance is not None and project.finance.example,
        budget_usd=project.experiment.limits.budget_usd,
        hashes=project.hashes,
        limit=directory.read_manifest().limit,
    )
