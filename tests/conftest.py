"""What every test stands on: no network but loopback, no keys from the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.case import (
    Case,
    Category,
    Context,
    Criterion,
    Difficulty,
    KeyFact,
    MustNot,
    MustNotKind,
    Severity,
    Turn,
)

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT.parent / "shared" / "gemini_wire" / "recordings.jsonl"


# For the tests' own process; a child would print such warnings about libraries.
os.environ.pop("PYTHONWARNDEFAULTENCODING", None)


@pytest.fixture(autouse=True)
def _no_keys_no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own settings reaches a test."""
    prefixes = ("GEMINI_", "GOOGLE_", "OPENAI_")
    for name in [name for name in os.environ if name.startswith(prefixes)]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Real Gemini traffic, read where it lies beside the checkout."""
    if not RECORDINGS.exists():
        pytest.skip(f"LOUD SKIP: real Gemini recordings are not beside the checkout ({RECORDINGS.name})")
    return RECORDINGS


@pytest.fixture(scope="session")
def make_case() -> Callable[..., Case]:
    """Build a small valid case; keyword arguments replace its fields."""

    def build(**changes: Any) -> Case:
        fields: dict[str, Any] = {
            "id": "pen-ko-01",
            "language": "ko",
            "persona": "pen",
            "persona_reason": "bridges two people",
            "category": Category.TEAM_CONFLICT,
            "difficulty": Difficulty.CONTEXT,
            "severity": Severity.LOW,
            "severity_reason": "mild",
            "setting": "a small team in Daegu",
            "message": "그 일정대로 가도 될까요?",
            "context": Context(
                turns=(Turn(role="mentee", text="마감은 12월 3일입니다. 예산은 500만 원이에요."),)
            ),
            "key_facts": (
                KeyFact(id="f1", fact="마감은 12월 3일", forms=("12월 3일", "12/3"), where=("turns[0]",)),
                KeyFact(id="f2", fact="예산 500만 원", forms=("500만 원",), where=("turns[0]",)),
            ),
            "must_not": (MustNot(claim="마감이 11월", forms=("11월 3일",), kind=MustNotKind.OUTDATED),),
            "rubric": (Criterion(criterion="사실", anchors=((0, "없음"), (3, "일부"), (5, "모두"))),),
            "reference_answer": "12월 3일 마감과 500만 원 예산 안에서 진행하세요.",
            "source": "written for a test",
            "licence": "CC-BY-4.0",
        }
        return Case(**(fields | changes))

    return build
