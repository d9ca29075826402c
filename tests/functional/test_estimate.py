"""What `plan` said a study would cost, beside what it did cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.planning.before import view_plan
from evalharness.app.project import Project
from evalharness.core.job import Purpose


def test_what_the_shipped_study_cost_lies_within_what_its_plan_said(root: Path, tmp_path: Path) -> None:
    """For answers, judges' points and comparisons each: a judge's reply is far shorter than an answer."""
    project = Project(root / "prompts" / "experiment.toml")
    done = stages.run_experiment(project, mode=Mode.REPLAY, out=tmp_path, note=print, watch=lambda _: None)
    stages.score_run(done.directory)
    decision = stages.decide_run(done.directory, on=None).decision
    planned = view_plan(project, decision.on, count=False).rows
    for purpose in (Purpose.ANSWER, Purpose.JUDGE, Purpose.PAIRWISE):
        spent = sum((row.usd for row in decision.ledger.study if row.purpose == purpose), Decimal(0))
        rows = [row for row in planned if row.purpose == purpose]
        low, high = (sum((getattr(r, n) for r in rows), Decimal(0)) for n in ("usd_low", "usd_high"))
        assert low < spent < high, purpose
