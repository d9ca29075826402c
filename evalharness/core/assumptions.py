"""What is assumed rather than measured: how quality becomes money, with each number's doubt and owner."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum

from evalharness.core.assumption_fields import SPECS, Channel, FieldSpec, spec_of
from evalharness.core.errors import BadInput

P95_SPREAD = 3.2897
"""Width of a normal distribution's central 90 %, in standard deviations (METHOD §3)."""


class Status(StrEnum):
    """How well a number is known."""

    KNOWN = "known"
    RANGE = "range"
    UNKNOWN = "unknown"
    """Never defaulted: it yields a break-even, and a verdict only if its stated bounds agree on it."""


class Dist(StrEnum):
    """The shape of the doubt."""

    FIXED = "fixed"
    """mid, exactly; low and high may be stated but are not used."""
    TRIANGULAR = "triangular"
    PERT = "pert"
    LOGNORMAL90 = "lognormal90"
    """low and high are its 5 % and 95 % points; mid may be stated but is not used."""
    NORMAL = "normal"
    """mean and sd, cut at the field's domain."""
    BETA = "beta"
    """alpha and beta: counts of successes and failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One assumed number: its doubt, where it comes from and who answers for it.

    Raises:
        BadInput: If the parameters contradict each other, leave the field's domain, or a known or ranged
            number has no source.
    """

    name: str
    status: Status
    dist: Dist | None = None
    """None only if the status is unknown."""
    low: float | None = None
    """Lower end (triangular, pert), 5 % point (lognormal90), or an unknown's stated lower bound."""
    mid: float | None = None
    """The value (fixed) or the mode (triangular, pert)."""
    high: float | None = None
    """Upper end, 95 % point, or an unknown's stated upper bound."""
    mean: float | None = None
    """Of a normal."""
    sd: float | None = None
    """Of a normal."""
    alpha: float | None = None
    beta: float | None = None
    unit: str = ""
    source: str = ""
    as_of: dt.date | None = None
    owner: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        spec = spec_of(self.name)
        if self.status is Status.UNKNOWN:
            self._check_unknown()
        else:
            self._check_stated()
        self._check_order()
        for label, value in (("low", self.low), ("mid", self.mid), ("high", self.high), ("mean", self.mean)):
            self._check_domain(spec, label, value)

    @property
    def spec(self) -> FieldSpec:
        """What the field means."""
        return spec_of(self.name)

    @property
    def is_unknown(self) -> bool:
        """Whether no value may be used for it."""
        return self.status is Status.UNKNOWN

    @property
    def bounds(self) -> tuple[float, float] | None:
        """An unknown's stated bounds, None if it has none (or is not unknown)."""
        if not self.is_unknown or self.low is None or self.high is None:
            return None
        return self.low, self.high

    @property
    def is_fixed(self) -> bool:
        """Whether the number has no width: stated as fixed, or with equal ends."""
        no_width = self.sd == 0 or (self.low is not None and self.low == self.high)
        return not self.is_unknown and (self.dist is Dist.FIXED or no_width)

    def expected(self) -> float:
        """Return the mean of the number, at which contrasts evaluate it.

        Formulas: triangular (a+m+b)/3; PERT (a+4m+b)/6; lognormal exp(μ+σ²/2) with μ = (ln p5 + ln p95)/2 and
        σ = ln(p95/p5)/3.2897; beta α/(α+β).

        Raises:
            ValueError: If the number is unknown.
        """
        if self.dist is Dist.TRIANGULAR:
            return (self._need("low") + self._need("mid") + self._need("high")) / 3
        if self.dist is Dist.PERT:
            return (self._need("low") + 4 * self._need("mid") + self._need("high")) / 6
        if self.dist is Dist.LOGNORMAL90:
            mu, sigma = self.log_parameters()
            return math.exp(mu + sigma**2 / 2)
        if self.dist is Dist.BETA:
            return self._need("alpha") / (self._need("alpha") + self._need("beta"))
        return self._need("mean" if self.dist is Dist.NORMAL else "mid")

    def log_parameters(self) -> tuple[float, float]:
        """Return (μ, σ) of a lognormal90."""
        low, high = math.log(self._need("low")), math.log(self._need("high"))
        return (low + high) / 2, (high - low) / P95_SPREAD

    def _need(self, parameter: str) -> float:
        value: float | None = getattr(self, parameter)
        if value is None:
            raise ValueError(f"{self.name} has no {parameter}: it is {self.status}")
        return value

    def _check_unknown(self) -> None:
        if self.dist is not None or self.mid is not None:
            raise BadInput(f"{self.name} is unknown: it takes at most low and high, its stated bounds")
        if (self.low is None) != (self.high is None):
            raise BadInput(f"{self.name}: state both bounds of an unknown, or none")

    def _check_stated(self) -> None:
        if not self.source.strip():
            raise BadInput(f"{self.name} is {self.status} but has no source: say where it comes from")
        if self.dist is None:
            raise BadInput(f"{self.name} is {self.status} but has no dist")
        needed, refused = _PARAMETERS[self.dist]
        missing = [name for name in needed if getattr(self, name) is None]
        extra = [name for name in refused if getattr(self, name) is not None]
        if missing or extra:
            wrong = f"lacks {', '.join(missing)}" if missing else f"takes no {', '.join(extra)}"
            raise BadInput(f"{self.name}: dist {self.dist} {wrong}")

    def _check_order(self) -> None:
        for smaller, larger in (("low", "mid"), ("mid", "high"), ("low", "high")):
            first, second = getattr(self, smaller), getattr(self, larger)
            if first is not None and second is not None and first > second:
                raise BadInput(f"{self.name}: {smaller} {first:g} is above {larger} {second:g}")
        for label in ("alpha", "beta"):
            value = getattr(self, label)
            if value is not None and not 0 < value < math.inf:
                raise BadInput(f"{self.name}: {label} must be positive, got {value:g}")
        if self.sd is not None and not 0 <= self.sd < math.inf:
            raise BadInput(f"{self.name}: sd must not be negative, got {self.sd:g}")
        if self.dist is Dist.LOGNORMAL90 and self._need("low") <= 0:
            raise BadInput(f"{self.name}: a lognormal90 needs a low above 0")

    def _check_domain(self, spec: FieldSpec, label: str, value: float | None) -> None:
        if value is None:
            return
        zero_refused = spec.positive and value == 0
        if not math.isfinite(value) or not spec.low <= value <= spec.high or zero_refused:
            lower = "above 0" if spec.positive else f"at least {spec.low:g}"
            raise BadInput(
                f"{self.name}: {label} {value:g} is outside its domain ({lower}, at most {spec.high:g})"
            )


