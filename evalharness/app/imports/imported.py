"""An imported run in the stages: its mapping stands in a project's place, its cells in that of calls."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evalharness.app.project import Project, text_sha256
from evalharness.core.case import Case, Dataset
from evalharness.core.errors import PricingError, RunMismatch
from evalharness.core.experiment import Experiment
from evalharness.core.plan import Plan
from evalharness.core.pricing import RateCard
from evalharness.core.score import Completed
from evalharness.core.study import Study
from evalharness.experiment.import_mapping import ImportMapping, load_import_mapping
from evalharness.score.imported import imported_records, imported_scores
from evalharness.store import Manifest, RunDirectory


@dataclass(frozen=True)
class ImportedProject(Project):
    """The experiment of an imported run: its mapping file, in a project's place.

    Cases, prices and assumptions are loaded as any project's; nothing can be planned or asked, since the
    answers are there already.
    """

    @cached_property
    def mapping(self) -> ImportMapping:
        """The checked mapping."""
        return load_import_mapping(self.file)

    @cached_property
    def experiment(self) -> Experiment:
        """Arms, limits and scale as the mapping states them."""
        return self.mapping.experiment

    @cached_property
    def dataset(self) -> Dataset:
        """The cases that the mapping names; none if it names none."""
        if not self.mapping.has_cases:
            return Dataset(cases=(), sha256="")

        return self.load_dataset(self.experiment.dataset)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every case known."""
        return self.dataset.cases

    @property
    def is_pilot(self) -> bool:
        """An import is as whole as its table."""
        return False

    @cached_property
    def card(self) -> RateCard:
        """The dated prices; an empty card where costs are stated and none is named."""
        if not self.mapping.has_prices:
            return RateCard(name="costs as imported", rates=())
        return self.load_card(self.experiment.rate_card)

    @cached_property
    def contract(self) -> RateCard | None:
        """An import states its costs, or has them priced by the list."""
        return None

    @cached_property
    def rate_card_sha256(self) -> str:
        """SHA-256 of the rate card's text; empty if none is named."""
        return text_sha256(self._path(self.experiment.rate_card)) if self.mapping.has_prices else ""

    @property
    def shape_sha256(self) -> str:
        """Hash of what rows mean: columns, arms, scale and cases. Limits and assumptions may change."""
        found, scale = self.mapping, self.experiment.scorer
        shape = (
            sorted(found.columns.items()), sorted(found.arms.items()), self.experiment.arms,
            (scale.scale_low, scale.scale_high), self.dataset.sha256,
        )  # fmt: skip
        return hashlib.sha256(repr(shape).encode()).hexdigest()

    @cached_property
    def weights(self) -> dict[str, float]:
        """Imported cases count alike."""
        return {}

    @cached_property
    def plan(self) -> Plan:
        """Nothing is planned here; the run directory's own plan says which cells there are."""
        return Plan(cells=(), compressions=(), jobs=(), identity="")

    def check(self) -> None:
        """Load what deciding will need, before anything is written.

        Raises:
            BadInput: For the first file that is wrong, or a model without a price where tokens are priced.
        """
        _ = self.assumptions, self.dataset, self.card
        if "cost_usd" in self.mapping.columns:
            return
        for arm in self.experiment.arms:
            try:
                self.card.resolve(arm.model)
            except PricingError as error:
                raise PricingError(error.message, file=self.file) from None


def open_imported(directory: RunDirectory, file: Path, manifest: Manifest) -> ImportedProject:
    """Return the mapping of an imported run as a project.

    Raises:
        RunMismatch: If rows mean something else by the mapping as it is now.
    """
    project = ImportedProject(file)
    if manifest.dataset_sha256 != project.shape_sha256:
        raise RunMismatch(
            f"{file} changed since this import in columns, arms, scale or cases; import the table again",
            file=directory.path,
        )
    return project


def score_imported(directory: RunDirectory, project: Project) -> tuple[int, int]:
    """Derive records and scores from an imported run's cells; returns how many completed and failed."""
    cells = tuple(directory.read_imported())
    cases = {case.id: case for case in project.dataset.cases}
    records = tuple(imported_records(cells))
    directory.write_records(records)
    directory.write_scores(imported_scores(cells, cases, project.experiment.scorer))
    completed = sum(isinstance(record, Completed) for record in records)
    return completed, len(records) - completed


def imported_study(
    directory: RunDirectory, project: Project, *, on: dt.date | None, scored: bool = True
) -> Study:
    """Join an imported run's files into what the decision stands on.

    Args:
        directory: The run.
        project: Its mapping.
        on: The decision's date; None for the day that the mapping states.
        scored: Whether its scores are needed; costs are known without.
    """
    from evalharness.app.people.graded import current_labels
    from evalharness.decide.assemble_imported import ImportedData, assemble_imported

    labels = current_labels(directory, directory.read_records()) if directory.read_labels() else ()
    mapping = load_import_mapping(project.file)
    cells, cases = tuple(directory.read_imported()), {case.id: case for case in project.dataset.cases}
    scores = (
        directory.read_scores() if scored else tuple(imported_scores(cells, {}, mapping.experiment.scorer))
    )
    data = ImportedData(cells=cells, scores=scores, labels=labels, failures_known="error" in mapping.columns)
    day = on or mapping.on
    return assemble_imported(data, experiment=project.experiment, cases=cases, on=day)
