"""Quick versions of the drills (`make drill` runs them whole)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _studies(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(root / "studies"))
    yield
    for name in ("drill", "budget_drill"):
        sys.modules.pop(name, None)


def test_no_budget_is_ever_exceeded() -> None:
    from budget_drill import budget_drill

    found = budget_drill(runs=200)
    assert (found.runs, found.exceeded) == (200, 0)
    assert 40 < found.stopped < 200


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_kills_under_a_storm_of_faults_lose_and_double_nothing(project: Path, tmp_path: Path) -> None:
    from drill import fault_drill

    work = tmp_path / "drill"
    work.mkdir()
    found = fault_drill(project, work, kills=2, longest_s=1.0)
    assert found.passed, found
    assert (found.kills, found.kills_while_calling > 0) == (2, True)
