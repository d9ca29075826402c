"""Whatever bytes stand in a recording or a journal, the answer is an interaction or one clear line."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evalharness.core.call import Attempt, Call
from evalharness.core.errors import CassetteDamaged, IntegrityError, JournalDamaged
from evalharness.core.job import Purpose
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.usage import Usage
from evalharness.gateway.cassette.checks import check_recording
from evalharness.gateway.cassette.files import read, recordings
from evalharness.gateway.cassette.finding import Standard
from evalharness.gateway.cassette.interaction import Interaction, from_json, to_json
from evalharness.gateway.cassette.private import PrivateText
from evalharness.gateway.cassette.seal import SEAL_NAME, Seal, read_seal, seal_json
from evalharness.gateway.cassette.show import show_recording
from evalharness.store.journal import FileJournal, read_calls, whole_calls

FEW, MANY = 300, 10_000
sizes = pytest.mark.parametrize(
    "cases", [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]
)
JUNK = st.sampled_from(
    [
        b"", b"\xef\xbb\xbf", b"\r\n", b"\n", b"\x00", b"\xff\xfe", b"{", b"}", b'"', b"\\ud83d", b"NaN",
        b"1e999", b"null", b"-1", b'"draw": 0,', b"[" * 2000, b'{"a":' * 2000, b"\xed\xa0\x80",
        "가".encode("cp949"), b"true", b"99999999999999999999",
    ]
)  # fmt: skip
edits = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), JUNK | st.binary(max_size=12)),
    min_size=1,
    max_size=4,
)


def spoil(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Replace pieces of a file, wherever they lie."""
    for share, length, new in changes:
        at = int(share * len(content))
        content = content[:at] + new + content[at + length :]
    return content


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


def replaced(document: dict[str, Any], path: list[int], value: Any) -> bytes:
    """Put a value somewhere into a JSON document, chosen by numbers."""
    place: Any = document
    for number in path[:-1]:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        inner = place[keys[number % len(keys)]] if keys else None
        if not isinstance(inner, dict | list) or not inner:
            break
        place = inner
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    place[keys[path[-1] % len(keys)]] = value
    return (json.dumps(document, indent=2) + "\n").encode()


def read_or_refuse(content: bytes, stem: str) -> None:
    """Read bytes as a recording; a good one must show, and come back the same."""
    try:
        item = from_json(content, file=Path(f"{stem}.json"))
    except CassetteDamaged as error:
        assert "\n" not in str(error)
        return
    assert isinstance(item, Interaction)
    assert from_json(to_json(item), file=Path(f"{stem}.json")) == item
    assert all(isinstance(line, str) for line in show_recording(item))


def fuzzing(cases: int) -> settings:
    return settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def whole(root: Path) -> tuple[str, bytes]:
    """A shipped recording: its stem and bytes."""
    file = recordings(root / "cassettes" / "mentoring")[0]
    return file.stem, file.read_bytes()


@sizes
def test_spoilt_recordings(cases: int, whole: tuple[str, bytes]) -> None:
    stem, content = whole

    @fuzzing(cases)
    @given(edits)
    def run(changes: list[tuple[float, int, bytes]]) -> None:
        read_or_refuse(spoil(content, changes), stem)

    run()


@sizes
def test_recordings_with_other_values(cases: int, whole: tuple[str, bytes]) -> None:
    stem, content = whole

    @fuzzing(cases)
    @given(st.lists(st.integers(0, 30), min_size=1, max_size=7), values)
    def run(path: list[int], value: Any) -> None:
        read_or_refuse(replaced(json.loads(content), path, value), stem)

    run()


@sizes
def test_any_answer_can_be_shown(cases: int, make_request: Any, make_interaction: Any) -> None:
    """Answers of any shape, with hashes that fit: reading, showing and verifying them never fails."""
    base = make_interaction(make_request("x"))
    standard = Standard(on=dt.date(2026, 11, 29), max_age_days=180)
    keys = st.sampled_from(
        ["candidates", "usageMetadata", "promptFeedback", "modelVersion", "responseId", "x"]
    )
    finite = values.filter(lambda value: "nan" not in repr(value) and "inf" not in repr(value))

    @fuzzing(cases)
    @given(st.dictionaries(keys, finite, max_size=4))
    def run(answer: dict[str, Any]) -> None:
        item = replace(base, response_body=answer)
        read_or_refuse(to_json(item), item.key)
        findings = [*check_recording(item, standard), *PrivateText(standard).check(item)]
        assert all(finding.message for finding in findings)

    run()


@pytest.fixture(scope="module")
def journal(root: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Four lines as a run writes them."""
    path = tmp_path_factory.mktemp("journal") / "calls.jsonl"
    with FileJournal(path) as opened:
        for file in recordings(root / "cassettes" / "mentoring")[:4]:
            item = read(file)
            tried = Attempt(at=item.recorded_at, status=503, reason="UNAVAILABLE", latency_ms=1.0)
            opened.append(
                Call(
                    key=item.key,
                    purpose=Purpose.ANSWER,
                    model="gemini-3.8-flash",
                    attempts=(tried,),
                    reply=item.reply(Delivery.LIVE),
                    error=None,
                    origin=Origin.SIMULATED,
                    reserve=Usage(input_tokens=10, output_tokens=5),
                )
            )
    return path.read_bytes()


def open_or_refuse(path: Path, content: bytes) -> None:
    """Read a journal in each of the three ways, then open it for writing, as a resumed run does."""
    path.write_bytes(content)
    for reader in (read_calls, lambda file: list(whole_calls(file))):
        try:
            reader(path)
        except JournalDamaged as error:
            assert "\n" not in str(error)
            assert error.line is not None
    try:
        with FileJournal(path) as opened:
            calls = list(opened.everything())
    except JournalDamaged as error:
        assert "\n" not in str(error)
        assert path.read_bytes() == content
        return
    assert set(read_calls(path)) == {call.key for call in calls}


@sizes
def test_spoilt_journals(cases: int, journal: bytes, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"

    @fuzzing(cases)
    @given(edits)
    def run(changes: list[tuple[float, int, bytes]]) -> None:
        open_or_refuse(path, spoil(journal, changes))

    run()


@sizes
def test_journals_with_other_values(cases: int, journal: bytes, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    line = journal.split(b"\n")[1]

    @fuzzing(cases)
    @given(st.lists(st.integers(0, 30), min_size=1, max_size=7), values, st.booleans())
    def run(path_in: list[int], value: Any, torn: bool) -> None:
        changed = json.dumps(json.loads(replaced(json.loads(line), path_in, value))).encode()
        open_or_refuse(path, line + b"\n" + changed + (b"" if torn else b"\n"))

    run()


@sizes
def test_spoilt_seals(cases: int, tmp_path: Path) -> None:
    whole = Seal(sealed_at="2026-11-29T00:00:00Z", method="ssh", recordings={"a": "b"}, signature="c")
    content = seal_json(whole).encode()

    @fuzzing(cases // 10)
    @given(edits)
    def run(changes: list[tuple[float, int, bytes]]) -> None:
        (tmp_path / SEAL_NAME).write_bytes(spoil(content, changes))
        try:
            read_seal(tmp_path)
        except IntegrityError as error:
            assert "\n" not in str(error)

    run()
