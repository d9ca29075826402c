"""Names that every system can have as a file's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.file_names import LONGEST, why_unsafe


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("con", "device"), ("NUL", "device"), ("aux.txt", "device"), ("com1", "device"),
        ("lpt9.tar.gz", "device"),
        ("a:b", "':'"), ("a/b", "'/'"), ("a\\b", "holds"), ("a?", "'?'"), ("a\x00", "holds"),
        ("a.", "dot"), ("a ", "dot or space"), ("..", "dot"), ("", "dot"), ("x" * 101, "too long"),
        ("가" * 90, "too long"),
    ],
)  # fmt: skip
def test_unsafe(name: str, part: str) -> None:
    assert part in (why_unsafe(name) or "")


@pytest.mark.parametrize(
    "name", ["mentoring", "con-raw", "console", "com10", "a.b", "nul-0", "마크", "x" * 100]
)
def test_safe(name: str) -> None:
    assert why_unsafe(name) is None


@given(st.text(max_size=120))
def test_a_safe_name_fits_with_what_is_put_around_it(name: str) -> None:
    if why_unsafe(name) is None:
        assert 0 < len(name) <= LONGEST
        assert len(f".{name}-{'0' * 12}.0123abcd.partial".encode("utf-8", "surrogatepass")) <= 255
