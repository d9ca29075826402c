"""Scores + usage + rate card + assumptions → decision. Pure: no file, clock, socket or global randomness."""

from __future__ import annotations

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Decision, UpgradeDecision
from evalharness.core.levers import Levers
from evalharness.core.pricing import RateCard
from evalharness.core.study import Study
from evalharness.decide.bench import Bench
from evalharness.decide.cells import cells_of
from evalharness.decide.controls import control_checks
from evalharness.decide.costs import CostTable
from evalharness.decide.design import sampling_of
from evalharness.decide.evidence import evidence_of
from evalharness.decide.grid import arm_summaries, two_by_two
from evalharness.decide.judge_audit import judge_audit
from evalharness.decide.label_audit import label_audit
from evalharness.decide.ledger import answers_total, ledger_of, study_rows
from evalharness.decide.levers import levers_of
from evalharness.decide.measures import measures_of
from evalharness.decide.operations import operations_of
from evalharness.decide.pairing import completeness, main_arms
from evalharness.decide.power import mde
from evalharness.decide.sena import decide_sena
from evalharness.decide.stakes import Stakes
from evalharness.decide.upgrade import decide_upgrade
from evalharness.decide.upgrade_case import resting_case
from evalharness.decide.views import assumptions_view, rate_rows

__all__ = ["decide", "mde", "study_levers"]


def decide(study: Study, card: RateCard, assumptions: Assumptions) -> Decision:
    """Decide a study.

    Args:
        study: What was measured; its `on` is the decision's date.
        card: Dated prices.
        assumptions: How quality becomes money.

    Returns:
        Estimates, conditions and verdicts; the same inputs give the same decision.

    Raises:
        BadInput: If the study contradicts itself or holds NaN or infinite numbers.
        InsufficientData: If no case is scored in both arms of the upgrade.
        PricingError: If a model, day or token kind has no price.
    """
    bench = bench_of(study, card, assumptions)
    checks = control_checks(bench)
    sena = decide_sena(bench, checks)
    spent = answers_total(study_rows(bench, study.on))
    upgrade = decide_upgrade(bench, assumptions, checks, sena, spent)
    labels = label_audit(bench, bench.upgrade_pair(upgrade.context))
    return Decision(
        experiment=study.experiment.name,
        seed=study.experiment.seed,
        on=study.on,
        thresholds=study.experiment.thresholds,
        evidence=evidence_of(bench, labels),
        arms=arm_summaries(bench),
        grid=two_by_two(bench),
        controls=checks,
        sena=sena,
        upgrade=upgrade,
        ledger=ledger_of(bench, _decided_usd(upgrade), months=assumptions.horizon_months),
        assumptions=assumptions_view(assumptions),
        rate_card=card.name,
        rates=rate_rows(bench, assumptions.horizon_months),
        rollout=study.experiment.rollout,
        operations=operations_of(bench),
        labels=labels,
        measures=measures_of(bench),
        judge=judge_audit(bench),
    )


def study_levers(study: Study, card: RateCard, assumptions: Assumptions, decision: Decision) -> Levers | None:
    """Lay out what it takes to judge a decided study's upgrade again under other assumptions.

    Args:
        study: As it was decided.
        card: Dated prices.
        assumptions: How quality becomes money.
        decision: What `decide` made of them.

    Returns:
        None where nothing can be computed at any setting (see decide.levers).
    """
    bench = bench_of(study, card, assumptions)
    context = decision.upgrade.context
    stakes = Stakes(bench, assumptions, bench.upgrade_pair(context))
    case = resting_case(stakes, context, control_checks(bench))
    return levers_of(case, decision.upgrade.break_evens)


def bench_of(study: Study, card: RateCard, assumptions: Assumptions) -> Bench:
    """Lay a study out for deciding.

    Raises:
        BadInput: If the study contradicts itself or holds NaN or infinite numbers.
    """
    limits = study.experiment.thresholds
    cells = cells_of(study)
    arms = main_arms(study.experiment.arms)
    return Bench(
        study=study,
        cells=cells,
        arms=arms,
        sampling=sampling_of(study, cells.cases, assumptions),
        complete=completeness(cells, arms),
        costs=CostTable(cells, card),
        confidence=1 - (1 - limits.confidence) / limits.looks,
    )


def _decided_usd(upgrade: UpgradeDecision) -> float | None:
    money = upgrade.money
    return None if money is None else money.months * money.cost + money.one_off
