"""Control arms."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.core.decision import ConditionName, ReasonCode, Ruling
from evalharness.core.experiment import Arm, ContextMode, Role
from evalharness.decide import decide

AA = Arm(name="flash-again", model="flash", context=ContextMode.RAW, role=Role.AA)
DAMAGED = Arm(name="flash-damaged", model="flash", context=ContextMode.DAMAGED, role=Role.DAMAGED, cases=20)


@pytest.fixture
def controlled(study, scores, card, assume, experiment):
    def make(*, aa_shift: float = 0.0, damage: float = 1.5):
        rng = np.random.default_rng(9)
        made = scores()
        base = np.array(made["flash-raw"])
        made["flash-again"] = list(np.clip(base + aa_shift + rng.normal(0, 0.3, 100), 0, 5))
        made["flash-damaged"] = list(np.clip(base[:20] - damage + rng.normal(0, 0.3, 20), 0, 5))
        return decide(study(made, arms=(*experiment().arms, AA, DAMAGED)), card, assume())

    return make


def test_sound_controls_pass_and_stand_beside_the_verdict(controlled) -> None:
    found = controlled()
    aa, damaged = found.controls
    assert (aa.passed, damaged.passed) == (True, True)
    assert (aa.against, damaged.against) == ("flash-raw", "flash-raw")
    assert damaged.difference.n == 20
    assert aa.severe.count == 0
    assert found.upgrade.verdict.ruling is Ruling.APPROVE
    assert not any(m.code is ReasonCode.NO_CONTROLS for m in found.upgrade.verdict.marks)


def test_an_aa_arm_off_centre_means_no_verdict_and_says_so(controlled) -> None:
    found = controlled(aa_shift=0.5)
    for verdict in (found.upgrade.verdict, found.sena.verdict):
        assert verdict.ruling is Ruling.NO_VERDICT
        assert verdict.caps[0].code is ReasonCode.AA_FAILED
        assert verdict.caps[0].get("arm") == "flash-again"
        assert verdict.binding.condition is ConditionName.AA


def test_an_aa_arm_that_is_the_same_answers_again_is_vacuous_and_not_passed(
    study, scores, card, assume, experiment
) -> None:
    """Without a seed an emulator gives a request the same answer: zero difference, and nothing controlled."""
    made = scores()
    made["flash-again"] = made["flash-raw"]
    found = decide(study(made, arms=(*experiment().arms, AA)), card, assume())
    (check,) = found.controls
    assert (check.difference.value, check.vacuous, check.passed) == (0.0, True, False)
    for verdict in (found.upgrade.verdict, found.sena.verdict):
        assert verdict.ruling is Ruling.NO_VERDICT
        assert verdict.caps[0].code is ReasonCode.AA_VACUOUS
        assert verdict.binding.condition is ConditionName.AA


def test_equal_scores_of_other_answers_are_no_vacuous_control(
    study, scores, card, assume, experiment
) -> None:
    """A coarse score can be equal on every case; the bills then tell that the answers were others."""
    made = scores()
    made["flash-again"] = made["flash-raw"]
    arms = (*experiment().arms, AA)
    (check,) = decide(study(made, arms=arms, tokens={"flash-again": (1000, 301)}), card, assume()).controls
    assert (check.vacuous, check.passed) == (False, True)


def test_damage_that_is_not_detected_means_no_verdict(controlled) -> None:
    verdict = controlled(damage=0.0).sena.verdict
    assert verdict.ruling is Ruling.NO_VERDICT
    assert verdict.caps[0].code is ReasonCode.DAMAGED_FAILED


def test_missing_controls_are_marked(study, scores, card, assume) -> None:
    marks = decide(study(scores()), card, assume()).sena.verdict.marks
    assert next(m for m in marks if m.code is ReasonCode.NO_CONTROLS).get("missing") == "aa,damaged"


def test_a_control_that_produced_nothing_controls_nothing(study, scores, card, assume, experiment) -> None:
    """Its cells were planned, but the run was cut short."""
    found = decide(study(scores(), arms=(*experiment().arms, AA, DAMAGED)), card, assume())
    assert found.upgrade.verdict.ruling is Ruling.NO_VERDICT
    assert [(c.passed, c.difference.n) for c in found.controls] == [(False, 100), (False, 0)]
