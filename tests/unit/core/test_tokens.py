"""The offline token count, and how far off it is."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.tokens import KOREAN_ERROR, OTHER_ERROR, approximate_tokens, token_range


@given(st.text(max_size=300))
def test_a_range_is_ordered_and_holds_the_corrected_count(text: str) -> None:
    found = token_range(text)
    assert 0 <= found.low <= found.expected <= found.high
    assert (found.high == 0) == (text == "")


def test_korean_is_corrected_upwards_more_than_english() -> None:
    korean, english = "회의를 금요일로 옮겨도 될까요? " * 20, "May we move the meeting to Friday? " * 20
    assert token_range(korean).expected == approximate_tokens(korean) / (1 + KOREAN_ERROR.total)
    assert token_range(english).expected == approximate_tokens(english) / (1 + OTHER_ERROR.total)
    both = token_range(korean) + token_range(english)
    assert both.low == token_range(korean).low + token_range(english).low


def test_the_stated_error_is_the_studys(root: Path) -> None:
    """docs/cost.md prints what studies/token_error.py measured; the constants are those figures."""
    page = (root / "docs" / "cost.md").read_text(encoding="utf-8").replace("−", "-")
    for error in (KOREAN_ERROR, OTHER_ERROR):
        for value in (error.low, error.total, error.high):
            assert f"{100 * value:+.1f} %" in page or f"{100 * value:.1f} %" in page
