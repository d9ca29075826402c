"""A small clean dataset on disk, and a way to plant faults in it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalharness.experiment.lint import RULES, Corpus, LintReport, lint, read_corpus

Files = dict[str, dict[str, Any]]
Plant = Callable[[Files], None]

DESIGN = """\
cases = 4
pairs_at_least = 1
mentor_facts_at_least = 0.25
licence = "CC-BY-4.0"
[personas]
moon = 1
square = 0
earth = 1
pen = 2
[languages]
ko = 2
en = 2
[categories_at_least]
team_conflict = 2
[difficulties_at_least]
context = 4
[tokens]
context = [10, 400]
message = [5, 60]
reference_answer = [5, 200]
"""


def case(
    case_id: str, *, message: str, turns: list[str], facts: list[tuple[str, str]], **more: Any
) -> dict[str, Any]:
    """Return a case: facts are (form, place); the reference answer uses each form."""
    language = case_id.split("-")[1]
    answer = "모으면 {}입니다." if language == "ko" else "So: {}."
    return {
        "id": case_id,
        "language": language,
        "persona": case_id.partition("-")[0],
        "persona_reason": "it fits",
        "category": "team_conflict",
        "difficulty": "context",
        "severity": "low",
        "severity_reason": "mild",
        "setting": "somewhere",
        "source": "written for a test",
        "licence": "CC-BY-4.0",
        "message": message,
        "context": {
            "turns": [
                {"role": "mentee" if i % 2 == 0 else "mentor", "text": text} for i, text in enumerate(turns)
            ]
        },
        "key_facts": [
            {"id": f"f{i}", "fact": form, "forms": [form], "where": [place]}
            for i, (form, place) in enumerate(facts, start=1)
        ],
        "must_not": [{"claim": "invented", "forms": ["9월 31일", "31 September"], "kind": "unsupported"}],
        "rubric": [{"criterion": "facts", "anchors": {"0": "none", "3": "some", "5": "all"}}],
        "reference_answer": answer.format(", ".join(form for form, _ in facts)),
    } | more


CLEAN: Files = {
    item["id"]: item
    for item in (
        case(
            "pen-ko-01",
            message="두 분 사이에서 제가 무슨 말을 먼저 꺼내야 할까요?",
            turns=[
                "납품은 12월 3일이고 예산은 500만 원이에요.",
                "그러면 윤 과장님께 먼저 여쭤 보기로 했지요.",
            ],
            facts=[("12월 3일", "turns[0]"), ("500만 원", "turns[0]"), ("윤 과장", "turns[1]")],
            pair_id="pair-01",
        ),
        case(
            "pen-en-01",
            message="Which of the two should hear it from me, and what would I open with?",
            turns=[
                "Delivery is due 3 December and the budget is $4,000.",
                "So we agreed to ask Ms Yoon first.",
            ],
            facts=[("3 December", "turns[0]"), ("$4,000", "turns[0]"), ("Ms Yoon", "turns[1]")],
            pair_id="pair-01",
        ),
        case(
            "earth-ko-01",
            message="요즘 이렇게 사는 게 맞나 싶습니다. 멀리서 보면 어떤가요?",
            turns=["주말마다 대전에 내려가고 아이는 다섯 살이에요.", "수요일 저녁은 비워 두자고 했었죠."],
            facts=[("대전", "turns[0]"), ("다섯 살", "turns[0]"), ("수요일 저녁", "turns[1]")],
        ),
        case(
            "moon-en-01",
            message="I keep circling the same blank page. What am I not seeing?",
            turns=[
                "My cello teacher left for Turin in spring.",
                "You lit up when you spoke of the harbour film.",
            ],
            facts=[("cello", "turns[0]"), ("Turin", "turns[0]"), ("harbour film", "turns[1]")],
        ),
    )
}


def write(folder: Path, files: Files, design: str | None = DESIGN) -> Path:
    """Write cases, one a file, and perhaps a design beside them; returns the dataset's folder."""
    dataset = folder / "cases"
    dataset.mkdir(exist_ok=True)
    for name, data in files.items():
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (dataset / f"{name}.yaml").write_text(text, encoding="utf-8")
    if design is not None:
        (folder / "cases.design.toml").write_text(design, encoding="utf-8")
    return dataset


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., Corpus]:
    """Read the clean dataset with a fault planted: `planted(lambda files: …, design=…, embed=…)`."""

    def build(plant: Plant | None = None, *, design: str | None = DESIGN, embed: Any = None) -> Corpus:
        files = copy.deepcopy(CLEAN)
        if plant is not None:
            plant(files)
        return read_corpus(write(tmp_path, files, design), embed=embed)

    return build


@pytest.fixture
def found_by() -> Callable[[str, Corpus], LintReport]:
    """Apply one rule: `found_by(rule_id, corpus)`."""
    rules: Mapping[str, Any] = {rule.id: rule for rule in RULES}
    return lambda rule_id, corpus: lint(corpus, [rules[rule_id]])


@pytest.fixture
def make_case() -> Callable[..., dict[str, Any]]:
    """Return `case`."""
    return case


@pytest.fixture
def design() -> str:
    """The design of the clean dataset."""
    return DESIGN
