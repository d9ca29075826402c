"""The deployed router, exactly."""

from __future__ import annotations

import pytest

from evalharness.gateway.router.keywords import KeywordRouter, detect_user_frequency


@pytest.mark.parametrize(
    ("message", "persona"),
    [
        ("전체 계획을 정리해 주세요", "earth"),
        ("아이디어를 단계별로 보고 싶어요", "moon"),
        ("이력서 분석 부탁드려요", "square"),
        ("이직할까요?", "pen"),
        ("Please analyse the pattern", "pen"),
        ("", "pen"),
    ],
)
def test_earth_before_moon_before_square_else_pen(message: str, persona: str) -> None:
    assert detect_user_frequency(message) == persona


def test_the_reason_names_the_keyword() -> None:
    assert KeywordRouter().route("균형이 필요해요") == ("earth", "keyword 균형")
    assert KeywordRouter().route("hello") == ("pen", "no keyword; default")
