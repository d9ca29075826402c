"""genai-prices → PriceList. The package is an extra and is imported only here, when it is asked for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from importlib import metadata
from typing import TYPE_CHECKING

from evalharness.core.errors import BadInput
from evalharness.core.pricing.listed import ListedPrice, PriceList

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, PriceVariant, TieredPrices

_ID = re.compile(r"^gemini-(?!1\.0)\d")
_ALIAS = re.compile(r"^gemini-[a-z0-9.-]*[a-z0-9](?<!-0)$")
_OTHER_PRODUCTS = re.compile(r"-(tts|live|embedding|image|robotics|omni)\b")
_KEYS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "audio": "input_audio_mtok",
    "audio_cached": "cache_audio_read_mtok",
}
"""Key of a [[rates]] row → field of the package."""
_KNOWN = frozenset({*_KEYS.values(), "web_searches_kcount"})


class _NotARow(Exception):
    """Why a price cannot be written as a row."""


def installed_price_list() -> PriceList:
    """Read the installed package's prices of Gemini text models; reaches no network.

    Raises:
        BadInput: If the package is not installed.
    """
    try:
        from genai_prices.data import providers  # noqa: PLC0415 - 0.3 s, for two commands
    except ImportError:
        raise BadInput("genai-prices is not installed; pip install 'evalharness[prices]'") from None
    models = next(provider for provider in providers if provider.id == "google").models
    rows: list[ListedPrice] = []
    left_out: list[tuple[str, str]] = []
    for model in sorted(models, key=lambda entry: entry.id):
        if not _ID.match(model.id) or _OTHER_PRODUCTS.search(model.id):
            continue
        try:
            rows += _rows(model)
        except _NotARow as why:
            left_out.append((model.id, str(why)))
    name = f"genai-prices {metadata.version('genai-prices')}"
    return PriceList(name=name, rows=tuple(rows), left_out=tuple(left_out))


def _rows(model: ModelInfo) -> Iterator[ListedPrice]:
    spans = _spans(model)
    for index, (start, price) in enumerate(spans):
        following = spans[index + 1][0] if index + 1 < len(spans) else None
        plain, long = _split(price)
        above = _threshold(price)
        batch = _variant(model, following)
        if batch is not None:
            _add_batch(plain, long, batch)
        search = _single(price.web_searches_kcount)
        if search is not None:
            plain["search_per_thousand"] = search
        yield ListedPrice(
            model=model.id,
            starts=start,
            prices=tuple(plain.items()),
            long_above_tokens=above,
            long_prices=tuple(long.items()),
            aliases=tuple(_aliases(model)),
        )


def _spans(model: ModelInfo) -> list[tuple[dt.date | None, ModelPrice]]:
    if not isinstance(model.prices, list):
        return [(None, model.prices)]
    spans: list[tuple[dt.date | None, ModelPrice]] = []
    for entry in model.prices:
        start = getattr(entry.constraint, "start_date", None)
        if entry.constraint is not None and start is None:
            raise _NotARow("its price depends on the time of day")
        spans.append((start, entry.prices))
    return spans


def _split(price: ModelPrice) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    unknown = sorted(
        key
        for key, value in vars(price).items()
        if value is not None and not key.startswith("_") and key not in _KNOWN
    )
    if unknown:
        raise _NotARow(f"it has prices for {', '.join(unknown)}")
    plain: dict[str, Decimal] = {}
    long: dict[str, Decimal] = {}
    for key, field in _KEYS.items():
        value = getattr(price, field)
        if value is None:
            continue
        plain[key] = value if isinstance(value, Decimal) else value.base
        if not isinstance(value, Decimal):
            long[key] = value.tiers[0].price
    if "input" not in plain or "output" not in plain:
        raise _NotARow("it has no input or no output price")
    return plain, long


def _threshold(price: ModelPrice) -> int | None:
    tiered: list[TieredPrices] = [
        value
        for field in _KEYS.values()
        if (value := getattr(price, field)) is not None and not isinstance(value, Decimal)
    ]
    starts = {tier.start for value in tiered for tier in value.tiers}
    if len(starts) > 1 or any(len(value.tiers) != 1 for value in tiered):
        raise _NotARow("it has more than one long-context threshold")
    return next(iter(starts), None)


def _single(value: Decimal | TieredPrices | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _variant(model: ModelInfo, following: dt.date | None) -> PriceVariant | None:
    """Return the batch price that holds at the end of a span."""
    batches = [v for v in model.price_variants or [] if v.when == {"processing": "batch"}]
    held = [v for v in batches if following is None or _start(v) < following]
    return max(held, key=_start, default=None)


def _start(variant: PriceVariant) -> dt.date:
    start: dt.date = getattr(variant.constraint, "start_date", dt.date.min)
    return start


def _add_batch(plain: dict[str, Decimal], long: dict[str, Decimal], batch: PriceVariant) -> None:
    """Write a batch price as a factor; what it leaves out, it leaves at the standard price."""
    own, own_long = _split(batch.prices)
    factors = {own[key] / plain[key] for key in ("input", "output", "audio") if key in own}
    factors |= {own_long[key] / long[key] for key in ("input", "output") if key in own_long}
    if len(factors) != 1:
        raise _NotARow("its batch price is not one share of the standard price")
    factor = plain["batch_factor"] = factors.pop()
    for key in ("cached", "audio_cached"):
        price = own.get(key, plain.get(key))
        if price is not None and price != plain[key] * factor:
            plain[f"batch_{key}"] = price
    price = own_long.get("cached", long.get("cached"))
    if price is not None and price != long["cached"] * factor:
        long["batch_cached"] = price


def _aliases(model: ModelInfo) -> Iterator[str]:
    """Yield the full ids, other than its own, that the list gives a model's price.

    Prefixes are left out: a variant that comes later can start with an old name and cost something else.
    """
    found: set[str] = set()
    stack = [model.match]
    while stack:
        clause = stack.pop()
        stack += [*getattr(clause, "or_", []), *getattr(clause, "and_", [])]
        name = getattr(clause, "equals", None) or getattr(clause, "contains", None)
        if isinstance(name, str) and _ALIAS.match(name):
            found.add(name)
    yield from sorted(found - {model.id})
