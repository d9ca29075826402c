"""The examples that --help ends with: lines to copy, each of which a test parses."""

from __future__ import annotations


def examples(*commands: str, note: str = "") -> str:
    """Return the epilog of a command.

    Args:
        commands: One or two command lines; a long one may go on behind a backslash.
        note: What follows them, as a paragraph.
    """
    lines = "\n".join(f"  {line}" for command in commands for line in command.splitlines())
    # \b keeps Click from filling the lines, so that they can be copied.
    shown = f"\b\nExample{'s' if len(commands) > 1 else ''}:\n{lines}"
    return f"{shown}\n\n{note}" if note else shown
