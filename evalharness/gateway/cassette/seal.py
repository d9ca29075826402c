"""A seal: which recordings a folder held, by hash, signed by somebody who has a key. Pure but for reading.

Hashes inside a recording show that nothing changed by accident; whoever edits it can compute them again. A
seal cannot be made again without its key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evalharness.core.errors import IntegrityError
from evalharness.core.wire.canonical import canonical_json
from evalharness.disk import read_bounded
from evalharness.gateway.cassette.files import file_sha256, recordings
from evalharness.gateway.cassette.finding import Check, Finding
from evalharness.gateway.clients.json_text import parse_object

SEAL_NAME = "SEAL"
FORMAT = 1
HMAC = "hmac-sha256"
SSH = "ssh"
_KEYS = frozenset({"format", "sealed_at", "method", "recordings", "signature"})
_LARGEST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What was sealed, and the signature over it."""

    sealed_at: str
    """UTC, ISO 8601 with seconds."""
    method: str
    """hmac-sha256 or ssh."""
    recordings: Mapping[str, str]
    """File name → SHA-256 of the file's bytes."""
    signature: str
    """Hexadecimal, or the armoured signature of ssh-keygen."""

    @property
    def signed(self) -> bytes:
        """What the signature covers: everything else."""
        facts = {"format": FORMAT, "sealed_at": self.sealed_at, "method": self.method}
        return canonical_json({**facts, "recordings": dict(self.recordings)}).encode()


def hash_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every recording's bytes, by name.

    Raises:
        IntegrityError: If one cannot be read.
    """
    return {file.name: file_sha256(file) for file in recordings(folder)}


def seal_json(seal: Seal) -> str:
    """Return the file's text."""
    document = {
        "format": FORMAT,
        "sealed_at": seal.sealed_at,
        "method": seal.method,
        "recordings": dict(sorted(seal.recordings.items())),
        "signature": seal.signature,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_seal(folder: Path) -> Seal | None:
    """Return a folder's seal; None if it has none.

    Raises:
        IntegrityError: If it is damaged.
    """
    file = folder / SEAL_NAME
    if not file.exists():
        return None
    try:
        content = read_bounded(file, _LARGEST_BYTES)
        if content is None:
            raise ValueError(f"it is larger than {_LARGEST_BYTES // 2**20} MiB")
        document = parse_object(content, unique_keys=True)
        if document.keys() != _KEYS or document["format"] != FORMAT:
            raise ValueError("keys or format are not a seal's")
        entries = document["recordings"]
        if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
            raise ValueError("recordings are not names with hashes")
        texts = [document[name] for name in ("sealed_at", "method", "signature")]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("sealed_at, method and signature are texts")
        # Half a surrogate pair is text to JSON, and no bytes that anybody could sign.
        canonical_json(document).encode()
    except (OSError, ValueError) as error:
        raise IntegrityError(f"the seal is damaged: {error}", file=file) from None
    return Seal(sealed_at=texts[0], method=texts[1], signature=texts[2], recordings=entries)


def sign_hmac(signed: bytes, key: bytes) -> str:
    """Return the HMAC-SHA256 of what is signed, hexadecimal."""
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def proves_hmac(seal: Seal, key: bytes) -> bool:
    """Tell whether a seal was signed with this key."""
    return hmac.compare_digest(sign_hmac(seal.signed, key).encode(), seal.signature.encode())


def compare_with_seal(folder: Path, seal: Seal) -> Iterator[Finding]:
    """Yield what is not as it was when the folder was sealed."""
    now = hash_folder(folder)
    for name in sorted({*now, *seal.recordings}):
        if now.get(name) == seal.recordings.get(name):
            continue
        what = "was added after" if name not in seal.recordings else "was removed since"
        if name in seal.recordings and name in now:
            what = "was changed after"
        yield Finding(check=Check.SEAL, file=name, message=f"{what} the folder was sealed ({seal.sealed_at})")
