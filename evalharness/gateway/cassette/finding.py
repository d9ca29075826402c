"""What verification finds, and what it is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evalharness.core.privacy import FindCredentials, PersonalText, find_credentials
from evalharness.core.wire.response import served_id


class Check(StrEnum):
    """What is looked at."""

    FOLDER = "folder"
    DAMAGE = "damage"
    RESPONSE = "response"
    USAGE = "usage"
    ORIGIN = "origin"
    MODEL = "model"
    TIME = "time"
    IDENTITY = "identity"
    AGE = "age"
    SHUTDOWN = "shutdown"
    SECRET = "secret"  # noqa: S105 - the name of a check
    PERSONAL = "personal"
    SEAL = "seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with a recording, or with the folder."""

    check: Check
    file: str
    """Name in the folder; empty for the folder itself."""
    message: str
    warning: bool = False
    """Whether it is only said, and does not fail the verification."""


def _same(model: str) -> str:
    return served_id(model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What recordings are held against."""

    on: dt.date
    """The day of the check: age and shutdowns are measured against it."""
    max_age_days: int
    shutdowns: Mapping[str, dt.date] = field(default_factory=dict)
    """Model id → first day on which it is no longer served."""
    resolve: Callable[[str], str] = _same
    """Model as named → the model that is meant, so that aliases agree."""
    real: bool | None = None
    """Whether people wrote the dataset; None if nothing says."""
    personal: PersonalText = field(default_factory=PersonalText)
    find_credentials: FindCredentials = find_credentials
