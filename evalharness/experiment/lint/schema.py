"""Rules on what the files say at all: they parse, and every id is there once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalharness.experiment.lint.corpus import Corpus, LintCase
from evalharness.experiment.lint.finding import Spot


def unreadable_cases(corpus: Corpus) -> Iterator[Spot]:
    """Find cases that do not parse or break the schema; other rules do not see them."""
    for error in corpus.unreadable:
        yield Spot(file=Path(error.file or corpus.path), line=error.line, message=error.message)


def duplicate_ids(corpus: Corpus) -> Iterator[Spot]:
    """Find case ids that stand twice: a run could not tell their answers apart."""
    seen: dict[str, LintCase] = {}
    for item in corpus.cases:
        first = seen.setdefault(item.case.id, item)
        if first is not item:
            place = f"{first.source.file.name}:{first.source.line(('id',))}"
            yield item.spot(f"id {item.case.id!r} is also in {place}; rename one", "id")
