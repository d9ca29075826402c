"""Compressions made before are found again, and only where everything is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.app.kept import caches
from evalharness.app.kept.caches import compression_cache
from evalharness.app.project import Project
from evalharness.core.case import Case, Context
from evalharness.core.sena import Budget, Compressed, TokenBudget
from evalharness.gateway.sena.extractive import ExtractiveCompressor
from evalharness.gateway.sena.remembering import RememberingCompressor


class Counting(ExtractiveCompressor):
    """Counts how often it is asked."""

    asked = 0

    def compress(self, context: Context, *, message: str, budget: Budget) -> Compressed:
        self.asked += 1
        return super().compress(context, message=message, budget=budget)


def test_the_same_is_compressed_once_and_anything_else_anew(
    tmp_path: Path, make_case: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, inner = make_case().context, Counting()

    def compress(
        settings: str = "", message: str = "?", budget: Budget = 0.5, of: Context = context
    ) -> Compressed:
        with compression_cache(tmp_path) as store:
            remembered = RememberingCompressor(inner, store, settings=settings)
            return remembered.compress(of, message=message, budget=budget)

    assert compress() == compress() == inner.compress(context, message="?", budget=0.5)
    assert inner.asked == 2
    for other in (
        {"settings": "other"},
        {"message": "!"},
        {"budget": 0.6},
        {"budget": TokenBudget(tokens=1)},
        {"of": replace(context, profile="half a pair \ud83d, 가")},
    ):
        before = inner.asked
        assert compress(**other) == compress(**other)
        assert inner.asked == before + 1
    monkeypatch.setattr(caches, "code_version", lambda _: "other code")
    compress()
    assert inner.asked == 8


def test_a_plan_is_the_same_with_and_without_a_cache(root: Path, tmp_path: Path) -> None:
    file = root / "prompts" / "experiment.toml"
    plans = [Project(file, limit=8, cache=cache).plan for cache in (None, tmp_path, tmp_path)]
    assert plans[0] == plans[1] == plans[2]
    assert (tmp_path / "compressions.sqlite").stat().st_size > 10_000
