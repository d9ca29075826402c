"""A run's labels, held against the answers that they grade."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.errors import RunMismatch
from evalharness.core.labels import LabelledPair
from evalharness.core.score import Record
from evalharness.score.labels.sheet import answer_texts
from evalharness.score.labels.unblind import check_texts
from evalharness.store import RunDirectory
from evalharness.store.directory import LABEL_KEY, LABELS


def current_labels(directory: RunDirectory, records: Sequence[Record]) -> tuple[LabelledPair, ...]:
    """Return a run's labels, none if there are none.

    Raises:
        RunMismatch: If they grade other answers than the run holds now.
    """
    labels = directory.read_labels()
    if not labels:
        return ()
    key = directory.read_label_key()
    if key is None or key.run != directory.read_manifest().identity:
        raise RunMismatch(
            f"{LABELS} belongs to another run or has lost its {LABEL_KEY}; restore both, or remove them",
            file=directory.path,
        )
    check_texts(key, answer_texts(records))
    return labels
