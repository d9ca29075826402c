"""Every rule: a clean dataset passes, a planted fault is caught where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from evalharness.experiment.lint import RULES, Corpus, LintReport, Severity, lint

Files = dict[str, dict[str, Any]]
FoundBy = Callable[[str, Corpus], LintReport]
Planted = Callable[..., Corpus]
# Joined here, so that no scanner of this repository takes it for a key.
FAKE_GOOGLE_KEY = "AIza" + "Sy" + "0123456789abcdefghijklmnopqrstuvw"


def set_fact(**change: Any) -> Callable[[Files], None]:
    return lambda files: files["moon-en-01"]["key_facts"][0].update(change)


def set_case(**change: Any) -> Callable[[Files], None]:
    return lambda files: files["moon-en-01"].update(change)


def say(text: str) -> Callable[[Files], None]:
    """Add a sentence to a mentee's turn of the English case."""

    def plant(files: Files) -> None:
        files["moon-en-01"]["context"]["turns"][0]["text"] += f" {text}"

    return plant


def copy_id(files: Files) -> None:
    files["moon-en-02"] = dict(files["moon-en-01"])


def copy_story(files: Files) -> None:
    files["moon-en-01"]["reference_answer"] = files["pen-en-01"]["reference_answer"] + " Take the boat, too."


def spread_form(files: Files) -> None:
    """One fact's form, in two other cases' answers."""
    files["moon-en-01"]["key_facts"][0]["forms"] = ["a month"]
    for name in ("moon-en-01", "pen-en-01", "earth-ko-01"):
        files[name]["reference_answer"] += " Give it a month."


def repeat_word(files: Files) -> None:
    """Six moon messages, and no other, with one word in common."""
    for i in range(2, 7):
        words = ("harbour", "violin", "letter", "garden", "window")[i - 2]
        files[f"moon-en-0{i}"] = files["moon-en-01"] | {
            "id": f"moon-en-0{i}",
            "message": f"The dream about my {words} is back",
        }
    files["moon-en-01"]["message"] = "I had a dream and a blank page"


def split_pair(files: Files) -> None:
    for name in ("pen-ko-01", "pen-en-01"):
        del files[name]["pair_id"]


def forget_mentors(files: Files) -> None:
    for data in files.values():
        data["key_facts"] = [{**fact, "where": ["turns[0]"]} for fact in data["key_facts"]]


PLANTED: dict[str, list[tuple[Callable[[Files], None], str | None, str]]] = {
    "schema": [(set_case(persona="sun"), "moon-en-01", "persona: input should be 'moon'")],
    "duplicate-id": [(copy_id, "moon-en-02", "id 'moon-en-01' is also in moon-en-01.yaml:1")],
    "near-duplicate": [(copy_story, "pen-en-01", "reference_answer shares")],
    "near-meaning": [(set_case(message="What would I open with?"), None, "means nearly the same as")],
    "balance": [
        (lambda files: files.pop("moon-en-01") and None, None, "3 cases can be read, 4 are asked for"),
        (set_case(persona="square"), None, "0 cases are moon, 1 are asked for"),
        (lambda files: files["pen-ko-01"].update(language="en"), None, "1 cases are ko, 2 are asked for"),
        (set_case(difficulty="easy"), None, "3 cases are context, at least 4 are asked for"),
        (split_pair, None, "0 translation pairs, at least 1 are asked for"),
        (forget_mentors, None, "0.0% of key facts stand in a mentor's turn"),
    ],
    "length": [
        (set_case(message="Why?"), "moon-en-01", "message has about 1 tokens, the band is 5–60; add to it"),
        (say("so " * 2000), "moon-en-01", "shorten it"),
    ],
    "fact-place": [(set_fact(where=["turns[1]"]), "moon-en-01", "f1: no form occurs at turns[1]")],
    "fact-in-reference": [
        (
            set_case(reference_answer="Turin and the harbour film."),
            "moon-en-01",
            "f1: the reference answer does not",
        )
    ],
    "must-not-in-reference": [
        (
            set_case(reference_answer="cello, Turin, the harbour film, by 31 September."),
            "moon-en-01",
            "must_not[0]: the reference answer contains '31 September'",
        )
    ],
    "fact-in-message": [
        (set_case(message="Shall I sell the cello?"), "moon-en-01", "f1: the message itself says")
    ],
    "generic-form": [(spread_form, "moon-en-01", "f1: 'a month' is also found in 2 other references")],
    "language": [
        (
            set_case(message="제가 무엇을 못 보고 있을까요?"),
            "moon-en-01",
            "message reads as ko, the case says en",
        ),
        (set_case(language="ko"), "moon-en-01", "context reads as en, the case says ko"),
    ],
    "personal-data": [
        (say("Write to t.rossi@turin-cello.it please."), "moon-en-01", "looks like an e-mail address"),
        (say("Call +82 10-2345-6789 at night."), "moon-en-01", "looks like a phone number"),
        (say("Call (212) 664-7665 at night."), "moon-en-01", "looks like a phone number"),
        (say("Her number is 900215-2345678."), "moon-en-01", "looks like a resident number"),
        (say("Paid by 4111 1111 1111 1111 again."), "moon-en-01", "looks like a card number"),
    ],
    "credential": [
        (say(f"The key is {FAKE_GOOGLE_KEY}."), "moon-en-01", "AIzaSy01… has the form of a Google API key"),
        (say("-----BEGIN RSA PRIVATE KEY-----"), "moon-en-01", "private key"),
    ],
    "label-giveaway": [(repeat_word, "moon-en-01", "'dream' occurs in 6 en messages, 6 of them moon")],
    "pair-twins": [
        (set_case(pair_id="pair-01"), "pen-ko-01", "pair-01 has 3 members"),
        (set_case(pair_id="pair-02"), "moon-en-01", "pair-02 has 1 members"),
        (lambda files: files["pen-en-01"].update(persona="earth"), "pen-ko-01", "different personas"),
        (lambda files: files["pen-en-01"].update(category="interview"), "pen-ko-01", "different categories"),
        (lambda files: files["pen-en-01"]["key_facts"][2].update(id="f9"), "pen-ko-01", "different fact ids"),
        (lambda files: files["pen-en-01"].update(language="ko"), "pen-ko-01", "same language"),
    ],
    "licence": [(set_case(licence="All rights reserved"), "moon-en-01", "in a dataset under 'CC-BY-4.0'")],
}


