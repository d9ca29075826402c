"""The entry point: lazy commands, one-line errors, documented exit codes."""

from __future__ import annotations

import atexit
import errno
import gc
import importlib
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import click

from evalharness import __version__
from evalharness.cli.terminal import write_plainly_where_needed
from evalharness.core.errors import EvalHarnessError, IntegrityError
from evalharness.core.visible import clean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EXIT_INTERNAL: Final = 70
EXIT_INTERRUPTED: Final = 130
EXIT_READER_LEFT: Final = 141
"""What shells say of a program that SIGPIPE ended, as `| head` ends many."""
_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_GARBAGE_OBJECTS: Final = 200_000
"""Objects between two looks for garbage; costs about 1 MiB."""

# Section → name → (module:attribute, one line for --help), so that listing commands imports none of them.
SECTIONS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "First minutes": {
        "init": ("init:init", "Write a starter project that needs no key."),
        "doctor": ("doctor:doctor", "Check key, endpoint, versions and folders."),
        "completion": ("completion:completion", "Print the script that lets a shell complete commands."),
    },
    "Decide": {
        "analyze": ("analyze:analyze", "Run, score, decide and report: the whole job."),
        "plan": ("plan:plan", "Show calls, tokens and cost before anything is sent."),
        "run": ("run:run", "Make the model calls, or replay them."),
        "score": ("score:score", "Score a run's answers."),
        "decide": ("decide:decide", "Decide from a run's scores."),
        "report": ("report:report", "Render a run's report."),
    },
    "Check and share": {
        "verify": ("verify:verify", "Make a run or report again from its calls and compare."),
        "export": ("export:export", "Write a run's cells and scores as a table."),
        "check": ("check:check", "Hold a run against a blessed baseline, in CI."),
        "bless": ("bless:bless", "Make a run that baseline."),
    },
    "Cases, recordings, people": {
        "dataset": ("dataset:dataset", "Check and count the cases of a dataset."),
        "cassettes": ("cassettes:cassettes", "Verify, show, compare, prune, seal and pack recordings."),
        "import": ("import_table:import_table", "Make a run of outputs, scores or costs made elsewhere."),
        "label": ("label:label", "Have people grade answers blind; take their grades back."),
        "ratings": ("ratings:ratings", "Import users' ratings; fit satisfaction."),
    },
    "Cost": {
        "price": ("price:price", "Price raw Gemini responses."),
        "cost": ("cost:cost", "A run's ledger, and what production would cost."),
        "invoice": ("invoice:invoice", "Hold a run against the provider's bill."),
        "rates": ("rates:rates", "Keep the rate card true."),
        "assumptions": ("assumptions:assumptions", "Check assumptions, or ask their owner."),
    },
    "Gateway and method": {
        "sena": ("sena:sena", "Compress a context, or sweep methods and budgets."),
        "router": ("router:router", "Choose a persona, or measure the routers."),
        "emulator": ("emulator:emulator", "A local server that speaks Gemini's wire protocol."),
        "validate-method": ("validate_method:validate_method", "Show how often the rules err."),
        "schema": ("schema:schema", "Print the JSON Schema of the experiment file."),
    },
}
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    name: command for section in SECTIONS.values() for name, command in section.items()
}


class ReaderLeft(Exception):
    """Whoever read our output has closed it, as `| head` does."""


@contextmanager
def _until_reader_leaves() -> Iterator[None]:
    """Say it in words of our own: of a closed pipe click makes exit 1, which would be a failed check."""
    try:
        yield
    except OSError as error:
        # Windows says it with another number.
        if isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL):
            raise ReaderLeft from None
        raise


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        """Read the command line, which prints where --help stands on it."""
        with _until_reader_leaves():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _until_reader_leaves():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"evalharness.cli.{module}"), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above is wrong otherwise
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; a misspelt one is answered with the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, n=1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean {near[0]}?", ctx) from None
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name from the table, importing none of them."""
        from click.shell_completion import CompletionItem

        named = [(name, text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        items = [CompletionItem(name, help=text) for name, text in named]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands by section, in one column, without importing them."""
        widest = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<{widest}}", text) for name, (_, text) in commands.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "`evalharness COMMAND --help` explains one, with examples. "
        "Exit codes: 0 done, whatever the verdict; 1 a --require is unmet or a check failed; 2 usage; "
        "3 bad input; 4 provider or network; 5 budget; 6 integrity of recorded data; 70 internal error; "
        "130 interrupted; 141 nobody read the output any more."
    ),
)
@click.version_option(__version__, prog_name="evalharness")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only; may stand after the command too.")
@click.option("-v", "--verbose", is_flag=True, help="Print details and tracebacks; may stand after it too.")
def cli(quiet: bool, verbose: bool) -> None:
    """Decide, with evidence, whether a Gemini gateway should move from Flash to Pro.

    Start with: evalharness init mentoring
    """


def main() -> None:
    """Run the command line; every error a user can cause ends as one line and its exit code."""
    write_plainly_where_needed()
    _settle()
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except EvalHarnessError as error:
        _fail(str(error), error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted; what was recorded is kept, the same command goes on from there", EXIT_INTERRUPTED)
    except ReaderLeft:
        # What was not said is lost, so this is no success. Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_READER_LEFT)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            _fail(f"cannot be written: {error.strerror}; make room there", IntegrityError.exit_code)
        if "-v" in sys.argv or "--verbose" in sys.argv:
            traceback.print_exc()
        _fail(
            f"internal error, please report it (-v shows more): {type(error).__name__}: {error}",
            EXIT_INTERNAL,
        )


def _settle() -> None:
    """Tell Python and numpy what kind of work this is: seconds of small matrices and objects that stay.

    It saves a fifth of a replay's wall time and a third of its CPU (`python -m benchmarks replay`).
    """
    # Nearly everything a command makes lives to its end: look for garbage rarely, and not on the way out.
    gc.set_threshold(_GARBAGE_OBJECTS)
    atexit.register(gc.freeze)
    # Threads that wait for matrices too small to share burn a second core; and sums keep one order.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _fail(message: str, code: int) -> None:
    click.echo(f"error: {clean(message)}", err=True)
    sys.exit(code)
