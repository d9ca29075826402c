"""The deployed router: substrings, Korean only, kept exactly as it runs in production."""

from __future__ import annotations

from typing import Final

from evalharness.core.case import Persona
from evalharness.core.routing import Route, readable

# The order is the deployed one: earth before moon before square, pen when nothing matches.
_KEYWORDS: Final[tuple[tuple[Persona, tuple[str, ...]], ...]] = (
    ("earth", ("관찰", "메타", "균형", "전체", "통찰", "패턴")),
    ("moon", ("창의", "아이디어", "상상", "느낌", "감성", "영감")),
    ("square", ("정리", "구조", "체계", "분석", "계획", "단계")),
)
_DEFAULT: Final[Persona] = "pen"


def detect_user_frequency(message: str) -> Persona:
    """Return the persona of the first keyword group with a substring in the message, else pen."""
    return KeywordRouter().route(message)[0]


class KeywordRouter:
    """`detect_user_frequency` with the keyword that decided."""

    name = "keywords"
    version = "1"

    def route(self, message: str) -> tuple[Persona, str]:
        """Return the persona and the keyword it was chosen for."""
        for persona, keywords in _KEYWORDS:
            hit = next((keyword for keyword in keywords if keyword in message), None)
            if hit is not None:
                return persona, f"keyword {hit}"
        return _DEFAULT, "no keyword; default"

    def choose(self, message: str) -> Route:
        """Return the same choice with the confidence of a guess: keywords say nothing about how sure."""
        readable(message)
        persona, reason = self.route(message)
        # The deployed text is searched as it is; 0.25 is what one guess in four is worth.
        return Route(
            persona=persona, reason=reason, confidence=0.25, abstained=reason.startswith("no keyword")
        )
