"""Sena at the desk: sweep methods and budgets over an experiment's cases, or compress one file and look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalharness.app.clients import Mode
from evalharness.app.kept.caches import embedding_cache
from evalharness.app.project import Project
from evalharness.app.sena.answers import Answers, answer_sweep
from evalharness.app.sena.patch import patch_sena
from evalharness.app.system import SystemClock
from evalharness.core.case import Case, Context
from evalharness.core.decision import Ruling, SenaModel
from evalharness.core.errors import BadInput
from evalharness.core.experiment import Experiment
from evalharness.core.ports import Compressor
from evalharness.core.provenance import Origin
from evalharness.core.sena import Budget, Compressed, SenaRules, sena_rules
from evalharness.core.tokens import approximate_tokens
from evalharness.experiment.dataset_file import parse_case
from evalharness.experiment.edge import read_text
from evalharness.gateway.prompting import PersonaPrompts
from evalharness.gateway.sena import COMPRESSORS, HybridCompressor
from evalharness.gateway.sena.embedding import RememberingEmbedder, UniversalSentenceEncoder
from evalharness.gateway.sena.recommend import Recommendation, recommend
from evalharness.gateway.sena.sweep import CONTROLS, Sweep, measure_speed, run_sweep
from evalharness.gateway.sena.trial import CountTokens
from evalharness.gateway.sena.units import split_units
from evalharness.run import Progress
from evalharness.store.jsonlines import write_atomically

if TYPE_CHECKING:
    from evalharness.gateway.sena.picture import Panel

SWEPT = (*CONTROLS, "extractive", "hybrid")
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
    """By facts kept; None for a pilot, or if no point saves enough."""
    answers: Answers | None
    """None where none is recorded and none was asked for."""
    is_pilot: bool
    patch: str
    """Unified diff of the experiment file, by the answers if a point passes, else by facts kept; empty if the
    file says so already, or there is no recommendation."""


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
    file: Path,
    *,
    methods: Sequence[str],
    budgets: Sequence[float],
    out: Path,
    note: Callable[[str], None],
    mode: Mode = Mode.REPLAY,
    limit: int | None = None,
    watch: Callable[[Progress], None] = lambda _: None,
) -> SweepResult:
    """Measure methods at budgets on an experiment's cases: facts kept, and answers where there are any.

    Args:
        file: The experiment.
        methods: Names of `SWEPT`.
        budgets: Shares of the context's tokens.
        out: Folder for the cache of embeddings, and for the run directory of the answers.
        note: Told what is left out, and why.
        mode: How answers are reached.
        limit: Pilot of so many cases, which recommends nothing.
        watch: Told the progress of the answers.

    Raises:
        EvalHarnessError: As `app.stages.run_experiment`.
    """
    project = Project(file, limit=limit, cache=out)
    experiment, cases = project.experiment, project.cases
    rules = sena_rules(experiment.sena.protect, min_tokens=experiment.sena.min_tokens)
    known = [method for method in methods if _is_installed(method, note)]
    with embedding_cache(out) as vectors:
        compressors = [_compressor(method, rules, vectors) for method in known]
        sweep = run_sweep(cases, compressors, budgets, _count_as_sent(file, experiment))
    points = [(method, budget) for method in known for budget in budgets]
    answers = answer_sweep(file, points, mode=mode, limit=limit, out=out, note=note, watch=watch)
    clock, few = SystemClock(), cases[:_TIMED_CASES]
    speeds = [(method, measure_speed(_compressor(method, rules, None), few, clock)) for method in known]
    found = None if project.is_pilot else _recommend(sweep, cases, experiment)
    return SweepResult(
        experiment=experiment,
        cases=len(cases),
        dataset_sha256=project.dataset.sha256,
        sweep=sweep,
        ms_per_ktok=tuple(speeds),
        recommendation=found,
        answers=answers,
        is_pilot=project.is_pilot,
        patch=_patch(file, found, answers) if not project.is_pilot else "",
    )


def _recommend(sweep: Sweep, cases: Sequence[Case], experiment: Experiment) -> Recommendation | None:
    limits = experiment.thresholds
    return recommend(
        sweep,
        cases,
        token_threshold=limits.context_token_reduction,
        quality_loss=limits.quality_loss,
    )


def write_picture(result: SweepResult, file: Path) -> None:
    """Draw a sweep: facts kept, and beside it the quality of answers where two points have some.

    Raises:
        BadInput: If matplotlib is not installed.
    """
    from evalharness.gateway.sena.picture import draw_sweep, facts_panel

    limits = result.experiment.thresholds
    facts = facts_panel(
        result.sweep.points,
        title=f"Sena on {result.cases} cases (dataset {result.dataset_sha256[:12]})",
        facts_limit=1 - limits.quality_loss,
        token_threshold=limits.context_token_reduction,
    )
    answers = _answers_panel(result)
    write_atomically(file, draw_sweep([facts] if answers is None else [facts, answers]))


def _answers_panel(result: SweepResult) -> Panel | None:
    from evalharness.gateway.sena.picture import Dot, Panel

    answers, limits = result.answers, result.experiment.thresholds
    if answers is None or len(answers.points) < 2:
        return None
    worst = [
        (point.method, max((m for m in point.models if m.relative_loss), key=_loss_high, default=None))
        for point in answers.points
    ]
    simulated = "SIMULATED " if answers.origin is Origin.SIMULATED else ""
    return Panel(
        title=f"{simulated}answers, worse model ({answers.cases} cases)",
        saved_label="context tokens saved (share, as billed, net)",
        kept_label="quality kept (share of raw; shaded to the lower bound)",
        dots=[
            Dot(
                method=method,
                saved=model.net_reduction.value,
                kept=1 - model.relative_loss.value,
                low=1 - _loss_high(model),
            )
            for method, model in worst
            if model and model.relative_loss and model.net_reduction
        ],
        kept_limit=1 - limits.quality_loss,
        saved_limit=limits.context_token_reduction,
    )


def _loss_high(model: SenaModel) -> float:
    loss = model.relative_loss
    return 1.0 if loss is None or loss.high is None else loss.high


def compress_file(
    file: Path, *, method: str, budget: Budget, message: str | None, rules: SenaRules | None = None
) -> CompressedFile:
    """Compress a case's context, or a plain text.

    Args:
        file: A case (.yaml), or any text.
        method: A name of `COMPRESSORS`.
        budget: Share or number of tokens to keep.
        message: What is asked about it; None for the case's own message.
        rules: What is protected; None for the default.

    Raises:
        BadInput: If the file cannot be read or the method needs a package that is not installed.
    """
    text = read_text(file)
    if file.suffix.lower() in {".yaml", ".yml"}:
        case = parse_case(text, file)
        context, own = case.context, case.message
    else:
        context, own = Context(profile=text), ""
    asked = own if message is None else message
    done = COMPRESSORS[method](rules).compress(context, message=asked, budget=budget)
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


def _compressor(
    method: str, rules: SenaRules, vectors: MutableMapping[str, Sequence[float]] | None
) -> Compressor:
    if method == "hybrid":
        encoder = UniversalSentenceEncoder()
        return HybridCompressor(
            rules, embedder=encoder if vectors is None else RememberingEmbedder(encoder, vectors)
        )
    # Controls are blind: what a setting protects would be knowledge.
    return COMPRESSORS[method](replace(rules, protect=(), patterns=()) if method in CONTROLS else rules)


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


def _patch(file: Path, found: Recommendation | None, answers: Answers | None) -> str:
    chosen = None if answers is None else answers.chosen
    if chosen is not None and chosen.ruling is Ruling.PASS:
        return patch_sena(file, method=chosen.method, budget=chosen.budget)
    return patch_sena(file, method=found.point.method, budget=found.point.budget) if found else ""
