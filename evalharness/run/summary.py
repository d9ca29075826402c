"""What a run did, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is, for whoever watches."""

    done: int
    total: int
    failed: int
    spent_usd: Decimal


@dataclass(slots=True, kw_only=True)
class RunSummary:
    """What a run did."""

    total: int
    resumed: int = 0
    """Calls found in the journal, not made again."""
    made: int = 0
    failed: int = 0
    retries: int = 0
    spent_usd: Decimal = field(default_factory=Decimal)
    """Booked for these calls, earlier sessions and unconfirmed tries included."""
    unconfirmed_usd: Decimal = field(default_factory=Decimal)
    """The part of it that was booked for tries that may have been billed without telling so."""
    rerouted: frozenset[tuple[str, str]] = frozenset()
    """Pairs (asked, served) of models that answered for another one."""

    def plus(self, later: RunSummary) -> RunSummary:
        """Return this part of a run and a later one together."""
        return RunSummary(
            total=self.total + later.total,
            resumed=self.resumed + later.resumed,
            made=self.made + later.made,
            failed=self.failed + later.failed,
            retries=self.retries + later.retries,
            spent_usd=self.spent_usd + later.spent_usd,
            unconfirmed_usd=self.unconfirmed_usd + later.unconfirmed_usd,
            rerouted=self.rerouted | later.rerouted,
        )

    def progress(self) -> Progress:
        """Return the state for whoever watches."""
        done = self.resumed + self.made + self.failed
        return Progress(done=done, total=max(self.total, done), failed=self.failed, spent_usd=self.spent_usd)


def count_of(jobs: Iterable[object]) -> int:
    """Return how many jobs there are if that is known without walking through them, else 0."""
    return len(jobs) if isinstance(jobs, Sized) else 0