def by_last_words(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """A stand-in for sentence embeddings: what ends alike means alike."""
    endings = sorted({text[-12:] for text in texts})
    return np.eye(len(endings), dtype=np.float32)[[endings.index(text[-12:]) for text in texts]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_clean_dataset_passes(rule: Any, planted: Planted, found_by: FoundBy) -> None:
    report = found_by(rule.id, planted(embed=by_last_words))
    assert [str(finding) for finding in report.findings] == []
    assert report.skipped == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_planted_fault_is_caught(rule: Any, planted: Planted, found_by: FoundBy, tmp_path: Any) -> None:
    for index, (plant, file, message) in enumerate(PLANTED[rule.id]):
        for left in (tmp_path / "cases").glob("*.yaml"):
            left.unlink()
        report = found_by(rule.id, planted(plant, embed=by_last_words))
        hits = [finding for finding in report.findings if message in finding.spot.message]
        assert hits, (rule.id, index, [str(finding) for finding in report.findings])
        assert hits[0].rule == rule.id
        assert hits[0].severity is rule.severity
        if file is not None:
            assert hits[0].spot.file.stem == file
            assert hits[0].spot.line is not None


def test_every_rule_says_what_it_holds_cases_to() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.summary
        assert rule.check.__doc__


def test_findings_name_the_line_of_the_fault(planted: Planted, found_by: FoundBy) -> None:
    finding = found_by("fact-place", planted(set_fact(where=["turns[1]"]))).findings[0]
    line = finding.spot.file.read_text(encoding="utf-8").splitlines()[(finding.spot.line or 0) - 1]
    assert line.strip() == "- turns[1]"
    assert str(finding).startswith(f"{finding.spot.file}:{finding.spot.line}: error [fact-place] f1:")


def test_other_rules_go_on_past_a_case_that_does_not_parse(planted: Planted) -> None:
    def two_faults(files: Files) -> None:
        set_case(persona="sun")(files)
        files["earth-ko-01"]["licence"] = "none"

    report = lint(planted(two_faults, embed=by_last_words))
    assert {finding.rule for finding in report.findings} >= {"schema", "balance", "licence"}
    assert report.count(Severity.ERROR) == len(report.findings)


def test_what_cannot_be_checked_is_said(planted: Planted, tmp_path: Any) -> None:
    report = lint(planted(design=None))
    assert dict(report.skipped) == {
        "near-meaning": "needs sentence embeddings: pip install 'evalharness[semantic]'",
        "balance": "needs cases.design.toml beside the dataset",
        "length": "needs cases.design.toml beside the dataset",
    }
    assert report.findings == ()


def test_without_a_design_licences_must_agree(planted: Planted, found_by: FoundBy) -> None:
    report = found_by("licence", planted(set_case(licence="MIT"), design=None))
    assert [finding.spot.case_id for finding in report.findings] == ["moon-en-01"]
