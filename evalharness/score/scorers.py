"""The scorers, listed here and nowhere else, and the loop that applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence

from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.ports import Scorer
from evalharness.core.score import Completed, Record, Score
from evalharness.score.fidelity import FidelityScorer
from evalharness.score.key_facts import KeyFactScorer
from evalharness.score.key_facts_lemma import KeyFactLemmaScorer
from evalharness.score.kiwi import KiwiLemmatizer
from evalharness.score.language import LanguageScorer
from evalharness.score.length import LengthScorer
from evalharness.score.must_not import MustNotScorer
from evalharness.score.persona_cues import PersonaCueScorer
from evalharness.score.remembering import MissingScorer, ModelScorer, Remembered, RememberingScorer
from evalharness.score.results import unscored
from evalharness.score.similarity import ChrfScorer, SemanticScorer, SentenceEncoder
from evalharness.score.speech_level import SpeechLevelScorer

SCORERS: tuple[Scorer, ...] = (KeyFactScorer(), MustNotScorer(), LanguageScorer(), LengthScorer())
"""Applied to every run."""
DECLARED: Mapping[str, Scorer] = {
    scorer.name: scorer for scorer in (FidelityScorer(), SpeechLevelScorer(), PersonaCueScorer())
}
"""Applied where an experiment declares them: [scorer] also = [...]."""
HEAVY: Mapping[str, tuple[str, Callable[[], ModelScorer]]] = {
    "key_facts_lemma": (KeyFactLemmaScorer.version, lambda: KeyFactLemmaScorer(KiwiLemmatizer())),
    "semantic": (SemanticScorer.version, lambda: SemanticScorer(SentenceEncoder())),
    "chrf": (ChrfScorer.version, ChrfScorer),
}
"""As DECLARED, and each needs an extra and remembers what it has scored: name → (version, how it is made)."""


def choose_scorers(also: Sequence[str], store: MutableMapping[str, Remembered]) -> tuple[Scorer, ...]:
    """Return the scorers of an experiment: those of every run, then the declared ones.

    Args:
        also: Names in DECLARED or HEAVY.
        store: Where scores of heavy ones are remembered.

    Raises:
        KeyError: If a name is neither.
    """
    return (*SCORERS, *(_declared(name, store) for name in also))


def _declared(name: str, store: MutableMapping[str, Remembered]) -> Scorer:
    if name in DECLARED:
        return DECLARED[name]
    version, make = HEAVY[name]
    try:
        return RememberingScorer(make(), store)
    except BadInput:
        # Declared and not installed: unscored with that cause, never another number under the same name.
        return MissingScorer(name, version)


def score_records(
    records: Iterable[Record], cases: Mapping[str, Case], scorers: Sequence[Scorer] = SCORERS
) -> tuple[Score, ...]:
    """Return one score per record and scorer; a failed record is Unscored with its cause.

    Raises:
        KeyError: If a record names a case that is not given.
    """
    scores: list[Score] = []
    for record in records:
        for scorer in scorers:
            if isinstance(record, Completed):
                scores.append(scorer.score(cases[record.case_id], record))
            else:
                scores.append(unscored(record, scorer, record.cause))
    return tuple(scores)
