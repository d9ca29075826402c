"""People's labels: a blinded sheet out of a run, graded sheets back into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalharness.app.opening import open_project, read_decision
from evalharness.core.errors import BadInput
from evalharness.core.experiment import ContextMode, Experiment, Role
from evalharness.core.imported import IMPORTED
from evalharness.core.labels import LabelledPair, SheetKey
from evalharness.experiment.label_file import read_grades
from evalharness.score.labels import draw_sheet, sheet_items, unblind
from evalharness.score.labels.sheet import answer_texts
from evalharness.store import RunDirectory
from evalharness.store.directory import LABEL_KEY, LABELS
from evalharness.store.jsonlines import write_atomically

SHEET_CSV, SHEET_HTML = "sheet.csv", "sheet.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A sheet, and where it was written."""

    key: SheetKey
    folder: Path
    needed: int
    """Pairs from which on labels correct the score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What graded sheets brought."""

    labels: tuple[LabelledPair, ...]
    raters: tuple[str, ...]
    replaced: bool
    """Whether labels of before were replaced."""
    needed: int
    """Pairs from which on they correct the score."""


def export_sheet(
    directory: RunDirectory, *, pairs: int, seed: int, out: Path | None, language: str
) -> Exported:
    """Draw pairs of the primary contrast and write the blinded sheet as CSV and as an HTML form.

    The key that unblinds it stays in the run directory. A run has one sheet: drawing again until a sample
    pleases would be choosing it.

    Args:
        directory: A scored run.
        pairs: How many.
        seed: Of the draw.
        out: Folder for the sheet; None for a folder of its own in the run directory.
        language: en or ko: the words of the form to begin with.

    Raises:
        BadInput: If the run has another sheet already, or too few cases.
    """
    from evalharness.render.label_form import label_csv, label_form

    project = open_project(directory)
    _refuse_textless(directory)
    texts = answer_texts(directory.read_records())
    treatment, control = _contrast(directory, project.experiment)
    run = directory.read_manifest().identity
    key = draw_sheet(texts, treatment=treatment, control=control, pairs=pairs, seed=seed, run=run)
    known = directory.read_label_key()
    if known is not None and known != key:
        raise BadInput(
            f"this run has a sheet of {len(known.pairs)} pairs with seed {known.seed} already; a second draw "
            f"would be a choice of samples. To start over, remove {LABEL_KEY} and {LABELS}",
            file=directory.path,
        )
    items = sheet_items(key, texts, {case.id: case for case in project.dataset.cases})
    folder = out or directory.path / "labels"
    directory.write_label_key(key)
    write_atomically(folder / SHEET_CSV, label_csv(items))
    write_atomically(folder / SHEET_HTML, label_form(items, sheet=key.sheet, language=language))
    return Exported(key=key, folder=folder, needed=project.experiment.thresholds.min_labels)


def import_grades(directory: RunDirectory, files: Sequence[Path]) -> Imported:
    """Read the graded sheets of all raters and write labels.jsonl; nothing is written if a row is wrong.

    Raises:
        BadInput: Naming file and row, or the pairs that nobody graded.
        RunMismatch: If answers changed since the sheet was drawn.
    """
    key = directory.read_label_key()
    if key is None:
        raise BadInput(
            f"no sheet was drawn from this run ({LABEL_KEY} is missing): `evalharness label export`",
            file=directory.path,
        )
    given = read_grades(files, frozenset(pair.pair for pair in key.pairs))
    labels = unblind(key, given, answer_texts(directory.read_records()))
    replaced = bool(directory.read_labels())
    directory.write_labels(labels)
    raters = tuple(sorted({grade.rater for grade in given}))
    needed = open_project(directory).experiment.thresholds.min_labels
    return Imported(labels=labels, raters=raters, replaced=replaced, needed=needed)


def _refuse_textless(directory: RunDirectory) -> None:
    """Stop where an import brought scores and no texts: there is nothing to grade."""
    if directory.read_manifest().mode != IMPORTED or any(cell.output for cell in directory.read_imported()):
        return
    raise BadInput(
        "the imported table has no output column, so there are no answers to grade: map one and import again",
        file=directory.path,
    )


def _contrast(directory: RunDirectory, experiment: Experiment) -> tuple[str, str]:
    """Return treatment and control arm: those of the verdict, else those to be deployed."""
    if (directory.path / "decision.json").exists():
        upgrade = read_decision(directory).upgrade
        return upgrade.treatment_arm, upgrade.control_arm
    for context in (experiment.deploy_context, ContextMode.RAW):
        treatment = experiment.main_arm(Role.TREATMENT, context)
        control = experiment.main_arm(Role.CONTROL, context)
        if treatment is not None and control is not None:
            return treatment.name, control.name
    raise BadInput("the experiment has no treatment and control in one context to compare")
