"""The what-if panel computes what Python does: every number of every rule, over studies and settings."""

from __future__ import annotations

import datetime as dt
import importlib.util
import math
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from evalharness.core.assumption_fields import Channel
from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status
from evalharness.core.experiment import JudgeChoice, ScorerChoice
from evalharness.core.labels import Grade, LabelledPair
from evalharness.core.levers import SCORES, Levers, Setting
from evalharness.core.pricing import RateCard, Shutdown
from evalharness.core.score import Scored
from evalharness.core.study import Study
from evalharness.decide import bench_of, decide, study_levers
from evalharness.decide.controls import control_checks
from evalharness.decide.pull import pull
from evalharness.decide.quadrature import nodes_of
from evalharness.decide.stakes import Stakes
from evalharness.decide.upgrade_case import resting_case
from evalharness.render import language, render_page

if TYPE_CHECKING:
    from tests.browser.conftest import Demo, Page

RELATIVE, CENTS = 1e-9, 1e-9
"""Agreement wanted: relative, or a billionth of a dollar, point or share where numbers cancel."""
NUMBERS = ("quality", "benefit", "cost", "roi", "roi_low", "roi_high", "npv", "payback_months", "probability")
WORDS = ("ruling", "branch", "binding", "binding_field", "binding_also", "roi_kind")


def _factories(name: str) -> ModuleType:
    """Load the studies that tests of the decision are made of; their fixtures become this module's own."""
    file = Path(__file__).parents[1] / "unit" / "decide" / "conftest.py"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_made = _factories("browser_studies")
fixed, assume, card, rate, cards = _made.fixed, _made.assume, _made.card, _made.rate, _made.cards
experiment, study, scores = _made.experiment, _made.study, _made.scores


def ranged(name: str, dist: Dist, **parameters: float) -> Assumption:
    return Assumption(name=name, status=Status.RANGE, dist=dist, source="test", **parameters)


DOUBT: dict[str, Any] = {
    "requests_per_month": ranged("requests_per_month", Dist.PERT, low=3000, mid=6000, high=12000),
    "satisfaction_per_quality": ranged("satisfaction_per_quality", Dist.PERT, low=0.1, mid=0.5, high=1.0),
    "value_per_satisfied_session": ranged("value_per_satisfied_session", Dist.LOGNORMAL90, low=1, high=10),
    "cost_human_session": ranged("cost_human_session", Dist.LOGNORMAL90, low=1, high=10),
    "revenue_per_user": ranged("revenue_per_user", Dist.NORMAL, mean=10, sd=3),
    "baseline_satisfaction": ranged("baseline_satisfaction", Dist.BETA, alpha=15, beta=5),
    "latency_penalty": ranged("latency_penalty", Dist.TRIANGULAR, low=0.0, mid=0.01, high=0.05),
    "one_off_cost": ranged("one_off_cost", Dist.TRIANGULAR, low=50, mid=100, high=300),
}


def noisy(made: Study, seed: int = 3) -> Study:
    """Give every cell tokens and a latency of its own."""
    rng = np.random.default_rng(seed)
    return replace(made, outcomes=tuple(
        replace(o, latency_ms=float(rng.integers(300, 1900)), charges=tuple(
            replace(c, usage=replace(c.usage, input_tokens=int(rng.integers(200, 2000)),
                                     output_tokens=int(rng.integers(20, 900)))) for c in o.charges))
        for o in made.outcomes
    ))  # fmt: skip


def graded(made: Study, m: int = 25) -> Study:
    quality = {(o.case_id, o.arm): o.quality for o in made.outcomes}
    rng = np.random.default_rng(2)
    drawn = rng.choice(sorted({c.case_id for c in made.cases}), m, replace=False).tolist()
    labels = tuple(
        LabelledPair(case_id=name, repeat=0, treatment="pro-raw", control="flash-raw", grades=(
            Grade(rater="kim", treatment=min(5, max(0, round(quality[name, "pro-raw"] or 0))),
                  control=min(5, max(0, round((quality[name, "flash-raw"] or 0) + rng.integers(-1, 2))))),))
        for name in sorted(drawn)
    )  # fmt: skip
    return replace(made, labels=labels)


Variant = tuple[Study, RateCard, Assumptions]


