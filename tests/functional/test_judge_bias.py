"""Judges' failings against what is done about them: quick versions of `make judge-study`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def study() -> Iterator[ModuleType]:
    root = Path(__file__).parents[2]
    sys.path.insert(0, str(root / "studies"))
    try:
        import judge_bias

        judge_bias.DATA = judge_bias.shipped(root / "prompts" / "experiment.toml")
        yield judge_bias
    finally:
        sys.path.remove(str(root / "studies"))
        sys.modules.pop("judge_bias", None)


def test_both_orders_take_position_bias_out_of_the_win_rate(study: ModuleType) -> None:
    """30 % bias: one order is more than five points off, both orders less than one; the flips tell of it."""
    found = study.position_bias(study.DATA, bias=0.3, studies=20)
    assert abs(found.both - found.truth) < 0.01
    assert found.single - found.truth > 0.05
    assert found.flips > found.flips_fair + 0.2
    assert found.flips_of_decided == pytest.approx(0.3, abs=0.03)
    assert found.first_share > 0.6


def test_the_length_adjusted_figure_takes_out_a_taste_for_length(study: ModuleType) -> None:
    """Answers against themselves, grown by words that say nothing: the truth is zero."""
    found = study.verbosity_bias(study.DATA, bias=0.5)
    assert found.raw > found.raw_fair + 0.15
    assert abs(found.adjusted) < abs(found.raw) / 3
    assert found.adjusted < found.raw


def test_malformed_replies_are_counted_never_zero_and_leave_the_verdict(study: ModuleType) -> None:
    found = study.malformed(study.DATA, share=0.03)
    assert found.repaired / found.judgements == pytest.approx(0.03, abs=0.02)
    assert found.unscored <= 3
    assert found.verdicts == found.verdicts_without
    assert abs(found.shift) < 0.02


def test_what_stays_malformed_is_unscored_with_its_cause(study: ModuleType) -> None:
    """20 %: about one cell in 25 is lost even after repair; no mean sinks, and no verdict is given."""
    found = study.malformed(study.DATA, share=0.2)
    assert found.unscored > 10
    assert found.causes == (("judge:unreadable", found.unscored),)
    assert abs(found.shift) < 0.02
    assert found.verdicts == ("NO VERDICT", "NO VERDICT")
