"""The compression verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evalharness.core.decision import ConditionName, ReasonCode, Ruling
from evalharness.core.experiment import DroppedCells
from evalharness.decide import decide
from evalharness.decide.design import Design
from evalharness.decide.sena import reduction_estimate, retention_margins, token_margins


def test_margins_are_method_section_2() -> None:
    assert retention_margins(np.array([3.9]), np.array([4.0]), retained=0.95)[0] == pytest.approx(0.1)
    shifted = retention_margins(np.array([3.9]), np.array([4.0]), retained=0.95, origin=1.0)
    assert shifted[0] == pytest.approx(2.9 - 0.95 * 3.0)
    assert token_margins(np.array([1000.0]), np.array([650.0]), reduction=0.3)[0] == pytest.approx(50)


def test_reduction_has_a_fieller_interval() -> None:
    before = np.array([1000.0, 800.0, 1200.0, 900.0])
    found = reduction_estimate(0.6 * before, before, Design.simple(4), 0.95)
    assert found.value == pytest.approx(0.4)
    assert (found.low, found.high) == pytest.approx((0.4, 0.4))
    assert reduction_estimate(before, 0 * before, Design.simple(4), 0.95) is None


def test_it_passes_with_margins_on_both_models(study, scores, card, assume) -> None:
    found = decide(study(scores(sd=0.2)), card, assume()).sena
    assert found.verdict.ruling is Ruling.PASS
    assert found.verdict.binding is None
    assert [m.model for m in found.models] == ["flash", "pro"]
    for model in found.models:
        assert model.net_reduction.value == pytest.approx(0.4, abs=0.01)
        assert model.billed_reduction.value == pytest.approx(400 / 1300)
        assert model.cost_change.value < 0
    proof = [
        c for c in found.verdict.conditions if c.name in (ConditionName.NON_INFERIOR, ConditionName.TOKENS)
    ]
    assert len(proof) == 4
    assert all(c.met and c.margin > 0 for c in proof)


def test_one_model_that_fails_fails_both(study, scores, card, assume) -> None:
    """An intersection-union test: both models, both contrasts."""
    bad = scores(sd=0.2)
    bad["pro-sena"] = list(np.array(bad["pro-raw"]) * 0.8)
    verdict = decide(study(bad), card, assume()).sena.verdict
    assert verdict.ruling is Ruling.FAIL
    assert verdict.reasons[0].code is ReasonCode.UPPER_BOUND_BELOW
    assert dict(verdict.reasons[0].values)["model"] == "pro"


def test_too_few_tokens_saved_fails_and_a_loss_at_the_limit_is_inconclusive(
    study, scores, card, assume
) -> None:
    few = decide(study(scores(sd=0.2), tokens={"pro-sena": (750, 300)}), card, assume()).sena
    assert few.verdict.ruling is Ruling.FAIL
    assert few.models[1].net_reduction.value == pytest.approx(0.25, abs=0.01)
    edge = scores(sd=0.2)
    rng = np.random.default_rng(4)
    edge["flash-sena"] = list(np.clip(0.95 * np.array(edge["flash-raw"]) + rng.normal(0, 0.3, 100), 0, 5))
    verdict = decide(study(edge), card, assume()).sena.verdict
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert verdict.binding.kind == "sample"
    assert verdict.binding.subject == "flash"


def test_the_tail_guard_is_part_of_it(study, scores, card, assume) -> None:
    """With 12 cases and no spread at all the plain bound is sure; one imagined catastrophe is not covered."""
    made = scores(n=12)
    made["flash-sena"], made["pro-sena"] = made["flash-raw"], made["pro-raw"]
    verdict = decide(study(made), card, assume()).sena.verdict
    rows = {(c.name, c.subject): c.met for c in verdict.conditions}
    assert rows[ConditionName.NON_INFERIOR, "flash"]
    assert not rows[ConditionName.NON_INFERIOR_TAIL, "flash"]
    assert verdict.ruling is Ruling.INCONCLUSIVE


def test_an_experiment_without_sena_has_no_verdict_on_it(study, scores, card, assume, experiment) -> None:
    arms = tuple(a for a in experiment().arms if a.context == "raw")
    made = {k: v for k, v in scores().items() if k.endswith("raw")}
    assert decide(study(made, arms=arms), card, assume()).sena is None


def test_one_model_alone_cannot_pass(study, scores, card, assume, experiment) -> None:
    made = scores(sd=0.2)
    del made["pro-sena"]
    verdict = decide(study(made, arms=experiment().arms[:3]), card, assume()).sena.verdict
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert ReasonCode.MISSING_ARM in {r.code for r in verdict.reasons}


def test_tokens_that_were_not_counted_save_nothing(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores(sd=0.2))
    blind = with_outcomes(made, [replace(o, context_tokens_net=None) for o in made.outcomes])
    found = decide(blind, card, assume()).sena
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    assert found.models[0].net_reduction is None


def test_sena_arms_without_any_score_leave_nothing_to_judge(study, scores, card, assume) -> None:
    made = scores(n=30)
    made["flash-sena"], made["pro-sena"] = [None] * 30, [None] * 30
    found = decide(study(made, dropped_cells=DroppedCells.DROP), card, assume())
    assert found.sena.verdict.ruling is Ruling.NO_VERDICT  # no quadruple is complete
    assert found.sena.models == ()
    assert [c.name for c in found.grid.contrasts] == ["pro-flash|raw"]
