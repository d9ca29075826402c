"""API keys and tokens in a text: Google's, and those that detect-secrets 1.5 does not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Something in the form of a credential."""

    what: str
    text: str

    @property
    def shown(self) -> str:
        """How it begins: enough to find it, too little to use it."""
        return f"{self.text[:8]}…"


FindCredentials: TypeAlias = Callable[[str], Iterator[Credential]]

_PATTERNS = {
    "Google API key": r"AIza[0-9A-Za-z_-]{35}",
    "Gemini API key": r"AQ\.Ab8[0-9A-Za-z_-]{40,}",
    "Google OAuth token": r"ya29\.[0-9A-Za-z_-]{20,}",
    "Google OAuth refresh token": r"1//0[0-9A-Za-z_-]{40,}",
    "Google OAuth client secret": r"GOCSPX-[0-9A-Za-z_-]{28}",
    "OpenAI or Anthropic key": r"sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,}",
    "GitHub fine-grained token": r"github_pat_[A-Za-z0-9_]{22,}",
    "GitLab token": r"glpat-[A-Za-z0-9_-]{20}",
    "Hugging Face token": r"hf_[A-Za-z0-9]{34,}",
    "PyPI token": r"pypi-[A-Za-z0-9_-]{50,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
}
_COMPILED = {what: re.compile(rf"(?<![A-Za-z0-9]){pattern}") for what, pattern in _PATTERNS.items()}
# What stands in a URL's query or a header names itself, whatever the key looks like.
_NAMED = re.compile(
    r"(?:[?&]key=|x-goog-api-key[\"']?\s*[:=]\s*[\"']?|authorization[\"']?\s*[:=]\s*[\"']?bearer\s+)"
    r"([A-Za-z0-9._~+/-]{16,})",
    re.IGNORECASE,
)


def find_credentials(text: str) -> Iterator[Credential]:
    """Yield what has the form of an API key, token or private key."""
    for what, pattern in _COMPILED.items():
        for match in pattern.finditer(text):
            yield Credential(what=what, text=match.group())
    for match in _NAMED.finditer(text):
        yield Credential(what="key in a query or header", text=match.group(1))
