"""Injected faults, drawn so that a retry of the same request can succeed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from evalharness.emulator import errors
from evalharness.emulator.noise import Draws
from evalharness.emulator.settings import SHARES, EmulatorSettings

if TYPE_CHECKING:
    from evalharness.emulator.request_log import Arrival


class Fault(StrEnum):
    """What befalls an attempt; the values are the names of `--faults`."""

    RATE_LIMITED = "429"
    INTERNAL = "500"
    UNAVAILABLE = "503"
    DEADLINE = "504"
    DROP = "drop"
    MALFORMED = "malformed"
    HANG = "hang"


_SHARE_OF: Mapping[Fault, str] = dict(zip(Fault, SHARES, strict=True))
_REFUSALS: Mapping[Fault, Callable[[], errors.EmulatorError]] = {
    Fault.INTERNAL: errors.internal,
    Fault.UNAVAILABLE: errors.unavailable,
    Fault.DEADLINE: errors.deadline_exceeded,
}


def draw_fault(arrival: Arrival, settings: EmulatorSettings) -> Fault | None:
    """Return what befalls an attempt: a function of model, body and how often the body came before."""
    draw = Draws(arrival.sha256).uniform("fault", arrival.model, arrival.attempt)
    for fault, share in _SHARE_OF.items():
        if (draw := draw - getattr(settings, share)) < 0:
            return fault
    return None


def raise_if_refused(fault: Fault | None, arrival: Arrival, settings: EmulatorSettings) -> None:
    """Raise the error body that an attempt is to get, if any.

    Raises:
        EmulatorError: 429, 500, 503 or 504; also the 429 of a spent daily quota.
    """
    if settings.daily_quota is not None and arrival.of_model > settings.daily_quota:
        raise errors.daily_quota_spent(arrival.model, settings.daily_quota)
    if fault is Fault.RATE_LIMITED:
        raise errors.rate_limited(arrival.model, settings.retry_delay_s)
    if fault is not None and fault in _REFUSALS:
        raise _REFUSALS[fault]()


def with_faults(settings: EmulatorSettings, text: str) -> EmulatorSettings:
    """Return settings with the faults that a command line asks for.

    Args:
        settings: What they are added to.
        text: Such as `429=0.2,503=0.05,hang=0.01,hang-s=5,per-day=100,reroute=gemini-a>gemini-b`; judges have
            failings of their own, such as `position-bias=0.3,judge-malformed=0.03`.

    Raises:
        ValueError: For a name or a value that means nothing.
    """
    changes: dict[str, Any] = {}
    reroutes: list[tuple[str, str]] = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = item.partition("=")
        if name == "reroute":
            asked, arrow, answering = value.partition(">")
            if not (asked and arrow and answering):
                raise ValueError(f"reroute={value} names no two models; write it as reroute=asked>answering")
            reroutes.append((asked, answering))
            continue
        field, kind = _field(name)
        try:
            changes[field] = kind(value)
        except ValueError:
            raise ValueError(f"{item}: {value!r} is not a number") from None
    return replace(settings, **changes, reroutes=tuple(reroutes))


def _field(name: str) -> tuple[str, Callable[[str], float]]:
    others: dict[str, tuple[str, Callable[[str], float]]] = {
        "judge-noise": ("judge_noise", float),
        "judge-malformed": ("judge_malformed_share", float),
        "false-quote": ("false_quote_share", float),
        "position-bias": ("position_bias", float),
        "verbosity-bias": ("verbosity_bias", float),
        "hang-s": ("hang_s", float),
        "retry-s": ("retry_delay_s", float),
        "per-day": ("daily_quota", int),
    }
    if name in others:
        return others[name]
    try:
        return _SHARE_OF[Fault(name)], float
    except ValueError:
        known = ", ".join([*Fault, *others, "reroute"])
        raise ValueError(f"unknown fault {name!r}; known are {known}") from None
