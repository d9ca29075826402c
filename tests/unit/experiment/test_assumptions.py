"""The authored assumption file."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.core.assumption_fields import Channel
from evalharness.core.assumptions import Status
from evalharness.core.errors import BadInput
from evalharness.experiment.assumptions import load_assumptions


@pytest.fixture
def shipped(root: Path) -> str:
    return (root / "prompts" / "assumptions.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    path = folder / "assumptions.toml"
    path.write_text(text, encoding="utf-8")
    return path


def line(text: str, part: str) -> int:
    return next(i for i, row in enumerate(text.splitlines(), start=1) if row.startswith(part))


def test_the_shipped_file_is_the_programmes_first_week(root: Path) -> None:
    found = load_assumptions(root / "prompts" / "assumptions.toml")
    assert (found.preset, found.channel, found.example) == ("programme first week", Channel.SESSIONS, True)
    assert found.get("baseline_satisfaction").expected() == 0.75
    assert found.get("requests_per_month").mid == 1500 * 52 / 12
    assert found.satisfaction is None
    assert found.unknowns() == ()
    assert found.get("cost_human_session").status is Status.UNKNOWN
    for field in found.used():
        assert field.source
        assert field.as_of is not None


@pytest.mark.parametrize(
    ("old", "new", "message", "at"),
    [
        ('channel = "sessions"', 'chanel = "sessions"', "nearest valid name: channel", "chanel ="),
        ('channel = "sessions"', 'channel = "session"', "nearest valid value: sessions", "channel ="),
        (
            "[fields.realisation]",
            "[fields.realization]",
            "nearest valid name: realisation",
            "[fields.realization]",
        ),
        ("low = 0.3\nmid = 0.6", "lo = 0.3\nmid = 0.6", "nearest valid name: low", "lo = 0.3"),
        ("low = 0.3\nmid = 0.6", "low = 0.7\nmid = 0.6", "low 0.7 is above mid 0.6", "[fields.realisation]"),
        ('source = "example: cost of', 'owner2 = "example: cost of', "owner2", "owner2"),
        (
            'unit = "requests/month"',
            'unit = "requests/week"',
            "unit is 'requests/month'",
            "[fields.requests_per_month]",
        ),
        ("example = true", "example = false", "signed_by", "example ="),
        ('channel = "sessions"', 'channel = "sessions"\ncurrency = "KRW"', "USD", "currency"),
        ("low = 0.3\nmid = 0.6", 'low = "0.3"\nmid = 0.6', "valid number", 'low = "0.3"'),
        ("low = 0.3\nmid = 0.6", "low = nan\nmid = 0.6", "finite", "low = nan"),
    ],
)
def test_mistakes_are_one_line_with_file_and_line(
    *, tmp_path: Path, shipped: str, old: str, new: str, message: str, at: str
) -> None:
    assert old in shipped
    text = shipped.replace(old, new, 1)
    with pytest.raises(BadInput) as caught:
        load_assumptions(written(tmp_path, text))
    error = str(caught.value)
    assert message in error
    assert "\n" not in error
    assert f"assumptions.toml:{line(text, at)}:" in error


def test_a_missing_field_of_the_channel_is_named(tmp_path: Path, shipped: str) -> None:
    start = shipped.index("[fields.latency_penalty]")
    text = shipped[:start] + shipped[shipped.index("[fields.value_per_satisfied_session]") :]
    with pytest.raises(BadInput, match=r'needs latency_penalty: state a value, or status = "unknown"'):
        load_assumptions(written(tmp_path, text))


def test_another_channel_with_unknowns_loads(tmp_path: Path, shipped: str) -> None:
    text = shipped.replace('channel = "sessions"', 'channel = "mentoring"')
    found = load_assumptions(written(tmp_path, text))
    assert [field.name for field in found.unknowns()] == ["cost_human_session"]


def test_satisfaction_traffic_and_correlations_are_read(tmp_path: Path, shipped: str) -> None:
    extra = """
[satisfaction]
share = 0.84
ratings = 62
source = "canary"

[[traffic]]
persona = "moon"
language = "ko"
share = 0.4

[[traffic]]
persona = "pen"
language = "en"
share = 0.6

[[correlations]]
between = ["realisation", "satisfaction_per_quality"]
value = 0.3
"""
    found = load_assumptions(written(tmp_path, shipped + extra))
    assert found.satisfaction is not None
    assert (found.satisfaction.share, found.satisfaction.ratings) == (0.84, 62)
    assert [row.share for row in found.traffic] == [0.4, 0.6]
    assert found.correlations == (("realisation", "satisfaction_per_quality", 0.3),)
    with pytest.raises(BadInput, match="no range to correlate"):
        load_assumptions(
            written(tmp_path, (shipped + extra).replace('"realisation", "sat', '"margin", "sat'))
        )
    with pytest.raises(BadInput, match=r"add up to 0\.8"):
        load_assumptions(written(tmp_path, (shipped + extra).replace("share = 0.6", "share = 0.4")))


def test_the_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        load_assumptions(tmp_path / "assumptions.toml")
