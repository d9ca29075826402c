"""What is kept between runs is kept by content and by the code that made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.app.kept import caches
from evalharness.app.kept.caches import case_cache, code_version
from evalharness.core.errors import BadInput
from evalharness.experiment.dataset_file import load_dataset


def test_a_changed_line_of_code_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = ("evalharness.core/sena.py", "evalharness.gateway.sena")
    first = code_version(sources)
    (tmp_path / "sena.py").write_text("changed = True\n", encoding="utf-8")
    monkeypatch.setattr(caches, "files", lambda _: tmp_path)
    code_version.cache_clear()
    try:
        assert code_version(sources) != first
    finally:
        code_version.cache_clear()


def test_every_source_that_is_named_exists() -> None:
    for source in (*caches._CASE_CODE, *caches._SENA_CODE):
        assert list(caches._texts((source,))), source


def test_cases_are_the_same_read_again_from_the_cache(root: Path, tmp_path: Path) -> None:
    dataset = root / "prompts" / "mentoring"
    plain = load_dataset(dataset)
    for _ in range(2):
        with case_cache(tmp_path) as remembered:
            assert load_dataset(dataset, remembered) == plain
    with case_cache(tmp_path) as remembered:
        assert len(remembered) == len(plain.cases)


def test_a_changed_file_is_parsed_anew_and_its_errors_are_told(root: Path, tmp_path: Path) -> None:
    """The cache never stands between an author and a mistake."""
    shipped = root / "prompts" / "mentoring" / "earth-en-01.yaml"
    file = tmp_path / "cases" / "earth-en-01.yaml"
    file.parent.mkdir()
    text = shipped.read_text(encoding="utf-8")
    for text_now in (text, text.replace("language: en", "language: ko")):
        file.write_text(text_now, encoding="utf-8")
        with case_cache(tmp_path) as remembered:
            assert load_dataset(file.parent, remembered) == load_dataset(file.parent)
    file.write_text(text.replace("language: en", "language: xx"), encoding="utf-8")
    with case_cache(tmp_path) as remembered, pytest.raises(BadInput, match=r"earth-en-01\.yaml:"):
        load_dataset(file.parent, remembered)
