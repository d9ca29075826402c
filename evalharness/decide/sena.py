"""The compression verdict: quality not inferior and context tokens really saved, for both models."""

from __future__ import annotations

import numpy as np

from evalharness.core.decision import (
    Binding,
    BindingKind,
    Condition,
    ConditionKind,
    ConditionName,
    ControlCheck,
    Estimate,
    Reason,
    ReasonCode,
    Ruling,
    SenaDecision,
    SenaModel,
    Verdict,
)
from evalharness.core.experiment import ContextMode, ScorerChoice, Thresholds
from evalharness.core.provenance import Origin
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.conditions import fact, lower_bound, unmet
from evalharness.decide.contrasts import mean_or_value, mean_vector
from evalharness.decide.costs import billed_tokens
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_quantile
from evalharness.decide.evidence import common_marks, evidence_binding, evidence_caps, evidence_conditions
from evalharness.decide.fieller import fieller_set
from evalharness.decide.pairing import Pair, case_means
from evalharness.decide.panel import agreement_condition, disagreements, judges_binding
from evalharness.decide.severe import severe_losses
from evalharness.decide.tail import guarded_estimate, retention_pseudo_case


def decide_sena(bench: Bench, checks: tuple[ControlCheck, ...]) -> SenaDecision | None:
    """Judge compression as an intersection-union test; None if the experiment has no sena arm."""
    sides = (bench.arms.control, bench.arms.treatment)
    if not any(ContextMode.SENA in side for side in sides):
        return None
    models = compression_models(bench)
    return SenaDecision(
        verdict=_verdict(bench, checks, models),
        models=models,
        overruns=len(bench.study.overruns),
        most_overrun_tokens=max(bench.study.overruns, default=0),
    )


def compression_models(bench: Bench) -> tuple[SenaModel, ...]:
    """Measure compression on each model that has answers in both contexts, control first."""
    sides = (bench.arms.control, bench.arms.treatment)
    both = {ContextMode.SENA, ContextMode.RAW}
    pairs = [(side[ContextMode.SENA], side[ContextMode.RAW]) for side in sides if set(side) >= both]
    return tuple(_model(bench, sena, raw) for sena, raw in pairs if bench.pair(sena, raw).design.n)


def _model(bench: Bench, sena: int, raw: int) -> SenaModel:
    limits, scale = bench.study.experiment.thresholds, bench.study.experiment.scorer
    pair, cells = bench.pair(sena, raw), bench.cells
    kept, kept_tail = retention_estimates(pair, limits, scale, bench.confidence)
    on = bench.study.on
    origin = scale.scale_low
    return SenaModel(
        model=cells.arms[raw].model,
        raw_arm=cells.arms[raw].name,
        sena_arm=cells.arms[sena].name,
        quality=kept,
        quality_tail=kept_tail,
        tokens=_token_margin(bench, pair, limits.context_token_reduction),
        relative_loss=reduction_estimate(
            pair.first - origin, pair.second - origin, pair.design, bench.confidence
        ),
        net_reduction=_reduction(bench, pair, cells.context_net),
        gross_reduction=_reduction(bench, pair, cells.context_gross),
        billed_reduction=_reduction(bench, pair, billed_tokens(cells)),
        cost_change=bench.difference(pair, bench.costs.at(on), "usd_per_request"),
        cost_change_cache_neutral=bench.difference(
            pair, bench.costs.at(on, cache_neutral=True), "usd_per_request"
        ),
        severe=severe_losses(pair.quality, threshold_points=limits.severe_loss, confidence=bench.confidence),
    )


def retention_margins(
    quality: FloatArray, reference: FloatArray, *, retained: float, origin: float = 0.0
) -> FloatArray:
    """Return y_i = (q_i − origin) − retained·(reference_i − origin), points.

    Its mean exceeds zero exactly if less than 1 − retained of the reference's mean quality is lost.
    """
    margins: FloatArray = (quality - origin) - retained * (reference - origin)
    return margins


