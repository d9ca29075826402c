"""One run's directory: which files it has, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from evalharness.core.call import Call
from evalharness.core.errors import JournalDamaged
from evalharness.core.imported import ImportedCell
from evalharness.core.judging import Compared, Comparison, Judged, Judgement, Uncompared, Unjudged
from evalharness.core.labels import LabelledPair, SheetKey
from evalharness.core.plan import PlannedCell
from evalharness.core.score import Completed, Failed, Record, Score, Scored, Unscored
from evalharness.store.journal import FileJournal, read_calls, whole_calls
from evalharness.store.jsonlines import Item, dump_json, read_lines, read_raw, write_atomically, write_lines
from evalharness.store.lock import RunLock

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was run. Nothing of it but hashes and the pilot mark reaches the report's numbers."""

    format_version: int
    run_id: str
    identity: str
    """`core.plan.Plan.identity`."""
    experiment_file: str
    experiment_sha256: str
    dataset_sha256: str
    mode: str
    endpoint: str
    """Where answers came from: cassettes, loopback, or the host's name."""
    limit: int | None
    """Cases of a pilot; None for the whole dataset."""
    versions: dict[str, str]
    """Python, package and SDK versions."""
    git: dict[str, str]
    """Commit and whether the tree was dirty; empty outside a checkout."""
    started_at: str
    smoke: bool = False
    """Whether only the declared smoke subset was run."""


def _branch(*attributes: tuple[str, str]) -> Callable[[Any], str | None]:
    # Each kind of line has a field that the other lacks; that field tells them apart.
    def tell(value: Any) -> str | None:
        has = value.__contains__ if isinstance(value, dict) else lambda name: hasattr(value, name)
        return next((tag for field, tag in attributes if has(field)), None)

    return tell


_PLANNED = TypeAdapter(PlannedCell)
_RECORD: TypeAdapter[Record] = TypeAdapter(
    Annotated[
        Annotated[Completed, Tag("completed")] | Annotated[Failed, Tag("failed")],
        Discriminator(_branch(("answer", "completed"), ("cause", "failed"))),
    ]
)
_SCORE: TypeAdapter[Score] = TypeAdapter(
    Annotated[
        Annotated[Scored, Tag("scored")] | Annotated[Unscored, Tag("unscored")],
        Discriminator(_branch(("value", "scored"), ("cause", "unscored"))),
    ]
)
_JUDGEMENT: TypeAdapter[Judgement] = TypeAdapter(
    Annotated[
        Annotated[Judged, Tag("judged")] | Annotated[Unjudged, Tag("unjudged")],
        Discriminator(_branch(("points", "judged"), ("cause", "unjudged"))),
    ]
)
_COMPARISON: TypeAdapter[Comparison] = TypeAdapter(
    Annotated[
        Annotated[Compared, Tag("compared")] | Annotated[Uncompared, Tag("uncompared")],
        Discriminator(_branch(("treatment_first", "compared"), ("cause", "uncompared"))),
    ]
)
_MANIFEST = TypeAdapter(Manifest)
_SHEET_KEY = TypeAdapter(SheetKey)
_LABEL = TypeAdapter(LabelledPair)
_IMPORTED = TypeAdapter(ImportedCell)
LABEL_KEY, LABELS, IMPORTED_CELLS = "labels.key.json", "labels.jsonl", "imported.jsonl"


