"""The whole way from a message to its persona: asked for, chosen, kept."""

from __future__ import annotations

from evalharness.core.ports import Router
from evalharness.core.routing import STAY_MARGIN, Route, forced, readable, stay


def choose_persona(
    router: Router,
    message: str,
    *,
    asked_for: str | None = None,
    previous: Route | None = None,
    margin: float = STAY_MARGIN,
) -> Route:
    """Return who answers.

    Args:
        router: Any router.
        message: What the mentee wrote.
        asked_for: A persona key that overrules the router and the conversation.
        previous: What this function returned for the conversation's message before.
        margin: How much surer a new persona must be than the conversation's.

    Raises:
        EmptyMessage: There is nothing to answer.
        MessageTooLong: There is more than a message may have.
        UnknownPersona: If no persona has the key asked for.
    """
    if asked_for is not None:
        readable(message)
        return forced(asked_for)
    return stay(previous, router.choose(message), margin=margin)
