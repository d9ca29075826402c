"""Wrong experiment files: one line with file, line and the nearest valid name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.experiment_file import experiment_schema, load_experiment

GOOD = """\
name = "mini"
seed = 1
dataset = "cases"
deploy_context = "sena"
rate_card = "rates.toml"
assumptions = "assumptions.toml"
cassettes = "cassettes"

[[arms]]
name = "flash-raw"
model = "gemini-3.8-flash"
context = "raw"
role = "control"

[[arms]]
name = "pro-raw"
model = "gemini-3.1-pro-preview"
context = "raw"
role = "treatment"

[gateway]
router = "keywords"
personas = "personas"
max_output_tokens = 256

[sena]
method = "extractive"
budget = 0.65

[scorer]
name = "key_facts"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_loads_with_documented_defaults(tmp_path: Path) -> None:
    experiment = load_experiment(write(tmp_path, GOOD))
    assert [arm.name for arm in experiment.arms] == ["flash-raw", "pro-raw"]
    assert experiment.thresholds.roi == 1.5
    assert (experiment.scorer.scale_low, experiment.scorer.scale_high) == (0.0, 5.0)


def test_targets_are_lumens_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    defaults = load_experiment(write(tmp_path, GOOD)).targets
    assert (defaults.mean_latency_ms, defaults.error_rate, defaults.canary_error_rate) == (1000, 0.005, 0.01)
    own = load_experiment(write(tmp_path, GOOD + "\n[targets]\nmean_latency_ms = 1500\nerror_rate = 0.001\n"))
    assert (own.targets.mean_latency_ms, own.targets.error_rate) == (1500.0, 0.001)


def test_targets_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    text = GOOD + "\n[targets]\nerror_rate = 0.02\n"
    with pytest.raises(BadInput, match=r"experiment\.toml:\d+: error_rate must not be above canary"):
        load_experiment(write(tmp_path, text))


def test_the_shipped_experiment_loads(root: Path) -> None:
    experiment = load_experiment(root / "prompts" / "experiment.toml")
    assert {arm.role.value for arm in experiment.arms} == {
        "control",
        "treatment",
        "aa",
        "damaged",
        "alternative",
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("seed = 1", "sede = 1", 2, "unknown key sede; nearest valid name: seed"),
        ("router =", "ruoter =", 22, "unknown key gateway.ruoter; nearest valid name: router"),
        ('role = "treatment"', 'role = "treatmant"', 19, "nearest valid value: treatment"),
        ("seed = 1", 'seed = "one"', 2, "seed: input should be a valid integer, got 'one'"),
        ("seed = 1", "seed = true", 2, "seed: input should be a valid integer, got True"),
        (
            "budget = 0.65",
            "budget = 1.65",
            28,
            "sena.budget: input should be less than or equal to 1, got 1.65",
        ),
        (
            "budget = 0.65",
            'budget = 0.65\nprotect = ["code", "nmber"]',
            29,
            "sena.protect[1]: 'nmber' is no kind of content; did you mean number?",
        ),
        ("budget = 0.65", 'budget = 0.65\nprotect = ["re:(가"]', 29, "'(가' is no regular expression"),
        ("budget = 0.65", 'protect = ["re:x*"]', 28, "'x*' matches empty text"),
        ("budget = 0.65", 'protect = ["persona"]', 28, "the persona's instructions are never compressed"),
        ("budget = 0.65", "budget = 0.65\nbudget_tokens = 300", 29, "keep one"),
        (
            'method = "extractive"\nbudget = 0.65',
            'method = "llm"\ncompressor_model = "gemini-3.8-flash"\nprotect = ["number"]',
            29,
            "method 'llm' cannot be held to protect",
        ),
        ("max_output_tokens = 256\n", "", 21, "missing key gateway.max_output_tokens"),
        ('name = "pro-raw"', 'name = "flash-raw"', 16, "duplicate arm 'flash-raw'"),
        (
            'role = "treatment"',
            'role = "control"',
            19,
            "flash-raw and pro-raw are both control with raw context",
        ),
        ('name = "key_facts"', 'name = "keyfacts"', 31, "scorer.name"),
        ("seed = 1", "seed = = 1", 2, "bad TOML"),
        (
            'role = "treatment"',
            'role = "treatment"\nthinking_level = "high"',
            20,
            "the compared arms share one thinking level",
        ),
        (
            'context = "raw"\nrole = "treatment"',
            'context = "sena"\nrole = "treatment"',
            9,
            "no arm is treatment with raw",
        ),
    ],
)
def test_each_mistake_is_one_line_with_its_place(
    tmp_path: Path, old: str, new: str, line: int | None, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(BadInput) as caught:
        load_experiment(write(tmp_path, GOOD.replace(old, new, 1)))
    assert message in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_what_is_protected_is_authored(tmp_path: Path) -> None:
    """Kinds and patterns in one list; a budget may be tokens instead of a share."""
    protect = 'budget_tokens = 300\nprotect = ["code", "number", "re:계약\\\\s?번호"]'
    sena = load_experiment(write(tmp_path, GOOD.replace("budget = 0.65", protect))).sena
    assert sena.protect == ("code", "number", r"re:계약\s?번호")
    assert sena.budget_tokens == 300


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(BadInput, match=r"no such file; did you mean experiment\.toml\?"):
        load_experiment(tmp_path / "experimant.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "experiment.toml"
    path.write_bytes('name = "멘토링"'.encode("cp949"))
    with pytest.raises(BadInput, match="not UTF-8 at byte 8"):
        load_experiment(path)


def test_the_committed_json_schema_is_current(root: Path) -> None:
    """docs/schema/experiment.schema.json is what `evalharness schema` prints."""
    committed = json.loads((root / "docs" / "schema" / "experiment.schema.json").read_text(encoding="utf-8"))
    assert committed == experiment_schema(), "run: evalharness schema > docs/schema/experiment.schema.json"
