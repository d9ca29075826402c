"""Digests by which cases and scorers are recognised."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from evalharness.core.case import Case
from evalharness.core.experiment import Experiment
from evalharness.core.gate import CaseHashes, ScorerIdentity
from evalharness.core.plain import to_plain
from evalharness.core.score import Score
from evalharness.core.wire.canonical import canonical_json

DIGITS = 16
"""Hexadecimal digits of a digest in a baseline: a review compares them by eye, nobody attacks them."""


def short_digest(value: Any) -> str:
    """Return the first digits of the SHA-256 over a value's canonical JSON, or over a text's bytes."""
    text = value if isinstance(value, str) else canonical_json(value)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:DIGITS]


def case_hashes(case: Case) -> CaseHashes:
    """Return what a case asks and how it is marked, each as a digest."""
    marking = (case.key_facts, case.must_not, case.rubric, case.reference_answer)
    return CaseHashes(
        case=case.id,
        asked=short_digest(to_plain((case.language, case.message, case.context))),
        marked=short_digest(to_plain(marking)),
    )


def scorer_identity(
    experiment: Experiment, scores: Iterable[Score], *, files: Mapping[str, str]
) -> ScorerIdentity:
    """Return by what the primary score was made.

    Args:
        experiment: Declares the scorer.
        scores: The run's scores, which carry name and version of what made them.
        files: Digests of files that the scorer reads, such as a judge's prompts, by name.
    """
    scorer = experiment.scorer
    parts = dict(scorer.weights) or {scorer.name: 1.0}
    versions = {score.scorer for score in scores if _part_of(score.scorer) in parts}
    return ScorerIdentity(
        name=scorer.name,
        versions=tuple(sorted(versions)),
        settings=short_digest([to_plain(scorer), sorted(files.items())]),
    )


def _part_of(label: str) -> str:
    """Return the scorer's name in a label such as key_facts/1 or rubric@first/2."""
    return label.partition("/")[0].partition("@")[0]
