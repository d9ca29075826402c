"""Sealing a cassette folder with a key from the environment, and checking the seal."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evalharness.core.errors import BadInput
from evalharness.core.ports import Clock
from evalharness.gateway.cassette.seal import (
    HMAC,
    SEAL_NAME,
    SSH,
    Seal,
    hash_folder,
    proves_hmac,
    seal_json,
    sign_hmac,
)
from evalharness.store.jsonlines import write_atomically

KEY_VARIABLE = "EVALHARNESS_SEAL_KEY"
SSH_KEY_VARIABLE = "EVALHARNESS_SEAL_SSH_KEY"
SIGNERS_VARIABLE = "EVALHARNESS_SEAL_SIGNERS"
_NAMESPACE = "evalharness-cassettes"
_SHORTEST_KEY = 32
_TIMEOUT_S = 60


def seal_folder(folder: Path, *, environ: Mapping[str, str], clock: Clock) -> Seal:
    """Write a folder's seal over every recording in it.

    Raises:
        BadInput: If the environment holds no key, two of them, or one that is too short to be secret; or
            ssh-keygen cannot sign.
        IntegrityError: If a recording cannot be read or the seal cannot be written.
    """
    method = _method(environ)
    hashes = hash_folder(folder)
    if not hashes:
        raise BadInput("holds no recording to seal", file=folder)
    seal = Seal(sealed_at=f"{clock.now():%Y-%m-%dT%H:%M:%SZ}", method=method, recordings=hashes, signature="")
    if method == HMAC:
        signature = sign_hmac(seal.signed, _hmac_key(environ))
    else:
        signature = _sign_ssh(seal.signed, environ[SSH_KEY_VARIABLE])
    seal = replace(seal, signature=signature)
    write_atomically(folder / SEAL_NAME, seal_json(seal))
    return seal


def check_signature(seal: Seal, *, environ: Mapping[str, str]) -> tuple[bool | None, str]:
    """Tell whether a seal's signature holds (None: it cannot be checked here), and why in a few words.

    Raises:
        BadInput: If the key in the environment is too short to be one, or ssh-keygen cannot be run.
    """
    if seal.method == HMAC:
        if not environ.get(KEY_VARIABLE):
            return None, f"its signature was not checked: {KEY_VARIABLE} is not set"
        holds = proves_hmac(seal, _hmac_key(environ))
        return holds, "signed with this key" if holds else f"was not signed with the key in {KEY_VARIABLE}"
    if seal.method != SSH:
        return False, f"names a method that this version does not know: {seal.method!r}"
    if not environ.get(SIGNERS_VARIABLE):
        return None, f"its signature was not checked: {SIGNERS_VARIABLE} is not set"
    return _check_ssh(seal, environ[SIGNERS_VARIABLE])


def _method(environ: Mapping[str, str]) -> str:
    keys = [name for name in (KEY_VARIABLE, SSH_KEY_VARIABLE) if environ.get(name)]
    if len(keys) > 1:
        raise BadInput(f"both {KEY_VARIABLE} and {SSH_KEY_VARIABLE} are set: unset the one that is not meant")
    if not keys:
        raise BadInput(
            f"no key to seal with: set {KEY_VARIABLE} to a secret of at least {_SHORTEST_KEY} characters, or "
            f"{SSH_KEY_VARIABLE} to the path of a private key"
        )
    return HMAC if keys == [KEY_VARIABLE] else SSH


def _hmac_key(environ: Mapping[str, str]) -> bytes:
    key = environ[KEY_VARIABLE].strip()
    if len(key) < _SHORTEST_KEY:
        raise BadInput(f"{KEY_VARIABLE} has {len(key)} characters; a key has at least {_SHORTEST_KEY}")
    return key.encode("utf-8", "surrogateescape")


def _sign_ssh(signed: bytes, key_file: str) -> str:
    done = _ssh_keygen(["sign", "-f", key_file, "-n", _NAMESPACE], signed)
    if done.returncode:
        raise BadInput(f"ssh-keygen cannot sign: {_last_line(done.stderr)}", file=key_file)
    return done.stdout.decode("utf-8", "replace")


def _check_ssh(seal: Seal, signers: str) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        signature = Path(folder) / "signature"
        signature.write_text(seal.signature, encoding="utf-8", newline="\n")
        found = _ssh_keygen(["find-principals", "-f", signers, "-s", str(signature)], b"")
        names = found.stdout.decode("utf-8", "replace").splitlines()
        if found.returncode or not names:
            return False, f"was signed by nobody in {signers}: {_last_line(found.stderr)}"
        words = ["verify", "-f", signers, "-I", names[0], "-n", _NAMESPACE, "-s", str(signature)]
        done = _ssh_keygen(words, seal.signed)
    if done.returncode:
        return False, f"its signature does not hold: {_last_line(done.stderr or done.stdout)}"
    return True, f"signed by {names[0]}"


def _ssh_keygen(words: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, no shell
            ["ssh-keygen", "-Y", *words],  # noqa: S607 - found on PATH, as git finds it
            input=given,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except FileNotFoundError:
        raise BadInput("ssh-keygen is not installed; seal with EVALHARNESS_SEAL_KEY instead") from None
    except subprocess.TimeoutExpired:
        raise BadInput("ssh-keygen did not end: does the key have a passphrase and no agent?") from None


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")
