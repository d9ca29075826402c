"""`evalharness invoice compare`: a run against the provider's bill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import json_option, run_argument, run_directory, verbosity_options

if TYPE_CHECKING:
    from evalharness.app.money.invoice import Comparison


@click.group(epilog=examples("evalharness invoice compare reports/mentoring-0123456789ab billing.csv"))
def invoice() -> None:
    """Hold a run against the provider's bill."""


@invoice.command(
    short_help="Reconcile a run's calls with an exported bill.",
    epilog=examples("evalharness invoice compare reports/mentoring-0123456789ab billing.csv"),
)
@run_argument
@click.argument("billing", type=click.Path(path_type=Path, dir_okay=False), metavar="BILLING.csv")
@json_option
@verbosity_options
def compare(run_dir: Path, billing: Path, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Reconcile RUN's live calls with an exported bill by day, model and SKU.

    Exit 1 if a difference stays unexplained.
    """
    from evalharness.app.money.invoice import compare_invoice
    from evalharness.core.errors import CheckFailed
    from evalharness.core.invoice import Verdict
    from evalharness.core.plain import to_plain

    found = compare_invoice(run_directory(run_dir), billing)
    if as_json:
        click.echo(json.dumps(to_plain(found), ensure_ascii=False, indent=2))
    else:
        console = Console(quiet=quiet, verbose=verbose)
        for line in _report(found):
            console.say(line)
        for note in found.notes:
            console.note(note)
    left = [row for row in found.rows if row.verdict is Verdict.UNEXPLAINED]
    if left or found.unread:
        total = sum((row.difference_usd for row in left), Decimal(0))
        total += sum((usd for _, _, usd in found.unread), Decimal(0))
        raise CheckFailed(f"{len(left) + len(found.unread)} differences of {total:.6f} USD stay unexplained")


def _report(found: Comparison) -> Iterator[str]:
    from evalharness.core.invoice import Verdict
    from evalharness.render.sheet import Sheet, as_text

    rows = tuple(
        (
            f"{row.day}", row.model, row.kind.value + (" long" if row.long else ""), f"{row.run_tokens:,}",
            "" if row.billed_tokens is None else f"{row.billed_tokens:,f}", f"{row.run_usd:.6f}",
            f"{row.billed_usd:.6f}", f"{row.difference_usd:+.6f}", row.verdict.value, row.why,
            "; ".join(row.skus),
        )
        for row in found.rows
    )  # fmt: skip
    headers = (
        "day (Pacific)", "model", "tokens", "in the run", "billed", "run USD", "billed USD", "difference", "",
        "why", "SKU",
    )  # fmt: skip
    yield from as_text([Sheet(title="Run and bill", headers=headers, align="lllrrrrrlll", rows=rows)])
    yield ""
    for verdict in Verdict:
        own = [row for row in found.rows if row.verdict is verdict]
        difference = sum((row.difference_usd for row in own), Decimal(0))
        yield f"{verdict.value}: {len(own)} rows, difference {difference:+.6f} USD"
    for line, sku, usd in found.unread:
        yield f"unexplained: line {line}, {usd:.6f} USD: SKU {sku!r} names no model of the rate card"
    if found.invoice.credits_usd:
        yield f"credits on the bill, compared with nothing: {found.invoice.credits_usd:.6f} USD"
    if found.invoice.tax_usd:
        yield f"tax on the bill, compared with nothing: {found.invoice.tax_usd:.6f} USD"
    if found.invoice.other_services:
        yield f"{found.invoice.other_services} rows of other services are left out"
