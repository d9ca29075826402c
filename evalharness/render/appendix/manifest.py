"""Appendix L: what fixed the run, as hashes; nothing of the machine or the day."""

from __future__ import annotations

from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Code, Inline, Paragraph, Table
from evalharness.render.frame import Frame


def manifest_blocks(frame: Frame, identity: str) -> tuple[Block, ...]:
    """Lay out the run's hash and that of every input."""
    say = frame.say
    rows: list[tuple[Inline, ...]] = [(say("manifest.run"), (Code(clean(identity)),))]
    rows += [(say.name("input_file", name), (Code(sha),)) for name, sha in frame.material.hashes]
    rows.append((say("manifest.seed"), (Code(str(frame.decision.seed)),)))
    rows.append((say("manifest.format"), (Code(str(frame.decision.format)),)))
    headers = (say("manifest.what"), say("manifest.value"))
    return (Table(headers=headers, align="ll", rows=tuple(rows)), Paragraph((say("manifest.note"),)))
