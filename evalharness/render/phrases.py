"""Words for codes and numbers: the message catalogue, filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from string import Formatter
from typing import Any

from evalharness.core.decision import Estimate, Reason, ReasonCode, Values
from evalharness.core.visible import clean
from evalharness.render.escape import LIMIT
from evalharness.render.numbers import UNITS, Number, Numerals, day
from evalharness.render.particles import fitted
from evalharness.render.resources import Language

_OF_MODELS = frozenset({ReasonCode.STALE_RATES})
"""Reasons that several models have in the same words."""


class Phrases:
    """One language: says messages of a catalogue with their values written by its numerals.

    In a message, `{x}` takes text, `{x:unit}` a number in that unit, `{x:day}` a date and `{x:group}` a name
    that is looked up in that group of the catalogue. None becomes the catalogue's word for it.
    """

    def __init__(self, language: Language, **defaults: str) -> None:
        """Take a language, and values that any message may use."""
        self._language = language
        self._defaults = defaults
        self._formatter = _Filler(self)

    def bind(self, **defaults: str) -> Phrases:
        """Return the same language with more values that any message may use."""
        return Phrases(self._language, **self._defaults, **defaults)

    @property
    def numerals(self) -> Numerals:
        """How the language writes numbers."""
        return self._language.numerals

    @property
    def code(self) -> str:
        """The language: en or ko."""
        return self._language.code

    @property
    def messages(self) -> Mapping[str, str]:
        """The catalogue, not filled in."""
        return self._language.messages

    @property
    def defaults(self) -> dict[str, str]:
        """Values that any message may use."""
        return dict(self._defaults)

    def has(self, key: str) -> bool:
        """Tell whether the catalogue has a message."""
        return key in self._language.messages

    def __call__(self, key: str, /, **values: Any) -> str:
        """Say a message.

        Raises:
            KeyError: If the catalogue lacks the message, or the message lacks a value.
        """
        message = self._language.messages[key]
        text = self._formatter.vformat(message, (), {**self._defaults, **values})
        return fitted(text) if self._language.particles else text

    def name(self, group: str, value: str) -> str:
        """Say a name of a group; one that the catalogue does not know stands for itself, legibly."""
        key = f"{group}.{value}"
        return self(key) if self.has(key) else clean(value.replace("_", " "), limit=LIMIT)

    def reason(self, reason: Reason) -> str:
        """Say a reason as a sentence."""
        values: dict[str, Any] = {
            name: clean(value, limit=LIMIT) if isinstance(value, str) else value
            for name, value in reason.values
        }
        if reason.code is ReasonCode.MISSING_ARM and not values["model"]:
            return self("reason.missing_arm_any", **values)
        return self(f"reason.{reason.code.value}", **values)

    def reasons(self, reasons: Iterable[Reason]) -> str:
        """Say several reasons, each once."""
        return " ".join(dict.fromkeys(self.reason(reason) for reason in self.merged(reasons)))

    def merged(self, reasons: Iterable[Reason]) -> list[Reason]:
        """Return the reasons, those that differ in nothing but the model as one that names them all."""
        groups: dict[tuple[ReasonCode, Values], list[str]] = {}
        for reason in reasons:
            rest = tuple(pair for pair in reason.values if pair[0] != "model")
            apart = rest if reason.code in _OF_MODELS else reason.values
            groups.setdefault((reason.code, apart), []).extend(
                str(value) for name, value in reason.values if name == "model" and reason.code in _OF_MODELS
            )
        return [
            Reason(code=code, values=(("model", self("word.and").join(models)), *rest) if models else rest)
            for (code, rest), models in groups.items()
        ]

    def number(self, value: Number | None, unit: str, *, missing: str = "na") -> str:
        """Write a number, or the word that says why there is none."""
        if value is None:
            return self(f"word.{missing}")
        return self._with_unit(self.numerals.digits(value, unit), unit)

    def span(self, low: float | None, high: float | None, unit: str) -> str:
        """Write an interval; a side that does not exist is said."""
        if low is None and high is None:
            return self("word.not_estimable")
        if low is None:
            return self("word.at_most", value=self.number(high, unit))
        if high is None:
            return self("word.at_least", value=self.number(low, unit))
        return self._with_unit(self.numerals.span(low, high, unit, joint=self("number.joint")), unit)

    def estimate(self, estimate: Estimate | None, unit: str, *, missing: str = "na") -> str:
        """Write a mean with its interval in brackets, the unit said in the interval only by its digits."""
        if estimate is None:
            return self(f"word.{missing}")
        value = self.number(estimate.value, unit)
        if estimate.low is None and estimate.high is None:
            return self("word.point_only", value=value, n=estimate.n)
        interval = self.span(estimate.low, estimate.high, unit)
        return self("word.interval", value=value, interval=interval)

    def _with_unit(self, digits: str, unit: str) -> str:
        key = f"unit.{unit}_1" if digits == "1" and self.has(f"unit.{unit}_1") else f"unit.{unit}"
        return self(key, value=digits) if self.has(key) else digits

    def listed(self, items: Sequence[str], *, most: int | None = None, by: str = "semicolon") -> str:
        """Join items, saying how many were left out."""
        shown = list(items[:most])
        left = len(items) - len(shown)
        if left:
            shown.append(self("word.more", n=left))
        return self(f"word.{by}").join(shown) if shown else self("word.none")


class _Filler(Formatter):
    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return self._phrases("word.na")
        if format_spec == "day":
            return day(value) if isinstance(value, dt.date) else clean(str(value), limit=LIMIT)
        if format_spec in UNITS:
            return self._phrases.number(value, format_spec)
        if format_spec:
            return self._phrases.name(format_spec, value)
        if isinstance(value, bool | int | float | Decimal):
            raise TypeError(f"{value} needs a unit in its message")
        return clean(str(value))


def scaled(estimate: Estimate, factor: float, unit: str) -> Estimate:
    """Return an estimate in another unit."""
    low, high = (None if bound is None else bound * factor for bound in (estimate.low, estimate.high))
    return replace(estimate, value=estimate.value * factor, low=low, high=high, se=None, unit=unit)
