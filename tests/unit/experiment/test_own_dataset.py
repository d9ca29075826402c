"""One's own records: the documented example works, and what is wrong names its row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.case_file import CaseFile
from evalharness.experiment.dataset_file import find_sources, load_dataset
from evalharness.experiment.lint import lint, read_corpus
from evalharness.experiment.mapping_file import ColumnsTable

FENCE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(root: Path, tmp_path: Path) -> Path:
    """The files that docs/dataset.md shows, written out; returns the mapping."""
    for name, text in FENCE.findall((root / "docs" / "dataset.md").read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "tickets.toml"


@pytest.fixture
def edit(example: Path) -> Callable[[str, str, str], Path]:
    """Replace text in a file of the example; returns the mapping."""

    def change(name: str, old: str, new: str) -> Path:
        file = example.with_name(name)
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return example

    return change


def test_the_documented_example_loads_and_is_clean(example: Path) -> None:
    dataset = load_dataset(example)
    first, second = dataset.cases
    assert (first.id, first.language, second.language) == ("t-1042", "en", "ko")
    assert [turn.role for turn in first.context.turns] == ["mentee", "mentor"]
    assert first.context.turns[1].text == "You agreed to leave out module 7."
    assert [fact.where for fact in first.key_facts] == [("turns[0]",), ("turns[0]",), ("turns[1]",)]
    assert second.key_facts[2].forms == (("데모", "빼"),)
    assert first.rubric[0].anchors[2] == (5, "builds on it")
    assert lint(read_corpus(example)).findings == ()


def test_a_mapping_covers_every_field_of_a_case() -> None:
    inside_context = {"profile", "notes", "turns"}
    assert set(ColumnsTable.model_fields) == (set(CaseFile.model_fields) - {"context"}) | inside_context


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("tickets.csv", ",KO,", ",JP,"), 6, r"row 2: language: .* got 'JP' \(column 'lang'\)"),
        (("tickets.csv", "t-1043,", "T 1043,"), 6, r"row 2: id: .* \(column 'ticket'\)"),
        (("tickets.csv", ",KO,", ",KO,extra,"), 6, "row 2: 7 cells under a header of 6"),
        (
            ("tickets.csv", "14 January = 14 January | January 14", "exam date"),
            2,
            "row 1: column 'facts': 'The exam is",
        ),
        (
            ("tickets.csv", "14 January = 14 January", "15 May = 15 May"),
            2,
            "row 1: key fact .* none of its forms",
        ),
        (
            ("tickets.csv", "Customer: My", "Boss: My"),
            2,
            "row 1: column 'history': does not begin with 'Customer'",
        ),
        (("tickets.csv", ",facts,", ",fakts,"), 2, "row 1: no column 'facts'; there are ticket, asked"),
        (("tickets.csv", "ticket,asked", "ticket,ticket"), 1, "the header has column 'ticket' twice"),
        (("tickets.csv", 't-1043,"그럼', 't-1043,"그"럼'), 6, "bad CSV"),
        (("tickets.toml", 'id = "ticket"', ""), 3, r"nothing gives id: name its column in \[columns\]"),
        (("tickets.toml", "[constants]", '[constants]\nid = "x"'), 20, "id is both a column and a constant"),
        (("tickets.toml", "[constants]", '[constants]\nmood = "x"'), 20, "a case has no field 'mood'"),
        (("tickets.toml", 'message = "asked"', 'mesage = "asked"'), 5, "nearest valid name: message"),
        (("tickets.toml", "tickets.csv", "tickets.xlsx"), 1, "what is tickets.xlsx"),
        (("tickets.toml", "tickets.csv", "ticket.csv"), None, "no such file; did you mean tickets"),
    ],
)
def test_what_is_wrong_names_its_row(
    edit: Callable[[str, str, str], Path], change: tuple[str, str, str], line: int | None, message: str
) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        load_dataset(edit(*change))
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_lint_goes_on_past_a_wrong_row(edit: Callable[[str, str, str], Path]) -> None:
    report = lint(read_corpus(edit("tickets.csv", ",KO,", ",JP,")))
    assert report.cases == 1
    assert [(finding.rule, finding.spot.line) for finding in report.findings] == [("schema", 6)]


def test_nested_json_lines_by_a_mapping(example: Path) -> None:
    """Records as a service logs them: nested, with its own names and structured facts."""
    records = [
        {
            "n": 7,
            "request": {"text": "어떻게 할까요?"},
            "log": [{"from": "user", "body": "예산은 300만 원, 마감 5월 2일, 담당 한소라."}],
            "facts": [{"fact": f, "forms": [f]} for f in ("300만 원", "5월 2일", "한소라")],
            "never": [{"claim": "늦어도 된다", "forms": ["늦어도"], "kind": "unsupported"}],
            "ideal": "한소라 님과 5월 2일까지 300만 원 안에서 하세요.",
        }
    ]
    file = example.with_name("log.jsonl")
    file.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\n\n", encoding="utf-8")
    text = example.read_text(encoding="utf-8")
    columns = (
        '[columns]\nid = "n"\nmessage = "request.text"\nturns = "log"\nkey_facts = "facts"\n'
        'must_not = "never"\nreference_answer = "ideal"\n'
        '[turns]\nmentee = "user"\nrole = "from"\ntext = "body"\n[constants]\nlanguage = "ko"\n'
    )
    mapping = example.with_name("log.toml")
    mapping.write_text(
        'file = "log.jsonl"\n' + columns + text.partition("[constants]\n")[2], encoding="utf-8"
    )
    case = load_dataset(mapping).cases[0]
    assert (case.id, case.message, case.context.turns[0].role) == ("7", "어떻게 할까요?", "mentee")
    assert case.must_not[0].claim == "늦어도 된다"


def test_a_cell_may_hold_json(edit: Callable[[str, str, str], Path]) -> None:
    """Facts as JSON in the cell of a CSV; broken JSON names row and column."""
    facts = [{"id": "due", "fact": "due", "forms": ["3월 4일"], "where": ["turns[0]"]}] * 3
    records = json.dumps([f | {"id": f"f{i}"} for i, f in enumerate(facts)], ensure_ascii=False)
    old = '"발표는 3월 4일 = 3월 4일 | 3/4\n슬라이드 20장 = 20장\n데모는 뺀다 = 데모 + 빼"'
    quoted = records.replace('"', '""')
    assert load_dataset(edit("tickets.csv", old, f'"{quoted}"')).cases[1].key_facts[2].id == "f2"
    with pytest.raises(BadInput, match="row 2: column 'facts': bad JSON in the cell"):
        load_dataset(edit("tickets.csv", quoted, quoted[:-1]))


def test_native_records_need_no_mapping(root: Path, tmp_path: Path) -> None:
    """The shipped cases as JSON Lines and as a YAML list are the same cases."""
    import yaml

    folder = root / "prompts" / "mentoring"
    names = ("moon-ko-01", "pen-en-01")
    shipped = {case.id: case for case in load_dataset(folder).cases}
    data = [yaml.load((folder / f"{n}.yaml").read_text(encoding="utf-8"), yaml.BaseLoader) for n in names]  # noqa: S506 - text only
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(item) for item in data), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    for name in ("a.jsonl", "a.yaml"):
        assert load_dataset(tmp_path / name).cases == tuple(shipped[n] for n in names)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "id\nx\n", "a CSV needs a mapping file"),
        ("a.jsonl", "", "no record in this file"),
        ("a.jsonl", '\n{"id": }\n', r"a\.jsonl:2: row 1: bad JSON"),
        ("a.jsonl", "[1]\n", "row 1: not a JSON object"),
        ("a.jsonl", '{"id": "x"}\n', "row 1: missing key language"),
        ("a.yaml", "- x\n", "row 1: not a mapping"),
    ],
)
def test_native_records_that_are_wrong(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        load_dataset(tmp_path / name)


def test_duplicate_rows_are_refused(edit: Callable[[str, str, str], Path]) -> None:
    with pytest.raises(BadInput, match=r"tickets\.csv:6: duplicate case id 't-1042', also in tickets\.csv:2"):
        load_dataset(edit("tickets.csv", "t-1043", "t-1042"))


def test_the_hash_follows_what_the_mapping_makes_of_a_row(
    example: Path, edit: Callable[[str, str, str], Path]
) -> None:
    before = load_dataset(example).sha256
    assert load_dataset(edit("tickets.toml", "study desk answers", "desk answers")).sha256 != before
    assert len(find_sources(example)) == 2
