"""The models the emulator pretends to be, and how their families differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalharness.emulator.settings import EmulatorSettings


class Family(StrEnum):
    """Groups of models that behave alike."""

    LITE = "lite"
    FLASH = "flash"
    PRO = "pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What sets one family apart."""

    thinking_tokens: float
    """Median thinking tokens at the high level, which is the default."""

    answer_tokens: int
    """Length an answer grows to when there is room and enough to say."""

    overhead_ms: float
    """Median service time before the first token, in ms at scale 1."""

    token_ms: float
    """Service time per thinking or answer token, in ms at scale 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model id."""

    id: str
    family: Family
    display_name: str
    cache_minimum_tokens: int
    """Shortest prompt that implicit caching applies to."""

    @property
    def behaviour(self) -> Behaviour:
        """The family's behaviour."""
        return _BEHAVIOUR[self.family]

    def completeness(self, settings: EmulatorSettings, thinking_level: str | None = None) -> float:
        """Chance (0–1) of using the most salient sentence of the context.

        Args:
            settings: The emulator's.
            thinking_level: What the request asks for by name; None, MINIMAL and LOW add nothing.
        """
        margin = {Family.LITE: settings.lite_margin, Family.FLASH: 0.0, Family.PRO: settings.pro_margin}
        gain = settings.thinking_gain * _THINKING_GAIN.get(thinking_level or "", 0.0)
        return min(1.0, max(0.0, settings.completeness + margin[self.family] + gain))


_THINKING_GAIN = MappingProxyType({"MEDIUM": 0.5, "HIGH": 1.0})
"""Share of `thinking_gain` that each level earns."""

_BEHAVIOUR: Mapping[Family, Behaviour] = MappingProxyType(
    {
        Family.LITE: Behaviour(thinking_tokens=60, answer_tokens=480, overhead_ms=160, token_ms=0.5),
        Family.FLASH: Behaviour(thinking_tokens=160, answer_tokens=580, overhead_ms=270, token_ms=0.75),
        Family.PRO: Behaviour(thinking_tokens=330, answer_tokens=620, overhead_ms=500, token_ms=1.3),
    }
)


def _model(model_id: str, family: Family, name: str, cache_minimum: int = 4096) -> Model:
    return Model(id=model_id, family=family, display_name=name, cache_minimum_tokens=cache_minimum)


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.id: model
        for model in (
            _model("gemini-3.8-flash", Family.FLASH, "Gemini 3.8 Flash"),
            _model("gemini-3.1-pro-preview", Family.PRO, "Gemini 3.1 Pro Preview"),
            _model("gemini-4-argon", Family.PRO, "Gemini 4 Argon"),
            _model("gemini-3.5-flash", Family.FLASH, "Gemini 3.5 Flash"),
            _model("gemini-3.5-flash-lite", Family.LITE, "Gemini 3.5 Flash-Lite"),
            _model("gemini-2.5-flash", Family.FLASH, "Gemini 2.5 Flash", 2048),
            _model("gemini-2.5-pro", Family.PRO, "Gemini 2.5 Pro", 2048),
        )
    }
)
"""Every model id the emulator answers for; any other is a 404."""
