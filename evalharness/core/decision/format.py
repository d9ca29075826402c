"""decision.json: the types as plain JSON values, and back."""

from __future__ import annotations

from typing import Any

from evalharness.core.decision.document import FORMAT, Decision
from evalharness.core.errors import IntegrityError
from evalharness.core.plain import SIGNIFICANT_DIGITS, from_plain, to_plain

__all__ = ["SIGNIFICANT_DIGITS", "from_json", "to_json"]


def to_json(decision: Decision) -> dict[str, Any]:
    """Return the decision as plain JSON values, floats rounded to SIGNIFICANT_DIGITS, money as exact strings.

    Raises:
        ValueError: If a number is NaN or infinite.
    """
    plain: dict[str, Any] = to_plain(decision)
    return plain


def from_json(data: dict[str, Any]) -> Decision:
    """Read what to_json wrote.

    Raises:
        IntegrityError: If the format is another one, or a field is missing, unknown or of the wrong type.
    """
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise IntegrityError(f"decision.json has format {found!r}, this version reads {FORMAT}: decide again")
    decision: Decision = from_plain(data, Decision, "decision")
    return decision
