"""An experiment with everything that it names, loaded and checked."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evalharness.core.assumptions import Assumptions
from evalharness.core.case import Case, Dataset
from evalharness.core.errors import PricingError
from evalharness.core.experiment import Arm, Experiment
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.plan import Plan, PlannedCell
from evalharness.core.pricing import RateCard
from evalharness.experiment.assumptions import load_assumptions
from evalharness.experiment.dataset_file import load_dataset
from evalharness.experiment.edge import read_text
from evalharness.experiment.experiment_file import load_experiment
from evalharness.experiment.planning import build_plan, draw_seed
from evalharness.experiment.rates_file import load_rate_card
from evalharness.experiment.toml_lines import line_of
from evalharness.gateway.gateway import Gateway, Prepared
from evalharness.gateway.prompting import PersonaPrompts


@dataclass(frozen=True)
class Project:
    """One experiment file and what it refers to; each part is loaded when a stage first reads it."""

    file: Path
    limit: int | None = None
    """Cases of a pilot; None for the whole dataset."""

    @cached_property
    def experiment(self) -> Experiment:
        """The authored experiment."""
        return load_experiment(self.file)

    @cached_property
    def dataset(self) -> Dataset:
        """Every case of the dataset."""
        return load_dataset(self._path(self.experiment.dataset))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases that are run: all, or a pilot's few, spread over persona and language."""
        if self.limit is None or self.limit >= len(self.dataset.cases):
            return self.dataset.cases
        from evalharness.experiment.planning import select_cases

        pilot = replace(self.experiment.arms[0], name="pilot", cases=self.limit)
        return select_cases(self.dataset.cases, pilot, self.experiment)

    @property
    def is_pilot(self) -> bool:
        """Whether cases are left out."""
        return len(self.cases) < len(self.dataset.cases)

    @cached_property
    def card(self) -> RateCard:
        """The dated prices."""
        return load_rate_card(self._path(self.experiment.rate_card))

    @cached_property
    def assumptions(self) -> Assumptions:
        """The owner's assumptions."""
        return load_assumptions(self._path(self.experiment.assumptions))

    @property
    def cassettes(self) -> Path:
        """The folder of recordings."""
        return self._path(self.experiment.cassettes)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the experiment file's text."""
        return hashlib.sha256(read_text(self.file).replace("\r\n", "\n").encode()).hexdigest()

    @cached_property
    def plan(self) -> Plan:
        """Every cell and job of the run."""
        gateway = Gateway(
            settings=self.experiment.gateway,
            sena=self.experiment.sena,
            prompts=PersonaPrompts(self._templates()),
        )
        prepared: dict[tuple[str, str], Prepared] = {}

        def prepare(case: Case, arm: Arm, repeat: int, draw: int) -> tuple[PlannedCell, Job]:
            place = (case.id, arm.context.value)
            if place not in prepared:
                prepared[place] = gateway.prepare(case, arm.context)
            ready = prepared[place]
            request = gateway.request(ready, model=arm.model, seed=draw_seed(self.experiment.seed, draw))
            cell = Cell(case_id=case.id, arm=arm.name, repeat=repeat)
            job = Job(purpose=Purpose.ANSWER, request=request, draw=draw, cells=(cell,))
            return _planned(cell, arm, ready, job.key), job

        return build_plan(self.experiment, self.cases, prepare)

    def check(self) -> None:
        """Load everything that any later stage will need, before a run spends time or money.

        Raises:
            BadInput: For the first file that is wrong, or a model without a price.
        """
        for arm in self.experiment.arms:
            try:
                self.card.resolve(arm.model)
            except PricingError as error:
                line = line_of(read_text(self.file), ("arms", self.experiment.arms.index(arm), "model"))
                raise PricingError(error.message, file=self.file, line=line) from None
        _ = self.assumptions, self.plan

    def _templates(self) -> dict[str, str]:
        folder = self._path(self.experiment.gateway.personas)
        return {path.name.removesuffix(".j2"): read_text(path) for path in sorted(folder.glob("*.j2"))}

    def _path(self, relative: str) -> Path:
        # Normalised for people: a/../b in an error message is hard to read.
        return Path(os.path.normpath(self.file.parent / relative))


def _planned(cell: Cell, arm: Arm, ready: Prepared, key: str) -> PlannedCell:
    return PlannedCell(
        cell=cell,
        answer_key=key,
        model=arm.model,
        persona=ready.persona,
        route_reason=ready.route_reason,
        prompt_tokens=ready.prompt_tokens,
        context_tokens=ready.context_tokens,
        raw_context_tokens=ready.raw_context_tokens,
        dropped=ready.dropped,
    )
