"""Studies laid out in arrays."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from evalharness.core.errors import BadInput
from evalharness.core.study import Charge
from evalharness.core.usage import Usage
from evalharness.decide.cells import cells_of


def test_cached_and_thinking_tokens_are_taken_out_of_their_totals(study, with_outcomes) -> None:
    made = study({"flash-raw": [3.0], "pro-raw": [4.0]})
    usage = Usage(input_tokens=100, cached_tokens=40, output_tokens=30, thinking_tokens=10, tool_use_tokens=5)
    first = replace(made.outcomes[0], charges=(Charge(purpose="answer", model="flash", usage=usage),))
    charges = cells_of(with_outcomes(made, [first])).charges
    assert charges.tokens.tolist() == [[60, 40, 20, 10, 5]]
    assert charges.prompt_tokens.tolist() == [100]


def test_copies_of_a_row_are_one_cell(study, with_outcomes) -> None:
    made = study({"flash-raw": [3.0, 2.0], "pro-raw": [4.0, 5.0]})
    copied = with_outcomes(made, [o for o in made.outcomes for _ in range(3)])
    cells = cells_of(copied)
    assert cells.shape == (4, 2, 1)
    assert np.array_equal(cells.quality, cells_of(made).quality, equal_nan=True)
    assert cells.rows[0].tolist() == [[3], [3]]


def test_failed_missing_and_unscored_cells_are_told_apart(study, with_outcomes) -> None:
    made = study({"flash-raw": [3.0, None, 2.0], "pro-raw": [4.0, 4.0, 5.0]})
    unscored = replace(made.outcomes[2], quality=None, cause="judge: unparseable")
    cells = cells_of(with_outcomes(made, [made.outcomes[0], made.outcomes[1], unscored, *made.outcomes[3:5]]))
    assert cells.failed[0].ravel().tolist() == [False, True, False]
    assert cells.answered[0].ravel().tolist() == [True, False, True]
    assert cells.rows[2].ravel().tolist() == [1, 1, 0]
    assert cells.causes[0] == (("judge: unparseable", 1), ("timeout", 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quality", float("nan")),
        ("quality", float("inf")),
        ("quality", 5.1),
        ("quality", -0.1),
        ("latency_ms", -1.0),
        ("context_tokens_net", float("inf")),
        ("imported_cost_usd", Decimal("-1")),
        ("imported_cost_usd", Decimal("NaN")),
    ],
)
def test_impossible_numbers_are_refused_and_the_cell_is_named(study, with_outcomes, field, value) -> None:
    made = study({"flash-raw": [3.0], "pro-raw": [4.0]})
    bad = replace(made.outcomes[1], **{field: value})
    with pytest.raises(BadInput, match="case c000000, arm pro-raw, repeat 0"):
        cells_of(with_outcomes(made, [made.outcomes[0], bad]))


def test_unknown_arms_cases_and_contradicting_cases_are_refused(study, with_outcomes) -> None:
    made = study({"flash-raw": [3.0], "pro-raw": [4.0]})
    with pytest.raises(BadInput, match="'nowhere'"):
        cells_of(with_outcomes(made, [replace(made.outcomes[0], arm="nowhere")]))
    twice = (made.cases[0], replace(made.cases[0], persona="earth"))
    with pytest.raises(BadInput, match="described twice"):
        cells_of(replace(made, cases=twice))
    with pytest.raises(BadInput, match="weight"):
        cells_of(replace(made, cases=(replace(made.cases[0], weight=float("nan")),)))
    with pytest.raises(BadInput, match="no case"):
        cells_of(replace(made, cases=(), outcomes=()))


def test_an_arm_on_a_subset_is_planned_where_it_was_seen(study, experiment) -> None:
    arms = experiment().arms
    arms = (*arms[:3], replace(arms[3], cases=2))
    made = study({"flash-raw": [3.0] * 3, "pro-sena": [4.0, 4.0]}, arms=arms)
    cells = cells_of(made)
    assert cells.planned(3).tolist() == [True, True, False]
    assert cells.planned(0).all()
