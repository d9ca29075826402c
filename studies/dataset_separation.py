"""Can the dataset tell good answers from bad? Measures it and writes the figures of docs/dataset.md.

Run from the checkout, without network: `python studies/dataset_separation.py prompts/experiment.toml`. The
answers are the emulator's, over HTTP: they say what an answerer can make of a context that is cut or missing,
nothing about any Gemini model.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from evalharness.app.dataset import draw_dataset
from evalharness.app.project import Project
from evalharness.app.system import SystemClock
from evalharness.core.case import Case, Context
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.score import Answer, Completed, Scored
from evalharness.core.wire.response import parse_response
from evalharness.emulator import EmulatorSettings, running
from evalharness.experiment.case_file import context_text
from evalharness.experiment.edge import read_text
from evalharness.experiment.planning import draw_seed
from evalharness.experiment.stats import DatasetStats, dataset_stats
from evalharness.gateway.clients.google_genai import GoogleGenaiClient
from evalharness.gateway.gateway import Gateway
from evalharness.gateway.prompting import PersonaPrompts
from evalharness.gateway.sena.units import join_units, split_units
from evalharness.score.key_facts import KeyFactScorer
from evalharness.store.jsonlines import write_atomically

DOCS = Path(__file__).parents[1] / "docs"
SHARES = (1.0, 0.75, 0.5, 0.25)
CUTS = ("oldest dropped", "newest dropped")
DRAWS = 3
CONCURRENCY = 8
DIGITS = 3

Condition = tuple[str, float]
"""Which end of the context was cut, and the share of its tokens that was kept; share 0 is no context."""
NO_CONTEXT: Condition = ("none", 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One emulated answer to a case: under which condition, by which model, in which draw."""

    case: Case
    condition: Condition
    model: str
    draw: int


