"""Cases: wrong files name file and line; YAML guesses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.dataset_file import load_dataset, parse_case, place_text

CASE = """\
id: pen-ko-01
language: ko
persona: pen
persona_reason: it bridges
category: team_conflict
difficulty: context
severity: low
severity_reason: mild
setting: Daegu
source: written for a test
licence: CC-BY-4.0
message: |
  그 일정대로 가도 될까요?
context:
  notes:
    - 예산은 500만 원
  turns:
    - role: mentee
      text: 마감은 2026-12-03 입니다.
key_facts:
  - {id: f1, fact: 마감, forms: [2026-12-03], where: ["turns[0]"]}
  - {id: f2, fact: 예산, forms: [500만 원, [예산, 500]], where: ["notes[0]"]}
  - {id: f3, fact: 도시, forms: [no], where: ["turns[0]"]}
must_not: []
rubric:
  - criterion: 사실
    anchors: {0: 없음, 3: 일부, 5: 모두}
reference_answer: |
  답입니다.
"""


def write(folder: Path, text: str, name: str = "pen-ko-01.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_scalars_stay_text(tmp_path: Path) -> None:
    """A date stays as written and `no` is no boolean."""
    case = parse_case(CASE, tmp_path / "x.yaml")
    assert case.key_facts[0].forms == ("2026-12-03",)
    assert case.key_facts[2].forms == ("no",)
    assert case.key_facts[1].forms == ("500만 원", ("예산", "500"))
    assert case.rubric[0].anchors == ((0, "없음"), (3, "일부"), (5, "모두"))


def test_places_are_found() -> None:
    context = parse_case(CASE, Path("x.yaml")).context
    assert place_text(context, "notes[0]") == "예산은 500만 원"
    assert place_text(context, "turns[1]") is None
    assert place_text(context, "profile") is None
    assert place_text(context, "elsewhere") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("language: ko", "language: kr", 2, "language: input should be 'ko' or 'en', got 'kr'"),
        ("persona: pen\n", "persona: pan\n", 3, "nearest valid value: pen"),
        ("severity: low", "severitty: low", None, "severity"),
        (
            '["turns[0]"]}\n  - {id: f2',
            '["turns[9]"]}\n  - {id: f2',
            1,
            "key_facts f1: the context has no turns[9]",
        ),
        ("id: f2", "id: f1", 1, "duplicate id"),
        ("[예산, 500]", "[예산, ' ']", None, "a surface form must not be blank"),
        ("forms: [no]", "forms: [' ']", 23, "a surface form must not be blank"),
        ("anchors: {0: 없음, 3: 일부, 5: 모두}", "anchors: {0: 없음}", 27, "at least 0, 3 and 5"),
        ("setting: Daegu", "setting: Daegu\nsetting: Busan", 10, "duplicate key 'setting'"),
        ("setting: Daegu", "setting: [Daegu", 10, "bad YAML"),
        ("language: ko", "language:\tko", 2, ""),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, old: str, new: str, line: int | None, message: str) -> None:
    assert old in CASE
    if new == "language:\tko":
        # YAML allows a tab after the colon; it must not become part of the value.
        assert parse_case(CASE.replace(old, new), tmp_path).language == "ko"
        return
    with pytest.raises(BadInput) as caught:
        parse_case(CASE.replace(old, new, 1), tmp_path / "case.yaml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_duplicate_ids_name_both_files(tmp_path: Path) -> None:
    write(tmp_path, CASE, "a.yaml")
    write(tmp_path, CASE, "b.yaml")
    with pytest.raises(BadInput, match=r"b\.yaml:1: duplicate case id 'pen-ko-01', also in a\.yaml"):
        load_dataset(tmp_path)


def test_an_empty_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the dataset has no case"):
        load_dataset(tmp_path)


def test_the_hash_follows_the_text_and_not_the_line_ends(tmp_path: Path) -> None:
    first = load_dataset(write(tmp_path, CASE)).sha256
    (tmp_path / "pen-ko-01.yaml").write_bytes(CASE.replace("\n", "\r\n").encode())
    assert load_dataset(tmp_path).sha256 == first
    assert load_dataset(write(tmp_path, CASE.replace("Daegu", "Busan"))).sha256 != first


def test_the_shipped_dataset_loads(root: Path) -> None:
    cases = load_dataset(root / "prompts" / "mentoring").cases
    assert len(cases) == 100
    assert [case.id for case in cases] == sorted(case.id for case in cases)
