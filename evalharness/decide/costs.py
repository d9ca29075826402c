"""Token arrays × rate card → cost per cell, by the one price formula of core.pricing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from evalharness.core.pricing import Rate, RateCard, Tier, bill_of, prices_of
from evalharness.core.usage import Usage
from evalharness.decide.cells import TOKEN_KINDS, BoolArray, Cells, Charges, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """USD for one token of each kind (cells.TOKEN_KINDS), exact."""

    usd: tuple[Decimal, Decimal, Decimal, Decimal, Decimal]


def token_prices(
    row: Rate, *, long: bool, cached: bool, cache_neutral: bool, tier: Tier = "standard"
) -> TokenPrices:
    """Return what one more token of each kind costs.

    A call's price is linear in its tokens once the context size is fixed, so the prices are read off bill_of
    itself: one formula for the bill, the ledger and the statistics.

    Args:
        row: The row in force (RateCard.in_force).
        long: Whether the long-context prices apply.
        cached: Whether a price for cached tokens is needed; without need its absence is no error.
        cache_neutral: Price cached tokens as ordinary input.
        tier: Service tier.

    Raises:
        PricingError: If a needed price is missing.
    """
    prices = prices_of(row, long=long, tier=tier)

    def price(**counts: int) -> Decimal:
        usage = Usage(**({"input_tokens": 0, "output_tokens": 0} | counts))
        return bill_of(usage, prices, cache_neutral=cache_neutral).total_usd

    return TokenPrices(
        usd=(
            price(input_tokens=1),
            price(input_tokens=1, cached_tokens=1) if cached else Decimal(0),
            price(output_tokens=1),
            price(output_tokens=1, thinking_tokens=1),
            price(tool_use_tokens=1),
        )
    )


def is_long(charges: Charges, card: RateCard, on: dt.date) -> BoolArray:
    """Tell which calls fall into the long-context tier of their model, shape (calls,)."""
    limit = np.full(max(len(charges.models), 1), np.iinfo(np.int64).max, dtype=np.int64)
    for i, model in enumerate(charges.models):
        threshold = card.in_force(model, on).long_context_above_tokens
        limit[i] = limit[i] if threshold is None else threshold
    long: BoolArray = charges.prompt_tokens > limit[charges.model]
    return long


class CostTable:
    """Costs of a study's cells at any day, computed once per set of prices."""

    def __init__(self, cells: Cells, card: RateCard) -> None:
        """Keep what is priced and the prices."""
        self._cells = cells
        self.card = card
        self.at = lru_cache(maxsize=None)(self._at)
        self.calls_at = lru_cache(maxsize=None)(self._calls_at)

    def models(self, arm_indices: tuple[int, ...]) -> tuple[str, ...]:
        """Return the models that these arms pay, sorted."""
        charges = self._cells.charges
        _, cases, repeats = self._cells.shape
        arm = charges.cell // (cases * repeats)
        used = np.unique(charges.model[np.isin(arm, arm_indices)])
        return tuple(charges.models[i] for i in used)

    def part(self, on: dt.date, purpose: str) -> FloatArray:
        """Return what the calls of one purpose cost each cell, shape (arms, cases, repeats), USD per request.

        Zero where an answered cell has no such call; NaN without answer or price.
        """
        charges = self._cells.charges
        chosen = np.array([name == purpose for name in charges.purposes], dtype=np.bool_)
        mask = chosen[charges.purpose] if len(chosen) else np.zeros(0, dtype=np.bool_)
        usd = _sums(self._cells, np.where(mask, self.calls_at(on), 0.0))
        usd[~self._cells.answered] = np.nan
        return usd

    def arm_at_tier(self, on: dt.date, arm: int, tier: Tier) -> FloatArray:
        """Return USD per request of one arm at a service tier, shape (cases, repeats).

        Raises:
            PricingError: If a model that this arm pays has no price for the tier.
        """
        per_call = self._priced(self._cells.charges.tokens, on, tier=tier, chosen=self._of(arm))
        usd: FloatArray = _per_cell(self._cells, per_call)[arm]
        return usd

    def _of(self, arm: int) -> BoolArray:
        _, cases, repeats = self._cells.shape
        mask: BoolArray = self._cells.charges.cell // (cases * repeats) == arm
        return mask

    def thinking(self, on: dt.date, factor: float) -> FloatArray:
        """Return USD per request as if each call had used so many times its thinking tokens."""
        cells, charges = self._cells, self._cells.charges
        tokens = charges.tokens.astype(np.float64)
        tokens[:, TOKEN_KINDS.index("thinking")] *= factor
        return _per_cell(cells, self._priced(tokens, on))

    def _at(self, on: dt.date, cache_neutral: bool = False) -> FloatArray:
        """Return USD per request for each cell, shape (arms, cases, repeats); NaN without answer or price."""
        return _per_cell(self._cells, self.calls_at(on, cache_neutral))

    def _calls_at(self, on: dt.date, cache_neutral: bool = False) -> FloatArray:
        """Return USD of each call, its share per request served, shape (calls,)."""
        return self._priced(self._cells.charges.tokens, on, cache_neutral=cache_neutral)

    def _priced(
        self,
        tokens: IntArray | FloatArray,
        on: dt.date,
        *,
        cache_neutral: bool = False,
        tier: Tier = "standard",
        chosen: BoolArray | None = None,
    ) -> FloatArray:
        charges = self._cells.charges
        per_call = np.zeros(len(charges.cell))
        long = is_long(charges, self.card, on)
        for i, model in enumerate(charges.models):
            for size in (False, True):
                rows = (charges.model == i) & (long == size)
                rows = rows if chosen is None else rows & chosen
                if not rows.any():
                    continue
                cached = bool(charges.tokens[rows, 1].any())
                row = self.card.in_force(model, on)
                prices = token_prices(row, long=size, cached=cached, cache_neutral=cache_neutral, tier=tier)
                usd = tokens[rows] @ np.array([float(p) for p in prices.usd])
                per_call[rows] = usd / charges.served[rows]
        return per_call


def _per_cell(cells: Cells, per_call: FloatArray) -> FloatArray:
    usd = _sums(cells, per_call)
    usd = np.where(np.isnan(cells.imported_usd), usd, cells.imported_usd)
    usd[~cells.answered] = np.nan
    return usd


def _sums(cells: Cells, per_call: FloatArray) -> FloatArray:
    # Copies of a row are averaged, as their scores are.
    size, rows = cells.rows.size, cells.rows.ravel()
    total = np.bincount(cells.charges.cell, weights=per_call, minlength=size)
    calls = np.bincount(cells.charges.cell, minlength=size)
    sums = np.full(size, np.nan)
    np.divide(total, rows, out=sums, where=(calls > 0) & (rows > 0))
    return sums.reshape(cells.shape)


def billed_tokens(cells: Cells) -> FloatArray:
    """Return all tokens billed for each cell, shape (arms, cases, repeats); NaN where no call is known."""
    tokens = _sums(cells, cells.charges.tokens.sum(axis=1) / cells.charges.served)
    tokens[~cells.answered] = np.nan
    return tokens
