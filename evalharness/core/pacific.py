"""Google's billing days and months, and its daily quotas, begin at midnight Pacific time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Read once, when this is loaded: the stages that use it open nothing."""


def pacific_day(moment: dt.datetime) -> dt.date:
    """Return the billing day of a moment; one without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(PACIFIC).date()


def billing_day(time: str) -> dt.date:
    """Return the billing day of an ISO 8601 time.

    Raises:
        ValueError: If it is none.
    """
    return pacific_day(dt.datetime.fromisoformat(time))