def retention_estimates(
    pair: Pair, limits: Thresholds, scale: ScorerChoice, confidence: float
) -> tuple[Estimate, Estimate]:
    """Return the mean of the retention margins, points, without and with the tail guard's pseudo-case."""
    retained = 1 - limits.quality_loss
    kept = retention_margins(pair.first, pair.second, retained=retained, origin=scale.scale_low)
    pseudo = retention_pseudo_case(score_range=scale.width, share=limits.tail_share, retained=retained)
    plain = mean_or_value(kept, pair.design, unit="points", confidence=confidence)
    return plain, guarded_estimate(kept, pair.design, pseudo=pseudo, unit="points", confidence=confidence)


def token_margins(raw: FloatArray, sena: FloatArray, *, reduction: float) -> FloatArray:
    """Return z_i = (1 − reduction)·X_raw,i − X_sena,i; its mean exceeds zero if more than that is saved."""
    margins: FloatArray = (1 - reduction) * raw - sena
    return margins


def reduction_estimate(
    after: FloatArray, before: FloatArray, design: Design, confidence: float
) -> Estimate | None:
    """Return 1 − mean(after)/mean(before) with its Fieller interval; None if nothing was there before."""
    mean_before = float(np.average(before, weights=design.weights))
    if mean_before <= 0:
        return None
    value = 1 - float(np.average(after, weights=design.weights)) / mean_before
    low, high = None, None
    if design.units >= 2:
        joint = mean_vector(np.stack([after, before], axis=1), design)
        interval = fieller_set(
            float(joint.mean[0]), float(joint.mean[1]),
            v_numerator=float(joint.cov[0, 0]), v_denominator=float(joint.cov[1, 1]),
            v_both=float(joint.cov[0, 1]), quantile=t_quantile(confidence, joint.df),
            confidence=confidence,
        )  # fmt: skip
        if interval.kind == "bounded" and interval.low is not None and interval.high is not None:
            low, high = 1 - interval.high, 1 - interval.low
    return Estimate(
        value=value, low=low, high=high, n=design.units, confidence=confidence, method="fieller", unit="share"
    )


def _sides(pair: Pair, values: FloatArray) -> tuple[FloatArray, FloatArray, Design] | None:
    after, before = (case_means(values[arm])[pair.index] for arm in (pair.minuend, pair.subtrahend))
    known = ~np.isnan(after) & ~np.isnan(before)
    return (after[known], before[known], pair.design.take(known)) if known.any() else None


def _reduction(bench: Bench, pair: Pair, values: FloatArray) -> Estimate | None:
    sides = _sides(pair, values)
    return None if sides is None else reduction_estimate(*sides, bench.confidence)


def _token_margin(bench: Bench, pair: Pair, reduction: float) -> Estimate:
    sides = _sides(pair, bench.cells.context_net)
    if sides is None:
        # Nothing counted is nothing saved: no bound, so the condition cannot be met.
        return Estimate(
            value=0.0, low=None, high=None, n=0, confidence=bench.confidence, method="mean", unit="tokens"
        )
    after, before, design = sides
    margins = token_margins(before, after, reduction=reduction)
    return mean_or_value(margins, design, unit="tokens", confidence=bench.confidence)


def sena_conditions(models: tuple[SenaModel, ...]) -> tuple[Condition, ...]:
    """Return the three proof rows of each model."""
    return tuple(
        row
        for model in models
        for row in (
            lower_bound(ConditionName.NON_INFERIOR, model.quality, unit="points", subject=model.model),
            lower_bound(
                ConditionName.NON_INFERIOR_TAIL, model.quality_tail, unit="points", subject=model.model
            ),
            lower_bound(ConditionName.TOKENS, model.tokens, unit="tokens", subject=model.model),
        )
    )


def rule_sena(models: tuple[SenaModel, ...], conditions: tuple[Condition, ...]) -> Ruling:
    """PASS if every row is met for both models, FAIL if an upper bound is below zero, else INCONCLUSIVE."""
    highs = [estimate.high for model in models for estimate in (model.quality, model.tokens)]
    if any(high is not None and high < 0 for high in highs):
        return Ruling.FAIL
    if len(models) == 2 and not unmet(conditions, ConditionKind.PROOF):
        return Ruling.PASS
    return Ruling.INCONCLUSIVE


