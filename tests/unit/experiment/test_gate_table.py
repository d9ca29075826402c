"""[gate] of the experiment file."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.gate import CaseChange, Floor, GateSettings, Policy
from evalharness.experiment.experiment_file import load_experiment
from evalharness.experiment.gate_table import GateTable, gate_settings

FILE = Path(__file__).parents[3] / "prompts" / "experiment.toml"
HEADER = "\n[gate]\n"


def load(tmp_path: Path, gate: str) -> GateSettings:
    path = tmp_path / "experiment.toml"
    path.write_text(FILE.read_text(encoding="utf-8") + HEADER + gate, encoding="utf-8")
    return load_experiment(path).gate


def test_without_a_table_the_documented_defaults_hold(tmp_path: Path) -> None:
    assert gate_settings(GateTable()) == GateSettings()
    assert load(tmp_path, "") == GateSettings()


def test_everything_can_be_declared(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """\
arms = ["flash-sena", "pro-sena"]
alpha = 0.01
tolerance = 0
margin = 1
cost_per_request = "any"
tokens = 0.2
latency = "any"
max_dropped = 0
inconclusive = "fail"
changed_cases = "rebless"
smoke = ["pen-ko-01", "moon-en-01"]
[gate.floors]
language.ko = 3
persona.pen = 2.5
""",
    )
    assert found == GateSettings(
        arms=("flash-sena", "pro-sena"), alpha=0.01, tolerance=0.0, margin=1.0, cost_per_request=None,
        tokens=0.2, latency=None, max_dropped=0.0, inconclusive=Policy.FAIL,
        changed_cases=CaseChange.REBLESS, smoke=("pen-ko-01", "moon-en-01"),
        floors=(
            Floor(dimension="persona", value="pen", points=2.5),
            Floor(dimension="language", value="ko", points=3.0),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ("tolerence = 1", "nearest valid name: tolerance"),
        ('arms = ["flash"]', "no arm is called 'flash'"),
        ("tolerance = 1.0\nmargin = 0.5", "the margin (0.5) must not be below the tolerance (1)"),
        ('smoke = ["a", "a"]', "case 'a' is named twice"),
        ("alpha = 0.7", "alpha"),
        ("tokens = -0.1", "tokens"),
        ('inconclusive = "ignore"', "inconclusive"),
        ("[gate.floors]\nlanguage.de = 3", "language.de"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, gate: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        load(tmp_path, gate)
    assert says in str(caught.value)
    first = len((FILE.read_text(encoding="utf-8") + HEADER).splitlines()) + 1
    assert caught.value.line is not None
    assert caught.value.line >= first - 1
