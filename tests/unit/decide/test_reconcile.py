"""Each difference is explained by its cause, or named unexplained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from evalharness.core.invoice import Booked, InvoiceLine, Kind, Place, Verdict
from evalharness.decide.reconcile import RunBill, reconcile

DAY = dt.date(2026, 11, 23)
NEXT = dt.date(2026, 11, 24)
PLACE = Place(day=DAY, model="m", kind=Kind.INPUT, long=False)


def booked(usd: str, tokens: int = 1000) -> Booked:
    return Booked(usd=Decimal(usd), tokens=tokens, calls=1)


def line(usd: str, place: Place | None = PLACE, units: int | None = None) -> InvoiceLine:
    cost = Decimal(usd)
    return InvoiceLine(
        row=2, sku="sku", usd=cost, units=None if units is None else Decimal(units), place=place,
        cents=max(0, -int(cost.as_tuple().exponent)),
    )  # fmt: skip


def judged(run: dict[Place, Booked], *lines: InvoiceLine, doubt: str = "0") -> list[tuple[Verdict, str]]:
    bill = RunBill(booked=run, unconfirmed={(DAY, "m"): Decimal(doubt)})
    return [(row.verdict, row.why) for row in reconcile(bill, lines)]


@pytest.mark.parametrize("billed", ["0.123456", "0.12", "0.1235"])
def test_a_bill_agrees_to_its_own_rounding(billed: str) -> None:
    assert judged({PLACE: booked("0.123456")}, line(billed))[0][0] is Verdict.AGREES


def test_rows_of_one_place_are_added() -> None:
    assert judged({PLACE: booked("0.5")}, line("0.2"), line("0.3"))[0][0] is Verdict.AGREES


def test_tries_without_counts_explain_up_to_their_bound() -> None:
    run = {PLACE: booked("0.100000")}
    [(verdict, why)] = judged(run, line("0.140000"), doubt="0.04")
    assert (verdict, "up to 0.040000 USD" in why) == (Verdict.EXPLAINED, True)
    assert judged(run, line("0.150000"), doubt="0.04")[0][0] is Verdict.UNEXPLAINED
    assert judged(run, line("0.060000"), doubt="0.04")[0] == (
        Verdict.UNEXPLAINED,
        "billed less than was booked",
    )


def test_the_same_tokens_at_another_price_is_the_price() -> None:
    [(verdict, why)] = judged({PLACE: booked("0.000750")}, line("0.000700", units=1000))
    assert verdict is Verdict.EXPLAINED
    assert "billed 0.7000 per million tokens, the card says 0.7500" in why


def test_calls_around_midnight_add_up_with_the_neighbouring_day() -> None:
    tomorrow = Place(day=NEXT, model="m", kind=Kind.INPUT, long=False)
    run = {PLACE: booked("0.3"), tomorrow: booked("0.1")}
    found = judged(run, line("0.200000"), line("0.200000", tomorrow))
    assert [verdict for verdict, _ in found] == [Verdict.EXPLAINED, Verdict.EXPLAINED]
    far = Place(day=NEXT + dt.timedelta(days=1), model="m", kind=Kind.INPUT, long=False)
    apart = judged({PLACE: booked("0.3"), far: booked("0.1")}, line("0.200000"), line("0.200000", far))
    assert [verdict for verdict, _ in apart] == [Verdict.UNEXPLAINED, Verdict.UNEXPLAINED]


def test_models_that_the_run_did_not_call_are_other_traffic() -> None:
    other = Place(day=DAY, model="n", kind=Kind.INPUT, long=False)
    found = judged({PLACE: booked("0.1")}, line("0.100000"), line("5.000000", other))
    assert found[1] == (Verdict.EXPLAINED, "other traffic: the run did not call this model")


@pytest.mark.parametrize(
    ("run", "lines", "why"),
    [
        ({PLACE: booked("0.1")}, (), "not on the bill"),
        (
            {PLACE: booked("0.1")},
            (line("0.100000"), line("1.000000", Place(day=DAY, model="m", kind=Kind.OTHER, long=False))),
            "the run books no such thing",
        ),
        (
            {PLACE: booked("0.1")},
            (line("0.100000"), line("1.000000", Place(day=NEXT, model="m", kind=Kind.CACHED, long=False))),
            "not of this run",
        ),
        ({PLACE: booked("0.1")}, (line("0.200000"),), "billed more than was booked"),
    ],
)
def test_what_is_left_is_named_unexplained(run, lines, why: str) -> None:
    left = [text for verdict, text in judged(run, *lines) if verdict is Verdict.UNEXPLAINED]
    assert len(left) == 1
    assert left[0].startswith(why)
