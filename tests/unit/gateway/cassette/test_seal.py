"""A seal finds what hashes cannot: whoever edits a recording and computes its hashes anew has no key."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalharness.app.recordings.cassettes import Target, verify
from evalharness.app.recordings.sealing import KEY_VARIABLE, SIGNERS_VARIABLE, SSH_KEY_VARIABLE, seal_folder
from evalharness.core.errors import BadInput, IntegrityError
from evalharness.gateway.cassette.files import read, recordings
from evalharness.gateway.cassette.interaction import to_json
from evalharness.gateway.cassette.seal import SEAL_NAME, read_seal

KEY = {KEY_VARIABLE: "correct horse battery staple, at length"}
ON = dt.date(2026, 11, 29)


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "cassettes"
    copy.mkdir()
    for file in recordings(root / "cassettes" / "mentoring")[:3]:
        shutil.copy(file, copy)
    return copy


def found(folder: Path, environ: dict[str, str], *, sealed: bool = True) -> list[tuple[bool, str]]:
    target = Target(folder=folder, project=None)
    done = verify(target, on=ON, sealed=sealed, environ=environ)
    return [(finding.warning, finding.message) for finding in done.findings]


def forge(file: Path) -> None:
    """Change an answer and every hash with it."""
    item = read(file)
    body = json.loads(json.dumps(item.response_body).replace('"STOP"', '"MAX_TOKENS"'))
    file.write_bytes(to_json(replace(item, response_body=body)))


def test_a_sealed_folder_passes(folder: Path, clock: Any) -> None:
    seal = seal_folder(folder, environ=KEY, clock=clock)
    assert (len(seal.recordings), seal.method, read_seal(folder)) == (3, "hmac-sha256", seal)
    assert found(folder, KEY) == []


def test_what_changed_is_named_whoever_computed_the_hashes(folder: Path, clock: Any) -> None:
    seal_folder(folder, environ=KEY, clock=clock)
    files = recordings(folder)
    forge(files[0])
    files[1].unlink()
    shutil.copy(files[2], folder / f"{'0' * 64}-d0.json")
    messages = [message for _, message in found(folder, KEY) if "sealed" in message]
    assert sorted(message.partition(" the folder")[0] for message in messages) == [
        "was added after", "was changed after", "was removed since",
    ]  # fmt: skip


def test_another_key_and_an_edited_seal_prove_nothing(folder: Path, clock: Any) -> None:
    seal_folder(folder, environ=KEY, clock=clock)
    other = {KEY_VARIABLE: "another horse battery staple, at length"}
    assert found(folder, other) == [(False, f"was not signed with the key in {KEY_VARIABLE}")]
    forge(recordings(folder)[0])
    name = recordings(folder)[0].name
    document = json.loads((folder / SEAL_NAME).read_bytes())
    from evalharness.gateway.cassette.seal import hash_folder

    document["recordings"][name] = hash_folder(folder)[name]
    (folder / SEAL_NAME).write_text(json.dumps(document), encoding="utf-8", newline="\n")
    assert found(folder, KEY) == [(False, f"was not signed with the key in {KEY_VARIABLE}")]


def test_without_the_key_a_seal_is_compared_and_that_is_said(folder: Path, clock: Any) -> None:
    """A contributor without the key is not stopped; whoever demands the seal is."""
    seal_folder(folder, environ=KEY, clock=clock)
    message = f"its signature was not checked: {KEY_VARIABLE} is not set"
    assert found(folder, {}, sealed=False) == [(True, message)]
    assert found(folder, {}, sealed=True) == [(False, message)]


def test_a_demanded_seal_must_be_there(folder: Path) -> None:
    assert found(folder, KEY) == [(False, "a seal is demanded, and there is none")]
    assert found(folder, KEY, sealed=False) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"format": 1}',
        b'{"a":' * 100_000,
        b'{"format": 1, "format": 1}',
        b'{"format": 1, "sealed_at": "", "method": "ssh", "recordings": {}, "signature": "\\ud800"}',
    ],
)
def test_a_damaged_seal_is_named(folder: Path, content: bytes) -> None:
    (folder / SEAL_NAME).write_bytes(content)
    with pytest.raises(IntegrityError, match="the seal is damaged"):
        read_seal(folder)
    assert found(folder, KEY)[0][1].startswith("the seal is damaged")


@pytest.mark.parametrize(
    ("environ", "part"),
    [
        ({}, "no key to seal with"),
        ({KEY_VARIABLE: "short"}, "has 5 characters"),
        ({**KEY, SSH_KEY_VARIABLE: "id"}, "unset the one"),
    ],
)
def test_no_usable_key_is_one_line(folder: Path, clock: Any, environ: dict[str, str], part: str) -> None:
    with pytest.raises(BadInput, match=part):
        seal_folder(folder, environ=environ, clock=clock)
    assert not (folder / SEAL_NAME).exists()


def test_an_empty_folder_is_not_sealed(tmp_path: Path, clock: Any) -> None:
    with pytest.raises(BadInput, match="no recording to seal"):
        seal_folder(tmp_path, environ=KEY, clock=clock)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="LOUD SKIP: ssh-keygen is not installed")
def test_a_seal_by_ssh_key(folder: Path, tmp_path: Path, clock: Any) -> None:
    """Signed with a private key, checked with the public one; a stranger's seal and an edit are refused."""
    signers = tmp_path / "signers"
    lines = []
    for name in ("owner", "stranger"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(command, check=True, timeout=30)
        public = (tmp_path / f"{name}.pub").read_text(encoding="utf-8")
        lines.append(f"{name}@example.com {public}")
    signers.write_text(lines[0], encoding="utf-8", newline="\n")
    checking = {SIGNERS_VARIABLE: str(signers)}
    seal = seal_folder(folder, environ={SSH_KEY_VARIABLE: str(tmp_path / "owner")}, clock=clock)
    assert seal.method == "ssh"
    assert found(folder, checking) == []
    assert found(folder, {})[0][1].endswith(f"{SIGNERS_VARIABLE} is not set")
    document = json.loads((folder / SEAL_NAME).read_bytes()) | {"sealed_at": "2026-11-30T00:00:00Z"}
    (folder / SEAL_NAME).write_text(json.dumps(document), encoding="utf-8", newline="\n")
    assert found(folder, checking)[0][1].startswith("its signature does not hold")
    seal_folder(folder, environ={SSH_KEY_VARIABLE: str(tmp_path / "stranger")}, clock=clock)
    assert found(folder, checking)[0][1].startswith("was signed by nobody in")
    with pytest.raises(BadInput, match="ssh-keygen cannot sign"):
        seal_folder(folder, environ={SSH_KEY_VARIABLE: str(tmp_path / "absent")}, clock=clock)
