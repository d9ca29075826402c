"""How far the what-if panel's P is from the truth, and how far the report's draws are: on the shipped study.

    python studies/quadrature.py

The truth is a million Monte Carlo draws. Both ways are repeated under twenty seeds.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import fmean, pstdev

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.app.reports import study_of
from evalharness.core.experiment import ContextMode
from evalharness.core.study import Study
from evalharness.decide import bench_of, decide, study_levers
from evalharness.decide.assess import assess
from evalharness.decide.draws import draw_all
from evalharness.decide.montecarlo import draw_posterior, outlook
from evalharness.decide.stakes import DRAWS, Stakes

ROOT = Path(__file__).parents[1]
SEEDS = range(1, 21)
MANY = 1_000_000
THRESHOLDS = (0.0, 1.0, 1.5, 3.0)


def drawn(stakes: Stakes, study: Study, *, draws: int, seed: int, threshold: float) -> float:
    """Return P by so many random draws."""
    found = assess(stakes, study.on, {}, simulate=False)
    if found is None or found.joint is None:
        raise RuntimeError("the shipped study has costs and assumptions")
    values = draw_all(stakes.assumptions, draws=draws, seed=seed)
    posterior = draw_posterior(found.joint, draws=draws, seed=seed)
    return float(outlook(posterior, values, stakes.exchange, found.path).exceeds(threshold).mean())


def spread_out(project: Project, study: Study, *, seed: int, threshold: float) -> float:
    """Return P by the quadrature under another seed of its nodes."""
    limits = replace(study.experiment.thresholds, roi=threshold)
    seeded = replace(study, experiment=replace(study.experiment, seed=seed, thresholds=limits))
    decision = decide(seeded, project.card, project.assumptions)
    levers = study_levers(seeded, project.card, project.assumptions, decision)
    if levers is None:
        raise RuntimeError("the shipped study has levers")
    return levers.checks[0][1].probability or 0.0


def main() -> None:
    """Print, for each threshold, the truth and both errors."""
    project = Project(ROOT / "prompts" / "experiment.toml")
    with tempfile.TemporaryDirectory() as folder:
        done = stages.run_experiment(
            project, mode=Mode.REPLAY, out=Path(folder), note=lambda _: None, watch=lambda _: None
        )
        stages.score_run(done.directory, project)
        study = study_of(done.directory, project, on=None)
    bench = bench_of(study, project.card, project.assumptions)
    stakes = Stakes(bench, project.assumptions, bench.upgrade_pair(ContextMode.RAW))
    print(
        f"{'ROI >':>6}{'truth':>10}{'quadrature: mean error, SD':>30}{f'{DRAWS:,} draws: mean error, SD':>32}"
    )
    for threshold in THRESHOLDS:
        truth = fmean(drawn(stakes, study, draws=MANY, seed=s, threshold=threshold) for s in (101, 102))
        nodes = [spread_out(project, study, seed=s, threshold=threshold) - truth for s in SEEDS]
        random = [drawn(stakes, study, draws=DRAWS, seed=s, threshold=threshold) - truth for s in SEEDS]
        columns = (f"{fmean(nodes):+.5f} {pstdev(nodes):.5f}", f"{fmean(random):+.5f} {pstdev(random):.5f}")
        print(f"{threshold:>6.0%}{truth:>10.5f}{columns[0]:>30}{columns[1]:>32}")


if __name__ == "__main__":
    main()
