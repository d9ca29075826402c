"""What the decision stands on: one outcome per cell, joined from scores, calls and the dataset."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from evalharness.core.experiment import Experiment
from evalharness.core.judging import Comparison, Judgement
from evalharness.core.labels import LabelledPair
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.score import Score
from evalharness.core.usage import Usage

RETRY, BOUNDED = "retry", "unconfirmed"
"""Purposes of what was spent without an answer: tries that were refused and cost nothing; tries and answers
that may be on the bill without counts, booked at the most they can cost."""
SHARED = "shared"
"""Stands for the arm of calls that belong to no one arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One model call that an arm would pay for in production."""

    purpose: str
    """answer or compress."""
    model: str
    """The model whose price applies."""
    usage: Usage
    requests_served: int = 1
    """Requests that the call serves in production (a compressed context reused over turns): each pays
    this share of its tokens and price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One cell: a case in an arm, one repeat."""

    case_id: str
    arm: str
    repeat: int
    quality: float | None
    """Primary score on the experiment's scale, higher is better; None if the cell failed or is unscored."""
    cause: str | None = None
    """Why quality is None."""
    charges: tuple[Charge, ...] = ()
    imported_cost_usd: Decimal | None = None
    """Cost stated by an import, used instead of charges."""
    context_tokens_net: float | None = None
    """Context tokens billed, including every token of the compressor's own calls."""
    context_tokens_gross: float | None = None
    """Context tokens in the answer's prompt alone."""
    latency_ms: float | None = None
    """Service time of the whole request, compression included."""
    failed: bool = False
    """The provider call failed (an error), as against answered but unscored."""
    unjudged: bool = False
    """Answered, and without a score because of the judge: no fault of the arm, so never its worst score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the decision needs to know of a case."""

    case_id: str
    persona: str
    language: str
    category: str
    cluster: str | None = None
    """Session or user from which the case was sampled; None if cases are independent."""
    weight: float = 1.0
    """Traffic weight; all ones means the benchmark's own mix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What the study itself spent on one arm and purpose."""

    arm: str
    """The first arm that asked, or SHARED."""
    purpose: str
    """That of the calls, or RETRY or BOUNDED."""
    model: str
    calls: int
    """Calls; tries for RETRY and BOUNDED."""
    usage: Usage
    """Sum over the calls; the most that they can have been billed for BOUNDED."""
    largest_input_tokens: int = 0
    """Longest prompt among the calls: above a long-context threshold the row is priced whole at the dear
    tier and marked as an upper bound. Split rows at the threshold to be exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCalls:
    """What happened to the calls that one arm's cells stand on."""

    arm: str
    calls: int
    delivered: tuple[tuple[Delivery, int], ...]
    """Pairs (how answers were reached, calls)."""
    live: int
    """Calls made for this run, failed ones included."""
    tries: tuple[tuple[str, int], ...]
    """Pairs (cause, tries that gave no answer)."""
    unconfirmed: int
    """Tries that may be on the bill though no token counts came back."""
    first_token_ms: tuple[float, ...]
    """Of each answer that was streamed, its compressor's wait included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """All that is measured, and the authored limits it is judged by."""

    experiment: Experiment
    cases: tuple[CaseFacts, ...]
    outcomes: tuple[Outcome, ...]
    """Sorted by case, arm, repeat."""
    spends: tuple[Spend, ...]
    origin: Origin
    deliveries: frozenset[Delivery]
    on: dt.date
    """The decision's date."""
    pilot: bool
    """A run with --limit: it shows numbers, never a verdict."""
    served_mismatches: tuple[str, ...] = ()
    """Arms in which a response came from another model than requested, with what was seen."""
    agreements: tuple[tuple[str, float, int], ...] = ()
    """Side measures in [0, 1]: (name, share, n), such as routing accuracy and language agreement."""
    routed: tuple[tuple[str, int], ...] = ()
    """Pairs (persona, cases whose answers it gives), most first; empty where nobody knows who answered."""
    labels: tuple[LabelledPair, ...] = ()
    """Pairs that people graded, sorted by case and repeat; without them a bias allowance is a condition."""
    scores: tuple[Score, ...] = ()
    """Every score of every scorer, as shares of its scale, beside what became `Outcome.quality`."""
    overruns: tuple[int, ...] = ()
    """Tokens by which protected content exceeds its budget, one for each case where it does."""
    calls: tuple[ArmCalls, ...] = ()
    """One for each arm that was called; imports have none."""
    recorded_on: dt.date | None = None
    """The latest day on which an answer was recorded; None if none was."""
    judgements: tuple[Judgement, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    judge_origins: tuple[tuple[str, Origin], ...] = ()
    """Who really answered each judge's calls, by judge."""
    failures_known: bool = True
    """Whether a failed request would be seen: an imported table without errors lists what was answered."""
