"""The hidden line by which a report is made again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from evalharness.core.decision import Decision
from evalharness.core.errors import IntegrityError
from evalharness.render import Material, language, render_appendix, render_report
from evalharness.render.reference import read_reference

RUN = "0123456789abcdef" * 4
LINE = f'[//]: # "evalharness report en run {RUN} on 2026-11-23"'


@pytest.mark.parametrize("code", ["en", "ko"])
def test_what_is_written_is_read(build: Callable[[str], Decision], cells: Material, code: str) -> None:
    decision = build("simulated_inconclusive")
    for kind, render in (("report", render_report), ("appendix", render_appendix)):
        text = render(decision, identity=RUN, words=language(code), material=replace(cells, limit=6))
        found = read_reference(text)
        assert (found.kind, found.language, found.run) == (kind, code, RUN)
        assert (found.on, found.limit) == (dt.date(2026, 11, 23), 6)


@pytest.mark.parametrize(
    "text",
    ["", "# Some other Markdown\n", f"{LINE}\n{LINE}\n", LINE.replace("2026-11-23", "2026-13-45"),
     LINE.replace(RUN, RUN[:-1]), f"> {LINE}"],
)  # fmt: skip
def test_anything_else_is_no_report(text: str) -> None:
    with pytest.raises(IntegrityError):
        read_reference(text)
