"""What the cases that got worse lost: the baseline's answers are found, and the sentences in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.core.case import Case
from evalharness.core.errors import CassetteDamaged, InvalidUsage, ProviderError
from evalharness.core.gate import CellFacts, LostFact, Remark, RemarkCode, WorseCase
from evalharness.core.provenance import Delivery
from evalharness.core.wire.response import parse_response
from evalharness.gateway.cassette.files import read
from evalharness.gateway.sena.sentences import split_text
from evalharness.score.lost import lost_facts

if TYPE_CHECKING:
    from evalharness.decide.gate import Worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Where the baseline's answers are: beside the baseline, or still among the recordings."""

    kept: Mapping[str, str]
    """By digest."""
    cassettes: Path

    def of(self, cell: CellFacts) -> tuple[str, ...]:
        """Return the answers of a cell that are found; each is what its digest says."""
        found = (self._text(asked, key) for asked, key in zip(cell.asked, cell.answers, strict=True) if key)
        return tuple(text for text in found if text is not None)

    def _text(self, asked: str, key: str) -> str | None:
        if key in self.kept:
            return self.kept[key]
        from evalharness.decide.gate.identity import short_digest

        recorded = (text for text in self._recorded(asked) if short_digest(text) == key)
        return next(recorded, None)

    def _recorded(self, asked: str) -> Iterator[str]:
        digest, _, draw = asked.partition("-")
        for file in sorted(self.cassettes.glob(f"{digest}*-{draw}.json")):
            try:
                yield parse_response(read(file).reply(Delivery.REPLAYED).body).text or ""
            except (CassetteDamaged, FileNotFoundError, InvalidUsage, ProviderError):
                continue


def explain(
    worse: Sequence[Worse],
    *,
    cases: Mapping[str, Case],
    claims: Mapping[tuple[str, str], tuple[str, ...]],
    texts: Texts,
) -> tuple[tuple[WorseCase, ...], tuple[Remark, ...]]:
    """Return the cases that got worse with what they lost, and a remark if the baseline's answers are gone.

    Args:
        worse: The cells.
        cases: The dataset, by id; a case that is not there lost points and no facts that anybody knows.
        claims: What the run's answers say and must not, by arm and case.
        texts: Where the baseline's answers are.
    """
    found, untold = [], 0
    for cell in worse:
        earlier = texts.of(cell.before)
        gone = cell.before.found_facts - cell.after.found_facts
        untold += bool(gone) and not earlier
        found.append(WorseCase(
            case=cell.before.case, arm=cell.before.arm, before=cell.was, after=cell.now,
            severe=cell.severe, blamed=cell.blamed,
            lost=_lost(cases.get(cell.before.case), cell, earlier),
            unsent=cell.unsent, claims=claims.get((cell.before.arm, cell.before.case), ()),
        ))  # fmt: skip
    remarks = (Remark(code=RemarkCode.TEXTS_MISSING, values=(("count", untold),)),) if untold else ()
    return tuple(found), remarks


def _lost(case: Case | None, cell: Worse, earlier: Sequence[str]) -> tuple[LostFact, ...]:
    if case is None:
        return ()  # imported without a dataset: no key fact is known of it
    gone = cell.before.found_facts - cell.after.found_facts
    return lost_facts(case, gone, unsent=cell.unsent, texts=earlier, split=_sentences)


def _sentences(text: str) -> Iterator[str]:
    return (piece for piece, _ in split_text(text))
