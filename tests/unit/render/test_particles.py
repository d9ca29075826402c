"""Particles fit what is read aloud before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.render.particles import final_consonant, fitted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("표본은(는) 품질이(가) 값을(를) 손실과(와)", "표본은 품질이 값을 손실과"),
        ("오류은(는) 차이이(가) 지연비을(를) 편차과(와)", "오류는 차이가 지연비를 편차와"),
        ("집(으)로 길(으)로 바다(으)로", "집으로 길로 바다로"),
        ("10%을(를) 2026-11-23은(는) 7(으)로 3(으)로 90(으)로", "10%를 2026-11-23은 7로 3으로 90으로"),
        ("0.95과(와) 1,304ms이(가) 12개월은(는)", "0.95와 1,304ms가 12개월은"),
        ("Flash을(를) Pro(으)로 Sena은(는) ROI이(가)", "Flash를 Pro로 Sena는 ROI가"),
        ("gemini-3.1-pro-preview은(는)", "gemini-3.1-pro-preview는"),
        ("kernel은(는) team이(가) LMS을(를) URL(으)로 router과(와)", "kernel은 team이 LMS를 URL로 router와"),
        ("‘만족 세션 1건의 가치’이(가)", "‘만족 세션 1건의 가치’가"),
        ("가정(사전 설정 x)은(는) “목록”을(를)", "가정(사전 설정 x)은 “목록”을"),
        ("기각(이)고 보류(이)고 시험(이)라", "기각이고 보류고 시험이라"),
    ],
)
def test_the_form_that_fits_is_said(text: str, said: str) -> None:
    assert fitted(text) == said


@given(st.text(max_size=30))
def test_text_without_double_forms_is_left_alone(text: str) -> None:
    if "(" not in text:
        assert fitted(text) == text


@given(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")))
def test_a_syllable_tells_its_final_consonant(syllable: str) -> None:
    import unicodedata

    assert bool(final_consonant(syllable)) == (len(unicodedata.normalize("NFD", syllable)) == 3)
