"""Scores of scorers that load a model, remembered by what they depend on."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from typing import Protocol

from evalharness.core.case import Case
from evalharness.core.ports import Scorer
from evalharness.core.score import Completed, Score, Scored
from evalharness.score.results import label, scored, unscored

Remembered = tuple[float, tuple[str, ...]]
"""Value and detail."""


class ModelScorer(Scorer, Protocol):
    """A scorer that stands on a loaded model or a heavy package."""

    resource: str
    """Name and version of what it loads: scores by different versions do not mix."""

    def depends_on(self, case: Case) -> str:
        """Return what of the case the score depends on."""


class RememberingScorer:
    """Asks another scorer once for each answer; keys are hashes of versions, case and text."""

    def __init__(self, scorer: ModelScorer, store: MutableMapping[str, Remembered]) -> None:
        """Take what scores, and what remembers: a dictionary, or a file that behaves like one."""
        self.name, self.version = scorer.name, scorer.version
        self._scorer = scorer
        self._store = store

    def score(self, case: Case, record: Completed) -> Score:
        """Return the score, computed now or before; what has no score is asked again."""
        parts = (
            label(self._scorer),
            self._scorer.resource,
            self._scorer.depends_on(case),
            record.answer.text,
        )
        key = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
        known = self._store.get(key)
        if known is not None:
            return scored(record, self, *known)
        found = self._scorer.score(case, record)
        if isinstance(found, Scored):
            self._store[key] = (found.value, found.detail)
        return found


class MissingScorer:
    """A declared scorer whose package is not installed: every answer is Unscored, and says so."""

    def __init__(self, name: str, version: str) -> None:
        """Stand in for a scorer."""
        self.name, self.version = name, version

    def score(self, case: Case, record: Completed) -> Score:
        """Return that there is no score."""
        del case
        return unscored(record, self, "not_installed")
