"""Run directories: JSON and JSON Lines files, written atomically or appended and flushed."""

from evalharness.store.directory import Manifest, RunDirectory
from evalharness.store.journal import FileJournal

__all__ = ["FileJournal", "Manifest", "RunDirectory"]
