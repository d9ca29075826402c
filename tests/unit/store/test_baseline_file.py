"""Baselines on disk: what is written is what is read, and every edit is noticed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.core.errors import BadInput, BaselineDamaged, EvalHarnessError
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.gate import (
    ArmFacts,
    Baseline,
    Blessing,
    CaseHashes,
    CellFacts,
    FormerBlessing,
    Hashes,
    ScorerIdentity,
    Snapshot,
)
from evalharness.core.provenance import Delivery, Origin
from evalharness.store.baseline_file import (
    digest_of,
    dump_baseline,
    dump_texts,
    read_baseline,
    read_texts,
    texts_path,
    write_baseline,
)

FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = {"b" * 16: "둘째 답변입니다.\n", "a" * 16: 'He said "no".'}


def cell(case: str) -> CellFacts:
    return CellFacts(
        arm="flash-raw", case=case, score=3.5714, n=1, asked=("0123456789abcdef-d0",), answers=("a" * 16,),
        found=("f1 f3",), sent="f1 f2 f3", tokens=1450.9, usd=Decimal("0.002421255"), ms=812.0,
    )  # fmt: skip


@pytest.fixture
def baseline() -> Baseline:
    arm = ArmFacts(
        arm="flash-raw", model="gemini-3.8-flash", context=ContextMode.RAW, role=Role.CONTROL,
        served=("gemini-3.8-flash",), cases=2, mean=3.5714, dropped=0, tokens=1450.9,
        usd=Decimal("0.002421255"),
    )  # fmt: skip
    return Baseline(
        experiment="mentoring",
        blessed=Blessing(
            by="김진", reason="첫 기준선", run="mentoring-x", identity="i", commit="c" * 40, dirty=False
        ),
        hashes=Hashes(experiment="e", dataset="d", rate_card="r"),
        snapshot=Snapshot(
            origin=Origin.GOOGLE, deliveries=(Delivery.REPLAYED,), on=dt.date(2026, 11, 29),
            priced_on=dt.date(2026, 11, 29), repeats=1,
            scorer=ScorerIdentity(name="key_facts", versions=("key_facts/1",), settings="s"),
            cases=tuple(CaseHashes(case=f"c{i}", asked="q", marked="m") for i in range(2)), arms=(arm,),
            cells=tuple(cell(f"c{i}") for i in range(2)),
        ),
        texts="baseline.answers.jsonl",
        texts_sha256=digest_of(dump_texts(TEXTS)),
        former=(
            FormerBlessing(
                on=dt.date(2026, 11, 1), by="x", reason="y", commit="", means=(("flash-raw", None),)
            ),
        ),
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path, baseline: Baseline) -> Path:
    path = tmp_path / "baseline.json"
    write_baseline(path, baseline, dump_texts(TEXTS))
    return path


def test_what_is_written_is_what_is_read(file: Path, baseline: Baseline) -> None:
    assert read_baseline(file) == baseline
    assert read_texts(file, baseline) == TEXTS


def test_the_file_is_sorted_readable_and_one_line_a_cell(file: Path, baseline: Baseline) -> None:
    text = file.read_text(encoding="utf-8")
    assert "첫 기준선" in text
    assert text.endswith("}\n")
    data = json.loads(text)
    assert list(data) == sorted(data)
    many = replace(
        baseline,
        snapshot=replace(baseline.snapshot, cells=tuple(cell(f"c{i:02d}") for i in range(20))),
    )
    lines = [line for line in dump_baseline(many).splitlines() if '"case": "c' in line and '"usd"' in line]
    assert len(lines) == 20
    assert max(map(len, lines)) <= 320


def test_the_same_run_gives_the_same_bytes(baseline: Baseline) -> None:
    assert dump_baseline(baseline) == dump_baseline(replace(baseline))


def test_line_ends_and_a_byte_order_mark_are_no_edit(file: Path, baseline: Baseline) -> None:
    """A checkout on Windows, or an editor there, changes both."""
    content = file.read_bytes()
    file.write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    beside = texts_path(file)
    beside.write_bytes(beside.read_bytes().replace(b"\n", b"\r\n"))
    assert read_baseline(file) == baseline
    assert read_texts(file, baseline) == TEXTS


def test_an_edited_number_is_noticed(file: Path) -> None:
    file.write_text(
        file.read_text(encoding="utf-8").replace("3.5714", "3.1000", 1), encoding="utf-8", newline="\n"
    )
    with pytest.raises(BaselineDamaged, match="seal does not match"):
        read_baseline(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"[]", "is not a baseline"),
        (b'{"format": 1}', "seal"),
        (b'{"format": 2}', "format 2"),
        (b'{"format": NaN}', "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_baseline_is_said_in_one_line(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    with pytest.raises(BaselineDamaged, match=says) as caught:
        read_baseline(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 6


def test_a_missing_baseline_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such baseline"):
        read_baseline(tmp_path / "none.json")
    with pytest.raises(BadInput, match="cannot be read"):
        read_baseline(tmp_path)


def test_a_sealed_file_with_a_field_too_many_or_of_another_type(file: Path) -> None:
    """Only another version of the program can write this; it is refused all the same."""
    from evalharness.store.baseline_file import _lines, _seal

    for change in ({"extra": 1}, {"experiment": 3}):
        data = json.loads(file.read_text(encoding="utf-8")) | change
        data.pop("sha256")
        file.write_text(_lines({**data, "sha256": _seal(data)}, 0), encoding="utf-8")
        with pytest.raises(BaselineDamaged, match="bless again"):
            read_baseline(file)


@FUZZ
@given(at=st.integers(0, 10_000), new=st.binary(max_size=4), cut=st.integers(0, 40))
def test_any_damage_is_noticed_and_is_no_traceback(file: Path, at: int, new: bytes, cut: int) -> None:
    content = file.read_bytes()
    at %= len(content)
    damaged = file.with_name("damaged.json")
    damaged.write_bytes(content[:at] + new + content[at + cut :])
    try:
        found = read_baseline(damaged)
    except EvalHarnessError as error:
        assert error.exit_code == 6
    else:
        assert found == read_baseline(file)  # white space, or what was there before


def test_edited_answers_are_noticed_and_missing_ones_are_none(file: Path, baseline: Baseline) -> None:
    beside = texts_path(file)
    beside.write_text("{}\n", encoding="utf-8")
    with pytest.raises(BaselineDamaged, match="not what was blessed"):
        read_texts(file, baseline)
    beside.unlink()
    assert read_texts(file, baseline) == {}


def test_a_baseline_without_answers_removes_older_ones(file: Path, baseline: Baseline) -> None:
    bare = replace(baseline, texts=None, texts_sha256=None)
    write_baseline(file, bare, None)
    assert not texts_path(file).exists()
    assert read_texts(file, read_baseline(file)) == {}
    assert [path.name for path in file.parent.iterdir()] == ["baseline.json"]
