"""What is printed while a command works: progress on a terminal, plain lines elsewhere, nothing with -q."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from evalharness.core.errors import UsageError
from evalharness.core.visible import printable

if TYPE_CHECKING:
    from evalharness.run import Progress

_PLAIN_LINES = 4
_PLAIN_SECONDS = 10.0


class Console:
    """Messages of one command; what a provider or a model wrote in them cannot steer the terminal."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        """Choose how much is said."""
        self._quiet = quiet
        self._verbose = verbose

    def say(self, text: str) -> None:
        """Print a result line."""
        if not self._quiet:
            click.echo(printable(text))

    def drawn(self, text: str) -> None:
        """Print a line that carries terminal sequences of ours; its foreign parts are made safe before."""
        if not self._quiet:
            click.echo(text)

    def note(self, text: str) -> None:
        """Print what the user should know, on the error stream; a warning says so itself."""
        if not self._quiet:
            click.echo(printable(text if text.startswith("warning: ") else f"note: {text}"), err=True)

    def detail(self, text: str) -> None:
        """Print what only -v shows."""
        if self._verbose:
            click.echo(printable(text), err=True)

    def progress(self, what: str) -> ProgressView:
        """Return a view to watch calls with: of what they are, such as answers."""
        if self._quiet:
            return ProgressView()
        return RichProgress(what) if sys.stderr.isatty() else PlainProgress(what)


def confirmed(question: str, *, otherwise: str) -> bool:
    """Ask; where nobody can answer, say what is not done.

    Raises:
        UsageError: If there is no answer.
    """
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        raise UsageError(f"nobody answered, so {otherwise}") from None


class ProgressView:
    """Shows nothing; the base of the views that do."""

    def __enter__(self) -> ProgressView:
        """Start showing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing."""

    def __call__(self, progress: Progress) -> None:
        """Show the state of a run."""


class PlainProgress(ProgressView):
    """A line now and then, for logs."""

    def __init__(self, what: str) -> None:
        """Begin counting."""
        self._what = what
        self._next_share = 1 / _PLAIN_LINES
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Print a line at every quarter, and every ten seconds."""
        share = progress.done / max(1, progress.total)
        if share < self._next_share and time.monotonic() - self._last < _PLAIN_SECONDS:
            return
        self._next_share = share + 1 / _PLAIN_LINES if share >= self._next_share else self._next_share
        self._last = time.monotonic()
        failed = f", {progress.failed} failed" if progress.failed else ""
        calls = f"{self._what}: {progress.done}/{progress.total} calls"
        click.echo(f"{calls}{failed}, {progress.spent_usd:.4f} USD", err=True)


class RichProgress(ProgressView):
    """A bar with time left and cost so far."""

    def __init__(self, what: str) -> None:
        """Load rich, which --help and -q never need."""
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[cost]}"),
            console=RichConsole(stderr=True),
            transient=True,
        )
        self._task: Any = None

    def __enter__(self) -> ProgressView:
        """Draw the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar."""
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Advance the bar."""
        failed = f", {progress.failed} failed" if progress.failed else ""
        cost = f"{progress.spent_usd:.4f} USD{failed}"
        if self._task is None:
            self._task = self._bar.add_task("", total=progress.total, cost=cost)
        self._bar.update(self._task, completed=progress.done, cost=cost)
