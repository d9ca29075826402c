"""What `evalharness sena sweep` prints: the offline table, the answers, the recommendation, the JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evalharness.app.sena.answers import Answers
    from evalharness.app.sena.sweep import SweepResult
    from evalharness.core.decision import Estimate, SenaModel
    from evalharness.decide.sena_sweep import AnsweredPoint
    from evalharness.gateway.sena.recommend import Recommendation


def sweep_table(result: SweepResult) -> Iterator[str]:
    """Yield the offline table: facts kept and tokens as sent."""
    speeds = dict(result.ms_per_ktok)
    languages = [name for name, _ in result.sweep.points[0].by_language]
    dataset = f"{result.cases} cases, dataset {result.dataset_sha256[:12]}"
    yield f"{result.experiment.name}: {dataset}, no model called"
    yield (
        f"{'method':<12}{'budget':>7}{'facts kept':>12}{'(low)':>9}"
        + "".join(f"{name:>8}" for name in languages)
        + f"{'tokens saved':>14}{'(low)':>9}{'overruns':>10}{'ms/1k':>8}  pareto"
    )
    for point in result.sweep.points:
        yield (
            f"{point.method:<12}{point.budget:>7.2f}{point.facts_kept:>12.1%}{point.facts_kept_low:>9.1%}"
            + "".join(f"{share:>8.1%}" for _, share in point.by_language)
            + f"{point.reduction:>14.1%}{point.reduction_low:>9.1%}{point.overruns:>10}"
            + f"{speeds[point.method]:>8.1f}  {'*' if point.is_pareto else ''}".rstrip()
        )


def answers_table(result: SweepResult) -> Iterator[str]:
    """Yield the answers' lines: a row for each point and model."""
    answers = result.answers
    if answers is None:
        yield (
            "answers: none recorded at these points; --mode record-missing with --method and --budget "
            "fetches them"
        )
        return
    yield (
        f"answers: {_source(answers)}, {answers.cases} cases, prices of {answers.on}; quality beyond the "
        f"tolerated loss of {result.experiment.thresholds.quality_loss:.0%} in points; bounds of "
        f"{answers.confidence:.2%} each, one-sided"
    )
    yield (
        f"{'method':<12}{'budget':>7}  {'model':<24}{'quality':>9}{'(low)':>8}{'(tail)':>8}{'loss':>8}"
        f"{'(high)':>8}{'saved, billed':>15}{'(low)':>8}{'USD/1k':>9}  proof"
    )
    for point in answers.points:
        for model in point.models:
            yield _answer_row(point, model)


def _answer_row(point: AnsweredPoint, model: SenaModel) -> str:
    loss, saved = model.relative_loss, model.net_reduction
    cost = None if model.cost_change is None else 1000 * model.cost_change.value
    return (
        f"{point.method:<12}{point.budget:>7.2f}  {model.model:<24}"
        f"{_points(model.quality.value):>9}{_points(model.quality.low):>8}{_points(model.quality_tail.low):>8}"
        f"{_share(loss, 'value'):>8}{_share(loss, 'high'):>8}{_share(saved, 'value'):>15}"
        f"{_share(saved, 'low'):>8}{'n/a' if cost is None else f'{cost:+.2f}':>9}  {point.ruling.value}"
    )


def _points(value: float | None) -> str:
    return "n/a" if value is None else f"{value:+.2f}"


def _share(estimate: Estimate | None, part: str) -> str:
    value = None if estimate is None else getattr(estimate, part)
    return "n/a" if value is None else f"{value:.1%}"


def _source(answers: Answers) -> str:
    simulated = answers.origin == "simulated"
    return f"{'SIMULATED' if simulated else answers.origin.value}, {' and '.join(answers.deliveries)}"


def sweep_advice(result: SweepResult, out: Path) -> Iterator[str]:
    """Yield both rules, what each comes to, and where the patch is."""
    if result.is_pilot:
        yield f"A pilot of {result.cases} cases recommends nothing; the patch is empty."
        return
    yield from _by_facts(result)
    if result.answers is not None:
        yield from _by_answers(result.answers)
    if result.patch:
        yield f"Patch for review: {out / 'recommended.patch'}"
    elif result.recommendation is not None:
        yield "The experiment file says so already; the patch is empty."