def main(experiment: Path) -> None:
    """Measure, then write figures, numbers and tables."""
    project = Project(experiment)
    cases = project.dataset.cases
    conditions = [(cut, share) for cut in CUTS for share in SHARES] + [NO_CONTEXT]
    models = sorted({a.model for a in project.experiment.arms if a.role in (Role.CONTROL, Role.TREATMENT)})
    questions = [
        Asked(case=case, condition=condition, model=model, draw=draw)
        for case in cases
        for condition in conditions
        for model in models
        for draw in range(DRAWS)
    ]
    with running(EmulatorSettings(latency_scale=0)) as url:
        answers = asyncio.run(_ask(project, questions, url))
    result = {
        "dataset_sha256": project.dataset.sha256,
        "cases": len(cases),
        "answers": f"evalharness emulator, default settings; {', '.join(models)}; {DRAWS} draws each",
        "references": _references(cases),
        "truncation": _truncation(cases, conditions, models, answers),
        "context_free": _context_free(cases, answers),
    }
    folder = DOCS / "dataset"
    write_atomically(folder / "separation.json", json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    write_atomically(folder / "separation.svg", _plot(result))
    stats = dataset_stats(project.dataset)
    draw_dataset(stats, folder / "stats.svg")
    table = _table(result)
    _rewrite(DOCS / "dataset.md", {"separation": table, "counts": _counts(stats)})
    sys.stdout.write(f"{table}\n")


def cut_context(context: Context, condition: Condition) -> Context:
    """Return a context without the sentences at one end; what is kept has at most the share of its tokens."""
    cut, share = condition
    units = split_units(context)
    room = share * sum(unit.tokens for unit in units)
    order = range(len(units)) if cut == "newest dropped" else range(len(units) - 1, -1, -1)
    kept: set[int] = set()
    for index in order:
        room -= units[index].tokens
        if room < 0:
            break
        kept.add(index)
    return join_units(context, kept, units).context


def coverage(case: Case, text: str) -> float:
    """Return the share of a case's key facts that a text uses, by the real scorer."""
    answer = Answer(text=text, truncated=False)
    record = Completed(case_id=case.id, arm="-", repeat=0, calls=(), answer=answer, persona=case.persona)
    score = KeyFactScorer().score(case, record)
    assert isinstance(score, Scored)  # noqa: S101 - key facts are always scored
    return score.value


async def _ask(project: Project, questions: Iterable[Asked], url: str) -> dict[Asked, str]:
    folder = project.file.parent / project.experiment.gateway.personas
    templates = {file.name.removesuffix(".j2"): read_text(file) for file in sorted(folder.glob("*.j2"))}
    experiment = project.experiment
    gateway = Gateway(settings=experiment.gateway, sena=experiment.sena, prompts=PersonaPrompts(templates))
    client = GoogleGenaiClient.from_environment({}, clock=SystemClock(), timeout_s=60, base_url=url)
    gate = asyncio.Semaphore(CONCURRENCY)
    answers: dict[Asked, str] = {}

    async def ask(asked: Asked) -> None:
        async with gate:
            case = replace(asked.case, context=cut_context(asked.case.context, asked.condition))
            prepared = gateway.prepare(case, ContextMode.RAW)
            seed = draw_seed(experiment.seed, asked.draw)
            reply = await client.complete(
                gateway.request(prepared, model=asked.model, seed=seed), draw=asked.draw
            )
            answers[asked] = parse_response(reply.body).text or ""

    try:
        await asyncio.gather(*(ask(asked) for asked in questions))
    finally:
        await client.aclose()
    return answers


def _references(cases: tuple[Case, ...]) -> dict[str, Any]:
    own = {case.id: coverage(case, case.reference_answer) for case in cases}
    others: dict[str, list[float]] = {}
    for case in cases:
        strangers = [c for c in cases if c is not case and not (case.pair_id and c.pair_id == case.pair_id)]
        others[case.id] = [coverage(case, other.reference_answer) for other in strangers]
    return {
        "own_lowest": round(min(own.values()), DIGITS),
        "own_mean": round(fmean(own.values()), DIGITS),
        "others_mean": round(fmean(fmean(values) for values in others.values()), 5),
        "others_highest": round(max(max(values) for values in others.values()), DIGITS),
        "cases_touched_by_another": sum(max(values) > 0 for values in others.values()),
    }


def _truncation(
    cases: tuple[Case, ...],
    conditions: list[Condition],
    models: list[str],
    answers: Mapping[Asked, str],
) -> list[dict[str, Any]]:
    rows = []
    for condition in conditions:
        cut, share = condition
        kept = [coverage(case, context_text(cut_context(case.context, condition))) for case in cases]
        row = {"cut": cut, "share": share, "facts_in_context": round(fmean(kept), DIGITS)}
        for model in models:
            values = [
                coverage(asked.case, text)
                for asked, text in answers.items()
                if asked.condition == condition and asked.model == model
            ]
            row[model] = round(fmean(values), DIGITS)
        rows.append(row)
    return rows


def _context_free(cases: tuple[Case, ...], answers: Mapping[Asked, str]) -> dict[str, Any]:
    """Compare each case's answers with the whole context and with none, over models and draws."""
    whole, none = (CUTS[0], 1.0), NO_CONTEXT
    means: dict[tuple[str, Condition], float] = {}
    for case in cases:
        for condition in (whole, none):
            found = [
                coverage(case, t) for a, t in answers.items() if a.case is case and a.condition == condition
            ]
            means[case.id, condition] = fmean(found)
    per_case = {
        case.id: {
            "with": round(means[case.id, whole], DIGITS),
            "without": round(means[case.id, none], DIGITS),
        }
        for case in cases
    }
    return {
        "answerable_without": [i for i, v in per_case.items() if v["without"] >= v["with"]],
        "any_fact_without": [i for i, v in per_case.items() if v["without"] > 0],
        "lowest_with": min(v["with"] for v in per_case.values()),
        "highest_without": max(v["without"] for v in per_case.values()),
        "cases": per_case,
    }


def _plot(result: Mapping[str, Any]) -> str:
    rows = result["truncation"]
    series = [name for name in rows[0] if name not in ("cut", "share")]
    with mpl.rc_context({"svg.hashsalt": "evalharness", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 4), layout="constrained")
        for axes, cut in zip(figure.subplots(1, 2, sharey=True), CUTS, strict=True):
            points = [row for row in rows if row["cut"] in (cut, "none")]
            axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="in proportion")
            for name in series:
                label = "facts in the context" if name == "facts_in_context" else f"answers, simulated {name}"
                axes.plot(
                    [row["share"] for row in points], [row[name] for row in points], marker="o", label=label
                )
            axes.set_title(f"{cut.capitalize()} first")
            axes.set_xlabel("share of context tokens kept")
        axes.legend(loc="upper left", fontsize="small")
        figure.axes[0].set_ylabel("share of key facts")
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _table(result: Mapping[str, Any]) -> str:
    references, free = result["references"], result["context_free"]
    rows = result["truncation"]
    models = [name for name in rows[0] if name not in ("cut", "share", "facts_in_context")]
    lines = [
        f"Measured on dataset `{result['dataset_sha256'][:12]}`, {result['cases']} cases. "
        f"Answers: {result['answers']}.",
        "",
        "| what | measured | must be |",
        "|---|---|---|",
        f"| a reference answer's coverage of its own case, lowest | {references['own_lowest']} | ≥ 0.95 |",
        f"| coverage by the reference answer of another case, mean | {references['others_mean']} | ≤ 0.15 |",
        f"| the same, highest of all | {references['others_highest']} | |",
        f"| cases answered as well without their context | {len(free['answerable_without'])} | ≤ 10 |",
        f"| cases in which an answer without context hits any fact | {len(free['any_fact_without'])} | |",
        f"| a case's coverage without context, highest | {free['highest_without']} | |",
        f"| a case's coverage with its whole context, lowest | {free['lowest_with']} | |",
        "",
        f"| context | tokens kept | facts left in it | {' | '.join(f'simulated {m}' for m in models)} |",
        f"|---|---|---|{'---|' * len(models)}",
    ]
    for row in rows:
        answered = " | ".join(f"{row[model]:.3f}" for model in models)
        lines.append(f"| {row['cut']} | {row['share']:.0%} | {row['facts_in_context']:.3f} | {answered} |")
    named = ", ".join(f"`{case}`" for case in free["answerable_without"]) or "none"
    return "\n".join([*lines, "", f"Cases answerable without context: {named}."])