@pytest.fixture
def variants(request: pytest.FixtureRequest) -> dict[str, Callable[[], Variant]]:
    """Every sampling design, channel and branch."""
    names = ("study", "scores", "card", "cards", "rate", "assume", "fixed")
    study, scores, card, cards, rate, assume, fixed = map(request.getfixturevalue, names)
    doubtful = lambda **options: assume(**DOUBT, **options)  # noqa: E731 (short for what follows)
    change, end = dt.date(2027, 2, 1), dt.date(2027, 8, 1)
    moving = cards(
        rate("flash", "1", "4", end=change - dt.timedelta(days=1)), rate("flash", "2", "8", start=change),
        rate("pro", "2", "12"), rate("next", "5", "30"),
        shutdowns=(Shutdown(model="pro", on=end, source="test", routed_to="next"),),
    )  # fmt: skip
    cheap = cards(rate("flash", "3", "12"), rate("pro", "2", "8"))
    weights = lambda i: {"weight": 1.0 + i % 5}  # noqa: E731
    clusters = lambda i: {"cluster": f"s{i // 4}"}  # noqa: E731
    pairs = (("satisfaction_per_quality", "value_per_satisfied_session", -0.5),
             ("requests_per_month", "one_off_cost", 0.3))  # fmt: skip
    unknown = Assumption(name="value_per_satisfied_session", status=Status.UNKNOWN)
    lost = {n: [None if i in (3, 11) else q for i, q in enumerate(c)] if n == "pro-raw" else c
            for n, c in scores(n=60, gain=0.7).items()}  # fmt: skip
    no_overhead = {"one_off_cost": fixed("one_off_cost", 0.0)}
    return {
        "plain": lambda: (noisy(study(scores(n=60, gain=0.5))), card, doubtful()),
        "fixed": lambda: (study(scores(n=40, gain=0.9)), card, assume()),
        "correlated": lambda: (noisy(study(scores(gain=0.6))), card,
                               doubtful(options={"correlations": pairs})),
        "weighted": lambda: (noisy(study(scores(n=60, gain=0.7), facts=weights)), card, doubtful()),
        "stratified": lambda: (noisy(study(scores(n=60, gain=0.7), strata="persona")), card, doubtful()),
        "clustered": lambda: (noisy(study(scores(n=80, gain=0.9), facts=clusters)), card, doubtful()),
        "labelled": lambda: (graded(noisy(study(scores(n=80, gain=0.8)))), card, doubtful()),
        "labelled clusters": lambda: (graded(noisy(study(scores(n=80, gain=1.2), facts=clusters))), card,
                                      doubtful()),
        "labelled, failed cells": lambda: (graded(noisy(study(lost))), card, doubtful()),
        "failed cells": lambda: (noisy(study(lost)), card, doubtful()),
        "prices that change, a model that leaves": lambda: (noisy(study(scores(n=50, gain=0.8))), moving,
                                                            doubtful()),
        "cheaper": lambda: (study(scores(n=60, gain=0.4)), cheap, assume(**DOUBT | no_overhead)),
        "cost spans zero": lambda: (noisy(study(scores(n=40, gain=0.6))),
                                    cards(rate("flash", "2", "10"), rate("pro", "2", "10")),
                                    assume(**DOUBT | no_overhead)),
        "retention": lambda: (noisy(study(scores(n=60, gain=0.8))), card,
                              doubtful(channel=Channel.RETENTION)),
        "mentoring": lambda: (noisy(study(scores(n=60, gain=0.8))), card,
                              doubtful(channel=Channel.MENTORING)),
        "an unknown value": lambda: (noisy(study(scores(n=60, gain=0.8))), card,
                                     assume(**DOUBT | {"value_per_satisfied_session": unknown})),
        "a ceiling": lambda: (noisy(study(scores(n=60, gain=1.5))), card, assume(
            **DOUBT | {"satisfaction_per_quality": fixed("satisfaction_per_quality", 2.0)})),
        "a worse treatment": lambda: (noisy(study(scores(n=60, gain=-0.4))), card, doubtful()),
    }  # fmt: skip


NAMES = ("plain", "fixed", "correlated", "weighted", "stratified", "clustered", "labelled",
         "labelled clusters", "labelled, failed cells", "failed cells",
         "prices that change, a model that leaves", "cheaper", "cost spans zero", "retention", "mentoring",
         "an unknown value", "a ceiling", "a worse treatment")  # fmt: skip


def grid(levers: Levers) -> list[Setting]:
    """Some of every lever: at rest, low, high, all together, on other days."""
    movable = [field for field in levers.fields if field.movable]
    lone = [((field.name, value),) for field in movable for value in (field.low, field.high)]
    middle = tuple((field.name, (field.low + field.high) / 3) for field in movable)
    values = [(), *lone, middle]
    days = [levers.on, dt.date(2027, 1, 31), dt.date(2027, 9, 15)]
    horizons = [(levers.months, levers.threshold), (5, 0.4), (30, 3.0)]
    return [
        Setting(on=day, months=months, threshold=threshold, values=value)
        for value, day, (months, threshold) in product(values, days, horizons)
    ]