def _by_facts(result: SweepResult) -> Iterator[str]:
    from evalharness.gateway.sena.recommend import RULE
    from evalharness.gateway.sena.weights import FITTED_ON, OUT_OF_FOLD

    yield f"Rule, by facts kept: {RULE}"
    found = result.recommendation
    if found is None:
        threshold = result.experiment.thresholds.context_token_reduction
        yield f"No recommendation: no method saves {threshold:.0%} of the context tokens at these budgets."
        return
    yield from _verdict(found)
    if result.dataset_sha256 == FITTED_ON:
        share = OUT_OF_FOLD.get(found.point.budget)
        figure = "" if share is None else f": {share:.1%} of the facts at {found.point.budget:g}"
        yield f"Weights were fitted on these very cases; out of fold they keep less{figure} (docs/sena.md)."


def _by_answers(answers: Answers) -> Iterator[str]:
    from evalharness.decide.sena_sweep import ANSWERS_RULE

    yield f"Rule, by answers: {ANSWERS_RULE}"
    found = answers.chosen
    if found is None:
        yield "No point with answers saves enough tokens."
        return
    figures = (
        f"{found.method} at {found.budget:g}: quality kept beyond the tolerated loss at least "
        f"{_points(found.quality_low)} points, at least {found.saved_low:.1%} of the context tokens saved "
        "as billed (worse model)"
    )
    if found.ruling == "PASS":
        yield f"Recommended by {_source(answers)} answers: {figures}. The patch follows it."
    else:
        yield (
            f"No point passes by {_source(answers)} answers. Nearest: {figures}. "
            "The patch follows the facts kept."
        )


def _verdict(found: Recommendation) -> Iterator[str]:
    point = found.point
    yield (
        f"Recommended: {point.method} at {point.budget:g}: keeps {point.facts_kept:.1%} of the key facts "
        f"(at least {point.facts_kept_low:.1%}) and saves {point.reduction:.1%} of the context tokens "
        f"(at least {point.reduction_low:.1%})."
    )
    yield "By difficulty: " + ", ".join(f"{name} {share:.1%}" for name, share in point.by_difficulty)
    for margin in found.margins:
        yield (
            f"Against {margin.control} at the same budget: {100 * margin.difference:+.1f} points "
            f"of facts kept (95 % interval {100 * margin.low:+.1f} to {100 * margin.high:+.1f})."
        )
    if not found.beats_controls:
        yield "No point that saves enough keeps 15 points more than every control."
    if not found.meets_facts:
        yield f"The facts limit of {found.facts_limit:.0%} is not met with confidence."
        if found.safest is not None:
            safe = found.safest
            yield f"It is by {safe.method} at {safe.budget:g}, which saves {safe.reduction:.1%}."


def sweep_json(result: SweepResult) -> dict[str, Any]:
    """Return everything but the single trials."""
    from evalharness.gateway.sena.recommend import RULE

    found = result.recommendation
    points = [
        {
            **asdict(point),
            "by_language": dict(point.by_language),
            "by_difficulty": dict(point.by_difficulty),
        }
        for point in result.sweep.points
    ]
    facts: dict[str, Any] = _rounded(
        {
            "answers": None if result.answers is None else _answers_json(result.answers),
            "experiment": result.experiment.name,
            "cases": result.cases,
            "dataset_sha256": result.dataset_sha256,
            "ms_per_ktok": dict(result.ms_per_ktok),
            "points": points,
            "rule": RULE,
            "recommendation": None
            if found is None
            else {
                "method": found.point.method,
                "budget": found.point.budget,
                "meets_facts": found.meets_facts,
                "beats_controls": found.beats_controls,
                "facts_limit": found.facts_limit,
                "token_threshold": found.token_threshold,
                "margins": [asdict(margin) for margin in found.margins],
            },
        }
    )
    return facts


def _answers_json(answers: Answers) -> dict[str, Any]:
    from evalharness.decide.sena_sweep import ANSWERS_RULE

    found = answers.chosen
    return {
        "origin": answers.origin.value,
        "deliveries": list(answers.deliveries),
        "cases": answers.cases,
        "on": answers.on.isoformat(),
        "confidence": answers.confidence,
        "run": answers.run.as_posix(),
        "rule": ANSWERS_RULE,
        "points": [
            {
                "method": point.method,
                "budget": point.budget,
                "proof": point.ruling.value,
                "models": [asdict(model) for model in point.models],
            }
            for point in answers.points
        ],
        "chosen": None
        if found is None
        else {"method": found.method, "budget": found.budget, "proof": found.ruling.value},
    }


def _rounded(value: Any) -> Any:
    """Round: the last digits of sums differ between machines."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
