"""Measuring routers: what `evalharness router eval` does. Fitted ones never see what they are measured on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evalharness.app.router.files import RouterFolder, case_examples, find_router_files, refuse_overlap
from evalharness.core.case import Language, Persona
from evalharness.core.errors import BadInput
from evalharness.core.ports import Router
from evalharness.core.routing import PERSONAS, Route, readable
from evalharness.gateway.router import ROUTERS, choose_persona

if TYPE_CHECKING:
    from evalharness.gateway.router.fitting import Example, Floats, Ints

AS_SHIPPED: Final = "as shipped"
CROSS_VALIDATED: Final = "10-fold cross-validation, pairs in one fold, hand-written cues off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A message to measure on."""

    message: str
    language: Language
    persona: Persona


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """A share of right routes."""

    right: int
    total: int
    low: float
    high: float
    """Exact 95 % interval (Clopper and Pearson, 1934)."""

    @property
    def share(self) -> float:
        """Right over total."""
        return self.right / self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One router on one set of messages."""

    router: str
    data: str
    how: str
    overall: Accuracy
    by_language: dict[str, Accuracy]
    confusion: tuple[tuple[int, ...], ...]
    """Rows are labels, columns routes, both in the order of PERSONAS."""
    abstained: int
    calibration_error: float | None
    """Mean gap between confidence and accuracy over five bins, weighted; None where confidence is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What a router costs a message, after loading and one message to warm up."""

    router: str
    load_ms: float
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterReport:
    """Everything that was measured, and why a router is missing."""

    measured: tuple[Measured, ...]
    timings: tuple[Timing, ...]
    missing: tuple[tuple[str, str], ...]


def evaluate_routers(path: Path, *, blind: bool = True) -> RouterReport:
    """Measure every router on the cases and, apart from them, on the blind set.

    Without messages to train on, only the router that is not fitted is measured: the others know these cases.

    Args:
        path: An experiment file or a folder of prompts.
        blind: False leaves the blind set unread, as it must be while a design is being changed.

    Raises:
        BadInput: If a file is wrong, or a message to measure on was trained on.
    """
    files = find_router_files(path)
    cases = files.cases()
    labelled = [Labelled(message=c.message, language=c.language, persona=c.persona) for c in cases]
    routers, timings, missing = _load([item.message for item in labelled])
    measured = [_direct("keywords", routers["keywords"], "cases", labelled)]
    if not files.has_exemplars:
        why = f"no exemplars*.yaml in {files.routing} to train it on, without the messages to measure on"
        missing += [(name, why) for name in ROUTERS if name != "keywords"]
        timings = [timing for timing in timings if timing.router == "keywords"]
        return RouterReport(measured=tuple(measured), timings=tuple(timings), missing=tuple(missing))
    for name, routes in _cross_validated(files, case_examples(cases), with_vectors="embedding" in routers):
        measured.append(_measure(name, "cases", CROSS_VALIDATED, labelled, routes))
    if blind and files.blind.exists():
        unseen = _blind(files, case_examples(cases))
        measured += [_direct(name, router, "blind", unseen) for name, router in routers.items()]
    return RouterReport(measured=tuple(measured), timings=tuple(timings), missing=tuple(missing))


def choose_route(message: str, *, router: str, asked_for: str | None = None) -> Route:
    """Return who would answer one message.

    Raises:
        BadInput: If the router or the persona is unknown, or the message cannot be routed.
    """
    if router not in ROUTERS:
        raise BadInput(f"unknown router {router!r}; known: {', '.join(ROUTERS)}")
    return choose_persona(ROUTERS[router](), message, asked_for=asked_for)


def _load(messages: Sequence[str]) -> tuple[dict[str, Router], list[Timing], list[tuple[str, str]]]:
    routers: dict[str, Router] = {}
    timings, missing = [], []
    for name, make in ROUTERS.items():
        try:
            timing, router = _time(name, make, messages)
        except BadInput as error:
            missing.append((name, error.message))
            continue
        routers[name] = router
        timings.append(timing)
    return routers, timings, missing


def _time(name: str, make: Callable[[], Router], messages: Sequence[str]) -> tuple[Timing, Router]:
    import numpy as np

    started = time.perf_counter()
    router = make()
    router.choose(messages[0])
    loaded = time.perf_counter() - started
    spent = []
    for message in messages:
        started = time.perf_counter()
        router.choose(message)
        spent.append(1000 * (time.perf_counter() - started))
    middle, high = np.percentile(spent, [50, 95])
    timing = Timing(router=name, load_ms=1000 * loaded, median_ms=float(middle), p95_ms=float(high))
    return timing, router


def _blind(files: RouterFolder, cases: Sequence[Example]) -> list[Labelled]:
    from evalharness.experiment.routing_file import load_routing

    messages = load_routing(files.blind).messages
    refuse_overlap([*files.exemplars(), *cases], [item.message for item in messages], files.blind)
    return [Labelled(message=m.message, language=m.language, persona=m.persona) for m in messages]


def _cross_validated(
    files: RouterFolder, cases: Sequence[Example], *, with_vectors: bool
) -> list[tuple[str, list[Route]]]:
    from evalharness.gateway.router.embedding import features, load_encoder
    from evalharness.gateway.router.training import out_of_fold

    examples = [*cases, *files.exemplars()]
    texts = [example.text for example in examples]
    vectors = features(texts, load_encoder()) if with_vectors else None
    # The cue lists were written with the cases in view: with them the cases would measure memory.
    outside = out_of_fold(examples, vectors, cue_weight=0.0)
    routes = [("lexicon", _calibrated(outside.lexicon, outside.folds, examples, len(cases)))]
    if outside.embedding is not None:
        routes.append(("embedding", _calibrated(outside.embedding, outside.folds, examples, len(cases))))
    return routes


def _calibrated(evidence: Floats, folds: Ints, examples: Sequence[Example], count: int) -> list[Route]:
    """Return routes of the first `count` messages, each calibrated on the other folds."""
    import numpy as np

    from evalharness.gateway.router.fitting import calibrate, codes

    labels = codes([example.persona for example in examples])
    by_fold = {}
    for fold in np.unique(folds):
        others = np.flatnonzero(folds != fold)
        by_fold[fold] = calibrate(evidence[others], labels[others])
    reasons = [""] * len(PERSONAS)
    return [by_fold[folds[i]].decide(tuple(map(float, evidence[i])), reasons) for i in range(count)]


def _direct(name: str, router: Router, data: str, labelled: Sequence[Labelled]) -> Measured:
    routes = [router.choose(readable(item.message)) for item in labelled]
    return _measure(name, data, AS_SHIPPED, labelled, routes)


def _measure(
    router: str, data: str, how: str, labelled: Sequence[Labelled], routes: Sequence[Route]
) -> Measured:
    right = [item.persona == route.persona for item, route in zip(labelled, routes, strict=True)]
    of_language = {
        language: [ok for ok, item in zip(right, labelled, strict=True) if item.language == language]
        for language in sorted({item.language for item in labelled}, reverse=True)
    }
    pairs = [(item.persona, route.persona) for item, route in zip(labelled, routes, strict=True)]
    return Measured(
        router=router,
        data=data,
        how=how,
        overall=accuracy(sum(right), len(right)),
        by_language={name: accuracy(sum(hits), len(hits)) for name, hits in of_language.items()},
        confusion=tuple(tuple(pairs.count((label, guess)) for guess in PERSONAS) for label in PERSONAS),
        abstained=sum(route.abstained for route in routes),
        calibration_error=None if router == "keywords" else _calibration_error(routes, right),
    )


def accuracy(right: int, total: int) -> Accuracy:
    """Return a share with its exact 95 % interval.

    References:
        Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the binomial case.
    """
    from scipy.stats import beta

    low = float(beta.ppf(0.025, right, total - right + 1)) if right else 0.0
    high = float(beta.ppf(0.975, right + 1, total - right)) if right < total else 1.0
    return Accuracy(right=right, total=total, low=low, high=high)


def _calibration_error(routes: Sequence[Route], right: Sequence[bool]) -> float:
    """Return the expected calibration error of the routes that did not abstain."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for route, ok in zip(routes, right, strict=True):
        if not route.abstained:
            bins.setdefault(min(4, int(route.confidence * 5)), []).append((route.confidence, ok))
    total = sum(map(len, bins.values()))
    gaps = [abs(sum(c for c, _ in each) - sum(ok for _, ok in each)) for each in bins.values()]
    return sum(gaps) / total if total else 0.0
