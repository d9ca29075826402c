"""What is checked and said before a run sends anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from evalharness.app.project import Project
from evalharness.core.call import Call
from evalharness.core.errors import JournalDamaged
from evalharness.core.experiment import Role
from evalharness.core.pacific import pacific_day
from evalharness.core.plan import PlannedCell
from evalharness.run import Price
from evalharness.run.booking import call_usd
from evalharness.store import RunDirectory

SHUTDOWN_NOTICE_DAYS = 60


def models_of(project: Project) -> tuple[str, ...]:
    """Return the models that a project's runs ask, sorted."""
    experiment = project.experiment
    asked = {arm.model for arm in experiment.arms}
    if project.plan.compressions and experiment.sena.compressor_model is not None:
        asked.add(experiment.sena.compressor_model)
    asked |= {judge.model for judge in experiment.judges}
    return tuple(sorted(asked))


def refuse_unpriced(project: Project, today: dt.date) -> None:
    """Look up today's price of every model.

    Raises:
        PricingError: For a model without one: its calls could not be held against a budget.
    """
    for model in models_of(project):
        project.card.rate(model, today)


def shutdown_warnings(project: Project, today: dt.date) -> Iterator[str]:
    """Yield a line for each model that is shut down within 60 days, or was."""
    ends = {shutdown.model: shutdown for shutdown in project.card.shutdowns}
    for model in models_of(project):
        end = ends.get(project.card.resolve(model))
        if end is None or (end.on - today).days > SHUTDOWN_NOTICE_DAYS:
            continue
        days = (end.on - today).days
        when = (
            f"is shut down on {end.on}, in {days} {'day' if days == 1 else 'days'}"
            if days > 0
            else f"was shut down on {end.on}"
        )
        who = end.routed_to or "other models"
        yield f"{model} {when} ({end.source}); {who} may answer for it, which fails its arm"


def control_warnings(project: Project) -> Iterator[str]:
    """Yield a line for each A/A arm whose requests are those of the arm it repeats, to the letter."""
    if project.experiment.gateway.send_seed:
        return
    for arm in project.experiment.arms:
        if arm.role is Role.AA:
            yield (
                f"arm {arm.name} sends the very requests of the arm it repeats, for send_seed = false: only "
                "a model that varies by itself makes a control of it. The emulator gives the same answers "
                "again; the control is vacuous then, and there is no verdict"
            )


def month_spent(folder: Path, *, endpoint: str, now: dt.datetime, price: Price) -> Decimal:
    """Return what all runs in a folder spent at an endpoint in this calendar month, Pacific time.

    Raises:
        JournalDamaged: If a journal cannot be read: what it spent would be unknown.
    """
    total = Decimal(0)
    for manifest in sorted(folder.glob("*/manifest.json")):
        directory = RunDirectory(manifest.parent)
        if directory.read_manifest().endpoint != endpoint:
            continue
        spent: dict[str, Decimal] = {}
        for call in directory.whole_calls():
            # A later line of the same call repeats the tries of the earlier one.
            spent[call.key] = call_usd(call, price) if _month(_when(call)) == _month(now) else Decimal(0)
        total += sum(spent.values(), Decimal(0))
    return total


def other_states(directory: RunDirectory, project: Project) -> Iterator[str]:
    """Yield a line for each sibling run that asked something else: its answers are not used here."""
    name = directory.path.name
    identity = project.plan.identity[:12]
    for sibling in sorted(directory.path.parent.glob(name.replace(identity, "?" * 12))):
        other = RunDirectory(sibling)
        if sibling == directory.path or not other.exists():
            continue
        try:
            change = describe_change(other.read_plan(), project.plan.cells)
        except JournalDamaged:
            continue
        yield f"{sibling} is of another state of this experiment and is not continued: {change}"


def describe_change(before: Sequence[PlannedCell], now: Sequence[PlannedCell]) -> str:
    """Return in one line how what a run asked differs from what would be asked now."""
    old = {cell.cell.id: cell for cell in before}
    new = {cell.cell.id: cell for cell in now}
    changed = [name for name in new if name in old and _asks(old[name]) != _asks(new[name])]
    parts = [
        f"{len(names)} of {len(new)} cells {what}, first {names[0]}{_detail(old, new, names[0])}"
        for what, names in (
            ("ask something else", changed),
            ("are new", [name for name in new if name not in old]),
            ("are gone", [name for name in old if name not in new]),
        )
        if names
    ]
    return "; ".join(parts) or "the same cells ask the same"


def _asks(cell: PlannedCell) -> tuple[str, str, str | None, str | None]:
    # A compressed arm's answer key is known only once the compressor has replied.
    answer = cell.answer_key if cell.compress_key is None else None
    return (cell.model, cell.persona, cell.compress_key, answer)


def _detail(old: dict[str, PlannedCell], new: dict[str, PlannedCell], name: str) -> str:
    if name not in old or name not in new:
        return ""
    was, now = old[name], new[name]
    fields = ("model", "persona", "prompt_tokens", "context_tokens")
    changes = [
        f"{field} {getattr(was, field)} → {getattr(now, field)}"
        for field in fields
        if getattr(was, field) != getattr(now, field)
    ]
    return f" ({', '.join(changes) or 'the text of its request'})"


def _when(call: Call) -> dt.datetime:
    text = call.reply.recorded_at if call.reply is not None else call.attempts[-1].at
    return dt.datetime.fromisoformat(text)


def _month(when: dt.datetime) -> tuple[int, int]:
    day = pacific_day(when)
    return day.year, day.month
