"""Every edge of the rule, as the verdict line words it."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.core.assumption_fields import SPECS
from evalharness.core.assumptions import Assumption, Status, TrafficShare
from evalharness.core.errors import BadInput
from evalharness.decide import decide
from evalharness.render import verdict_lines

CHEAP = {"pro-raw": (300, 60), "pro-sena": (200, 60)}
SAME_COST = {"pro-raw": (500, 100)}
BREAK_EVEN_POINTS = 0.17
"""What a point must gain at V = 0.05 and 0.0034 USD more a request for an ROI of exactly 150 %."""


def flat(gain: float, wobble: float = 0.0, n: int = 100) -> dict[str, list[float]]:
    """Scores whose mean difference is exactly `gain`."""
    noise = np.random.default_rng(1).normal(0, wobble, n) if wobble else np.zeros(n)
    base = np.linspace(1.5, 3.5, n)
    pro = base + gain + noise - noise.mean()
    return {"flash-raw": list(base), "flash-sena": list(base), "pro-raw": list(pro), "pro-sena": list(pro)}


@pytest.fixture
def printed(study, card, assume):
    def show(scores, assumptions=None, **options) -> str:
        return verdict_lines(decide(study(scores, **options), card, assumptions or assume()))[0]

    return show


def test_exactly_150_percent(printed) -> None:
    line = printed(flat(BREAK_EVEN_POINTS, wobble=0.5))
    assert line.startswith("INCONCLUSIVE: not approved; keep Flash meanwhile. ROI 150 %")
    assert "includes 150 %" in line
    assert "0.50 (needs 0.95)" in line
    assert not printed(flat(BREAK_EVEN_POINTS)).startswith("APPROVE")


@pytest.mark.parametrize(
    ("gain", "wobble", "tokens", "start"),
    [
        (0.5, 0.3, SAME_COST, "APPROVE: Pro may replace Flash. ROI n/a: Pro adds no cost. Net benefit $150"),
        (0.5, 0.3, CHEAP, "APPROVE: Pro may replace Flash. ROI n/a: Pro adds no cost."),
        (-0.04, 0.1, CHEAP, "REJECT: keep Flash. ROI n/a: Pro adds no cost. Net benefit −$6.72"),
    ],
    ids=["C = 0", "C < 0 and B > 0", "C < 0 and B < 0"],
)
def test_without_incremental_cost_no_roi_is_printed(printed, gain, wobble, tokens, start) -> None:
    line = printed(flat(gain, wobble), tokens=tokens)
    assert line.startswith(start)
    assert "%, 90 % interval" not in line


def test_all_differences_equal(printed) -> None:
    assert "ROI 635 %, 90 % interval 635–635 %" in printed(flat(0.5))


def test_one_category_empty(printed, scores, assume) -> None:
    shares = (
        TrafficShare(persona="moon", language="ko", share=0.5),
        TrafficShare(persona="star", language="ko", share=0.5),
    )
    line = printed(scores(), assume(options={"traffic": shares}))
    assert line.startswith("NO VERDICT")
    assert "star/ko carries 50 % of the traffic but has no case." in line


def test_one_cluster(printed, scores) -> None:
    line = printed(scores(), facts=lambda _: {"cluster": "session"})
    assert line.startswith("INCONCLUSIVE")
    assert "no interval: n = 1" in line
    assert "Binding: sample" in line
    assert "state “value" not in line  # what it lacks is clusters, not an assumption


def test_94_percent_of_the_quadruples(printed, scores) -> None:
    table = scores()
    table["pro-raw"] = [None] * 6 + table["pro-raw"][6:]
    assert "Only 94 % of the quadruples are fully scored; 95 % are needed." in printed(table)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_nan_and_infinite_input_is_refused_with_its_cell(printed, scores, bad: float) -> None:
    table = scores()
    table["pro-raw"][3] = bad
    with pytest.raises(
        BadInput, match=f"case c000003, arm pro-raw, repeat 0: quality is {bad:g}, not a number"
    ):
        printed(table)


def test_every_assumption_unknown(printed, scores, assume) -> None:
    unknown = {spec.name: Assumption(name=spec.name, status=Status.UNKNOWN) for spec in SPECS}
    line = printed(scores(), assume(**unknown))
    assert line.startswith("INCONCLUSIVE")
    assert "ROI not computable: nobody has stated requests per month" in line
    assert "Binding: assumption “requests per month”." in line
