"""The rule on licences: one for the whole dataset, the one it was promised under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from evalharness.experiment.lint.corpus import Corpus
from evalharness.experiment.lint.finding import Spot


def licences(corpus: Corpus) -> Iterator[Spot]:
    """Find cases under another licence than the design's or, without a design, than most other cases'."""
    if not corpus.cases:
        return
    if corpus.design is not None:
        expected = corpus.design.asked.licence
    else:
        expected = Counter(item.case.licence for item in corpus.cases).most_common(1)[0][0]
    for item in corpus.cases:
        if item.case.licence != expected:
            message = (
                f"licence {item.case.licence!r} in a dataset under {expected!r}; clear it or leave it out"
            )
            yield item.spot(message, "licence")
