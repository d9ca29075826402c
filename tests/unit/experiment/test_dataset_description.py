"""Where a dataset says that people wrote it, and what follows for its cases and its hash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evalharness.core.case import Case
from evalharness.experiment.dataset_description import describe_dataset
from evalharness.experiment.dataset_file import load_dataset

REAL = 'real = true\nnames = "names.txt"\nallow = ["02-312-4567"]\n'


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """Two cases, one of which names somebody."""
    cases = tmp_path / "cases"
    cases.mkdir()
    for name in ("pen-ko-01", "earth-en-01"):
        shutil.copy(root / "prompts" / "mentoring" / f"{name}.yaml", cases)
    (cases / "names.txt").write_text("곽두현\n", encoding="utf-8")
    (tmp_path / "names.txt").write_text("곽두현\n", encoding="utf-8")
    return cases


def test_a_folder_says_it_inside_itself(folder: Path) -> None:
    before = load_dataset(folder)
    assert (before.real, before.names, before.redacted) == (None, (), ())
    (folder / "dataset.toml").write_text(REAL, encoding="utf-8")
    after = load_dataset(folder)
    assert (after.real, after.names, after.allowed) == (True, ("곽두현",), frozenset({"02-312-4567"}))
    assert "곽두현" in str(before.cases)
    assert "곽두현" not in str(after.cases)
    assert dict(after.redacted)["name"] >= 1
    assert after.sha256 != before.sha256


def test_an_invented_dataset_is_the_same_dataset(folder: Path) -> None:
    before = load_dataset(folder)
    (folder / "dataset.toml").write_text("real = false\n", encoding="utf-8")
    after = load_dataset(folder)
    assert (after.real, after.sha256, after.cases) == (False, before.sha256, before.cases)


def test_names_and_what_is_allowed_are_part_of_a_real_datasets_hash(folder: Path) -> None:
    (folder / "dataset.toml").write_text(REAL, encoding="utf-8")
    first = load_dataset(folder).sha256
    (folder / "names.txt").write_text("곽두현\n상진\n", encoding="utf-8")
    second = load_dataset(folder).sha256
    (folder / "dataset.toml").write_text('real = true\nnames = "names.txt"\n', encoding="utf-8")
    assert len({first, second, load_dataset(folder).sha256}) == 3


def test_a_single_file_says_it_beside_itself(folder: Path) -> None:
    text = (folder / "pen-ko-01.yaml").read_text(encoding="utf-8")
    file = folder.parent / "one.yaml"
    file.write_text(text, encoding="utf-8")
    assert describe_dataset(file).real is None
    (folder.parent / "one.dataset.toml").write_text(REAL, encoding="utf-8")
    assert describe_dataset(file).names == ("곽두현",)
    assert "곽두현" not in str(load_dataset(file).cases)


def test_a_mapping_says_it_in_its_first_keys(tmp_path: Path) -> None:
    mapping = tmp_path / "tickets.toml"
    mapping.write_text(f'file = "tickets.csv"\n{REAL}[columns]\nid = "id"\n', encoding="utf-8")
    (tmp_path / "names.txt").write_text("# who\n\n곽두현 \n", encoding="utf-8")
    found = describe_dataset(mapping)
    assert (found.real, found.names, found.allowed) == (True, ("곽두현",), frozenset({"02-312-4567"}))


def test_real_cases_are_not_remembered(folder: Path) -> None:
    """A cache on disk would hold what people wrote, in another place than they gave it."""
    remembered: dict[str, Case] = {}
    load_dataset(folder, remembered)
    assert len(remembered) == 2
    remembered.clear()
    (folder / "dataset.toml").write_text(REAL, encoding="utf-8")
    load_dataset(folder, remembered)
    assert remembered == {}
