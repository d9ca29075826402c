"""How cases stand for traffic: weights, strata with known shares, clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Reason, ReasonCode
from evalharness.core.errors import BadInput
from evalharness.core.study import CaseFacts, Study
from evalharness.decide.cells import BoolArray, FloatArray, IntArray

_EQUAL = 1e-12
"""Up to this share weights differ by rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The sampling design of n cases."""

    weights: FloatArray
    """Traffic weights, shape (n,), not negative; only their proportions matter."""
    clusters: IntArray | None = None
    """Cluster of each case; None if cases are independent."""
    strata: IntArray | None = None
    """Stratum of each case; None for simple sampling. Clusters, where declared, take precedence."""

    @classmethod
    def simple(cls, n: int) -> Design:
        """Return independent cases of equal weight."""
        return cls(weights=np.ones(n))

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.weights)

    @property
    def is_weighted(self) -> bool:
        """Whether weights differ."""
        if not self.n:
            return False
        first = self.weights[0]
        return not (np.abs(self.weights - first) <= _EQUAL * first).all()

    @property
    def units(self) -> int:
        """Independent units: clusters if there are any, else cases."""
        return self.n if self.clusters is None else len(np.unique(self.clusters))

    @property
    def name(self) -> str:
        """Name of the design: clustered | stratified | weighted | independent."""
        if self.clusters is not None:
            return "clustered"
        if self.strata is not None:
            return "stratified"
        return "weighted" if self.is_weighted else "independent"

    def take(self, keep: IntArray | BoolArray) -> Design:
        """Return the design of some of the cases; strata left with one case are given up."""
        strata = None if self.strata is None else self.strata[keep]
        if strata is not None and (len(strata) == 0 or np.unique(strata, return_counts=True)[1].min() < 2):
            strata = None
        clusters = None if self.clusters is None else self.clusters[keep]
        return Design(weights=self.weights[keep], clusters=clusters, strata=strata)

    def with_pseudo_case(self) -> Design:
        """Return the design with one more case: of mean weight, in a cluster of its own.

        Strata are given up, which is the cautious side: the pseudo-case belongs to none of them, and without
        them the spread between strata counts as uncertainty.
        """
        weights = np.append(self.weights, self.weights.mean())
        clusters = None if self.clusters is None else np.append(self.clusters, self.clusters.max() + 1)
        return Design(weights=weights, clusters=clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The design of all cases of a study, with what had to be said about it."""

    design: Design
    mix: str
    """benchmark | weighted | traffic."""
    notes: tuple[Reason, ...]
    empty: tuple[tuple[str, float], ...]
    """Strata with traffic but without cases: (name, share)."""
    labels: tuple[str, ...]
    """Stratum name of each case; empty strings without strata."""


def sampling_of(study: Study, cases: tuple[CaseFacts, ...], assumptions: Assumptions) -> Sampling:
    """Return how the study's cases stand for traffic.

    Traffic shares by persona and language, where stated, reweight the cases and are strata; otherwise the
    experiment's own strata attribute and the cases' own weights hold.

    Raises:
        BadInput: If the experiment names a strata attribute that cases do not have.
    """
    weights = np.array([case.weight for case in cases], dtype=np.float64)
    labels, mix = _labels(study, cases), "benchmark"
    empty: tuple[tuple[str, float], ...] = ()
    if assumptions.traffic:
        labels = tuple(f"{case.persona}/{case.language}" for case in cases)
        weights, empty = _reweighted(weights, labels, assumptions)
        mix = "traffic"
    clusters = _clusters(cases)
    strata, notes = _strata(labels, weights > 0, clusters is not None)
    design = Design(weights=weights, clusters=clusters, strata=strata)
    if mix == "benchmark" and design.is_weighted:
        mix = "weighted"
    return Sampling(design=design, mix=mix, notes=notes, empty=empty, labels=labels)


def _labels(study: Study, cases: tuple[CaseFacts, ...]) -> tuple[str, ...]:
    attribute = study.experiment.strata
    if attribute is None:
        return ("",) * len(cases)
    if attribute not in ("persona", "language", "category"):
        raise BadInput(f"strata = {attribute!r}: cases have persona, language and category")
    return tuple(str(getattr(case, attribute)) for case in cases)


def _reweighted(
    weights: FloatArray, labels: tuple[str, ...], assumptions: Assumptions
) -> tuple[FloatArray, tuple[tuple[str, float], ...]]:
    shares = {f"{row.persona}/{row.language}": row.share for row in assumptions.traffic}
    totals: dict[str, float] = {}
    for label, weight in zip(labels, weights.tolist(), strict=True):
        totals[label] = totals.get(label, 0.0) + weight
    new = [
        weight * shares.get(label, 0.0) / totals[label] if totals[label] else 0.0
        for label, weight in zip(labels, weights.tolist(), strict=True)
    ]
    empty = tuple((name, share) for name, share in shares.items() if share > 0 and not totals.get(name))
    if not sum(new):
        raise BadInput("the traffic shares name no persona and language that the study has cases for")
    return np.array(new), empty


def _clusters(cases: tuple[CaseFacts, ...]) -> IntArray | None:
    if all(case.cluster is None for case in cases):
        return None
    # A case without a cluster is one of its own; the prefix keeps it apart from cluster names.
    names = [f"case:{c.case_id}" if c.cluster is None else f"cluster:{c.cluster}" for c in cases]
    codes: IntArray = np.unique(names, return_inverse=True)[1].astype(np.int64)
    return codes


def _strata(
    labels: tuple[str, ...], positive: BoolArray, clustered: bool
) -> tuple[IntArray | None, tuple[Reason, ...]]:
    names, codes = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        return None, ()
    if clustered:
        return None, (Reason(code=ReasonCode.STRATA_NOT_USED, values=(("why", "clusters"),)),)
    if np.unique(codes[positive], return_counts=True)[1].min() < 2:
        return None, (Reason(code=ReasonCode.STRATA_NOT_USED, values=(("why", "small_stratum"),)),)
    return codes.astype(np.int64), ()
