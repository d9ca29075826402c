"""Pairs by case, repeats first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evalharness.core.errors import BadInput
from evalharness.core.experiment import Arm, ContextMode, DroppedCells, Role, ScorerChoice
from evalharness.decide.cells import cells_of
from evalharness.decide.design import Design
from evalharness.decide.pairing import (
    complete_differences,
    completeness,
    filled_differences,
    main_arms,
    pair_arms,
)

SCALE = ScorerChoice(name="key_facts")


def paired(study, rule: DroppedCells = DroppedCells.WORST):
    cells = cells_of(study)
    return cells, pair_arms(cells, 2, 0, design=Design.simple(len(cells.cases)), rule=rule, scale=SCALE)


def test_arms_are_found_by_role_and_context(experiment) -> None:
    arms = main_arms(experiment().arms)
    assert arms.pair(ContextMode.RAW) == (2, 0)
    assert arms.pair(ContextMode.SENA) == (3, 1)
    assert arms.all == (0, 1, 2, 3)


def test_two_arms_in_one_place_or_none_are_refused(experiment) -> None:
    arms = experiment().arms
    with pytest.raises(BadInput, match="second control"):
        main_arms((*arms, Arm(name="again", model="flash", context=ContextMode.RAW, role=Role.CONTROL)))
    with pytest.raises(BadInput, match="needs a control arm and a treatment arm"):
        main_arms(arms[:2])


def test_repeats_are_averaged_per_case_first(study, with_outcomes) -> None:
    made = study({"flash-raw": [1.0, 2.0], "pro-raw": [3.0, 5.0]}, repeats=2)
    second = [replace(o, repeat=1, quality=(o.quality or 0) / 2) for o in made.outcomes]
    _, pair = paired(with_outcomes(made, [*made.outcomes, *second]))
    assert pair.first.tolist() == [2.25, 3.75]
    assert pair.quality.tolist() == [1.5, 2.25]


def test_a_dropped_cell_is_worst_for_its_arm_or_leaves(study) -> None:
    made = study({"flash-raw": [1.0, 2.0, 3.0], "pro-raw": [3.0, None, 5.0]})
    assert paired(made)[1].quality.tolist() == [2.0, -2.0, 2.0]
    dropped = paired(made, DroppedCells.DROP)[1]
    assert dropped.quality.tolist() == [2.0, 2.0]
    assert dropped.index.tolist() == [0, 2]


def test_a_missing_repeat_counts_as_worst_too(study) -> None:
    made = study({"flash-raw": [1.0], "pro-raw": [4.0]}, repeats=2)
    assert paired(made)[1].quality.tolist() == [2.0 - 0.5]


def test_costs_use_complete_pairs_and_keep_their_mean(study) -> None:
    made = study({"flash-raw": [1.0, 2.0, 3.0], "pro-raw": [3.0, None, 5.0]})
    cells, pair = paired(made)
    values = np.where(np.isnan(cells.quality), np.nan, np.arange(12.0).reshape(4, 3, 1))
    known, design = complete_differences(pair, values)
    assert known.tolist() == [6.0, 6.0]
    assert design.n == 2
    assert filled_differences(pair, values).tolist() == [6.0, 6.0, 6.0]
    assert filled_differences(pair, np.full_like(values, np.nan)) is None


def test_completeness_counts_quadruples(study) -> None:
    scores = {name: [3.0] * 10 for name in ("flash-raw", "flash-sena", "pro-raw", "pro-sena")}
    scores["pro-sena"] = [None, *[3.0] * 9]
    cells = cells_of(study(scores))
    found = completeness(cells, main_arms(cells.arms))
    assert (found.planned, found.complete, found.share) == (10, 9, 0.9)


def test_a_subset_that_did_not_run_whole_is_incomplete(study, experiment) -> None:
    arms = (*experiment().arms[:3], replace(experiment().arms[3], cases=4))
    scores = {"flash-raw": [3.0] * 9, "flash-sena": [3.0] * 9, "pro-raw": [3.0] * 9, "pro-sena": [3.0] * 3}
    cells = cells_of(study(scores, arms=arms))
    found = completeness(cells, main_arms(cells.arms))
    assert (found.planned, found.complete) == (4, 3)
    assert found.cases.sum() == 3
