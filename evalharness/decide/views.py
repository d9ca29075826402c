"""What the report shows of the inputs: assumptions with their spread, price rows with their source."""

from __future__ import annotations

from evalharness.core.assumptions import Assumption, Assumptions
from evalharness.core.decision import AssumptionRow, AssumptionsView, RateRow
from evalharness.decide.bench import Bench
from evalharness.decide.draws import quantile
from evalharness.decide.pricepath import add_months


def assumptions_view(assumptions: Assumptions) -> AssumptionsView:
    """Lay the assumption file out, fields of other channels included and marked unused."""
    used = {field.name for field in assumptions.used()}
    return AssumptionsView(
        preset=assumptions.preset,
        channel=assumptions.channel.value,
        example=assumptions.example,
        currency=assumptions.currency,
        rows=tuple(_row(field, field.name in used) for field in assumptions.fields),
    )


def _row(field: Assumption, used: bool) -> AssumptionRow:
    spec, known = field.spec, not field.is_unknown
    return AssumptionRow(
        name=field.name, symbol=spec.symbol, definition=spec.definition, status=field.status.value,
        dist=field.dist.value if field.dist else None, low=field.low, mid=field.mid, high=field.high,
        mean=field.expected() if known else None,
        p05=float(quantile(field, 0.05)) if known else None,
        p95=float(quantile(field, 0.95)) if known else None,
        unit=field.unit or spec.unit, source=field.source, as_of=field.as_of, owner=field.owner, used=used,
    )  # fmt: skip


def rate_rows(bench: Bench, months: int) -> tuple[RateRow, ...]:
    """Return every price row that holds at some day of the horizon for a model that an arm pays."""
    card, on = bench.card, bench.study.on
    models = bench.costs.models(tuple(range(len(bench.cells.arms))))
    days = (on, *card.price_changes(models, on, add_months(on, months)))
    rows = {
        (rate.model, rate.valid_from): rate
        for model in models
        for day in days
        for rate in [card.in_force(model, day)]
    }
    return tuple(
        RateRow(
            model=rate.model, valid_from=rate.valid_from, valid_to=rate.valid_to,
            input=rate.input_usd_per_mtok, output=rate.output_usd_per_mtok, cached=rate.cached_usd_per_mtok,
            source=rate.source, as_of=rate.as_of,
        )
        for _, rate in sorted(rows.items())
    )  # fmt: skip
