"""The catalogue has a phrase for everything that a decision can say, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

import pytest

from evalharness.core.assumption_fields import SPECS, Channel
from evalharness.core.decision import (
    Advice,
    BindingKind,
    Branch,
    ConditionKind,
    ConditionName,
    Estimate,
    Reason,
    ReasonCode,
    Ruling,
)
from evalharness.core.experiment import ContextMode, DroppedCells
from evalharness.core.provenance import Delivery, Origin
from evalharness.render.numbers import UNITS
from evalharness.render.phrases import Phrases
from evalharness.render.resources import LANGUAGES, language


def speaker(code: str) -> Phrases:
    return Phrases(
        language(code),
        control="Flash",
        treatment="Pro",
        roi_limit="ROI 150 %",
        loss_limit="5 %",
        saving_limit="30 %",
    )


SAY, KOREAN = speaker("en"), speaker("ko")
ENGLISH = language("en").messages
CODE = ReasonCode
VALUES: dict[ReasonCode, dict[str, Any]] = {
    CODE.PILOT: {"cases": 6},
    CODE.INCOMPLETE: {"share": 0.91, "limit": 0.95},
    CODE.SERVED_MISMATCH: {"seen": "pro-raw: gemini-x instead of gemini-y"},
    CODE.AA_VACUOUS: {"arm": "flash-again", "against": "flash-raw"},
    CODE.AA_FAILED: {"arm": "flash-again", "difference": 0.4, "low": 0.1, "high": 0.7},
    CODE.DAMAGED_FAILED: {"arm": "flash-damaged", "difference": -0.1, "high": 0.2},
    CODE.STALE_RATES: {"model": "m", "as_of": "2026-09-01", "age_days": 83, "limit_days": 30},
    CODE.FIXED_VALUE: {"field": "revenue_per_user"},
    CODE.EMPTY_STRATUM: {"stratum": "moon/ko", "share": 0.2},
    CODE.MISSING_ARM: {"model": "control", "context": "sena"},
    CODE.TOO_FEW: {"what": "cases", "n": 1},
    CODE.ALL_HOLD: {},
    CODE.UPPER_BOUND_BELOW: {"condition": "net_benefit", "high": -3.0, "unit": "usd_per_month"},
    CODE.PROBABILITY_LOW: {"probability": 0.01, "limit": 0.05},
    CODE.NO_INCREMENTAL_COST: {"cost_high": -3.0},
    CODE.ROI_UNBOUNDED: {"cost_low": -3.0, "cost_high": 4.0},
    CODE.COST_SAVING_TRADE_OFF: {"quality": -0.1, "cost": -20.0},
    CODE.ONE_OFF_COST: {"one_off_usd": 500.0, "months": 12},
    CODE.UNKNOWN_ASSUMPTION: {"field": "realisation"},
    CODE.SAME_ACROSS_BOUNDS: {"fields": "realisation,margin", "corners": 4},
    CODE.DIFFERS_ACROSS_BOUNDS: {
        "field": "margin", "low": 0.1, "low_ruling": "REJECT", "high": 0.9, "high_ruling": "APPROVE",
    },
    CODE.PREVIEW_MODEL: {"model": "m"},
    CODE.RETIRED_MODEL: {"model": "m", "on": "2027-02-01"},
    CODE.LIFECYCLE_WAIVED: {"model": "m", "text": "agreed"},
    CODE.LIFECYCLE_UNKNOWN: {"model": "m"},
    CODE.UNPAID_TIER_WAIVED: {"text": "agreed"},
    CODE.VALUE_WAIVED: {"field": "margin", "text": "agreed"},
    CODE.EXAMPLE_ASSUMPTIONS: {"preset": "p"},
    CODE.NOT_GOOGLE: {"origin": "simulated"},
    CODE.STAND_IN_QUALITY: {"scorer": "key_facts", "scale_high": 5.0},
    CODE.ROUTED_TO_ONE: {"persona": "pen", "cases": 99, "total": 100, "accuracy": 0.24},
    CODE.ROUTED_APART: {"accuracy": 0.41, "total": 100},
    CODE.NO_LABELS: {"allowance": 0.1},
    CODE.PEOPLE_CORRECT: {"pairs": 40, "bias": -0.1},
    CODE.LABELS_NOT_USED: {"why": "too_few", "pairs": 12, "needed": 20},
    CODE.BENCHMARK_MIX: {},
    CODE.NO_CONTROLS: {"missing": "aa,damaged"},
    CODE.SENA_NOT_PASSED: {"ruling": "FAIL"},
    CODE.BCA_FELL_BACK: {"why": "degenerate"},
    CODE.SATISFACTION_CEILING: {"ceiling": 0.25},
    CODE.PRICE_HELD: {"model": "m", "from": "2027-02-01"},
    CODE.PRICE_REROUTED: {"model": "m", "by": "n", "from": "2027-02-01"},
    CODE.STRATA_NOT_USED: {"why": "small_stratum"},
    CODE.JUDGES_DISAGREE: {"judges": "a +0.30, b -0.10"},
    CODE.JUDGE_OF_SAME_FAMILY: {"judge": "a", "model": "gemini-3.5-flash", "family": "gemini"},
}  # fmt: skip
"""Values as the docstrings of ReasonCode list them."""
GROUPS: list[tuple[str, Iterable[StrEnum]]] = [
    ("condition", ConditionName),
    ("advice", Advice),
    ("advice_short", Advice),
    ("branch", Branch),
    ("ruling", Ruling),
    ("origin", Origin),
    ("origin_word", Origin),
    ("delivery", Delivery),
    ("binding", BindingKind),
    ("context", ContextMode),
    ("channel", Channel),
    ("dropped", DroppedCells),
    ("reason", ReasonCode),
]


@pytest.mark.parametrize(("group", "members"), GROUPS, ids=[name for name, _ in GROUPS])
def test_every_member_has_a_phrase(group: str, members: Iterable[StrEnum]) -> None:
    assert [member for member in members if not SAY.has(f"{group}.{member.value}")] == []


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_is_a_sentence(code: ReasonCode) -> None:
    sentence = SAY.reason(Reason(code=code, values=tuple(VALUES[code].items())))
    assert sentence[0].isupper() or sentence.startswith(tuple(map(str, VALUES[code].values())))
    assert sentence.endswith(".")
    assert not re.search(r"[{}]|n/a|[a-z]+_[a-z]+_", sentence)


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_is_a_korean_sentence_with_fitted_particles(code: ReasonCode) -> None:
    sentence = KOREAN.reason(Reason(code=code, values=tuple(VALUES[code].items())))
    assert re.search(r"[가-힣]", sentence)
    assert sentence.endswith(".")
    assert not re.search(r"[{}]|해당 없음|[은이을과]\([는가를와]\)|\(으\)|[a-z]+_[a-z]+_", sentence)


def test_every_origin_has_its_own_sentence_in_the_evidence() -> None:
    said = {SAY(f"evidence.origin_{origin.value}", deliveries="fetched live") for origin in Origin}
    assert len(said) == len(Origin)


@pytest.mark.parametrize("name", list(ConditionName))
def test_facts_and_evidence_have_a_short_form(name: ConditionName) -> None:
    numeric = SAY.has(f"kind.{name.value}")
    assert SAY.has(f"condition_short.{name.value}") != numeric


def test_condition_kinds_are_the_ones_that_the_table_knows() -> None:
    assert set(ConditionKind) == {"evidence", "proof", "guardrail", "cap"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_languages_have_the_same_keys_and_the_same_values_in_each(code: str) -> None:
    """What one language says, every other can say: a value left out or misspelt would be lost or raise."""
    messages = language(code).messages
    assert list(messages) == list(ENGLISH)
    differing = {
        key: (values_of(messages[key]), values_of(ENGLISH[key]))
        for key in ENGLISH
        if values_of(messages[key]) != values_of(ENGLISH[key])
    }
    assert differing == {}


def values_of(message: str) -> set[tuple[str, str | None]]:
    return {(field, spec) for _, field, spec, _ in Formatter().parse(message) if field}


def test_every_korean_message_with_words_is_korean() -> None:
    """A message forgotten in translation would be English still."""
    korean = language("ko").messages
    same = {"kind", "sign", "word", "number", "unit_name", "draw", "origin"}  # signs, codes and units
    forgotten = [
        key
        for key, text in korean.items()
        if text == ENGLISH[key]
        and key.partition(".")[0] not in same
        and re.search(r"[a-z]{3}", text)
        and re.search(r"[A-Za-z]{3}", re.sub(r"\{[^}]*\}|Sena|Holm|ROI|USD|KRW|SHA", "", text))
    ]
    assert forgotten == []


def test_definitions_of_assumptions_are_those_of_their_fields() -> None:
    assert {spec.name: spec.definition for spec in SPECS} == {
        key.removeprefix("definition."): text
        for key, text in ENGLISH.items()
        if key.startswith("definition.")
    }
    assert [spec.unit for spec in SPECS if not SAY.has(f"unit_name.{spec.unit}")] == []
    assert [spec.name for spec in SPECS if not SAY.has(f"input.{spec.name}")] == []


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_every_placeholder_names_a_unit_or_a_group(key: str) -> None:
    groups = {name.partition(".")[0] for name in ENGLISH}
    for _, field, spec, _ in Formatter().parse(ENGLISH[key]):
        assert field is None or re.fullmatch(r"[a-z][a-z0-9_]*", field)
        assert not spec or spec in {"{unit}", "day"} or spec in UNITS or spec in groups


def sources(folder: Traversable) -> Iterator[str]:
    """Yield every program and template that may say something, scripts of the page included."""
    for item in folder.iterdir():
        if item.is_dir():
            yield from sources(item)
        elif item.name.endswith((".py", ".js", ".j2")):
            yield item.read_text(encoding="utf-8")


def test_no_message_is_left_over() -> None:
    """A key that no code builds is a sentence that nobody proofreads."""
    text = "".join(sources(files("evalharness.render")))
    looked_up = {spec for message in ENGLISH.values() for _, _, spec, _ in Formatter().parse(message) if spec}
    looked_up |= set(re.findall(r'\bname(?:d)?\(\s*"(\w+)"', text)) | {"unit", "kind"}
    looked_up |= {f"{dimension}_name" for dimension in ("persona", "language", "category")}
    looked_up |= set(re.findall(r'_table\(frame, "(\w+)"', text))  # its columns stand beside it
    looked_up |= set(re.findall(r'"(symbol_\w+)"', text))
    built = set(re.findall(r'"(\w+\.)\{', text))
    partly = (*re.findall(r'f"(\w+\.\w*?_?)\{', text), *re.findall(r"`(\w+\.\w+_)\$\{", text))
    stray = [
        key
        for key in ENGLISH
        if f'"{key}"' not in text
        and key.partition(".")[0] not in looked_up
        and f"{key.partition('.')[0]}." not in built
        and not key.startswith(partly)
        and f'missing="{key.partition(".")[2]}"' not in text
        and f'by="{key.partition(".")[2]}"' not in text
    ]
    assert stray == []


def estimate(low: float | None, high: float | None) -> Estimate:
    return Estimate(value=0.5, low=low, high=high, n=1, confidence=0.95, method="t", unit="points")


def test_estimates_say_which_side_is_missing() -> None:
    assert SAY.estimate(estimate(0.1, 0.9), "points") == "+0.50 (+0.10 to +0.90)"
    assert SAY.estimate(estimate(None, 0.9), "points") == "+0.50 (at most +0.90)"
    assert SAY.estimate(estimate(0.1, None), "points") == "+0.50 (at least +0.10)"
    assert SAY.estimate(estimate(None, None), "points") == "+0.50 (no interval: n = 1)"
    assert SAY.estimate(None, "points", missing="not_measured") == "not measured"


def test_numbers_carry_their_unit_once() -> None:
    assert SAY.number(31.2, "usd_per_month") == "$31.20 a month"
    assert SAY.span(-12.0, 30.0, "usd_per_month") == "−$12.00 to $30.00 a month"
    assert (SAY.number(1, "days"), SAY.number(30, "days")) == ("1 day", "30 days")
    assert SAY.number(None, "days") == "n/a"


def test_a_number_without_a_unit_in_its_message_is_an_error() -> None:
    with pytest.raises(TypeError, match="needs a unit"):
        SAY("word.at_least", value=1.5)


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="cases"):
        SAY.reason(Reason(code=ReasonCode.PILOT))


def test_an_arm_is_missing_with_or_without_a_model() -> None:
    reason = Reason(code=ReasonCode.MISSING_ARM, values=(("model", ""), ("context", "sena")))
    assert SAY.reason(reason) == "The experiment has no arm with Sena-compressed context."
    assert KOREAN.reason(reason) == "Sena 압축 맥락을 쓰는 군이 실험에 없음."


def test_lists_are_bounded() -> None:
    assert SAY.listed(["a", "b", "c"], most=2, by="comma") == "a, b, and 1 more"
    assert SAY.listed([]) == "none"
