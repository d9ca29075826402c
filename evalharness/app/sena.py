"""Sena at the desk: sweep methods and budgets over an experiment's cases, or compress one file and look."""

from __future__ import annotations

import difflib
import re
import sqlite3
from array import array
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evalharness.app.system import SystemClock
from evalharness.core.case import Case, Context
from evalharness.core.errors import BadInput
from evalharness.core.experiment import Experiment
from evalharness.core.ports import Compressor
from evalharness.core.sena import Budget, Compressed, SenaRules
from evalharness.core.tokens import approximate_tokens
from evalharness.experiment.dataset_file import load_dataset, parse_case
from evalharness.experiment.edge import read_text
from evalharness.experiment.experiment_file import load_experiment
from evalharness.experiment.toml_lines import line_of
from evalharness.gateway.prompting import PersonaPrompts
from evalharness.gateway.sena import COMPRESSORS, HybridCompressor
from evalharness.gateway.sena.embedding import RememberingEmbedder, UniversalSentenceEncoder
from evalharness.gateway.sena.recommend import Recommendation, recommend
from evalharness.gateway.sena.sweep import CONTROLS, Sweep, measure_speed, run_sweep
from evalharness.gateway.sena.trial import CountTokens
from evalharness.gateway.sena.units import split_units
from evalharness.store.jsonlines import write_atomically

SWEPT = (*CONTROLS, "extractive", "hybrid")
_BLIND = SenaRules(protect=())
_TIMED_CASES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """A sweep of an experiment."""

    experiment: Experiment
    cases: int
    dataset_sha256: str
    sweep: Sweep
    ms_per_ktok: tuple[tuple[str, float], ...]
    """Pairs (method, milliseconds for each 1,000 context tokens), nothing cached but the loaded model."""
    recommendation: Recommendation | None
    patch: str
    """Unified diff of the experiment file; empty if it says so already, or there is no recommendation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a context, as it stands there, and whether compression drops it."""

    place: str
    speaker: str
    """mentee or mentor in a turn, else empty."""
    text: str
    gap: str
    """White space after it."""
    is_dropped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedFile:
    """One file's context, compressed."""

    compressed: Compressed
    pieces: tuple[Piece, ...]


def sweep_experiment(
    file: Path, *, methods: Sequence[str], budgets: Sequence[float], out: Path, note: Callable[[str], None]
) -> SweepResult:
    """Measure methods at budgets on an experiment's cases; calls no model.

    Args:
        file: The experiment.
        methods: Names of `SWEPT`.
        budgets: Shares of the context's tokens.
        out: Folder for the cache of embeddings.
        note: Told what is left out, and why.

    Raises:
        BadInput: If the experiment or a case is wrong.
    """
    experiment = load_experiment(file)
    dataset = load_dataset(file.parent / experiment.dataset)
    known = [method for method in methods if _is_installed(method, note)]
    with closing(VectorFile(out / "embeddings.sqlite")) as vectors:
        compressors = [_compressor(method, vectors) for method in known]
        sweep = run_sweep(dataset.cases, compressors, budgets, _count_as_sent(file, experiment))
    few = dataset.cases[:_TIMED_CASES]
    speeds = [(method, measure_speed(_compressor(method, None), few, SystemClock())) for method in known]
    found = recommend(
        sweep,
        dataset.cases,
        token_threshold=experiment.thresholds.context_token_reduction,
        quality_loss=experiment.thresholds.quality_loss,
    )
    return SweepResult(
        experiment=experiment,
        cases=len(dataset.cases),
        dataset_sha256=dataset.sha256,
        sweep=sweep,
        ms_per_ktok=tuple(speeds),
        recommendation=found,
        patch=_patch(file, method=found.point.method, budget=found.point.budget) if found else "",
    )


def write_picture(result: SweepResult, file: Path) -> None:
    """Draw a sweep.

    Raises:
        BadInput: If matplotlib is not installed.
    """
    from evalharness.gateway.sena.picture import draw_sweep

    limits = result.experiment.thresholds
    title = f"Sena on {result.cases} cases (dataset {result.dataset_sha256[:12]})"
    points = result.sweep.points
    drawing = draw_sweep(
        points,
        title=title,
        facts_limit=1 - limits.quality_loss,
        token_threshold=limits.context_token_reduction,
    )
    write_atomically(file, drawing)


