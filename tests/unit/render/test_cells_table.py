"""A row per cell and scorer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from evalharness.core.case import Case
from evalharness.core.experiment import Arm, ContextMode, Role
from evalharness.core.job import Cell
from evalharness.core.plan import PlannedCell
from evalharness.core.score import Failed, Unscored
from evalharness.core.study import Charge, Outcome
from evalharness.core.usage import Usage
from evalharness.render import Material
from evalharness.render.cells_table import COLUMNS, TableSource, spreadsheet_row, table_rows

NAMES = [name for name, _, _ in COLUMNS]


def usage(**counts: int) -> Usage:
    return Usage(
        **({"input_tokens": 100, "output_tokens": 40, "thinking_tokens": 10, "cached_tokens": 5} | counts)
    )


def source_of(material: Material, **changes: Any) -> TableSource:
    cells = [Cell(case_id=r.case_id, arm=r.arm, repeat=r.repeat) for r in material.records]
    charges = (
        Charge(purpose="compress", model="m", usage=usage(), requests_served=4),
        Charge(purpose="answer", model="m", usage=usage()),
    )
    given: dict[str, Any] = {
        "cases": material.cases,
        "arms": {
            name: Arm(name=name, model="m", context=ContextMode.RAW, role=Role.CONTROL)
            for name in ("flash-raw", "pro-raw")
        },
        "plan": [
            PlannedCell(
                cell=cell, answer_key=None, model="m", persona="pen", route_reason="", prompt_tokens=1,
                context_tokens=1, raw_context_tokens=1, dropped=(),
            )
            for cell in cells
        ],
        "records": material.records,
        "scores": material.scores,
        "outcomes": [
            Outcome(case_id=o.case_id, arm=o.arm, repeat=o.repeat, quality=o.quality, charges=charges,
                    context_tokens_net=12.5, context_tokens_gross=10.0, latency_ms=640.0)
            for o in material.outcomes
        ],
        "usd": dict.fromkeys(cells, (Decimal("0.0024"), Decimal("0.0003"))),
    }  # fmt: skip
    return TableSource(**(given | changes))


def rows_of(source: TableSource) -> list[dict[str, Any]]:
    return [dict(zip(NAMES, row, strict=True)) for row in table_rows(source)]


def test_every_score_is_a_row_with_all_that_is_known_of_its_cell(cells: Material) -> None:
    rows = rows_of(source_of(cells))
    assert len(rows) == len(cells.scores)
    first = rows[0]
    assert (first["case_id"], first["arm"], first["scorer"], first["value"]) == (
        "pen-ko-01", "flash-raw", "key_facts/1", 1.0,
    )  # fmt: skip
    assert (first["usd"], first["compress_usd"]) == (0.0024, 0.0003)
    assert [first[f"{kind}_tokens"] for kind in ("input", "cached", "output", "thinking")] == [100, 5, 30, 10]
    assert first["compress_tokens"] == 140 / 4
    assert (first["detail"], first["points"], first["latency_ms"]) == ("f1; f2", 4.0, 640.0)


def test_what_is_not_known_is_empty_and_never_zero(cells: Material) -> None:
    record, score = cells.records[0], cells.scores[0]
    place = {"case_id": record.case_id, "arm": record.arm, "repeat": 0}
    failed = source_of(
        cells,
        records=[Failed(**place, calls=(), cause="provider:UNAVAILABLE", persona="pen")],
        scores=[Unscored(**place, scorer=score.scorer, cause="provider:UNAVAILABLE")],
        outcomes=[Outcome(**place, quality=None, failed=True)],
        usd={},
    )
    row = rows_of(failed)[0]
    assert row["cause"] == "provider:UNAVAILABLE"
    empty = ("value", "points", "usd", "compress_usd", "input_tokens", "latency_ms", "answer", "detail")
    assert [row[name] for name in empty] == [None] * len(empty)


def test_a_spreadsheet_gets_bounded_text_and_untouched_numbers() -> None:
    assert spreadsheet_row(("a\x00b\nc", -1.5, None, 3)) == ("ab\nc", -1.5, None, 3)
    assert len(str(spreadsheet_row(("x" * 40_000,))[0])) == 32_000


def test_columns_are_described_once_each() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(meaning for _, _, meaning in COLUMNS)


@pytest.mark.parametrize("field", ["id", "language", "persona"])
def test_the_case_s_own_fields_are_there(cells: Material, field: str) -> None:
    row = rows_of(source_of(cells))[0]
    case: Case = cells.cases[row["case_id"]]
    assert row["case_id" if field == "id" else field] == getattr(case, field)
