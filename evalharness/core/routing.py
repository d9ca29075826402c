"""Which persona answers, how sure the router is, and how a conversation keeps its persona. Pure functions.

BadInput
├── EmptyMessage      nothing is left of the message without spaces and control characters
├── MessageTooLong    more characters than a message may have
└── UnknownPersona    a persona was asked for by a key that does not exist
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Final, get_args

from evalharness.core.case import Persona
from evalharness.core.errors import BadInput

PERSONAS: Final[tuple[Persona, ...]] = get_args(Persona)
DEFAULT_PERSONA: Final[Persona] = "pen"
"""Who answers when nothing speaks for anybody, as deployed."""
MAX_CHARACTERS: Final = 20_000
STAY_MARGIN: Final = 0.15
"""How much surer a route must be before a conversation changes its persona."""


class EmptyMessage(BadInput):
    """Nothing is left of the message without spaces and control characters."""


class MessageTooLong(BadInput):
    """The message has more characters than a message may have."""


class UnknownPersona(BadInput):
    """A persona was asked for by a key that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A router's choice for one message."""

    persona: Persona
    reason: str
    """What decided, in a few words."""
    confidence: float
    """Estimated probability, in [0, 1], that the first guess is right; docs/router.md says how calibrated."""
    abstained: bool = False
    """Whether the default persona stands in because nothing was sure enough."""


def readable(message: str) -> str:
    """Return the message as routers read it: NFKC, without control and format characters, trimmed.

    Raises:
        EmptyMessage: If nothing is left.
        MessageTooLong: If it has more than MAX_CHARACTERS characters.
    """
    if len(message) > MAX_CHARACTERS:
        raise MessageTooLong(
            f"the message has {len(message):,} characters, at most {MAX_CHARACTERS:,} can be routed"
        )
    text = unicodedata.normalize("NFKC", message)
    # A line break separates sentences; every other control or format character is noise or an attack.
    lines = (" ".join(_printable(line).split()) for line in text.split("\n"))
    clean = "\n".join(line for line in lines if line)
    if not clean:
        raise EmptyMessage("the message is empty; write what the mentee says")
    return clean


def _printable(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in line)


def has_words(text: str) -> bool:
    """Tell whether there is any letter, so that emoji, digits and signs alone are not guessed at."""
    return any(sign.isalpha() for sign in text)


def forced(key: str) -> Route:
    """Return the route of a persona that the caller asks for.

    Raises:
        UnknownPersona: If there is none of that key.
    """
    for persona in PERSONAS:
        if persona == key:
            return Route(persona=persona, reason="asked for", confidence=1.0)
    raise UnknownPersona(f"unknown persona {key!r}; known: {', '.join(PERSONAS)}")


def stay(previous: Route | None, new: Route, *, margin: float = STAY_MARGIN) -> Route:
    """Return the route of a conversation's next message: the persona changes only for good reason.

    Args:
        previous: What this function returned for the message before; None at the start.
        new: The router's choice for this message.
        margin: How much the new confidence must exceed the old one for the persona to change.

    Returns:
        The new route, or the previous persona with its own confidence and the reason that it stays.
    """
    if previous is None:
        return new
    if new.persona == previous.persona and not new.abstained:
        return replace(new, confidence=max(new.confidence, previous.confidence))
    if not new.abstained and new.confidence > previous.confidence + margin:
        return new
    return replace(previous, reason=f"the conversation stays with {previous.persona}; now {new.reason}")
