"""Surface forms: exact on numbers, tolerant of Korean spacing and particles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.text import _pattern, find_any, find_form, normalise


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("3월 12일", "마감은 3월12일에 맞춥니다"),
        ("3월12일", "마감은 3월 12일까지"),
        ("정보처리기사 실기", "정보처리기사실기를 봅니다"),
        ("6 weeks", "a 6-week plan"),
        ("six-week", "six weeks left"),
        ("1,500", "it costs 1500 dollars"),
        ("1500만 원", "1,500만원을 모았다"),
        ("TOEIC 850", "toeic　850점"),
        ("Mina", "Mina's team"),
        (("11월 2일", "실기"), "실기는 11월 2일입니다"),
        ("“no sponsorship”", 'says "no sponsorship" plainly'),
    ],
)
def test_forms_that_occur(form: str | tuple[str, ...], text: str) -> None:
    assert find_form(form, text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("850", "8500"),
        ("850", "1,850"),
        ("850", "85.0"),
        ("85", "85.5"),
        ("이사", "그 이 사람"),
        ("3월 1일", "3월 12일"),
        ("12일", "112일"),
        ("art", "start"),
        ("Ann", "Annabel"),
        ("6 weeks", "16 weeks"),
        (("11월 2일", "실기"), "필기는 11월 2일입니다"),
    ],
)
def test_forms_that_do_not_occur(form: str | tuple[str, ...], text: str) -> None:
    assert not find_form(form, text)


def test_an_empty_form_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        find_form("  ", "text")


def test_any_of_several_forms_is_enough() -> None:
    assert find_any(("여섯 주", "6주"), "6주 동안")
    assert not find_any(("여섯 주", "6주"), "16주 동안")


PARTS = st.sampled_from(
    ["3월", "12일", " ", "-", "art", "Ann", "1,500", "만 원", "'s", "s", ".5", "월요일", "“", "x"]
)


@given(st.lists(PARTS, min_size=1, max_size=4).map("".join), st.lists(PARTS, max_size=8).map("".join))
def test_looking_for_pieces_first_changes_no_answer(form: str, text: str) -> None:
    if form.strip():
        assert find_form(form, text) == bool(_pattern(form).search(normalise(text)))


def test_a_form_of_signs_alone_is_looked_for_as_it_stands() -> None:
    assert find_form("—", "first — second")
    assert not find_form("—", "first second")


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.integers(0, 10**6), st.text("가나다 .,", max_size=10), st.text("가나다 ", max_size=10))
def test_a_number_is_found_between_words_and_not_inside_a_longer_one(
    number: int, before: str, after: str
) -> None:
    assert find_form(str(number), f"{before} {number}{after}")
    assert not find_form(str(number), f"{before} 9{number}{after}") or str(number) in f"{before}{after}"
