"""The sweep's arithmetic, the rule's recommendation, and the patch."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.app.kept.caches import embedding_cache
from evalharness.app.sena.sweep import compress_file, sweep_experiment
from evalharness.core.case import Case, Context, KeyFact
from evalharness.gateway.sena import COMPRESSORS
from evalharness.gateway.sena.recommend import Recommendation, recommend
from evalharness.gateway.sena.sweep import Point, Sweep, paired_difference, run_sweep
from evalharness.gateway.sena.trial import Trial, try_case


def words(case: Case, context: Context) -> int:
    return len(context.profile.split())


def cases(make_case: Callable[..., Case]) -> list[Case]:
    return [
        make_case(
            id=f"c{i}",
            language="ko" if i % 2 else "en",
            context=Context(profile=f"Room {i + 100} costs {i + 50} euros. Oh, ok."),
            key_facts=(
                KeyFact(id="f1", fact="room", forms=(f"{i + 100}",), where=("profile",)),
                KeyFact(id="f2", fact="absent", forms=("nowhere",), where=("profile",)),
            ),
        )
        for i in range(6)
    ]  # fmt: skip


def test_a_trial_counts_facts_that_the_context_shows(make_case: Callable[..., Case]) -> None:
    """A fact that no form shows in the whole context cannot be lost by compression."""
    case = cases(make_case)[0]
    trial = try_case(COMPRESSORS["extractive"](), case, 0.75)
    assert (trial.facts, trial.kept) == (1, 1)
    assert trial.kept_tokens < trial.original_tokens
    assert try_case(COMPRESSORS["none"](), case, 0.5, words).kept_tokens == words(case, case.context)


def test_a_sweep_measures_every_point(make_case: Callable[..., Case]) -> None:
    some = cases(make_case)
    methods = [COMPRESSORS[name]() for name in ("random", "extractive")]
    sweep = run_sweep(some, methods, (0.6, 0.75), words)
    assert [(point.method, point.budget) for point in sweep.points] == [
        ("random", 0.6), ("random", 0.75), ("extractive", 0.6), ("extractive", 0.75),
    ]  # fmt: skip
    assert len(sweep.trials) == 24
    best = sweep.points[-1]
    assert best.facts_kept == 1.0
    # Nothing lost in six facts is no proof: the exact bound is 0.05 to the power of a sixth.
    assert best.facts_kept_low == pytest.approx(0.05 ** (1 / 6))
    assert best.is_pareto
    assert best.by_language == (("en", 1.0), ("ko", 1.0))
    assert best.reduction == pytest.approx(2 / 7)


def trial(case_id: str, method: str, kept: int) -> Trial:
    return Trial(
        case_id=case_id, method=method, budget=0.7, facts=2, kept=kept, original_tokens=100, kept_tokens=70,
        overrun_tokens=0,
    )  # fmt: skip


def test_pairs_are_drawn_together(make_case: Callable[..., Case]) -> None:
    """Twins count as one: the interval of two identical pairs is as wide as that of their two contents."""
    ids = ["a", "b", "c", "d"]
    alone = [make_case(id=i) for i in ids]
    twins = [replace(case, pair_id="p" if case.id in "ab" else "q") for case in alone]
    better = [trial(i, "x", 2 if i in "ab" else 1) for i in ids]
    worse = [trial(i, "y", 1) for i in ids]
    difference, low, high = paired_difference(alone, better, worse)
    assert difference == 0.25
    assert 0 <= low < difference < high <= 0.5
    assert paired_difference(twins, better, worse) == (0.25, 0.0, 0.5)


def point(method: str, budget: float, kept_low: float, saved_low: float) -> Point:
    return Point(
        method=method, budget=budget, facts_kept=kept_low + 0.02, facts_kept_low=kept_low,
        reduction=saved_low + 0.01, reduction_low=saved_low, by_language=(), by_difficulty=(), overruns=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("points", "chosen", "meets", "safest"),
    [
        ([("extractive", 0.6, 0.9, 0.39), ("extractive", 0.7, 0.96, 0.32)], 0.7, True, 0.7),
        ([("extractive", 0.6, 0.90, 0.39), ("extractive", 0.7, 0.96, 0.29)], 0.6, False, 0.7),
        ([("extractive", 0.6, 0.90, 0.39), ("hybrid", 0.5, 0.905, 0.45)], 0.6, False, None),
        ([("extractive", 0.6, 0.90, 0.39), ("hybrid", 0.5, 0.92, 0.45)], 0.5, False, None),
        ([("truncate", 0.6, 0.99, 0.39), ("extractive", 0.5, 0.8, 0.45)], 0.5, False, None),
        ([("extractive", 0.8, 0.99, 0.19)], None, False, None),
    ],
)  # fmt: skip
def test_the_rule(
    points: list[tuple[str, float, float, float]], chosen: float | None, meets: bool, safest: float | None
) -> None:
    """Tokens first, then facts; a dearer method must be worth it; a control is never recommended."""
    sweep = Sweep(trials=(), points=tuple(point(*p) for p in points if p[0] != "truncate" or chosen == 0.5))
    usable = replace(sweep, points=tuple(p for p in sweep.points if p.method != "truncate"))
    found = recommend(usable, [], token_threshold=0.30, quality_loss=0.05)
    if chosen is None:
        assert found is None
        return
    assert found is not None
    assert (found.point.budget, found.meets_facts) == (chosen, meets)
    assert (found.safest.budget if found.safest else None) == safest


def test_the_recommended_point_beats_the_controls_if_any_does(make_case: Callable[..., Case]) -> None:
    """A budget that keeps a little more, but little more than deletion, is passed over."""
    some = [make_case(id="a"), make_case(id="b")]
    trials = tuple(
        replace(trial(case.id, method, 1), budget=budget)
        for method in ("random", "extractive")
        for budget in (0.6, 0.65)
        for case in some
    )

    def found(random_low: float) -> Recommendation:
        points = (
            point("random", 0.6, random_low, 0.39), point("random", 0.65, 0.78, 0.34),
            point("extractive", 0.6, 0.90, 0.39), point("extractive", 0.65, 0.91, 0.34),
        )  # fmt: skip
        sweep = Sweep(trials=trials, points=points)
        chosen = recommend(sweep, some, token_threshold=0.30, quality_loss=0.05)
        assert chosen is not None
        return chosen

    assert (found(0.70).point.budget, found(0.70).beats_controls) == (0.6, True)
    assert (found(0.80).point.budget, found(0.80).beats_controls) == (0.65, False)


def test_the_shipped_budget_is_the_recommended_one_and_meets_the_targets(root: Path, tmp_path: Path) -> None:
    """95 % of the facts for 30 % fewer tokens, 15 points above both controls; docs/sena.md has the doubt."""
    result = sweep_experiment(
        root / "prompts" / "experiment.toml",
        methods=("truncate", "random", "extractive"),
        budgets=(0.66, 0.67, 0.68, 0.69),
        out=tmp_path,
        note=print,
    )
    found = result.recommendation
    assert found is not None
    assert result.patch == ""
    assert (found.point.method, found.point.budget) == ("extractive", result.experiment.sena.budget)
    assert found.point.facts_kept >= 0.95
    assert found.point.reduction_low >= 0.315
    assert all(margin.difference >= 0.15 for margin in found.margins)
    # The answers are recorded; with one point they are judged as in the analysis.
    assert result.answers is not None
    assert result.answers.origin == "simulated"
    assert result.answers.points[0].saved_low >= 0.30


def test_a_sweep_of_an_experiment_recommends_by_a_patch(project_folder: Path) -> None:
    file = project_folder / "prompts" / "experiment.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("budget = 0.67", "budget = 0.9"), encoding="utf-8"
    )
    result = sweep_experiment(
        file,
        methods=("truncate", "random", "extractive"),
        budgets=(0.4, 0.6),
        out=project_folder,
        note=print,
    )
    assert result.recommendation is not None
    assert result.recommendation.point.budget == 0.6
    assert [margin.control for margin in result.recommendation.margins] == ["truncate", "random"]
    patch = project_folder / "recommended.patch"
    patch.write_text(result.patch, encoding="utf-8")
    assert "-budget = 0.9\n+budget = 0.6\n" in result.patch
    subprocess.run(["patch", "--quiet", str(file), str(patch)], check=True)  # noqa: S607
    assert "budget = 0.6" in file.read_text(encoding="utf-8")


@pytest.fixture
def project_folder(root: Path, tmp_path: Path) -> Path:
    """Eight shipped cases and the experiment."""
    import shutil

    shutil.copytree(root / "prompts", tmp_path / "prompts", ignore=shutil.ignore_patterns("mentoring"))
    (tmp_path / "prompts" / "mentoring").mkdir()
    for persona in ("moon", "square", "earth", "pen"):
        for language in ("ko", "en"):
            name = f"{persona}-{language}-02.yaml"
            shutil.copy(root / "prompts" / "mentoring" / name, tmp_path / "prompts" / "mentoring")
    return tmp_path


def test_embeddings_are_kept_in_a_file_that_never_gets_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "embeddings.sqlite"
    with embedding_cache(path.parent) as first:
        first["k"] = [0.5, -0.25]
    with embedding_cache(path.parent) as second:
        assert list(second["k"]) == [0.5, -0.25]
    path.write_text("not a database, whatever its name says " * 20, encoding="utf-8")
    with embedding_cache(path.parent) as third:
        assert "k" not in third
    (tmp_path / "file").write_bytes(b"")
    with embedding_cache(tmp_path / "file") as nowhere:
        nowhere["k"] = [1.0]
        assert list(nowhere["k"]) == [1.0]


def test_a_plain_text_is_compressed_as_one_place(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Hello there. The rent is 900 euros. ok ok.", encoding="utf-8")
    done = compress_file(path, method="extractive", budget=0.6, message="rent?")
    assert [piece.text for piece in done.pieces if not piece.is_dropped] == ["The rent is 900 euros."]
    assert {piece.place for piece in done.pieces} == {"profile"}
