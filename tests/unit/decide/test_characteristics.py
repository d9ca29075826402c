"""Operating characteristics: simulated worlds have the truth they claim, and the rules err as stated."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evalharness.app import validate
from evalharness.decide.characteristics import NOMINAL, coverages, rows
from evalharness.decide.characteristics.grading import Graded
from evalharness.decide.characteristics.noise import (
    CASES,
    SESSIONS,
    UNEQUAL_SESSIONS,
    catastrophes,
    clustered,
    heavy_tails,
    lost_sessions,
    normal,
    ordinal,
    skewed,
)
from evalharness.decide.characteristics.setting import ASSUMED, VALUE_PER_POINT, SimulatedStakes, pair_of
from evalharness.decide.characteristics.upgrade import UpgradeWorld, approvals, lower_bounds
from evalharness.decide.contrasts import mean_estimate
from evalharness.decide.design import Design
from evalharness.decide.draws import means
from evalharness.decide.money import Exchange, value_per_point

NOISES = (
    normal(0.5), ordinal(), heavy_tails(0.8), skewed(0.5), catastrophes(0.05), clustered(SESSIONS, "c"),
    clustered(UNEQUAL_SESSIONS, "u"), lost_sessions(0.1),
)  # fmt: skip


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.name)
def test_every_noise_has_exactly_the_mean_it_is_asked_for(noise) -> None:
    drawn = noise.draw(np.random.default_rng(1), 4000, 0.15)
    assert drawn.shape == (4000, CASES)
    by_study = drawn.mean(axis=1)
    assert by_study.mean() == pytest.approx(0.15, abs=4 * by_study.std() / 4000**0.5)


def test_catastrophes_are_as_rare_as_they_say() -> None:
    drawn = catastrophes(0.02).draw(np.random.default_rng(2), 2000, 0.0)
    assert (drawn < -2.5).mean() == pytest.approx(0.02, abs=0.002)


@pytest.mark.parametrize("clusters", [None, SESSIONS, UNEQUAL_SESSIONS])
def test_bounds_of_many_studies_are_those_of_each(clusters) -> None:
    """The screen and the rule must not disagree: scipy's t for plain samples, statsmodels' for clusters."""
    values = np.random.default_rng(3).normal(0.2, 1.0, (120, CASES))
    design = Design(weights=np.ones(CASES), clusters=clusters)
    one_by_one = [mean_estimate(row, design, unit="points", confidence=0.95).low for row in values]
    assert lower_bounds(values, clusters, 0.95) == pytest.approx(np.array(one_by_one), abs=1e-12)


def test_the_value_of_a_point_is_what_the_assumptions_say() -> None:
    exchange = Exchange(channel=ASSUMED.channel, scale_width=5.0, months=12)
    assert value_per_point(means(ASSUMED), exchange) == pytest.approx(VALUE_PER_POINT)


def test_the_screen_never_refuses_what_the_rule_approves() -> None:
    """Approvals counted with the screen equal approvals counted without it."""
    from evalharness.core.decision import Ruling
    from evalharness.core.experiment import Thresholds
    from evalharness.decide.assess import assess
    from evalharness.decide.characteristics.setting import bench
    from evalharness.decide.rulings import proof_conditions, rule_upgrade

    world, limits = UpgradeWorld(noise=normal(0.5), cost_sd=3.0), Thresholds(bias_allowance=0.0)
    drawn = world.draw(np.random.default_rng(4), 60, 3.0)
    quality, cost = drawn.judged, drawn.cost
    approved = 0
    for k in range(60):
        stakes = SimulatedStakes(limits, pair_of(3.0 + quality[k], np.full(CASES, 3.0), None), cost[k])
        found = assess(stakes, bench(limits).study.on, {}, explain=False)
        approved += rule_upgrade(found, proof_conditions(stakes, found))[0] is Ruling.APPROVE
    screened = approvals(world, np.random.default_rng(4), studies=60, roi=3.0)
    assert screened.rule == approved / 60
    assert 0 < approved < 60


def test_the_same_seed_gives_the_same_rows() -> None:
    first, second = (list(rows(studies=20, other_studies=5, seed=9, required_only=True)) for _ in range(2))
    assert first == second
    assert {(row.rule, row.kind) for row in first} == {
        (rule, kind) for rule in ("upgrade", "compression") for kind in ("error", "power")
    }
    assert all(
        row.limit == pytest.approx(0.05 + 3 * (0.05 * 0.95 / 20) ** 0.5) for row in first if row.required
    )


def test_the_page_names_what_fails() -> None:
    row = next(iter(rows(studies=20, other_studies=5, seed=9)))
    wrong = replace(row, counts=replace(row.counts, rule=0.9))
    assert validate.failures((row, wrong)) == (wrong,)
    text = validate.page((row, wrong), "evalharness validate-method")
    assert "**FAILS in 1 required rows**" in text
    assert "**exceeded**" in text
    assert json.loads(json.dumps(validate.as_json((row, wrong))))["rows"][1]["holds"] is False


def test_the_committed_page_has_every_row_and_all_hold(root: Path) -> None:
    """docs/operating-characteristics.md is what `evalharness validate-method` printed for these worlds."""
    page = (root / "docs" / "operating-characteristics.md").read_text(encoding="utf-8")
    assert "**holds in every required row**" in page
    assert "exceeded" not in page
    planned = list(rows(studies=5, other_studies=2, seed=1))
    for row in planned:
        studies = validate.STUDIES if row.required else validate.OTHER_STUDIES
        truth = f"{row.truth:.1%}" if row.rule == "compression" else f"{row.truth:.0%}"
        assert f"| {row.world} | {truth} | {studies:,} |" in page
    assert page.count("| **") == len(planned) + len(list(coverages(studies=5, seed=1)))


def test_the_page_shows_which_intervals_hold_the_truth(root: Path) -> None:
    """The judge that flatters misses; corrected intervals hold; a row that does not is named."""
    covered = list(coverages(studies=200, seed=validate.SEED))
    assert all(row.judge < row.corrected for row in covered if "0.3 point" in row.world)
    assert validate.uncovered(covered) == ()
    wrong = replace(covered[0], corrected=0.5)
    assert validate.uncovered((*covered, wrong)) == (wrong,)
    assert "**too few**" in validate.page((), "x", (wrong,))
    assert "FAILS in 1" in validate.page((), "x", (wrong,))
    page = (root / "docs" / "operating-characteristics.md").read_text(encoding="utf-8")
    assert "too few" not in page
    assert [row.world in page for row in covered] == [True] * len(covered)


def test_labels_bring_a_flattering_judge_back_under_its_error() -> None:
    """METHOD §5: a bias of 0.1 point errs about 43 % of the time by the bounds alone; labels hold 5 %."""
    blind = UpgradeWorld(noise=normal(0.68), judge_bias=0.1)
    graded = UpgradeWorld(noise=normal(0.6), judge_bias=0.1, people=Graded())
    rng = np.random.default_rng(12)
    without = approvals(blind, rng, studies=400, roi=1.5)
    with_labels = approvals(graded, rng, studies=400, roi=1.5)
    assert without.bound > 0.3
    assert with_labels.bound < 0.09
    assert with_labels.rule < 0.05


@pytest.mark.slow
def test_the_quick_validation_holds() -> None:
    """`evalharness validate-method --quick`: no row errs more than 5 % plus three Monte Carlo errors."""
    found = validate.validate_method(quick=True, watch=lambda _: None)
    assert validate.failures(found) == ()
    required = [row for row in found if row.required]
    assert all(row.studies == validate.QUICK_STUDIES for row in required)
    naive = [row.counts.naive for row in required if row.world.startswith("normal")]
    assert min(naive) > 8 * NOMINAL  # what a spreadsheet's point rule does at the boundary
