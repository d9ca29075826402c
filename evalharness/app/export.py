"""A run's cells and scores as a file that other programs read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

from evalharness.app.opening import open_project, read_decision
from evalharness.app.project import Project
from evalharness.app.reports import study_of
from evalharness.core.csv_text import csv_text
from evalharness.core.errors import BadInput, IntegrityError
from evalharness.core.job import Cell
from evalharness.core.pricing import bill_of, prices_of
from evalharness.core.pricing.bill import is_long
from evalharness.core.study import Charge, Study
from evalharness.render.cells_table import COLUMNS, TableSource, Value, spreadsheet_row, table_rows
from evalharness.store import RunDirectory
from evalharness.store.jsonlines import write_atomically

Row = tuple[Value, ...]


def export_run(directory: RunDirectory, *, to: str, out: Path | None) -> tuple[Path, int]:
    """Write the table of a scored run; returns its path and the number of rows.

    Args:
        directory: A scored run.
        to: csv or parquet.
        out: The file; None for cells.csv or cells.parquet in the run directory.

    Raises:
        BadInput: If what Parquet needs is not installed.
    """
    write = _writer(to)
    project = open_project(directory)
    rows = list(table_rows(_source(directory, project)))
    path = out or directory.path / f"cells.{to}"
    write(path, rows)
    return path, len(rows)


def _source(directory: RunDirectory, project: Project) -> TableSource:
    decided = (directory.path / "decision.json").exists()
    study = study_of(directory, project, on=read_decision(directory).on if decided else None)
    return TableSource(
        cases={case.id: case for case in project.dataset.cases},
        arms={arm.name: arm for arm in project.experiment.arms},
        plan=directory.read_plan(),
        records=directory.read_records(),
        scores=directory.read_scores(),
        outcomes=study.outcomes,
        usd=_costs(study, project),
    )


def _costs(study: Study, project: Project) -> dict[Cell, tuple[Decimal | None, Decimal]]:
    def usd(charge: Charge) -> Decimal:
        row = project.card.in_force(charge.model, study.on)
        bill = bill_of(charge.usage, prices_of(row, long=is_long(row, charge.usage)))
        return bill.total_usd / charge.requests_served

    costs: dict[Cell, tuple[Decimal | None, Decimal]] = {}
    for row in study.outcomes:
        cell = Cell(case_id=row.case_id, arm=row.arm, repeat=row.repeat)
        compress = sum((usd(c) for c in row.charges if c.purpose == "compress"), Decimal(0))
        known = row.imported_cost_usd
        if known is None and row.charges:
            known = sum((usd(charge) for charge in row.charges), Decimal(0))
        costs[cell] = (known, compress)
    return costs


def _writer(to: str) -> Callable[[Path, list[Row]], None]:
    """Return what writes a format, checked before any work is done.

    Raises:
        BadInput: If what Parquet needs is not installed.
    """
    if to == "csv":
        return _write_csv
    try:
        import arro3.core
        import arro3.io  # noqa: F401 - the check alone: the writer imports what it needs
    except ImportError:
        raise BadInput("Parquet needs arro3: pip install 'evalharness[parquet]'") from None
    return _write_parquet


def _write_csv(path: Path, rows: Iterable[Row]) -> None:
    header = [name for name, _, _ in COLUMNS]
    write_atomically(path, csv_text(header, (spreadsheet_row(row) for row in rows)))


def _write_parquet(path: Path, rows: list[Row]) -> None:
    from arro3.core import Array, DataType, Field, Schema, Table
    from arro3.io import write_parquet

    types = {"text": DataType.string(), "count": DataType.int64(), "number": DataType.float64()}
    schema = Schema([Field(name, types[kind]) for name, kind, _ in COLUMNS])
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [
        Array([_storable(value) for value in values], types[kind])
        for values, (_, kind, _) in zip(columns, COLUMNS, strict=True)
    ]
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(Table.from_arrays(arrays, schema=schema), temporary, compression="zstd(3)")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise IntegrityError(f"cannot be written: {error.strerror}", file=path) from None


def _storable(value: Value) -> Value:
    # Half a surrogate pair, in which an answer may end, is no text that Parquet can hold.
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
