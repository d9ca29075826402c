"""Imported tables: what is read, and one line for whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.imported import ImportedCell
from evalharness.experiment.import_mapping import load_import_mapping
from evalharness.experiment.imported_cells import stream_cells

MAPPING = """
name = "ours"
on = 2026-11-20
assumptions = "assumptions.toml"
scale = [0, 10]

[columns]
case_id = "id"
arm = "variant"
score = "grade"
cost_usd = "usd"
tokens = "tok"
latency_ms = "ms"
category = "topic"
cluster = "session"
error = "why"

[[arms]]
name = "flash"
label = "A"
model = "gemini-3.8-flash"
context = "raw"
role = "control"

[[arms]]
name = "pro"
label = "B"
model = "gemini-3.1-pro-preview"
context = "raw"
role = "treatment"
"""
HEADER = "id,variant,grade,usd,tok,ms,topic,session,why\n"
GOOD = HEADER + "c1,A,7.5,0.0024,100,900,x,s1,\nc1,B,8,0.006,100,1200,x,s1,\nc2,A,,,,,y,s1,timeout\n"


def mapped(folder: Path, text: str = MAPPING) -> Any:
    file = folder / "map.toml"
    file.write_text(text, encoding="utf-8", newline="\n")
    return load_import_mapping(file)


def read(folder: Path, table: str | bytes, kind: str = "csv", mapping: str = MAPPING) -> list[ImportedCell]:
    file = folder / f"table.{kind}"
    file.write_bytes(table.encode("utf-8") if isinstance(table, str) else table)
    return list(stream_cells(file, kind, mapped(folder, mapping)))


def test_a_csv(tmp_path: Path) -> None:
    first, second, failed = read(tmp_path, "\ufeff" + GOOD)
    assert first == ImportedCell(
        case_id="c1", arm="flash", score=7.5, cost_usd=Decimal("0.0024"), context_tokens=100.0,
        latency_ms=900.0, category="x", cluster="s1",
    )  # fmt: skip
    assert (second.arm, second.score) == ("pro", 8.0)
    assert (failed.error, failed.score, failed.cost_usd) == ("timeout", None, None)


def test_json_lines_with_numbers_and_texts(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "c1", "variant": "A", "grade": 7.5, "usd": "0.0024", "tok": 100, "ms": 9}
        | {"topic": None, "session": "s", "why": ""},
        {"id": 1, "variant": "B", "grade": 0, "usd": 0.006},
    ]
    text = "\n".join(json.dumps(row) for row in rows) + "\n\n"
    first, second = read(tmp_path, text, "jsonl")
    assert first.cost_usd == Decimal("0.0024")
    assert (second.case_id, second.score, second.cluster) == ("1", 0.0, None)


def write_parquet(folder: Path, file: Path) -> None:
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet as write

    texts = {"id": ["c1", "c1"], "variant": ["A", "B"], "usd": ["0.0024", "0.006"]}
    empty = {name: [None, None] for name in ("tok", "ms", "topic", "session", "why")}
    arrays = [Array(values, DataType.string()) for values in (*texts.values(), *empty.values())]
    arrays.append(Array([7.5, 8.0], DataType.float64()))
    write(Table.from_arrays(arrays, names=[*texts, *empty, "grade"]), file)


def test_parquet(tmp_path: Path) -> None:
    write_parquet(tmp_path, tmp_path / "t.parquet")
    cells = list(stream_cells(tmp_path / "t.parquet", "parquet", mapped(tmp_path)))
    assert [(cell.arm, cell.score) for cell in cells] == [("flash", 7.5), ("pro", 8.0)]
    mapping = mapped(tmp_path, MAPPING.replace('"grade"', '"note"'))
    with pytest.raises(BadInput, match="no column 'note'; there are id, variant, usd"):
        list(stream_cells(tmp_path / "t.parquet", "parquet", mapping))


@pytest.mark.parametrize("spoil", [lambda raw: b"PAR1 no", lambda raw: raw[:-1], lambda raw: raw[5:]])
def test_a_broken_parquet_file(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    write_parquet(tmp_path, tmp_path / "t.parquet")
    (tmp_path / "t.parquet").write_bytes(spoil((tmp_path / "t.parquet").read_bytes()))
    with pytest.raises(BadInput, match="not a Parquet file that can be read"):
        list(stream_cells(tmp_path / "t.parquet", "parquet", mapped(tmp_path)))


def test_parquet_without_arro3_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "arro3.io", None)
    with pytest.raises(BadInput, match=r"pip install 'evalharness\[parquet\]', or save the table as CSV"):
        list(stream_cells(tmp_path / "t.parquet", "parquet", mapped(tmp_path)))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (GOOD.replace("7.5", "11"), "table.csv:2: row 1: column 'grade': 11 is not a number of 0 to 10"),
        (GOOD.replace("7.5", "nan"), "row 1: column 'grade': nan is not a number of 0 to 10"),
        (GOOD.replace("7.5", "good"), "row 1: column 'grade': 'good' is not a number"),
        (GOOD.replace("0.006", "-1"), "table.csv:3: row 2: column 'usd': -1 is not an amount of at least 0"),
        (GOOD.replace("0.006", "$1"), "row 2: column 'usd': '$1' is not an amount in USD; write 0.0123"),
        (GOOD.replace("900", "-900"), "row 1: column 'ms': -900 is not a number of at least 0"),
        (GOOD.replace("c1,B", "c1,C"), "row 2: column 'variant': arm 'C' is none of A, B"),
        (GOOD.replace("c1,B", ",B"), "row 2: column 'id' is empty; every row names its case"),
        (GOOD.replace("c1,B", "c1,A"), "row 2: case c1, arm flash, repeat 0 is there twice; map a repeat"),
        (GOOD.replace("1200,x,s1", "1200,x,s2"), "row 2: case c1 has another category or cluster here than"),
        (GOOD.replace("grade", "note"), "table.csv:1: no column 'grade'; there are id, variant, note"),
        (GOOD.replace("topic", "id"), "table.csv:1: the header has column 'id' twice"),
        (GOOD + "c3,A,1\n", "table.csv:5: row 4: 3 cells under a header of 9"),
        (GOOD + 'c3,A,"1', "row 4: bad CSV"),
        (HEADER, "no row in this table"),
        ("", "table.csv:1: no column"),
        (GOOD.replace(",", "\t"), "table.csv:1: columns are separated by tabs; save it with commas"),
        (GOOD.encode("utf-16"), "not UTF-8 after row 0; save it as UTF-8"),
    ],
)
def test_a_broken_csv_gives_one_line(tmp_path: Path, table: str | bytes, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, table)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('{"id": "c1"}\n', "table.jsonl:1: row 1: no key"),
        ('{"id": "c1"\n', "table.jsonl:1: row 1: bad JSON"),
        ("[1]\n", "row 1: not a JSON object"),
    ],
)
def test_broken_json_lines(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, table, "jsonl")
    assert message in str(caught.value)


def test_rows_before_a_broken_one_are_not_an_import(tmp_path: Path) -> None:
    """A generator: the caller writes nothing until it has ended (see the functional tests)."""
    cells = stream_cells(tmp_path / "t.csv", "csv", mapped(tmp_path))
    (tmp_path / "t.csv").write_text(GOOD + "c9,Z,,,,,,,\n", encoding="utf-8")
    assert [next(cells).case_id for _ in range(3)] == ["c1", "c1", "c2"]
    with pytest.raises(BadInput, match="row 4"):
        next(cells)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('score = "grade"\n', ""), "nothing gives quality: map score, or output together with a dataset"),
        (('cost_usd = "usd"\n', ""), "nothing gives cost: map cost_usd, or input_tokens and output_tokens"),
        (('label = "B"', 'label = "A"'), "duplicate arm 'A'"),
        (('role = "treatment"', 'role = "control"'), "flash and pro are both control with raw context"),
        (('role = "treatment"', 'role = "aa"'), "no arm is treatment with raw context"),
        (("scale = [0, 10]", "scale = [10, 0]"), "the scale must ascend"),
        (('score = "grade"', 'scores = "grade"'), "unknown key columns.scores; nearest valid name: score"),
        (('tokens = "tok"', 'input_tokens = "tok"'), "priced together: map both"),
        (("on = 2026-11-20\n", ""), "missing key on"),
    ],
)
def test_a_wrong_mapping_gives_one_line(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        mapped(tmp_path, MAPPING.replace(*change))
    assert message in str(caught.value)
    assert "map.toml:" in str(caught.value)


def test_tokens_are_parts_of_their_totals(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        'tokens = "tok"', 'input_tokens = "tok"\noutput_tokens = "ms"\ncached_tokens = "why"'
    )
    mapping = mapping.replace('latency_ms = "ms"\n', "").replace('error = "why"\n', "")
    with pytest.raises(BadInput, match="row 1: cached_tokens 500 is more than input_tokens 100"):
        read(tmp_path, GOOD.replace("x,s1,\n", "x,s1,500\n", 1), mapping=mapping)
