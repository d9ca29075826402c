"""An experiment with everything that it names, loaded and checked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evalharness.app.cell_work import CellWorks
from evalharness.app.kept.caches import case_cache, compression_cache
from evalharness.core.assumptions import Assumptions
from evalharness.core.case import Case, Dataset
from evalharness.core.errors import BadInput, PricingError
from evalharness.core.experiment import Experiment
from evalharness.core.finance import Finance
from evalharness.core.plan import Plan
from evalharness.core.pricing import RateCard
from evalharness.core.privacy import PersonalText
from evalharness.core.reporting import Terms
from evalharness.core.sena import Compressed
from evalharness.experiment.assumptions import load_assumptions
from evalharness.experiment.dataset_file import load_dataset
from evalharness.experiment.edge import read_text
from evalharness.experiment.experiment_file import load_experiment
from evalharness.experiment.finance_file import load_finance
from evalharness.experiment.gate_table import smoke_cases
from evalharness.experiment.overrides_file import load_overrides, overrides_beside
from evalharness.experiment.planning import build_plan, draw_seed, select_cases
from evalharness.experiment.rates_file import load_rate_card
from evalharness.experiment.terms_file import load_terms
from evalharness.experiment.toml_lines import line_of
from evalharness.experiment.traffic_file import load_traffic
from evalharness.experiment.traffic_weights import case_weights
from evalharness.gateway.gateway import Gateway
from evalharness.gateway.prompting import PersonaPrompts
from evalharness.store.cache import ContentCache

if TYPE_CHECKING:
    from evalharness.score.judge import JudgePrompts
    from evalharness.score.judge.tasks import Bench

REPORTS: Final = Path("reports")
"""Where runs and reports go unless experiment or command says otherwise; from where the command is run."""


@dataclass(frozen=True)
class Project:
    """One experiment file and what it refers to; each part is loaded when a stage first reads it."""

    file: Path
    limit: int | None = None
    """Cases of a pilot; None for the whole dataset."""
    smoke: bool = False
    """Whether only the cases of [gate] smoke are run."""
    cache: Path | None = None
    """Folder in which parsed cases and compressions are kept for the next time; None to keep none."""

    @cached_property
    def experiment(self) -> Experiment:
        """The authored experiment."""
        return load_experiment(self.file)

    @cached_property
    def dataset(self) -> Dataset:
        """Every case of the dataset."""
        return self.load_dataset(self.experiment.dataset)

    @cached_property
    def personal(self) -> PersonalText | None:
        """What finds personal text in answers about a real dataset; None for an invented one."""
        if not self.dataset.real:
            return None
        return PersonalText(names=self.dataset.names, allowed=self.dataset.allowed)

    @property
    def dataset_path(self) -> Path:
        """The folder or file of cases."""
        return self._path(self.experiment.dataset)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases that are run: all, the smoke subset, or a pilot's few, spread over persona and language.

        Raises:
            BadInput: If the smoke subset is wanted and none is declared, or it names no case.
        """
        if self.smoke:
            return smoke_cases(self.experiment.gate, self.dataset.cases, self.file)
        if self.limit is None or self.limit >= len(self.dataset.cases):
            return self.dataset.cases
        pilot = replace(self.experiment.arms[0], name="pilot", cases=self.limit)
        return select_cases(self.dataset.cases, pilot, self.experiment)

    @property
    def is_pilot(self) -> bool:
        """Whether cases are left out."""
        return len(self.cases) < len(self.dataset.cases)

    @cached_property
    def card(self) -> RateCard:
        """The dated prices."""
        return self.load_card(self.experiment.rate_card)

    @cached_property
    def rate_card_sha256(self) -> str:
        """SHA-256 of the rate card's text."""
        return text_sha256(self._path(self.experiment.rate_card))

    @cached_property
    def contract(self) -> RateCard | None:
        """The prices as negotiated, None where the list's hold; no verdict uses them."""
        stated = self.experiment.rate_overrides
        listed = self._path(self.experiment.rate_card)
        beside = overrides_beside(listed) if stated is None else self._path(stated)
        return None if beside is None else load_overrides(beside, self.card)

    @cached_property
    def finance(self) -> Finance | None:
        """Currency, tax, credits and budget, None where the experiment names no file of them."""
        stated = self.experiment.finance
        return None if stated is None else load_finance(self._path(stated))

    @cached_property
    def assumptions(self) -> Assumptions:
        """The owner's assumptions."""
        return load_assumptions(self._path(self.experiment.assumptions))

    @cached_property
    def weights(self) -> dict[str, float]:
        """Traffic weight by case id, mean 1; empty without a traffic file."""
        if self.experiment.traffic is None:
            return {}
        return case_weights(load_traffic(self._path(self.experiment.traffic)), self.cases)

    @cached_property
    def terms(self) -> Terms | None:
        """What the provider's terms mean, as somebody read them; None if the experiment names no file."""
        named = self.experiment.report.terms
        return None if named is None else load_terms(self._path(named))

    @property
    def hashes(self) -> tuple[tuple[str, str], ...]:
        """(what, SHA-256) of every authored file that can change a number or a word of the report."""
        experiment = self.experiment
        named = (
            ("assumptions", experiment.assumptions),
            ("rate_card", experiment.rate_card),
            ("traffic", experiment.traffic),
            ("finance", experiment.finance),
            ("terms", experiment.report.terms),
        )
        files = tuple((what, text_sha256(self._path(name))) for what, name in named if name)
        return (("experiment", self.sha256), ("dataset", self.dataset.sha256), *files)

    def system_prompt(self, case: Case) -> str:
        """Return the persona's instructions that a case's requests begin with."""
        return self._cells.system_prompt(case)

    @property
    def cassettes(self) -> Path:
        """The folder of recordings."""
        return self._path(self.experiment.cassettes)

    @property
    def reports(self) -> Path:
        """The folder for runs and reports where a command names none."""
        folder = self.experiment.report.folder
        return REPORTS if folder is None else self._path(folder)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the experiment file's text."""
        return text_sha256(self.file)

    @cached_property
    def plan(self) -> Plan:
        """Every cell and job of the run, before a model-based compressor has replied.

        Until then the answers of compressed arms stand with their whole context: an upper bound.
        """
        with nullcontext() if self._compressions is None else self._compressions:
            return build_plan(self.experiment, self.cases, partial(self._cells.work, None))

    def resolve(self, replies: Mapping[str, str | None]) -> Plan:
        """Return the plan with the compressor's replies put in.

        Args:
            replies: Text by call key; None where the compressor gave none, which fails the cells that
                wait for it.
        """
        if not self.plan.compressions:
            return self.plan
        return build_plan(self.experiment, self.cases, partial(self._cells.work, replies))

    @cached_property
    def _cells(self) -> CellWorks:
        gateway = Gateway(
            settings=self.experiment.gateway,
            sena=self.experiment.sena,
            prompts=PersonaPrompts(_read_templates(self._path(self.experiment.gateway.personas))),
            remembered=self._compressions,
        )
        return CellWorks(self.experiment, gateway)

    @cached_property
    def _compressions(self) -> ContentCache[Compressed] | None:
        return None if self.cache is None else compression_cache(self.cache)

    @cached_property
    def judging(self) -> Bench:
        """What judges are asked with: cases, judges, prompts and seeds.

        Raises:
            BadInput: If a folder of judge prompts is not whole.
        """
        from evalharness.score.judge.tasks import Bench

        return Bench(
            cases={case.id: case for case in self.dataset.cases},
            judges=self.experiment.judges,
            prompts={judge.name: self._judge_prompts(judge.prompts) for judge in self.experiment.judges},
            seed=partial(draw_seed, self.experiment.seed),
        )

    @cached_property
    def compared_cases(self) -> tuple[Case, ...]:
        """The cases on which judges compare treatment and control directly."""
        pairwise = self.experiment.pairwise
        if pairwise is None:
            return ()
        chosen = replace(self.experiment.arms[0], name="pairwise", cases=pairwise.cases)
        return select_cases(self.cases, chosen, self.experiment)

    def _judge_prompts(self, folder: str) -> JudgePrompts:
        from evalharness.score.judge import JudgePrompts

        path = self._path(folder)
        if not path.is_dir():
            line = line_of(read_text(self.file), ("judges", 0, "prompts"))
            raise BadInput(f"no folder of judge prompts: {path}", file=self.file, line=line)
        return JudgePrompts(_read_templates(path), folder=path.as_posix())

    def check(self) -> None:
        """Load everything that any later stage will need, before a run spends time or money.

        Raises:
            BadInput: For the first file that is wrong, or a model without a price.
        """
        experiment = self.experiment
        models = {("arms", index): arm.model for index, arm in enumerate(experiment.arms)}
        models |= {("judges", index): judge.model for index, judge in enumerate(experiment.judges)}
        for place, model in models.items():
            try:
                self.card.resolve(model)
            except PricingError as error:
                line = line_of(read_text(self.file), (*place, "model"))
                raise PricingError(error.message, file=self.file, line=line) from None
        if self.experiment.gate.smoke:
            smoke_cases(self.experiment.gate, self.dataset.cases, self.file)
        _ = self.assumptions, self.weights, self.contract, self.finance, self.terms
        _ = self.judging, self.plan

    def load_dataset(self, relative: str) -> Dataset:
        """Return the cases of a file or folder beside this project's file."""
        path = self._path(relative)
        if self.cache is None:
            return load_dataset(path)
        with case_cache(self.cache) as remembered:
            return load_dataset(path, remembered)

    def load_card(self, relative: str) -> RateCard:
        """Return the prices of a file beside this project's file."""
        return load_rate_card(self._path(relative))

    def _path(self, relative: str) -> Path:
        # Normalised for people: a/../b in an error message is hard to read.
        return Path(os.path.normpath(self.file.parent / relative))


def open_experiment(
    file: Path, *, out: Path | None, limit: int | None = None, smoke: bool = False
) -> tuple[Project, Path]:
    """Return an experiment, and the folder for its runs, reports and caches: `out`, or what the file says."""
    folder = out or Project(file).reports
    return Project(file, limit=limit, smoke=smoke, cache=folder), folder


def _read_templates(folder: Path) -> dict[str, str]:
    return {path.name.removesuffix(".j2"): read_text(path) for path in sorted(folder.glob("*.j2"))}


def text_sha256(path: Path) -> str:
    """Return the SHA-256 of a text file, whatever its line ends."""
    return hashlib.sha256(read_text(path).replace("\r\n", "\n").encode()).hexdigest()
