"""Section 10: who prepared, reviewed and approves, and how anybody makes the same bytes again."""

from __future__ import annotations

from evalharness.core.reporting import REPORT_NAME
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Code, Inline, Table
from evalharness.render.frame import Frame

_ROLES = ("preparer", "finance_reviewer", "approver")
_NAME_LENGTH = 60


def signoff_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out the three signatures and the command that verifies the report."""
    say, settings = frame.say, frame.material.settings
    named = (getattr(settings, role) for role in _ROLES)
    names: list[Inline] = [
        say("signoff.named", name=clean(name, limit=_NAME_LENGTH)) if name else say("signoff.blank")
        for name in named
    ]
    headers = tuple(say(f"signoff.{column}") for column in (*_ROLES, "verify"))
    command = Code(f"evalharness verify {REPORT_NAME}{frame.suffix}.md")
    return (Table(headers=headers, align="llll", rows=((*names, (command,)),)),)
