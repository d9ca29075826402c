"""Approximate tokens: the weights of the classes of characters, however they are counted."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalharness.core.tokens import approximate_tokens

EDGES = "가힣\ud7a4\ud7b0\ud7ff\u2e7f\u2e80\uabff\uac00\uf8ff\uf900\ufaff\ufb00🀀🫿\U0001fb00\ud83d x.,é"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("word " * 20, 25), ("가" * 100, 62), ("漢" * 10, 9), ("🙂" * 10, 9)],
)
def test_weights(text: str, tokens: int) -> None:
    assert approximate_tokens(text) == tokens


@settings(max_examples=500)
@given(st.text(st.sampled_from(EDGES) | st.characters() | st.characters(min_codepoint=0x2E00), max_size=40))
@example("\u01d7가")
@example("\u01d7\ua400")
def test_characters_are_of_the_classes_that_patterns_tell(text: str) -> None:
    hangul = len(re.findall("[가-힣]", text))
    wide = len(re.findall("[\u2e80-\uabff\uf900-\ufaff\U0001f000-\U0001faff]", text))
    weighted = hangul * 0.62 + wide * 0.9 + (len(text) - hangul - wide) * 0.25
    assert approximate_tokens(text) == (max(1, round(weighted)) if text else 0)
