"""Composing an answer from what a request holds: choose statements, say them back, recommend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalharness.emulator import rephrasing
from evalharness.emulator.layout import Layout, Source, read_layout
from evalharness.emulator.models import Family, Model
from evalharness.emulator.noise import Draws
from evalharness.emulator.phrases import KOREAN, Manner, Phrases, manner_of, phrases_for
from evalharness.emulator.reading import Statement, ranked, read_statements
from evalharness.emulator.tokens import count_tokens

if TYPE_CHECKING:
    from evalharness.emulator.settings import EmulatorSettings
    from evalharness.emulator.wire import GenerateRequest

_FRAME_TOKENS = 80
"""Room kept for opening, advice and closing."""
_LEAD_TOKENS = 5
_USABLE_ROOM = 0.85
"""Share of the allowed length that an answer plans with, since nobody writes to the last token."""
_WORTH_SALIENCE = 0.7
"""Statements below this are left aside, however few there are besides: what is idle talk does not depend on
how much of it there is."""
_WORTH_FLOOR = 8
"""Yet a short material may be taken up whole."""
_OVERRULED_KEPT = {Family.LITE: 0.7, Family.FLASH: 0.45, Family.PRO: 0.1}
"""Chance of repeating the clause that a self-correcting sentence takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who answers, and how."""

    model: Model
    settings: EmulatorSettings
    draws: Draws
    manner: Manner
    phrases: Phrases
    completeness: float
    """Chance (0–1) of using the most salient statement."""


def write_answer(request: GenerateRequest, model: Model, settings: EmulatorSettings, room_tokens: int) -> str:
    """Return the answer to a request.

    Args:
        request: What was asked.
        model: Its family decides how completely the material is used.
        settings: The emulator's settings.
        room_tokens: What the request's limit leaves for the answer; a very small room is overrun, as by a
            model that has begun before it notices.
    """
    layout = read_layout(request.messages)
    draws = Draws(request.digest)
    writer = Writer(
        model=model,
        settings=settings,
        draws=draws,
        manner=manner_of(request.system),
        phrases=phrases_for(layout.message),
        completeness=model.completeness(settings, request.thinking_level),
    )
    room = min(model.behaviour.answer_tokens, int(room_tokens * _USABLE_ROOM)) - _FRAME_TOKENS
    chosen = [] if settings.context_blind else _choose(writer, layout, room)
    return _informed(writer, chosen) if chosen else _uninformed(writer)


def _choose(writer: Writer, layout: Layout, room_tokens: int) -> list[Statement]:
    """Return the statements to use, in the order of the material."""
    statements = read_statements(layout)
    candidates = ranked([statement for statement in statements if not statement.is_order])
    worth = sum(statement.salience >= _WORTH_SALIENCE for statement in candidates)
    candidates = candidates[: max(_WORTH_FLOOR, worth)]
    chance = writer.completeness
    decay = writer.settings.rank_decay / max(1, len(candidates) - 1)
    chosen: list[Statement] = []
    for rank, statement in enumerate(candidates):
        cost = count_tokens(statement.text) + _LEAD_TOKENS
        # The room counts what was considered, used or not: who forgets a point does not fill up with others.
        room_tokens -= cost
        if room_tokens < 0:
            break
        if writer.draws.uniform("keep", statement.source, statement.text) < chance - decay * rank:
            chosen.append(statement)
    return sorted([*chosen, *_echoed_orders(writer, statements)], key=lambda statement: statement.index)


def _echoed_orders(writer: Writer, statements: Sequence[Statement]) -> Iterator[Statement]:
    """Yield orders found in the material that a weaker model quotes by mistake; none is ever obeyed."""
    if writer.model.family is Family.PRO:
        return
    for statement in statements:
        if statement.is_order and writer.draws.uniform("echo", statement.text) < writer.settings.order_echo:
            yield statement


def _informed(writer: Writer, chosen: Sequence[Statement]) -> str:
    phrases, draws = writer.phrases, writer.draws
    told = [_told(writer, group, i) for i, group in enumerate(_runs(chosen))]
    if writer.manner is Manner.ORDERLY:
        body = ["\n".join(f"- {text}" if not text.startswith("```") else text for text in told)]
    else:
        body = [" ".join(told[i : i + 3]) for i in range(0, len(told), 3)]
    closing = (
        draws.choice(phrases.advice, "advice")
        + " "
        + draws.choice(phrases.closings[writer.manner], "closing")
    )
    return "\n\n".join([draws.choice(phrases.openings[writer.manner], "opening"), *body, closing])


def _uninformed(writer: Writer) -> str:
    phrases, draws = writer.phrases, writer.draws
    general = sorted(phrases.general, key=lambda text: draws.uniform("general", text))[:3]
    opening = draws.choice(
        phrases.openings[Manner.WARM if writer.manner is Manner.CONNECTING else writer.manner], "opening"
    )
    closing = (
        draws.choice(phrases.asking, "asking")
        + " "
        + draws.choice(phrases.closings[writer.manner], "closing")
    )
    return "\n\n".join([opening, " ".join(general), closing])


def _runs(chosen: Sequence[Statement]) -> list[list[Statement]]:
    """Group statements that stood side by side, at most three, so that they share one lead-in."""
    runs: list[list[Statement]] = []
    for statement in chosen:
        last = runs[-1] if runs else []
        adjacent = last and last[-1].index + 1 == statement.index and last[-1].source is statement.source
        if adjacent and len(last) < 3 and not statement.is_code and not last[-1].is_code:
            last.append(statement)
        else:
            runs.append([statement])
    return runs


def _told(writer: Writer, run: Sequence[Statement], position: int) -> str:
    """Say a run of statements back to the mentee."""
    if run[0].is_code:
        return "\n" + run[0].text + "\n"
    leads = writer.phrases.leads[run[0].source]
    lead = leads[(position + int(writer.draws.uniform("lead") * len(leads))) % len(leads)]
    first, *rest = (_said_back(writer, statement) for statement in run)
    if writer.phrases is KOREAN:
        opened = lead.format(s=first)
    else:
        opened = lead.format(s=first, l=rephrasing.continued(first))
    return " ".join(rephrasing.closed(text) for text in (opened, *rest))


def _said_back(writer: Writer, statement: Statement) -> str:
    text = statement.text
    if writer.draws.uniform("overruled", text) >= _OVERRULED_KEPT[writer.model.family]:
        text = rephrasing.without_overruled(text)
    return rephrasing.from_mentee(text) if statement.source is Source.MENTEE else text