def _verdict(bench: Bench, checks: tuple[ControlCheck, ...], models: tuple[SenaModel, ...]) -> Verdict:
    own, judges = sena_conditions(models), _judges(bench, models)
    proof = (*own, *judges)
    evidence = evidence_conditions(bench, checks)
    caps = evidence_caps(evidence)
    ruling = rule_sena(models, own)
    final = uncapped = Ruling.NO_VERDICT if caps else ruling
    split = disagreements(judges)
    if split and not caps and not _wastes_tokens(models):
        final, caps = Ruling.INCONCLUSIVE, split
    return Verdict(
        ruling=final,
        uncapped=uncapped,
        would_be=bench.study.origin is not Origin.GOOGLE,
        reasons=_reasons(bench, models, final),
        caps=caps,
        marks=common_marks(bench, checks),
        conditions=(*evidence, *proof, *_missing_model(bench, models)),
        binding=evidence_binding(evidence) or judges_binding(proof) or _binding(proof, ruling),
    )


def _judges(bench: Bench, models: tuple[SenaModel, ...]) -> tuple[Condition, ...]:
    """Return one row a model: no judge sees the retention margin with the other sign."""
    limits, scale = bench.study.experiment.thresholds, bench.study.experiment.scorer
    position = {arm.name: i for i, arm in enumerate(bench.cells.arms)}

    def margin(pair: Pair) -> FloatArray:
        retained = 1 - limits.quality_loss
        return retention_margins(pair.first, pair.second, retained=retained, origin=scale.scale_low)

    return tuple(
        row
        for model in models
        for row in agreement_condition(
            bench, position[model.sena_arm], position[model.raw_arm], margin=margin, subject=model.model
        )
    )


def _wastes_tokens(models: tuple[SenaModel, ...]) -> bool:
    """Whether compression fails by its tokens, of which judges see nothing."""
    return any(model.tokens.high is not None and model.tokens.high < 0 for model in models)


def _missing_model(bench: Bench, models: tuple[SenaModel, ...]) -> tuple[Condition, ...]:
    if len(models) == 2:
        return ()
    return (fact(ConditionName.NON_INFERIOR, ConditionKind.PROOF, met=False, detail=_missing(bench)),)


def _missing(bench: Bench) -> tuple[Reason, ...]:
    return tuple(
        Reason(code=ReasonCode.MISSING_ARM, values=(("model", role), ("context", context.value)))
        for role, side in (("control", bench.arms.control), ("treatment", bench.arms.treatment))
        for context in (ContextMode.RAW, ContextMode.SENA)
        if context not in side
    )


def _reasons(bench: Bench, models: tuple[SenaModel, ...], ruling: Ruling) -> tuple[Reason, ...]:
    if ruling is Ruling.PASS:
        return (Reason(code=ReasonCode.ALL_HOLD),)
    failed = tuple(
        Reason(
            code=ReasonCode.UPPER_BOUND_BELOW,
            values=(
                ("condition", name.value), ("high", estimate.high), ("unit", estimate.unit),
                ("model", model.model),
            ),
        )
        for model in models
        for name, estimate in (
            (ConditionName.NON_INFERIOR, model.quality), (ConditionName.TOKENS, model.tokens)
        )
        if estimate.high is not None and estimate.high < 0
    )  # fmt: skip
    few = tuple(
        Reason(code=ReasonCode.TOO_FEW, values=(("what", estimate.unit), ("n", estimate.n)))
        for model in models
        for estimate in (model.quality, model.tokens)
        if estimate.low is None
    )
    return (*failed, *few, *_missing(bench))


def _binding(proof: tuple[Condition, ...], ruling: Ruling) -> Binding | None:
    rows = unmet(proof, ConditionKind.PROOF)
    if not rows or ruling is not Ruling.INCONCLUSIVE:
        return None
    return Binding(kind=BindingKind.SAMPLE, condition=rows[0].name, subject=rows[0].subject)
