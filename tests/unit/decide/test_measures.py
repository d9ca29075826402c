"""Scorers beside the primary one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalharness.core.score import Score, Scored, Unscored
from evalharness.decide import decide
from evalharness.decide.measures import _spearman


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=40))
def test_the_correlation_is_scipys(pairs: list[tuple[int, int]]) -> None:
    found = _spearman([(float(a), float(b)) for a, b in pairs])
    if len({a for a, _ in pairs}) == 1 or len({b for _, b in pairs}) == 1:
        assert found is None
    else:
        first, second = zip(*pairs, strict=True)
        assert found == pytest.approx(stats.spearmanr(first, second).statistic, abs=1e-12)


def test_measures_have_means_by_arm_and_go_with_the_score_or_not(study, scores, card, assume) -> None:
    made = study(scores())
    rows: list[Score] = []
    for outcome in made.outcomes:
        place = {"case_id": outcome.case_id, "arm": outcome.arm, "repeat": 0}
        rows.append(Scored(**place, scorer="key_facts/1", value=(outcome.quality or 0) / 5))
        rows.append(Scored(**place, scorer="echo/2", value=(outcome.quality or 0) / 5))
        rows.append(Scored(**place, scorer="flat/1", value=1.0))
        if outcome.case_id == "c000000":
            rows.append(Unscored(**place, scorer="some/1", cause="no_letters"))
        else:
            rows.append(Scored(**place, scorer="some/1", value=0.5))
    found = {m.scorer: m for m in decide(replace(made, scores=tuple(rows)), card, assume()).measures}
    assert list(found) == ["echo/2", "flat/1", "some/1"]  # the primary score is no measure beside itself
    echo = found["echo/2"]
    assert echo.correlation == pytest.approx(1.0)
    assert (echo.n, echo.arms[0].arm, echo.arms[0].n) == (400, "flash-raw", 100)
    values = [o.quality for o in made.outcomes if o.arm == "flash-raw"]
    assert echo.arms[0].mean == pytest.approx(float(np.mean(values)) / 5)
    assert found["flat/1"].correlation is None
    assert (found["some/1"].arms[0].n, found["some/1"].arms[0].unscored) == (99, 1)