def compress_file(file: Path, *, method: str, budget: Budget, message: str | None) -> CompressedFile:
    """Compress a case's context, or a plain text.

    Args:
        file: A case (.yaml), or any text.
        method: A name of `COMPRESSORS`.
        budget: Share or number of tokens to keep.
        message: What is asked about it; None for the case's own message.

    Raises:
        BadInput: If the file cannot be read or the method needs a package that is not installed.
    """
    text = read_text(file)
    if file.suffix.lower() in {".yaml", ".yml"}:
        case = parse_case(text, file)
        context, own = case.context, case.message
    else:
        context, own = Context(profile=text), ""
    done = COMPRESSORS[method]().compress(context, message=own if message is None else message, budget=budget)
    return CompressedFile(compressed=done, pieces=tuple(_pieces(context, done)))


def _pieces(context: Context, done: Compressed) -> Iterator[Piece]:
    dropped = list(done.dropped)
    speakers = {f"turns[{i}]": turn.role for i, turn in enumerate(context.turns)}
    for unit in split_units(context):
        is_dropped = bool(dropped) and (dropped[0].where, dropped[0].text) == (unit.place, unit.text)
        if is_dropped:
            dropped.pop(0)
        speaker = speakers.get(unit.place, "")
        yield Piece(place=unit.place, speaker=speaker, text=unit.text, gap=unit.gap, is_dropped=is_dropped)


def _is_installed(method: str, note: Callable[[str], None]) -> bool:
    if method == "hybrid":
        try:
            UniversalSentenceEncoder()
        except BadInput as error:
            note(f"left out: {error.message}")
            return False
    return True


def _compressor(method: str, vectors: VectorFile | None) -> Compressor:
    if method == "hybrid":
        encoder = UniversalSentenceEncoder()
        return HybridCompressor(
            embedder=encoder if vectors is None else RememberingEmbedder(encoder, vectors)
        )
    # Controls are blind: what a setting protects would be knowledge.
    return COMPRESSORS[method](_BLIND if method in CONTROLS else None)


def _count_as_sent(file: Path, experiment: Experiment) -> CountTokens:
    """Return a count of context tokens as the request carries them, headings included."""
    folder = file.parent / experiment.gateway.personas
    prompts = PersonaPrompts(
        {path.name.removesuffix(".j2"): read_text(path) for path in sorted(folder.glob("*.j2"))}
    )

    def rendered(case: Case, context: Context) -> int:
        shown = prompts.render(
            persona=case.persona, language=case.language, context=context, message=case.message
        )
        return approximate_tokens(shown.user)

    return lambda case, context: rendered(case, context) - rendered(case, Context())


def _patch(file: Path, *, method: str, budget: float) -> str:
    """Return a unified diff that sets method and budget in the [sena] table."""
    text = read_text(file)
    lines = text.splitlines(keepends=True)
    for key, value in (("method", f'"{method}"'), ("budget", f"{budget:g}")):
        number = line_of(text, ("sena", key))
        if number is None:
            raise BadInput(f"sena.{key} has no line of its own; set it to {value} by hand", file=file)
        lines[number - 1] = re.sub(
            rf"({key}\s*=\s*)(\"[^\"]*\"|'[^']*'|[\d.]+)", rf"\g<1>{value}", lines[number - 1], count=1
        )
    name = file.name if file.is_absolute() else file.as_posix()
    return "".join(difflib.unified_diff(text.splitlines(keepends=True), lines, f"a/{name}", f"b/{name}"))


class VectorFile(MutableMapping[str, Sequence[float]]):
    """Embeddings in one file, by hash of model version and text; may be deleted at any time."""

    def __init__(self, path: Path) -> None:
        """Open or create it.

        Raises:
            BadInput: If it cannot be opened, or is something else.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path)
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise BadInput(f"not a cache of embeddings ({error}); delete it", file=path) from None

    def __getitem__(self, key: str) -> Sequence[float]:
        """Return a vector, or raise KeyError."""
        row = self._file.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return array("f", row[0])

    def __setitem__(self, key: str, vector: Sequence[float]) -> None:
        """Keep a vector."""
        self._file.execute(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, array("f", vector).tobytes())
        )

    def __delitem__(self, key: str) -> None:
        """Forget a vector."""
        self._file.execute("DELETE FROM vectors WHERE key = ?", (key,))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return (key for (key,) in self._file.execute("SELECT key FROM vectors ORDER BY key"))

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self._file.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def close(self) -> None:
        """Write and close."""
        self._file.commit()
        self._file.close()
