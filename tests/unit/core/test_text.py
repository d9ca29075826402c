"""Surface forms: exact on numbers, tolerant of Korean spacing and particles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.core.text import Form, find_any, find_form, first_with, normalise


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
    ["3월", "12일", " ", "-", "art", "Ann", "1,500", "만 원", "'s", "s", ".5", "월요일", "“", "x", "7", "²"]
)


def as_pattern(form: str) -> re.Pattern[str]:
    """Return the rule as a regular expression."""
    text = re.sub(r"(?<=[a-rt-z]{3})s$", "", normalise(form))
    if re.search(r"[가-힣]", text):
        change, gap = r"(?<=[가-힣])(?=[0-9a-z])|(?<=[0-9a-z])(?=[가-힣])", r"\s*"
        pieces = [piece for word in text.split() for piece in re.split(change, word)]
    else:
        pieces, gap = re.split(r"[\s-]+", text), r"[\s-]+"
    left = right = ""
    if text[:1].isdigit():
        left = r"(?<!\d)(?<!\d[.,])"
    elif text[:1].isascii() and text[:1].isalpha():
        left = r"(?<![a-z0-9])"
    if text[-1:].isdigit():
        right = r"(?!\d)(?![.,]\d)"
    elif text[-1:].isascii() and text[-1:].isalpha():
        right = r"(?:'?s)?(?![a-z0-9])"
    body = gap.join(re.escape(piece) for piece in pieces if piece) or re.escape(text)
    return re.compile(left + body + right)


@settings(max_examples=1000)
@given(st.lists(PARTS, min_size=1, max_size=4).map("".join), st.lists(PARTS, max_size=8).map("".join))
def test_forms_are_found_as_the_pattern_of_the_rule_finds_them(form: str, text: str) -> None:
    if form.strip():
        assert find_form(form, text) == bool(as_pattern(form).search(normalise(text)))


FORMS = st.lists(PARTS, min_size=1, max_size=3).map("".join).filter(str.strip)


@settings(max_examples=500)
@given(
    st.lists(FORMS | st.lists(FORMS, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple),
    st.lists(st.lists(PARTS, max_size=4).map("".join), max_size=5),
)
def test_the_first_text_is_the_first_in_which_a_form_is_found(
    forms: tuple[Form, ...], texts: list[str]
) -> None:
    found = first_with(forms, [normalise(text) for text in texts])
    assert found == next((at for at, text in enumerate(texts) if find_any(forms, text)), None)


@pytest.mark.parametrize("form", ["", ()])
def test_an_empty_form_is_refused_wherever_it_is_looked_for(form: Form) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        find_any((form,), "text")


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