def in_page(page: Page, levers: Levers, fixed_rows: dict[str, list[str]], settings: list[Setting]) -> Any:
    """Let the browser pull the same levers."""
    plain = {**asdict(levers), "scores": SCORES}
    wanted = [{"on": s.on, "months": s.months, "threshold": s.threshold, "values": dict(s.values)}
              for s in settings]  # fmt: skip
    return page.run(
        "const pull = evalharness.tools.makePull(arguments[0], arguments[1]);"
        "return arguments[2].map((setting) => pull(setting));",
        _plain(plain), fixed_rows, _plain(wanted),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """Return JSON values: days as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def differences(name: str, first: float | None, second: float | None) -> list[str]:
    if first is None or second is None:
        return [] if first is second else [f"{name}: {first} and {second}"]
    close = math.isclose(first, second, rel_tol=RELATIVE, abs_tol=CENTS)
    return [] if close else [f"{name}: {first!r} and {second!r}"]


def compare(found: dict[str, Any], wanted: Any) -> list[str]:
    wrong = [f"{n}: {found.get(n)} and {getattr(wanted, n)}" for n in WORDS
             if found.get(n) != getattr(wanted, n)]  # fmt: skip
    for name in NUMBERS:
        wrong += differences(name, found.get(name), getattr(wanted, name))
    rows = {row["name"]: row for row in found["conditions"]}
    if list(rows) != [name for name, _, _ in wanted.conditions]:
        return [*wrong, f"rows {list(rows)}"]
    for name, value, met in wanted.conditions:
        wrong += differences(name, rows[name]["value"], value)
        wrong += [] if rows[name]["met"] == met else [f"{name} met: {rows[name]['met']} and {met}"]
    for k, (cost, roi) in enumerate(wanted.path):
        wrong += differences(f"month {k}", found["path"][k]["cost"], cost)
        wrong += differences(f"roi of month {k}", found["path"][k]["roi"], roi)
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_the_browser_computes_what_python_does(page: Page, demo: Demo, variants, name: str) -> None:
    page.open(demo.page())
    made, prices, assumptions = variants[name]()
    decision = decide(made, prices, assumptions)
    levers = study_levers(made, prices, assumptions, decision)
    assert levers is not None
    bench = bench_of(made, prices, assumptions)
    context = decision.upgrade.context
    stakes = Stakes(bench, assumptions, bench.upgrade_pair(context))
    case = resting_case(stakes, context, control_checks(bench))
    fixed_rows = {
        "evidence": [row.name.value for row in case.evidence if row.met is False],
        "judges": [],
        "guardrails": [row.name.value for row in case.guardrails if row.met is False],
    }
    nodes = nodes_of(levers)
    settings = grid(levers)
    found = in_page(page, levers, fixed_rows, settings)
    wanted = [pull(case, nodes, setting) for setting in settings]
    wrong = {str(s): w for s, f, p in zip(settings, found, wanted, strict=True) if (w := compare(f, p))}
    assert wrong == {}
    assert page.errors() == []


def split_panel(made: Study) -> Study:
    """Two judges of the same answers, one of whom sees the treatment lose."""
    judges = tuple(
        JudgeChoice(name=name, model=f"{name}-1", family=name, client="openai-compatible", prompts="judges/1",
                    max_output_tokens=512, repeats=1)
        for name in ("first", "second")
    )  # fmt: skip
    lost = {("second", "pro-raw"): 1.5}
    rows = tuple(
        Scored(case_id=o.case_id, arm=o.arm, repeat=o.repeat, scorer=f"rubric@{judge.name}/1",
               value=max(0.0, (o.quality or 0.0) - lost.get((judge.name, o.arm), 0.0)) / 5)
        for judge in judges
        for o in made.outcomes
    )  # fmt: skip
    scorer = ScorerChoice(name="rubric", judge=True)
    return replace(made, experiment=replace(made.experiment, judges=judges, scorer=scorer), scores=rows)


def test_judges_that_disagree_hold_the_panel_back_as_they_do_the_report(
    page: Page, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    study, scores, card, assume = map(request.getfixturevalue, ("study", "scores", "card", "assume"))
    made, assumptions = split_panel(noisy(study(scores(n=60, gain=1.0)))), assume(**DOUBT)
    decision = decide(made, card, assumptions)
    levers = study_levers(made, card, assumptions, decision)
    assert decision.upgrade.verdict.binding is not None
    assert decision.upgrade.verdict.binding.condition.value == "judges_agree_in_sign"
    file = tmp_path / "split.html"
    file.write_text(render_page(decision, identity="0" * 64, levers=levers), encoding="utf-8", newline="\n")
    page.open(file)
    assert page.all("#what-if .warning") == []
    assert page.find(".badge").get_attribute("data-ruling") == "INCONCLUSIVE"
    row = page.find('.what-if tr[data-condition="judges_agree_in_sign"]')
    assert (row.get_attribute("class"), row.get_attribute("data-met")) == ("binding", "false")
    assert page.errors() == []


def test_the_grid_reaches_every_ruling_branch_and_kind_of_binding(variants) -> None:
    """The comparison above compares something: not one verdict over and over."""
    seen: set[tuple[str, str | None, str | None]] = set()
    for name in ("plain", "cheaper", "cost spans zero", "labelled", "a worse treatment"):
        made, prices, assumptions = variants[name]()
        decision = decide(made, prices, assumptions)
        levers = study_levers(made, prices, assumptions, decision)
        assert levers is not None
        bench = bench_of(made, prices, assumptions)
        stakes = Stakes(bench, assumptions, bench.upgrade_pair(decision.upgrade.context))
        case, nodes = resting_case(stakes, decision.upgrade.context, control_checks(bench)), nodes_of(levers)
        for setting in grid(levers):
            found = pull(case, nodes, setting)
            seen.add((found.ruling, found.branch, found.binding))
    assert {ruling for ruling, _, _ in seen} == {"APPROVE", "REJECT", "INCONCLUSIVE"}
    assert {branch for _, branch, _ in seen} == {"dearer", "not_dearer", "cost_spans_zero"}
    bindings = {binding for _, _, binding in seen}
    assert bindings >= {None, "roi_probability", "net_benefit_at_threshold", "tail_guard"}


def test_special_functions_are_scipys(page: Page, demo: Demo) -> None:
    page.open(demo.page())
    xs = [-37.0, -12.5, -5.0, -3.0, -2.9999, -1.0, -1e-9, 0.0, 0.3, 2.5, 3.0, 6.0, 9.0, 40.0]
    ps = [1e-300, 1e-30, 1e-9, 0.001, 0.025, 0.3, 0.5, 0.7, 0.95, 0.975, 1 - 1e-9]
    dfs = [1.0, 1.5, 2.0, 3.0, 7.3, 24.0, 99.0, 399.0, 1e4]
    tail = [0.5, 0.6, 0.9, 0.95, 0.975, 0.99, 0.9999]
    below = page.run("return arguments[0].map(evalharness.tools.normalBelow)", xs)
    assert below == pytest.approx(stats.norm.cdf(xs).tolist(), rel=1e-12, abs=0)
    quantiles = page.run("return arguments[0].map(evalharness.tools.normalQuantile)", ps)
    assert quantiles == pytest.approx(stats.norm.ppf(ps).tolist(), rel=1e-12, abs=1e-15)
    for df in dfs:
        found = page.run(
            "return arguments[0].map((p) => evalharness.tools.tQuantile(p, arguments[1]))", tail, df
        )
        assert found == pytest.approx(stats.t.ppf(tail, df).tolist(), rel=1e-11, abs=1e-14), df
        above = page.run("return arguments[0].map((x) => evalharness.tools.tAbove(x, arguments[1]))",
                         [-8.0, -1.0, 0.0, 0.2, 1.0, 3.0, 30.0], df)  # fmt: skip
        assert above == pytest.approx(stats.t.sf([-8, -1, 0, 0.2, 1, 3, 30], df).tolist(), rel=1e-11), df


AMOUNTS = [0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.05, -0.049999, 0.1, 0.099999, 9.995, 9.9951, 10.0, 99.5, 99.994,
           100.0, 100.5, 101.5, -1234567.891, 1e-7, 3.25e-5, 0.00653425, 0.2727176861015008, 0.949999, 0.95,
           0.9501, 0.9995, 0.99951, 0.0004, 0.0005, 1e15, 123456789012.5, 5e-324, 2.675, 1.005, 0.125, 1e21,
           6.626e-34, 0.285, 0.995, 0.9949999]  # fmt: skip
UNITS = ("share", "roi", "pp", "points", "score", "usd", "usd_signed", "usd_per_request", "tokens", "ms",
         "days", "months", "count", "number")  # fmt: skip


@pytest.mark.parametrize("code", ["en", "ko"])
def test_numbers_are_written_as_in_the_report(page: Page, demo: Demo, code: str) -> None:
    """One way of rounding, grouping, signing and naming money, in two languages of programming."""
    page.open(demo.page(code))
    numerals = language(code).numerals
    rng = np.random.default_rng(9)
    values = AMOUNTS + [float(v) for v in np.exp(rng.normal(0, 5, 300)) * rng.choice([-1, 1], 300)]
    for unit in UNITS:
        found = page.run(
            "return arguments[0].map((v) => evalharness.numerals.writers[arguments[1]](v))", values, unit
        )
        assert found == [numerals.digits(value, unit) for value in values], unit
    shares = [v for v in values if 0 <= v <= 1]
    for limit in (None, 0.95, 0.05):
        found = page.run(
            "return arguments[0].map((v) => evalharness.numerals.writers.probability(v, arguments[1]))",
            shares, limit,
        )  # fmt: skip
        assert found == [numerals.probability(value, limit) for value in shares]
