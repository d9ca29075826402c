"""Google's billing days and months begin at midnight Pacific time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

PACIFIC = "America/Los_Angeles"


def pacific_day(moment: dt.datetime) -> dt.date:
    """Return the billing day of a moment; one without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(ZoneInfo(PACIFIC)).date()
