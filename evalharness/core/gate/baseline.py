"""The baseline: what was blessed, small enough to be read in a review."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.experiment import ContextMode, Role
from evalharness.core.provenance import Delivery, Origin

BASELINE_FORMAT = 1
"""Version of the file; a reader refuses any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerIdentity:
    """By what the primary score was made; scores of two identities are not compared."""

    name: str
    versions: tuple[str, ...]
    """Name and version of each part as the scores carry them, such as key_facts/1; sorted."""
    settings: str
    """Digest of everything that the experiment declares about the scorer: scale, weights, rubric, judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHashes:
    """What a case was, in two digests, so that a changed question and a changed marking are told apart."""

    case: str
    asked: str
    """Of message, context and language."""
    marked: str
    """Of key facts, must-not claims, rubric and reference answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFacts:
    """One arm on the whole."""

    arm: str
    model: str
    context: ContextMode
    role: Role
    served: tuple[str, ...]
    """Models that answered, as the provider named them; sorted."""
    cases: int
    """Cases planned."""
    mean: float | None
    """Mean score in points over cases with a score, traffic weights applied."""
    dropped: int
    """Cells without a score."""
    tokens: float | None
    """Mean tokens billed a request, compressor included."""
    usd: Decimal | None
    """Mean list price of a request, USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """One case in one arm, repeats averaged."""

    arm: str
    case: str
    score: float | None
    """Points; mean over the repeats with a score; None if none has one."""
    n: int
    """Repeats with a score."""
    asked: tuple[str, ...]
    """What was asked, by repeat: the first 16 digits of the request's digest and the draw."""
    answers: tuple[str, ...]
    """Digest of each repeat's answer text; empty where there is none."""
    found: tuple[str, ...]
    """Ids of the key facts that each repeat's answer uses, spaces between."""
    sent: str
    """Ids of the key facts that the request holds, spaces between: what compression kept."""
    tokens: float | None
    usd: Decimal | None
    """List price, USD: no discount for tokens that happened to be in a cache."""
    ms: float | None
    """Service time."""

    @property
    def sent_facts(self) -> frozenset[str]:
        """Key facts that reached the model."""
        return frozenset(self.sent.split())

    @property
    def found_facts(self) -> frozenset[str]:
        """Key facts that at least one repeat uses."""
        return frozenset(fact for repeat in self.found for fact in repeat.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A run as the gate sees it; numbers are rounded, so that equal answers give equal numbers."""

    origin: Origin
    deliveries: tuple[Delivery, ...]
    on: dt.date
    """The run's date: the latest day on which an answer was recorded."""
    priced_on: dt.date
    """The day whose list prices `usd` has."""
    repeats: int
    scorer: ScorerIdentity
    cases: tuple[CaseHashes, ...]
    """Sorted by case."""
    arms: tuple[ArmFacts, ...]
    """In the order of the experiment."""
    cells: tuple[CellFacts, ...]
    """Sorted by arm and case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blessing:
    """Who says that this is how it should be, and why."""

    by: str
    reason: str
    run: str
    identity: str
    """`core.plan.Plan.identity`."""
    commit: str
    """Commit at which the run was made; empty outside a checkout."""
    dirty: bool
    """Whether tracked files differed from that commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerBlessing:
    """An earlier blessing, so that a slow decline over many of them can be seen."""

    on: dt.date
    by: str
    reason: str
    commit: str
    means: tuple[tuple[str, float | None], ...]
    """Mean score by arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """SHA-256 of what the run stands on."""

    experiment: str
    dataset: str
    rate_card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A blessed run."""

    format: int = BASELINE_FORMAT
    experiment: str
    blessed: Blessing
    hashes: Hashes
    snapshot: Snapshot
    texts: str | None
    """Name of the file beside this one that holds the answers; None if they were left out."""
    texts_sha256: str | None
    former: tuple[FormerBlessing, ...]
    """Newest first."""
