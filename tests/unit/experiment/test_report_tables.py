"""[report], [rollout] and the file of terms: wrong ones are named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.reporting import Rollout, language_suffix
from evalharness.experiment.experiment_file import load_experiment
from evalharness.experiment.terms_file import load_terms

TERMS = """\
provider = "Gemini API"

[[terms]]
topic = "age"
en = "Not for under-18s."
ko = "만 18세 미만은 쓸 수 없음."
source = "the provider's terms"
as_of = 2026-03-23
"""


def experiment(root: Path, folder: Path, old: str, new: str) -> Path:
    text = (root / "prompts" / "experiment.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "experiment.toml"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    return path


def test_the_shipped_experiment_writes_both_languages_and_the_programmes_rollout(root: Path) -> None:
    found = load_experiment(root / "prompts" / "experiment.toml")
    assert found.report.languages == ("en", "ko")
    assert found.rollout == Rollout()
    terms = load_terms(root / "prompts" / found.report.terms)
    assert [term.topic for term in terms.terms] == ["data_use", "retention", "region", "age"]
    assert all(term.text("ko") != term.text("en") for term in terms.terms)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('languages = ["en", "ko"]', 'languages = ["en", "en"]', "each language once"),
        ('languages = ["en", "ko"]', 'languages = ["de"]', "report.languages[0]"),
        ('languages = ["en", "ko"]', "languages = []", "at least 1 item"),
        ("stages = [0.05, 0.25, 1.0]", "stages = [0.25, 0.05, 1.0]", "must ascend and end at 1"),
        ("stages = [0.05, 0.25, 1.0]", "stages = [0.05, 0.25]", "must ascend and end at 1"),
        ("rollback_error_rate = 0.02", "rollback_error_rate = 2", "rollout.rollback_error_rate"),
        ('approver = ""', 'aprover = ""', "nearest valid name: approver"),
    ],
)
def test_mistakes_are_named(root: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_experiment(experiment(root, tmp_path, old, new))
    assert message in caught.value.message
    assert caught.value.line


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('topic = "age"', 'topic = "ages"', "nearest valid value: age", 4),
        ('ko = "만 18세 미만은 쓸 수 없음."\n', "", "missing key terms[0].ko", 3),
        ("as_of = 2026-03-23\n", 'as_of = "March"\n', "terms[0].as_of", 8),
    ],
)
def test_wrong_terms_are_named(tmp_path: Path, old: str, new: str, message: str, line: int) -> None:
    path = tmp_path / "terms.toml"
    path.write_text(TERMS.replace(old, new), encoding="utf-8", newline="\n")
    with pytest.raises(BadInput) as caught:
        load_terms(path)
    assert message in caught.value.message
    assert caught.value.line == line


def test_a_topic_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "terms.toml"
    path.write_text(TERMS + TERMS.partition("\n\n")[2], encoding="utf-8", newline="\n")
    with pytest.raises(BadInput, match="'age' is there twice") as caught:
        load_terms(path)
    assert caught.value.line == 10


def test_the_main_language_has_no_suffix(root: Path) -> None:
    settings = load_experiment(root / "prompts" / "experiment.toml").report
    assert [language_suffix(code, settings) for code in ("en", "ko")] == ["", ".ko"]
