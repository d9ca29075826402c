"""What differs between two bodies, in words."""

from __future__ import annotations

from typing import Any

import pytest

from evalharness.gateway.clients.difference import differences


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"seed": 12}}, {"a": {"seed": 34}}, "a.seed: 12 → 34"),
        ({}, {"s": {"x": "y"}}, 's: absent → {"x": "y"}'),
        ({"c": [{"t": "a"}, {"t": "b"}]}, {"c": [{"t": "a"}]}, 'c[1]: {"t": "b"} → absent'),
        ({"a": 1}, {"a": True}, "a: 1 → true"),
        ({"a": "짧은 글"}, {"a": "짧은 끝"}, 'a: "짧은 글" → "짧은 끝"'),
        ({"a": "줄\n하나"}, {"a": "줄"}, r'a: "줄\n하나" → "줄"'),
        ({"a": list(range(90))}, {"a": 1}, f"a: {str(list(range(90)))[:40]}… → 1"),
    ],
)
def test_a_difference_in_one_line(before: dict[str, Any], after: dict[str, Any], expected: str) -> None:
    """Path, value before and value after, cut to what fits."""
    assert [str(item) for item in differences(before, after)] == [expected]


def test_long_texts_are_cut_around_the_first_change() -> None:
    """Forty characters, the first change in the middle."""
    text = "가" * 500
    (item,) = differences({"t": text}, {"t": f"{text[:300]}X{text[301:]}"})
    assert item.before == f'"…{"가" * 40}…"'
    assert item.after == f'"…{"가" * 20}X{"가" * 19}…"'


def test_equal_bodies_do_not_differ() -> None:
    """Key order does not count."""
    assert differences({"a": [1, {"b": "c"}], "d": None}, {"d": None, "a": [1, {"b": "c"}]}) == ()