class RunDirectory:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        """Name the directory; it need not exist yet."""
        self.path = path
        self._seen: dict[str, tuple[tuple[int, ...], Any]] = {}

    def exists(self) -> bool:
        """Whether a run was ever started here."""
        return (self.path / "manifest.json").exists()

    def write_manifest(self, manifest: Manifest) -> None:
        """Write manifest.json."""
        write_atomically(self.path / "manifest.json", dump_json(_MANIFEST.dump_python(manifest, mode="json")))

    def read_manifest(self) -> Manifest:
        """Read manifest.json.

        Raises:
            JournalDamaged: If it is missing, damaged or of another format version.
        """
        path = self.path / "manifest.json"
        try:
            data = json.loads(read_raw(path))
            if data.get("format_version") != FORMAT_VERSION:
                raise JournalDamaged(
                    f"format version {data.get('format_version')} is not {FORMAT_VERSION}; run again",
                    file=path,
                )
            return _MANIFEST.validate_python(data)
        except (ValueError, AttributeError, ValidationError):
            raise JournalDamaged("not a run's manifest; run again", file=path) from None

    def journal(self, *, fresh: bool, durable: bool = True, note: Callable[[str], None]) -> FileJournal:
        """Open calls.jsonl for writing."""
        return FileJournal(self.path / "calls.jsonl", fresh=fresh, durable=durable, note=note)

    def lock(self, *, since: str, note: Callable[[str], None]) -> RunLock:
        """Return the lock that makes this process the run's one writer."""
        return RunLock(self.path, since=since, note=note)

    def read_calls(self) -> dict[str, Call]:
        """Return the run's calls by key."""
        return self._once("calls.jsonl", read_calls)

    def whole_calls(self) -> Iterator[Call]:
        """Yield the calls of a run that may still be going on, oldest first."""
        return whole_calls(self.path / "calls.jsonl")

    def write_plan(self, cells: Iterable[PlannedCell]) -> None:
        """Write plan.jsonl."""
        write_lines(self.path / "plan.jsonl", _PLANNED, cells)

    def read_plan(self) -> tuple[PlannedCell, ...]:
        """Return the planned cells."""
        return self._once("plan.jsonl", lambda path: tuple(read_lines(path, _PLANNED)))

    def write_records(self, records: Iterable[Record]) -> None:
        """Write records.jsonl."""
        write_lines(self.path / "records.jsonl", _RECORD, records)

    def read_records(self) -> tuple[Record, ...]:
        """Return the records, one per planned cell.

        Raises:
            JournalDamaged: If a file does not parse, or they are those of another plan.
        """
        return self._once("records.jsonl", self._planned_records)

    def _planned_records(self, path: Path) -> tuple[Record, ...]:
        records = tuple(read_lines(path, _RECORD))
        planned = [(p.cell.case_id, p.cell.arm, p.cell.repeat) for p in self.read_plan()]
        if sorted(planned) != sorted((r.case_id, r.arm, r.repeat) for r in records):
            raise JournalDamaged(
                "these are not the cells of plan.jsonl; run and score the experiment again", file=path
            )
        return records

    def write_scores(self, scores: Iterable[Score]) -> None:
        """Write scores.jsonl."""
        write_lines(self.path / "scores.jsonl", _SCORE, scores)

    def read_scores(self) -> tuple[Score, ...]:
        """Return the scores, one per cell and scorer."""
        return self._once("scores.jsonl", lambda path: tuple(read_lines(path, _SCORE)))

    def write_judging(self, judgements: Sequence[Judgement], comparisons: Sequence[Comparison]) -> None:
        """Write judgements.jsonl and comparisons.jsonl; what an earlier scoring left is replaced."""
        self._replace("judgements.jsonl", _JUDGEMENT, judgements)
        self._replace("comparisons.jsonl", _COMPARISON, comparisons)

    def read_judgements(self) -> tuple[Judgement, ...]:
        """Return the judgements, one per cell, judge and repeat; none where nobody judges."""
        return tuple(self._lines("judgements.jsonl", _JUDGEMENT))

    def read_comparisons(self) -> tuple[Comparison, ...]:
        """Return the comparisons, one per judge and pair; none where nobody compares."""
        return tuple(self._lines("comparisons.jsonl", _COMPARISON))

    def _replace(self, name: str, adapter: TypeAdapter[Item], items: Sequence[Item]) -> None:
        # A run that nobody judges gets no empty files.
        if items or (self.path / name).exists():
            write_lines(self.path / name, adapter, items)

    def _lines(self, name: str, adapter: TypeAdapter[Item]) -> Iterator[Item]:
        path = self.path / name
        return read_lines(path, adapter) if path.exists() else iter(())

    def write_label_key(self, key: SheetKey) -> None:
        """Write labels.key.json, which says whose answer is whose: it never leaves this directory."""
        text = dump_json(_SHEET_KEY.dump_python(key, mode="json"))
        write_atomically(self.path / LABEL_KEY, text)

    def read_label_key(self) -> SheetKey | None:
        """Return what a sheet was drawn from, None if none was.

        Raises:
            JournalDamaged: If the key does not parse.
        """
        path = self.path / LABEL_KEY
        if not path.exists():
            return None
        try:
            return _SHEET_KEY.validate_python(json.loads(read_raw(path)))
        except (ValueError, ValidationError):
            raise JournalDamaged(
                "not the key of a sheet; restore it, or draw a new sheet", file=path
            ) from None

    def write_labels(self, labels: Iterable[LabelledPair]) -> None:
        """Write labels.jsonl."""
        write_lines(self.path / LABELS, _LABEL, labels)

    def read_labels(self) -> tuple[LabelledPair, ...]:
        """Return people's labels; none if no graded sheet was imported."""
        path = self.path / LABELS
        return tuple(read_lines(path, _LABEL)) if path.exists() else ()

    def read_imported(self) -> Iterator[ImportedCell]:
        """Yield the cells of an imported run."""
        return read_lines(self.path / IMPORTED_CELLS, _IMPORTED)

    def write_text(self, name: str, text: str) -> Path:
        """Write a derived file such as decision.json or report.md; returns its path."""
        write_atomically(self.path / name, text)
        return self.path / name

    def read_json(self, name: str) -> Any:
        """Return a derived JSON file's content.

        Raises:
            JournalDamaged: If it is missing or not JSON.
        """
        path = self.path / name
        try:
            return json.loads(read_raw(path))
        except ValueError:
            raise JournalDamaged("not JSON; run the stage that writes it again", file=path) from None

    def _once(self, name: str, read: Callable[[Path], Item]) -> Item:
        """Return a file's content, read anew only when it is another file than last time.

        Several stages of one process read the same files, which are large.
        """
        path = self.path / name
        try:
            facts = path.stat()
        except OSError:
            return read(path)  # says what is wrong with it
        state = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        known = self._seen.get(name)
        if known is None or known[0] != state:
            known = self._seen[name] = (state, read(path))
        found: Item = known[1]
        return found
