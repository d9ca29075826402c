"""[[judges]] and [pairwise] of the experiment file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.experiment_file import load_experiment

JUDGE = """
[[judges]]
name = "{name}"
model = "{model}"
family = "gemini"
client = "google-genai"
prompts = "judges/1"
repeats = 1
max_output_tokens = 512
"""


Write = Callable[..., Path]


@pytest.fixture
def write(root: Path, tmp_path: Path) -> Write:
    """Write the shipped file with other judges."""
    return partial(with_judges, root, tmp_path)


def with_judges(
    root: Path, tmp_path: Path, judges: str, *, scorer: str = "rubric", pairwise: str = ""
) -> Path:
    text = (root / "prompts" / "experiment.toml").read_text(encoding="utf-8")
    head, _, rest = text.partition("[scorer]")
    _, _, tail = rest.partition("[thresholds]")
    file = tmp_path / "experiment.toml"
    body = f'[scorer]\nname = "{scorer}"\n{judges}\n{pairwise}\n[thresholds]{tail}'
    file.write_text(head + body, encoding="utf-8")
    return file


def line_of(file: Path, part: str, *, last: bool = False) -> int:
    lines = [i for i, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if part in line]
    return lines[-1 if last else 0]


def test_the_shipped_judge_is_declared_whole(root: Path) -> None:
    """The rubric decides, and nothing about its judge is left to a default."""
    experiment = load_experiment(root / "prompts" / "experiment.toml")
    assert experiment.scorer.judge
    (judge,) = experiment.judges
    assert judge.model not in {arm.model for arm in experiment.arms}
    assert (judge.family, judge.client, judge.repeats) == ("gemini", "google-genai", 1)
    assert experiment.pairwise is not None
    assert experiment.pairwise.cases == 40


def test_a_panel_is_read_in_order(write: Write) -> None:
    second = JUDGE.format(name="b", model="qwen-32b").replace("google-genai", "openai-compatible")
    second += 'base_url = "http://127.0.0.1:9"\nkey_variable = "PANEL_KEY"\n'
    file = write(JUDGE.format(name="a", model="gemini-4-argon") + second)
    first, other = load_experiment(file).judges
    assert (first.name, other.name, other.base_url, other.key_variable) == (
        "a", "b", "http://127.0.0.1:9", "PANEL_KEY",
    )  # fmt: skip


@pytest.mark.parametrize(
    "missing", ["model", "family", "client", "prompts", "repeats", "max_output_tokens", "name"]
)
def test_nothing_about_a_judge_has_a_default(write: Write, missing: str) -> None:
    table = "\n".join(
        row for row in JUDGE.format(name="a", model="m").splitlines() if not row.startswith(f"{missing} ")
    )
    with pytest.raises(BadInput, match=rf"missing key judges\[0\]\.{missing}"):
        load_experiment(write(table))


@pytest.mark.parametrize(
    ("judges", "options", "message", "at"),
    [
        ("", {}, "the rubric needs a judge", 'name = "rubric"'),
        ("", {"scorer": "key_facts", "pairwise": "[pairwise]"}, "[pairwise] needs a judge", "[pairwise]"),
        (JUDGE.format(name="a", model="m") * 2, {}, "duplicate judge 'a'", 'name = "a"'),
        (
            JUDGE.format(name="a", model="m")
            + JUDGE.format(name="b", model="m")
            + 'base_url = "http://127.0.0.1:9"',
            {},
            "judges of the model m must share client, base_url and key_variable",
            'model = "m"',
        ),
        (
            JUDGE.format(name="a", model="m").replace("google-genai", "openai-compatible")
            + 'thinking_level = "low"',
            {},
            "openai-compatible carries no thinking level",
            "thinking_level",
        ),
        (JUDGE.format(name="a", model="gemini-pro-latest"), {}, "names no fixed model", "gemini-pro-latest"),
        (
            JUDGE.format(name="a", model="m").replace("google-genai", "google-generativeai"),
            {},
            "judges[0].client",
            "google-generativeai",
        ),
        (
            JUDGE.format(name="a", model="m"),
            {"pairwise": "[pairwise]\ncases = 1"},
            "pairwise.cases",
            "cases = 1",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(
    write: Write, judges: str, options: dict[str, str], message: str, at: str
) -> None:
    file = write(judges, **options)
    with pytest.raises(BadInput) as caught:
        load_experiment(file)
    assert message in str(caught.value)
    assert caught.value.line == line_of(file, at, last=True)


def test_all_cases_may_be_compared(write: Write) -> None:
    file = write(JUDGE.format(name="a", model="m"), pairwise='[pairwise]\ncases = "all"')
    pairwise = load_experiment(file).pairwise
    assert pairwise is not None
    assert pairwise.cases is None


def test_judges_may_stand_beside_another_primary_scorer(write: Write) -> None:
    file = write(JUDGE.format(name="a", model="m"), scorer="key_facts")
    experiment = load_experiment(file)
    assert not experiment.scorer.judge
    assert len(experiment.judges) == 1
