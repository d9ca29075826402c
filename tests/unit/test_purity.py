"""Pure stages open no file, socket or process and read no clock or environment once they are loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.decide import decide, study_levers
from evalharness.decide.assemble import RunData, assemble
from evalharness.render import Material, language, render_all
from evalharness.score import build_records, score_records

WATCHED = ("open", "os.", "socket.", "subprocess.", "shutil.", "import")
_seen: list[str] = []
_watching = False


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event.startswith(WATCHED):
        _seen.append(f"{event} {arguments[:1]}")


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect what the block reaches for outside; imports count, since loading is opening."""
    global _watching  # noqa: PLW0603 - an audit hook can never be removed, only told to look away
    _seen.clear()
    _watching = True
    try:
        yield _seen
    finally:
        _watching = False


@pytest.fixture(scope="module")
def shipped(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, RunData]:
    project = Project(root / "prompts" / "experiment.toml")
    out = tmp_path_factory.mktemp("out")
    done = stages.run_experiment(project, mode=Mode.REPLAY, out=out, note=print, watch=lambda _: None)
    calls, plan = done.directory.read_calls(), done.directory.read_plan()
    return project, RunData(plan=plan, records=(), scores=(), calls=calls)


def test_score_decide_and_render_reach_for_nothing(shipped: tuple[Project, RunData]) -> None:
    project, data = shipped
    cases = {case.id: case for case in project.dataset.cases}
    experiment, card, assumptions = project.experiment, project.card, project.assumptions
    terms, hashes = project.terms, project.hashes

    def work() -> str:
        records = build_records(data.plan, data.calls)
        scores = score_records(records, cases)
        whole = RunData(plan=data.plan, records=records, scores=scores, calls=data.calls)
        study = assemble(whole, experiment=experiment, cases=cases.values(), on=None, pilot=False)
        decision = decide(study, card, assumptions)
        material = Material(
            cases=cases, records=records, scores=scores, outcomes=study.outcomes, terms=terms, hashes=hashes
        )
        levers = study_levers(study, card, assumptions, decision)
        said = render_all(
            decision,
            identity="0" * 64,
            languages=[language("en"), language("ko")],
            material=material,
            levers=levers,
        )
        return "".join(said.values())

    first = work()  # loads what is loaded late
    with watched() as seen:
        second = work()
    assert seen == []
    assert second == first


def test_the_hook_sees_a_file(tmp_path: Path) -> None:
    """The check above can fail."""
    path = tmp_path / "x"
    path.write_text("", encoding="utf-8")
    with watched() as seen:
        path.read_text(encoding="utf-8")
    assert seen
