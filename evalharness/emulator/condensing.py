"""Shortening a text when the system instruction asks for that, instead of answering it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evalharness.emulator.layout import Layout, Passage, Source, read_passages
from evalharness.emulator.noise import Draws
from evalharness.emulator.reading import ranked, read_statements
from evalharness.emulator.tokens import count_tokens

if TYPE_CHECKING:
    from evalharness.emulator.models import Model
    from evalharness.emulator.settings import EmulatorSettings
    from evalharness.emulator.wire import GenerateRequest

_ASKS = re.compile(
    r"핵심만.{0,40}(?:남기|남겨|줄이|줄여|요약)|요약(?:하세요|해 주세요)"
    r"|\bkeep only the essentials\b|\b(?:condense|summari[sz]e|shorten)\b",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_TEXT_TOKENS = 200
_SHORT_SHARE, _LONG_SHARE = 0.6, 0.5
"""How much of a text stays: a message can lose less than a history."""


def asks_to_condense(system: str) -> bool:
    """Tell whether a system instruction wants the user's text made shorter."""
    return bool(_ASKS.search(system))


def condense(request: GenerateRequest, model: Model, settings: EmulatorSettings, room_tokens: int) -> str:
    """Return the user's own sentences, fewer of them, in their order.

    Sentences are ranked by form as for an answer; a model forgets one with the same chance as there.
    """
    text = "\n".join(text for message in request.messages for text in message.texts)
    passages = read_passages(text) or (Passage(source=Source.RECORD, text=text),)
    statements = read_statements(Layout(message="", passages=passages))
    if not statements:
        return text
    total = sum(count_tokens(statement.text) for statement in statements)
    share = _SHORT_SHARE if total <= _SHORT_TEXT_TOKENS else _LONG_SHARE
    room = min(room_tokens, round(share * total))
    draws, chance = Draws(request.digest), model.completeness(settings)
    kept = []
    for statement in ranked([s for s in statements if not s.is_order]) or statements[:1]:
        cost = count_tokens(statement.text)
        if cost <= room and draws.uniform("keep", statement.source, statement.text) < chance:
            kept.append(statement)
            room -= cost
    chosen = sorted(kept or statements[:1], key=lambda statement: statement.index)
    return " ".join(statement.text for statement in chosen)
