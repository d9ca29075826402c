"""The whole decision."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from evalharness.core.decision import from_json, to_json
from evalharness.decide import decide, mde
from evalharness.experiment.assumptions import load_assumptions


@pytest.fixture
def examples(root: Path):
    return load_assumptions(root / "prompts" / "assumptions.toml")


def test_a_decision_survives_its_file(study, scores, card, examples) -> None:
    found = decide(study(scores()), card, examples)
    text = json.dumps(to_json(found), ensure_ascii=False)
    assert to_json(from_json(json.loads(text))) == json.loads(text)


def test_the_same_study_gives_the_same_decision(study, scores, card, examples) -> None:
    made = study(scores())
    assert decide(made, card, examples) == decide(made, card, examples)


def test_the_grid_reports_simple_effects_and_their_interaction(study, scores, card, assume) -> None:
    grid = decide(study(scores()), card, assume()).grid
    effects = {c.name: c.quality.value for c in grid.contrasts}
    assert list(effects) == ["pro-flash|raw", "pro-flash|sena", "sena-raw|flash", "sena-raw|pro"]
    assert grid.interaction.value == pytest.approx(effects["pro-flash|sena"] - effects["pro-flash|raw"])
    assert grid.interaction.low < grid.interaction.value < grid.interaction.high


def test_arms_are_described_with_what_failed(study, scores, card, assume) -> None:
    made = scores()
    made["pro-raw"][0] = None
    arm = next(a for a in decide(study(made), card, assume()).arms if a.name == "pro-raw")
    assert (arm.cells, arm.scored, arm.failed, arm.unscored) == (100, 99, 1, 0)
    assert arm.error_rate == 0.01
    assert arm.causes == (("timeout", 1),)
    assert arm.usd_per_request == pytest.approx((1000 * 2 + 300 * 12) / 1e6)
    assert arm.billed_tokens == 1300


def test_everything_that_has_a_range_has_an_estimate_with_its_n(study, scores, card, examples) -> None:
    found = decide(study(scores()), card, examples)
    assert found.evidence.design == "independent"
    assert (found.evidence.quadruples, found.evidence.complete) == (100, 100)
    assert found.assumptions.example
    row = next(r for r in found.assumptions.rows if r.name == "baseline_satisfaction")
    assert (row.symbol, row.mean) == ("p0", 0.75)
    assert row.p05 < 0.75 < row.p95
    assert {r.model for r in found.rates} == {"flash", "pro"}
    assert found.ledger.decided_usd == pytest.approx(
        12 * found.upgrade.money.cost + found.upgrade.money.one_off
    )


def test_it_takes_less_than_a_second(study, scores, card, examples) -> None:
    """100 cases x 4 arms with 50,000 draws; processor time, because machines are shared."""
    made = study(scores())
    times = []
    for _ in range(3):
        start = time.process_time()
        found = decide(made, card, examples)
        times.append(time.process_time() - start)
    assert found.upgrade.monte_carlo.draws == 50_000
    assert min(times) < 1.0


def test_mde_is_there_before_the_run() -> None:
    assert mde(0.8, 100) == pytest.approx(0.1989, abs=1e-4)


def test_next_steps_weigh_more_prompts_against_their_cost(study, scores, card, assume) -> None:
    found = decide(study(scores(gain=0.2, sd=0.8)), card, assume()).upgrade
    step, net = found.next, found.net_at_threshold
    assert step.mde_points == pytest.approx(2.4865 * found.quality.se, rel=1e-4)
    assert step.mde_net == pytest.approx(2.4865 * net.se * 6000, rel=1e-4)
    assert step.roi_detectable == pytest.approx(1.5 + 2.4865 * net.se / 0.0034, rel=1e-4)
    # Nothing was spent, so another case is priced in all four arms.
    assert step.cost_per_prompt == pytest.approx((2.2 + 5.6 + 1.8 + 4.8) / 1000)
    assert [chance for _, chance in step.power] == sorted(chance for _, chance in step.power)
    best = max(step.evsi, key=lambda row: row.net)
    assert step.best_more_prompts == (best.more_prompts if best.net > 0 else 0)
