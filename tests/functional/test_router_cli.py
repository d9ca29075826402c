"""`evalharness router`, as users run it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

SCENES = """
language: ko
scenes:
{scenes}
"""


@pytest.fixture
def routing(project: Path) -> Path:
    """A routing folder small enough to fit on in a moment; its blind set is not the shipped one."""
    folder = project / "prompts" / "routing"
    for file in folder.glob("*.yaml"):
        file.unlink()
    scenes = [
        f"  - id: s{i}\n    moon: 설레는 꿈 {i}\n    square: 순서를 정리 {i}\n    earth: 자꾸 반복 {i}\n"
        f"    pen: 둘을 연결 {i}"
        for i in range(12)
    ]
    (folder / "exemplars.yaml").write_text(SCENES.format(scenes="\n".join(scenes)), encoding="utf-8")
    (folder / "blind.yaml").write_text(
        "messages:\n"
        "  - {id: b1, language: ko, persona: square, difficulty: clear, reason: r, message: 순서를 잡아 줘}\n"
        "  - {id: b2, language: en, persona: pen, difficulty: close, reason: r, message: bridge both}\n",
        encoding="utf-8",
    )
    return folder


def test_without_messages_to_train_on_the_router_that_needs_none_is_measured(cli: Cli, project: Path) -> None:
    """As in a starter project."""
    shutil.rmtree(project / "prompts" / "routing")
    done = cli("router", "eval", "prompts/experiment.toml", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [(row["router"], row["data"]) for row in report["measured"]] == [("keywords", "cases")]
    assert [row["router"] for row in report["missing"]][-2:] == ["lexicon", "embedding"]
    shown = cli("router", "eval", "prompts/experiment.toml")
    assert (
        "note: lexicon was not measured: no exemplars*.yaml in prompts/routing to train it on" in shown.stderr
    )


def test_eval_prints_a_row_per_router_and_data_with_intervals(cli: Cli, routing: Path) -> None:
    done = cli("router", "eval", "prompts/experiment.toml")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith(("keywords", "lexicon"))]
    assert ["keywords", "cases"] in [row[:2] for row in rows]
    assert ["lexicon", "blind"] in [row[:2] for row in rows]
    assert "pairs in one fold" in done.stdout


def test_json_has_counts_that_fit_together(cli: Cli, routing: Path) -> None:
    done = cli("router", "eval", "prompts", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    for measured in report["measured"]:
        cells = sum(map(sum, measured["confusion"]))
        right = sum(measured["confusion"][i][i] for i in range(4))
        assert (cells, right) == (measured["accuracy"]["total"], measured["accuracy"]["right"])
        assert measured["accuracy"]["low"] <= measured["accuracy"]["share"] <= measured["accuracy"]["high"]
        assert sum(share["total"] for share in measured["by_language"].values()) == cells
    assert {timing["router"] for timing in report["timings"]} >= {"keywords", "lexicon"}


def test_the_blind_set_can_be_left_alone(cli: Cli, routing: Path) -> None:
    (routing / "blind.yaml").write_text("not: [valid", encoding="utf-8")
    done = cli("router", "eval", "prompts", "--no-blind", "--json")
    assert done.returncode == 0, done.stderr
    assert {measured["data"] for measured in json.loads(done.stdout)["measured"]} == {"cases"}


def test_a_blind_message_among_the_exemplars_is_refused(cli: Cli, routing: Path) -> None:
    with (routing / "exemplars.short.yaml").open("w", encoding="utf-8") as file:
        file.write("short:\n  pen:\n    - {en: Bridge both}\n")
    done = cli("router", "eval", "prompts")
    assert done.returncode == 3
    assert "among the training messages" in done.stderr


def test_a_wrong_exemplar_file_is_named_with_its_line(cli: Cli, routing: Path) -> None:
    (routing / "exemplars.yaml").write_text("short:\n  sun:\n    - {en: x}\n", encoding="utf-8")
    done = cli("router", "eval", "prompts", "--no-blind")
    assert done.returncode == 3
    assert "exemplars.yaml" in done.stderr


def test_a_folder_without_prompts_is_refused(cli: Cli, tmp_path: Path) -> None:
    done = cli("router", "eval", str(tmp_path))
    assert done.returncode == 3
    assert "neither an experiment file" in done.stderr


def test_choose_says_who_and_why(cli: Cli) -> None:
    done = cli("router", "choose", "할 일을 어떤 순서로 쪼갤까요?")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("square (")
    assert "순서" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("hello", "--persona", "sun"), "unknown persona"),
        (("hello", "--router", "dice"), "unknown router"),
        ((" ",), "message is empty"),
        (("a" * 100_000,), "100,000 characters"),
    ],
)
def test_what_cannot_be_routed_ends_as_one_line(cli: Cli, arguments: tuple[str, ...], says: str) -> None:
    done = cli("router", "choose", *arguments)
    assert done.returncode == 3
    assert says in done.stderr
    assert "Traceback" not in done.stderr
