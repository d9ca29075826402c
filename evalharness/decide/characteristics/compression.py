"""Simulated compressions: how often the rule passes one whose true loss or saving is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Estimate, Ruling, SenaModel
from evalharness.core.experiment import ScorerChoice, Thresholds
from evalharness.decide.cells import FloatArray
from evalharness.decide.characteristics.noise import CASES, Noise
from evalharness.decide.characteristics.setting import pair_of
from evalharness.decide.characteristics.upgrade import Counts, lower_bounds
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.pairing import Pair
from evalharness.decide.sena import (
    retention_estimates,
    retention_margins,
    rule_sena,
    sena_conditions,
    token_margins,
)
from evalharness.decide.severe import severe_losses

RAW_MEAN = 4.0
"""Mean score without compression; a loss of 5 % is 0.2 points."""
RAW_TOKENS = 1000.0
_LIMITS = Thresholds()
_SCALE = ScorerChoice(name="simulated")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionWorld:
    """One kind of compression whose truth is known."""

    noise: Noise
    saving: float = 0.45
    """True share of context tokens saved."""
    name: str = ""
    tail_share: float = 0.5
    """Share of the score range that the tail guard's pseudo-case loses."""

    @property
    def label(self) -> str:
        """What the world is called."""
        return self.name or self.noise.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Scores and context tokens of one model in many studies, shape (studies, cases) each."""

    sena: FloatArray
    raw: FloatArray
    sena_tokens: FloatArray
    raw_tokens: FloatArray


def passes(world: CompressionWorld, rng: np.random.Generator, *, studies: int, loss: float) -> Counts:
    """Return how often a compression of a true relative loss passes.

    Only one of the two models is at the limit; the other loses nothing and saves plenty, which is where an
    intersection-union test errs most often.
    """
    at_limit, fine = _draw(world, rng, studies, loss), _fine(rng, studies)
    kept = retention_margins(at_limit.sena, at_limit.raw, retained=1 - _LIMITS.quality_loss)
    saved = _saved(at_limit)
    clusters = world.noise.clusters
    bounds = (lower_bounds(margin, clusters, _LIMITS.confidence) > 0 for margin in (kept, saved))
    passed = np.logical_and.reduce(tuple(bounds))
    naive = (kept.mean(axis=1) > 0) & (saved.mean(axis=1) > 0)
    sure = sum(_passes(at_limit, fine, k, world) for k in np.flatnonzero(passed).tolist())
    return Counts(naive=float(naive.mean()), bound=float(passed.mean()), rule=sure / studies)


def _draw(world: CompressionWorld, rng: np.random.Generator, studies: int, loss: float) -> _Drawn:
    raw = RAW_MEAN + rng.uniform(-0.6, 0.6, (studies, CASES))
    sena = raw + world.noise.draw(rng, studies, -loss * RAW_MEAN)
    raw_tokens, sena_tokens = _tokens(rng, studies, world.saving)
    return _Drawn(sena=sena, raw=raw, sena_tokens=sena_tokens, raw_tokens=raw_tokens)


def _fine(rng: np.random.Generator, studies: int) -> _Drawn:
    raw = np.full((studies, CASES), RAW_MEAN)
    raw_tokens, sena_tokens = _tokens(rng, studies, 0.6)
    return _Drawn(sena=raw, raw=raw, sena_tokens=sena_tokens, raw_tokens=raw_tokens)


def _tokens(rng: np.random.Generator, studies: int, saving: float) -> tuple[FloatArray, FloatArray]:
    raw = RAW_TOKENS * rng.uniform(0.3, 1.7, (studies, CASES))
    return raw, raw * (1 - saving + rng.uniform(-0.2, 0.2, raw.shape))


def _saved(drawn: _Drawn) -> FloatArray:
    return token_margins(drawn.raw_tokens, drawn.sena_tokens, reduction=_LIMITS.context_token_reduction)


def _passes(at_limit: _Drawn, fine: _Drawn, study: int, world: CompressionWorld) -> bool:
    models = (_model("flash", at_limit, study, world), _model("pro", fine, study, world))
    return rule_sena(models, sena_conditions(models)) is Ruling.PASS


def _model(name: str, drawn: _Drawn, study: int, world: CompressionWorld) -> SenaModel:
    pair = pair_of(drawn.sena[study], drawn.raw[study], world.noise.clusters)
    limits = Thresholds(tail_share=world.tail_share)
    kept, kept_tail = retention_estimates(pair, limits, _SCALE, limits.confidence)
    severe = severe_losses(pair.quality, threshold_points=_LIMITS.severe_loss, confidence=_LIMITS.confidence)
    return SenaModel(
        model=name, raw_arm="raw", sena_arm="sena", quality=kept, quality_tail=kept_tail,
        tokens=_token_estimate(pair, _saved(drawn)[study]), relative_loss=None, net_reduction=None,
        gross_reduction=None, billed_reduction=None, cost_change=None, cost_change_cache_neutral=None,
        severe=severe,
    )  # fmt: skip


def _token_estimate(pair: Pair, margins: FloatArray) -> Estimate:
    return mean_or_value(margins, pair.design, unit="tokens", confidence=_LIMITS.confidence)