_ALL = ("low", "mid", "high", "mean", "sd", "alpha", "beta")
_NEEDED: dict[Dist, tuple[str, ...]] = {
    Dist.FIXED: ("mid",),
    Dist.TRIANGULAR: ("low", "mid", "high"),
    Dist.PERT: ("low", "mid", "high"),
    Dist.LOGNORMAL90: ("low", "high"),
    Dist.NORMAL: ("mean", "sd"),
    Dist.BETA: ("alpha", "beta"),
}
_STATED_ONLY = {Dist.FIXED: ("low", "high"), Dist.LOGNORMAL90: ("mid",)}
_PARAMETERS = {
    dist: (need, tuple(name for name in _ALL if name not in need + _STATED_ONLY.get(dist, ())))
    for dist, need in _NEEDED.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficShare:
    """Share of real traffic with one persona and language."""

    persona: str
    language: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredShare:
    """A share that users reported of the treatment, such as satisfaction with Pro."""

    share: float
    ratings: int
    source: str
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """An assumption file.

    Raises:
        BadInput: If a field of the chosen channel is missing or given twice, the traffic shares do not add up
            to 1, or a correlation is not between two ranged fields.
    """

    preset: str
    channel: Channel
    fields: tuple[Assumption, ...]
    horizon_months: int = 12
    correlations: tuple[tuple[str, str, float], ...] = ()
    """Triples (field, field, correlation of their normal scores)."""
    traffic: tuple[TrafficShare, ...] = ()
    """Empty: the benchmark's own mix."""
    satisfaction: MeasuredShare | None = None
    """Satisfaction measured with the treatment; None if unmeasured (its guardrail is then not met)."""
    example: bool = True
    """True until an owner signs: a verdict on examples says so."""
    signed_by: str = ""
    currency: str = "USD"

    def __post_init__(self) -> None:
        """Refuse a file that cannot be decided on."""
        names = [field.name for field in self.fields]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise BadInput(f"assumption {twice} is given twice")
        missing = [spec.name for spec in self.needed() if spec.name not in names]
        if missing:
            what = ", ".join(missing)
            raise BadInput(f'channel {self.channel} needs {what}: state a value, or status = "unknown"')
        if self.horizon_months < 1:
            raise BadInput(f"horizon_months must be at least 1, got {self.horizon_months}")
        if not self.example and not self.signed_by.strip():
            raise BadInput("example = false needs signed_by: who answers for these assumptions?")
        self._check_correlations()
        self._check_traffic()

    def needed(self) -> tuple[FieldSpec, ...]:
        """Return the fields that the chosen channel uses."""
        return tuple(spec for spec in SPECS if self.channel in spec.channels)

    def used(self) -> tuple[Assumption, ...]:
        """Return the assumptions that the chosen channel uses, in the order of SPECS."""
        return tuple(self.get(spec.name) for spec in self.needed())

    def unknowns(self) -> tuple[Assumption, ...]:
        """Return the used assumptions that nobody has stated."""
        return tuple(field for field in self.used() if field.is_unknown)

    def get(self, name: str) -> Assumption:
        """Return one assumption.

        Raises:
            KeyError: If the file does not hold it.
        """
        return {field.name: field for field in self.fields}[name]

    def _check_correlations(self) -> None:
        ranged = {field.name for field in self.fields if not field.is_unknown and not field.is_fixed}
        seen: set[frozenset[str]] = set()
        for first, second, correlation in self.correlations:
            for name in (first, second):
                spec_of(name)
                if name not in ranged:
                    raise BadInput(f"correlation of {first} and {second}: {name} has no range to correlate")
            pair = frozenset((first, second))
            if len(pair) == 1 or pair in seen:
                raise BadInput(f"correlation of {first} and {second} is given twice or with itself")
            if not -1 < correlation < 1:
                raise BadInput(f"correlation of {first} and {second} must lie between -1 and 1")
            seen.add(pair)

    def _check_traffic(self) -> None:
        if not self.traffic:
            return
        total = math.fsum(row.share for row in self.traffic)
        if any(not 0 <= row.share <= 1 for row in self.traffic) or abs(total - 1) > 1e-6:
            raise BadInput(f"traffic shares must lie in [0, 1] and add up to 1, they add up to {total:g}")
        keys = [(row.persona, row.language) for row in self.traffic]
        if len(set(keys)) != len(keys):
            raise BadInput("traffic holds one persona and language twice")