def _counts(stats: DatasetStats) -> str:
    def row(name: str, values: Iterable[object]) -> str:
        return f"| {name} | {' | '.join(map(str, values))} |"

    lines = [f"Counted on dataset `{stats.sha256[:12]}`: {stats.cases} cases, {stats.facts} key facts.", ""]
    for title, table in (("persona", stats.persona_by_language), ("category", stats.category_by_language)):
        lines += [row(title, ("ko", "en", "all")), "|---|---|---|---|"]
        lines += [row(name, (*counts, sum(counts))) for name, counts in table] + [""]
    quantiles = ", ".join(f"p{share * 100:g} {tokens}" for share, tokens in stats.token_quantiles)
    return "\n".join(
        [
            *lines,
            "- difficulty: " + ", ".join(f"{name} {count}" for name, count in stats.difficulty),
            "- severity: " + ", ".join(f"{name} {count}" for name, count in stats.severity),
            f"- translation pairs: {stats.pairs}",
            f"- context, approximate tokens: {quantiles}",
            "- facts a case: "
            + ", ".join(f"{facts} in {cases} cases" for facts, cases in stats.facts_per_case),
            f"- key facts that stand in a mentor's turn: {stats.mentor_fact_share:.1%}",
            f"- places of facts by quarter of the context: {', '.join(map(str, stats.fact_quarters))}",
        ]
    )


def _rewrite(file: Path, blocks: Mapping[str, str]) -> None:
    """Replace what stands between the markers of each block."""
    text = read_text(file)
    for name, block in blocks.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            sys.exit(f"{file}: the markers of {name} are missing")
        text = f"{before}{begin}{block}\n{end}{after}"
    write_atomically(file, text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
