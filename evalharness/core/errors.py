"""Every error a user can cause.

EvalHarnessError
├── CheckFailed               exit 1   --require was not met, or a check failed
├── UsageError                exit 2   the command line cannot mean what it says
├── BadInput                  exit 3   an authored file, a setting or a key is missing or wrong
│   ├── InvalidUsage                   token counts that contradict each other
│   ├── EmptyMessage, MessageTooLong, UnknownPersona   (core.routing) what cannot be routed
│   ├── PricingError                   a model, date or token kind has no price
│   └── InsufficientData               too few cases for a statistic
├── ProviderError             exit 4   the provider or the network refused or failed
├── BudgetExceeded            exit 5   the next call could cost more than is left
├── Interrupted               exit 130 somebody asked the program to stop
└── IntegrityError            exit 6   recorded data is damaged, missing or contradicts itself
    ├── CassetteMiss                   replay has no recording for a request
    ├── Unrecorded                     (core.call) an answer that could not be recorded
    ├── CassetteDamaged                a recording does not parse or does not match its hashes
    ├── JournalDamaged                 a line of calls.jsonl (or another run file) is corrupt
    ├── BaselineDamaged                a blessed baseline does not parse, or was edited
    ├── RunLocked                      another process is writing this run
    ├── RunMismatch                    a run directory belongs to another experiment or code
    └── Differs                        a file is not what the calls it stands on give

A message is one line: what is wrong, where (file and line), what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class EvalHarnessError(Exception):
    """Something the user can understand and mend."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, file: Path | str | None = None, line: int | None = None) -> None:
        """Say what is wrong and, if known, where.

        Args:
            message: One line, without the place.
            file: The file at fault, as the user named it.
            line: One-based line in that file.
        """
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        """Return the one line that a user sees."""
        if self.file is None:
            return self.message
        where = f"{self.file}" if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}"


class CheckFailed(EvalHarnessError):
    """A requirement stated on the command line was not met."""

    exit_code = 1


class UsageError(EvalHarnessError):
    """The command line cannot mean what it says."""

    exit_code = 2


class BadInput(EvalHarnessError):
    """An authored file, a setting or a key is missing or wrong."""

    exit_code = 3


class InvalidUsage(BadInput):
    """Token counts contradict each other."""


class PricingError(BadInput):
    """A model, a date or a kind of token has no price."""


class InsufficientData(BadInput):
    """Too few cases remain for a statistic."""


class ProviderError(EvalHarnessError):
    """The provider or the network refused or failed.

    Attributes:
        status: HTTP status, None if no response came.
        reason: The provider's status word, such as RESOURCE_EXHAUSTED, or a transport word such as timeout.
        retryable: Whether the same request may succeed later.
        retry_after_s: Seconds the provider asks to wait, if it said so.
        sent: Whether the request may have reached the provider; False only where that is certain.
        begun: Whether an answer had begun to come: a stream that broke off.
    """

    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        reason: str = "unknown",
        retryable: bool = False,
        retry_after_s: float | None = None,
        sent: bool = True,
        begun: bool = False,
    ) -> None:
        """Keep what the engine needs to decide about retrying."""
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.sent = sent
        self.begun = begun

    @property
    def may_be_billed(self) -> bool:
        """Whether the try may be on the bill though no token counts came back.

        Google does not bill error statuses; a 200 that cannot be read or broke off, and an answer that never
        came, may be.
        """
        return self.sent and (self.begun or self.status in {None, 200})


class BudgetExceeded(EvalHarnessError):
    """The next call could cost more than is left of the budget."""

    exit_code = 5


class Interrupted(EvalHarnessError):
    """Somebody asked the program to stop (SIGINT, SIGTERM)."""

    exit_code = 130


class IntegrityError(EvalHarnessError):
    """Recorded data is damaged, missing or contradicts itself."""

    exit_code = 6


class CassetteMiss(IntegrityError):
    """Replay has no recording for a request."""


class CassetteDamaged(IntegrityError):
    """A recording does not parse, or does not match its own hashes or name."""


class JournalDamaged(IntegrityError):
    """A line of a run's file is corrupt."""


class BaselineDamaged(IntegrityError):
    """A baseline does not parse, is of another format, or was changed by other means than a blessing."""


class RunLocked(IntegrityError):
    """Another process is writing this run."""


class RunMismatch(IntegrityError):
    """A run directory belongs to another experiment, dataset or code version."""


class Differs(IntegrityError):
    """A file is not what the calls it stands on give."""
