"""decision.json: what is written is what is read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.util
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.core.decision import (
    FORMAT,
    Condition,
    ConditionKind,
    ConditionName,
    Decision,
    Reason,
    ReasonCode,
    from_json,
    to_json,
)
from evalharness.core.decision import format as module
from evalharness.core.decision.schema import decision_schema
from evalharness.core.errors import IntegrityError
from evalharness.core.experiment import ContextMode, DroppedCells, Role
from evalharness.core.plain import to_plain
from evalharness.core.provenance import Delivery, Origin


def _scalars() -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.just(0.25))


st.register_type_strategy(float, st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: float(f"{x:.6g}")))
st.register_type_strategy(Decimal, st.decimals(0, 1000, places=6))
st.register_type_strategy(Reason, st.builds(
    Reason, code=st.sampled_from(ReasonCode),
    values=st.lists(st.tuples(st.text(max_size=4), _scalars()), max_size=2).map(tuple),
))  # fmt: skip


def _tuples(kind: Any) -> st.SearchStrategy[Any]:
    # Of any length means up to two here: a decision is tables of tables, and five rows in each are thousands.
    items = typing.get_args(kind)
    if len(items) == 2 and items[1] is ...:
        return st.lists(st.from_type(items[0]), max_size=2).map(tuple)
    return st.tuples(*map(st.from_type, items))


st.register_type_strategy(tuple, _tuples)
# A decision is large and hypothesis fills all of it.
LARGE = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow]
)
decisions = st.from_type(Decision).map(lambda d: dataclasses.replace(d, format=FORMAT))


@LARGE
@given(found=decisions)
def test_any_decision_survives_writing_and_reading(found: Decision) -> None:
    data = to_json(found)
    assert to_json(from_json(data)) == data


@LARGE
@given(found=decisions)
def test_unknown_and_missing_fields_are_refused(found: Decision) -> None:
    data = to_json(found)
    with pytest.raises(IntegrityError, match="unknown fields: surprise"):
        from_json({**data, "surprise": 1})
    del data["ledger"]
    with pytest.raises(IntegrityError, match="ledger"):
        from_json(data)


@LARGE
@given(found=decisions)
def test_wrong_types_are_refused_with_their_place(found: Decision) -> None:
    data = to_json(found)
    with pytest.raises(IntegrityError, match=r"decision\.seed should be int"):
        from_json({**data, "seed": "7"})
    with pytest.raises(IntegrityError, match=r"decision\.on is not a date"):
        from_json({**data, "on": "tomorrow"})
    with pytest.raises(IntegrityError, match=r"decision\.arms should be a list"):
        from_json({**data, "arms": {}})
    data["evidence"] = {**data["evidence"], "origin": "mars"}
    with pytest.raises(IntegrityError, match=r"decision\.evidence\.origin is not a Origin"):
        from_json(data)


def test_another_format_is_refused() -> None:
    for data in ({"format": FORMAT + 1}, {}):
        with pytest.raises(IntegrityError, match="decide again"):
            from_json(data)


def condition(**changes: Any) -> Condition:
    settings_: dict[str, Any] = {
        "name": ConditionName.NPV, "kind": ConditionKind.PROOF, "value": 1.0, "limit": 0.0, "margin": 1.0,
        "met": True, "unit": "usd",
    }  # fmt: skip
    return Condition(**(settings_ | changes))


def test_floats_are_rounded_to_ten_digits_and_have_no_negative_zero() -> None:
    plain = to_plain(condition(value=1 / 3, margin=-1e-320 * 0))
    assert plain["value"] == 0.3333333333
    assert str(plain["margin"]) == "0.0"
    assert to_plain(condition(value=123456789.123456))["value"] == 123456789.1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_nan_is_never_written(bad: float) -> None:
    with pytest.raises(ValueError, match="holds no"):
        to_plain(condition(value=bad))


def test_money_is_written_exactly() -> None:
    assert to_plain(Decimal("0.000000000000000001")) == "0.000000000000000001"
    assert to_plain((dt.date(2026, 12, 1), Role.AA, ContextMode.RAW)) == ["2026-12-01", "aa", "raw"]
    assert to_plain((Origin.GOOGLE, Delivery.LIVE, DroppedCells.DROP)) == ["google", "live", "drop"]


def test_a_reason_gives_its_values_by_name() -> None:
    reason = Reason(code=ReasonCode.PILOT, values=(("cases", 3),))
    assert reason.get("cases") == 3
    with pytest.raises(KeyError):
        reason.get("other")


def test_every_type_can_be_read_back() -> None:
    """A field type that the reader does not know would only show when somebody opens an old file."""
    for kind in vars(module).values():
        if dataclasses.is_dataclass(kind):
            assert typing.get_type_hints(kind)


def generated(root: Path) -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("decision_format", root / "studies" / "decision_format.py")
    study = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(study)
    return study.outputs()


def test_the_schema_and_its_page_are_current(root: Path) -> None:
    for path, text in generated(root).items():
        assert (root / path).read_text(encoding="utf-8") == text, "run: python studies/decision_format.py"


def test_the_schema_describes_what_is_written() -> None:
    """Every type and every key that the writer knows, and no other key."""
    schema = decision_schema()
    assert schema["$ref"] == "#/$defs/Decision"
    for kind in vars(module).values():
        if dataclasses.is_dataclass(kind):
            part = schema["$defs"][kind.__name__]
            assert list(part["properties"]) == [field.name for field in dataclasses.fields(kind)]
            assert part["required"] == list(part["properties"])
            assert part["additionalProperties"] is False
