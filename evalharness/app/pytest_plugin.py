"""The pytest plugin: the fixture `evalharness_replay`. Importing it loads nothing but pytest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evalharness.app.recordings.replaying import Replay


@pytest.fixture
def evalharness_replay(pytestconfig: pytest.Config) -> Callable[[str | Path], Replay]:
    """Return a function that opens a folder of recordings, relative to the root of the tests.

    What it returns answers like the models did, from the recordings alone: `.complete(request, draw=0)` for
    code that takes a `ModelClient`, `.generate_content(model, body)` for any other. Nothing connects.
    """

    def open_folder(folder: str | Path) -> Replay:
        from evalharness.app.recordings.replaying import Replay

        return Replay(pytestconfig.rootpath / folder)

    return open_folder
