"""[recordings]: what is asked of recordings before anybody relies on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evalharness.core.experiment import Recordings
from evalharness.experiment.edge import Strict


class RecordingsTable(Strict):
    """[recordings]: how old a recording may be."""

    max_age_days: Annotated[int, Field(ge=1)] = Recordings().max_age_days
