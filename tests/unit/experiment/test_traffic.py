"""Traffic files: strict about what they say, exact in what they weigh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.core.case import Case, Context, Turn
from evalharness.core.errors import BadInput
from evalharness.experiment.traffic_file import Traffic, load_traffic
from evalharness.experiment.traffic_weights import case_weights, effective_cases

TRAFFIC = """\
source = "logs of October, invented"
as_of = 2026-10-31
[shares]
moon = { ko = 0.0, en = 0.0 }
square = { ko = 0.0, en = 0.0 }
earth = { ko = 0.5, en = 0.2 }
pen = { ko = 0.3, en = 0.0 }
"""


@pytest.fixture
def traffic(tmp_path: Path) -> Callable[[str], Traffic]:
    def load(text: str) -> Traffic:
        path = tmp_path / "traffic.toml"
        path.write_text(text, encoding="utf-8")
        return load_traffic(path)

    return load


@pytest.fixture
def cases(make_case: Callable[..., Case]) -> list[Case]:
    """Ten cases in four cells, half of each with a long context."""
    cells = [("earth", "ko")] * 4 + [("earth", "en")] * 2 + [("pen", "ko")] * 2 + [("moon", "ko")] * 2
    found = []
    for i, (persona, language) in enumerate(cells):
        context = Context(turns=(Turn(role="mentee", text="a" * (4000 if i % 2 else 400)),))
        found.append(make_case(id=f"c-{i}", persona=persona, language=language, context=context))
    return found


def test_weighted_shares_are_the_traffic_s(traffic: Callable[[str], Traffic], cases: list[Case]) -> None:
    weights = case_weights(traffic(TRAFFIC), cases)
    shares: dict[tuple[str, str], float] = defaultdict(float)
    for case in cases:
        shares[case.persona, case.language] += weights[case.id] / len(cases)
    assert shares[("earth", "ko")] == pytest.approx(0.5)
    assert shares[("earth", "en")] == pytest.approx(0.2)
    assert shares[("moon", "ko")] == 0
    assert weights["c-0"] == pytest.approx(0.5 * 10 / 4)
    assert sum(weights.values()) == pytest.approx(len(cases))


def test_token_quantiles_are_met_too(traffic: Callable[[str], Traffic], cases: list[Case]) -> None:
    """80 % of messages have at most 500 context tokens; both margins hold together."""
    weights = case_weights(traffic(TRAFFIC + "[context_tokens]\np80 = 500\n"), cases)
    short = sum(weights[f"c-{i}"] for i in range(0, 10, 2)) / len(cases)
    earth_ko = sum(weights[f"c-{i}"] for i in range(4)) / len(cases)
    assert short == pytest.approx(0.8)
    assert earth_ko == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("ko = 0.3", "ko = 0.4", 3, "shares sum to 1.1; they must sum to 1"),
        ("pen = { ko = 0.3, en = 0.0 }", "pen = { ko = 0.3 }", 3, r"missing pen\.en; write 0"),
        ("pen = ", "pan = ", 7, "nearest valid name: pen"),
        ("en = 0.0 }\nsquare", "fr = 0.0 }\nsquare", 4, r"unknown key shares\.moon\.fr"),
        ("ko = 0.3", "ko = 1.3", 7, "less than or equal to 1"),
        ("as_of = 2026-10-31\n", "", None, "missing key as_of"),
        ("[shares]", "[context_tokens]\nmedian = 3\n[shares]", 4, "median is no quantile"),
        ("[shares]", "[context_tokens]\np50 = 3\np90 = 3\n[shares]", 5, "p90 = 3 is not above p50 = 3"),
    ],
)
def test_a_wrong_traffic_file_is_refused(
    traffic: Callable[[str], Traffic], old: str, new: str, line: int | None, message: str
) -> None:
    assert old in TRAFFIC
    with pytest.raises(BadInput, match=message) as caught:
        traffic(TRAFFIC.replace(old, new))
    assert caught.value.line == line


def test_traffic_without_cases_is_refused_by_name(
    traffic: Callable[[str], Traffic], cases: list[Case]
) -> None:
    missing = TRAFFIC.replace("en = 0.0 }\nsquare", "en = 0.1 }\nsquare").replace("ko = 0.3", "ko = 0.2")
    with pytest.raises(BadInput, match=r"traffic has moon\.en, the dataset has no such case"):
        case_weights(traffic(missing), cases)
    with pytest.raises(BadInput, match="10% of traffic has above 3000 context tokens, no case"):
        case_weights(traffic(TRAFFIC + "[context_tokens]\np90 = 3000\n"), cases)


def test_margins_that_contradict_each_other_are_refused(
    traffic: Callable[[str], Traffic], cases: list[Case]
) -> None:
    """All short cases are of one cell with half of the traffic: they cannot carry 80 %."""
    short_earth = [case for i, case in enumerate(cases) if i % 2 or i < 4]
    with pytest.raises(BadInput, match="no weights fit both"):
        case_weights(traffic(TRAFFIC + "[context_tokens]\np80 = 500\n"), short_earth)


def test_effective_cases() -> None:
    assert effective_cases([1.0, 1.0, 1.0]) == pytest.approx(3)
    assert effective_cases([3.0, 0.0, 0.0]) == pytest.approx(1)
    with pytest.raises(ValueError, match="no weight is positive"):
        effective_cases([0.0])
