"""Every digit of a report goes through here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.render import language, numbers

EN, KO = language("en").numerals, language("ko").numerals
FINITE = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "$0"),
        (0.0, "$0"),
        (0.000441, "$0.000441"),
        (0.04417, "$0.0442"),
        (0.3, "$0.30"),
        (4.425, "$4.42"),  # half to even, on the decimal that names the float
        (99.994, "$99.99"),
        (1234.5, "$1,234"),
        (1235.5, "$1,236"),
        (12_345_678, "$12,345,678"),
        (-1240.2, "−$1,240"),
        (Decimal("3.1187"), "$3.12"),
    ],
)
def test_money_has_sensible_digits(value: float, text: str) -> None:
    assert EN.money(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 %"), (0.0295, "2.95 %"), (0.05, "5 %"), (0.0496, "4.96 %"), (0.3381, "33.8 %"), (1.0, "100 %"),
        (4.19, "419 %"), (-0.123, "−12.3 %"), (0.99996, "100 %"),
    ],
)  # fmt: skip
def test_shares_are_percentages(value: float, text: str) -> None:
    assert EN.share(value) == text


def test_a_share_never_looks_like_a_limit_that_it_misses() -> None:
    assert EN.share_apart(0.94996, 0.95) == "94.996 %"
    assert EN.share_apart(0.95, 0.95) == "95 %"
    assert EN.share_apart(0.86, 0.95) == "86 %"


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [
        (0.86, 0.95, "0.86"), (0.9496, 0.95, "0.9496"), (0.949, 0.95, "0.949"), (0.95, 0.95, "0.95"),
        (0.9996, 0.95, "≥ 0.999"), (0.0001, 0.95, "≤ 0.001"), (0.997, None, "0.997"), (1.0, None, "1.00"),
        (0.0, None, "0.00"),
    ],
)  # fmt: skip
def test_probabilities_keep_away_from_their_ends_and_limits(
    value: float, limit: float | None, text: str
) -> None:
    assert EN.probability(value, limit) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("points", 0.354, "+0.35"),
        ("points", -0.354, "−0.35"),
        ("points", -0.001, "0.00"),
        ("score", 3.1, "3.10"),
        ("per_thousand", 0.00443, "$4.43"),
        ("usd_per_request", Decimal("0.00655"), "$6.55"),
        ("tokens", 8.25, "8.2"),
        ("tokens", 1890.4, "1,890"),
        ("ms", 2140.5, "2,140"),
        ("pp", -0.09, "−9"),
        ("pp", 0.6949, "+69.5"),
        ("roi", 4.194, "419 %"),
        ("count", 10_000, "10,000"),
        ("number", 0.0068634, "0.00686"),
        ("number", 10_042.3, "10,042"),
        ("number", -2.564, "−2.56"),
        ("p_value", 0.00004, "≤ 0.001"),
        ("p_value", 0.0123, "0.012"),
        ("p_value", 0.4149, "0.41"),
    ],
)
def test_units(unit: str, value: float, text: str) -> None:
    assert EN.digits(value, unit) == text


def test_spans_say_their_percent_once() -> None:
    assert EN.span(1.06, 7.37, "roi", joint=" to ") == "106–737 %"
    assert EN.span(-0.4, 0.93, "roi", joint=" to ") == "−40 to 93 %"
    assert EN.span(-12, 262.4, "usd", joint=" to ") == "−$12.00 to $262"


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(KeyError, match="furlongs"):
        EN.digits(1, "furlongs")


@given(value=FINITE, unit=st.sampled_from(sorted(numbers.UNITS - {"probability", "p_value"})))
def test_a_sign_is_a_minus_sign_and_zero_has_none(value: float, unit: str) -> None:
    text = EN.digits(value, unit)
    assert "-" not in text
    assert "E" not in text
    if value >= 0 or not any(digit in text for digit in "123456789"):
        assert not text.startswith(numbers.MINUS) or value < 0


@given(value=FINITE, places=st.integers(min_value=0, max_value=6))
def test_fixed_is_within_half_a_unit(value: float, places: int) -> None:
    text = EN.fixed(value, places).replace(",", "").replace(numbers.MINUS, "-")
    assert abs(Decimal(text) - numbers.exact(value)) <= Decimal(5).scaleb(-places - 1)


def test_the_writers_are_the_units_that_messages_may_ask_for() -> None:
    assert set(EN.writers) == set(KO.writers) == numbers.UNITS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (KO.money(1234.5), "US$1,234"),
        (KO.money(-0.0442), "−US$0.0442"),
        (KO.share(0.3381), "33.8%"),
        (KO.span(1.06, 7.37, "roi", joint="∼"), "106∼737%"),
        (KO.local(52_345.5, "KRW"), "₩52,346"),
        (EN.local(12.5, "EUR"), "€12.50"),
        (EN.rate(Decimal("1477.1"), "KRW"), "₩1,477.1"),
        (EN.local(-1_234_567, "KRW"), "−₩1,234,567"),
        (EN.money(5, signed=True), "+$5.00"),
        (EN.fixed(Decimal("1" * 40), 2), f"{int('1' * 40):,}.00"),
    ],
)
def test_each_language_writes_numbers_its_own_way(text: str, wanted: str) -> None:
    assert text == wanted


@given(value=FINITE, places=st.integers(min_value=0, max_value=6))
def test_stripping_takes_zeros_only(value: float, places: int) -> None:
    whole, stripped = EN.fixed(value, places), EN.fixed(value, places, strip=True)
    assert whole.startswith(stripped)
    assert not set(whole.removeprefix(stripped)) - {"0", "."}
    assert not stripped.endswith(".")
