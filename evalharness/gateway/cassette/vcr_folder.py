"""Cassette folders for people who use vcrpy: loaded, verified, matched by the question. Loads vcrpy.

from evalharness.gateway.cassette.vcr_folder import folder_vcr

with folder_vcr().use_cassette("cassettes/mentoring"):
    ...  # google-genai, httpx2 or requests, answered from the recordings
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import vcr
from vcr.request import Request

from evalharness.core.errors import BadInput, IntegrityError
from evalharness.core.wire.canonical import request_digest
from evalharness.gateway.cassette.files import read, recordings
from evalharness.gateway.clients.json_text import parse_object

if TYPE_CHECKING:
    from evalharness.gateway.cassette.interaction import Interaction

MATCHER = "gemini_question"
_REMEMBERED = 65536


def folder_vcr(**config: Any) -> FolderVcr:
    """Return a `vcr.VCR` that plays cassette folders and never records.

    Args:
        config: Passed on to `vcr.VCR`; what stands here by default can be replaced.
    """
    made = FolderVcr(**({"record_mode": "none", "match_on": (MATCHER,)} | config))
    made.register_matcher(MATCHER, same_question)
    made.register_persister(FolderPersister)
    return made


class FolderVcr(vcr.VCR):  # type: ignore[misc]  # vcrpy has no types
    """A VCR that answers the same question as often as it is asked, with the recording of the first draw.

    `use_cassette(folder, allow_playback_repeats=False)` plays each draw once, one after the other.
    """

    def get_merged_config(self, **kwargs: Any) -> Any:
        """Return the configuration of one cassette, playback repeats allowed unless said otherwise."""
        return super().get_merged_config(**({"allow_playback_repeats": True} | kwargs))


class FolderPersister:
    """Reads a folder of recordings where vcrpy expects one file; every recording is verified."""

    @classmethod
    def load_cassette(cls, cassette_path: Any, serializer: Any) -> tuple[list[Any], list[Any]]:
        """Return requests and responses, sorted by file name.

        Raises:
            BadInput: If there is no such folder: vcrpy would take that for an empty cassette.
            CassetteDamaged: If a recording cannot be trusted.
        """
        del serializer
        folder = Path(cassette_path)
        if not folder.is_dir():
            raise BadInput("no such folder of recordings", file=folder)
        items = [read(file) for file in recordings(folder)]
        return [_request(item) for item in items], [_response(item) for item in items]

    @staticmethod
    def save_cassette(cassette_path: Any, cassette_dict: Any, serializer: Any) -> NoReturn:
        """Refuse: recordings are made by `--mode record`, which writes each before it is used."""
        del cassette_dict, serializer
        raise IntegrityError("vcrpy does not record into a cassette folder", file=Path(cassette_path))


def same_question(first: Any, second: Any) -> bool:
    """Tell whether two requests ask the same model the same, whatever spelling, host or header."""
    return _question(first.path, _bytes(first.body)) == _question(second.path, _bytes(second.body))


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body or b"")


# vcrpy compares each request with each recording, one after the other.
@lru_cache(maxsize=_REMEMBERED)
def _question(path: str, body: bytes) -> str:
    try:
        return request_digest(path, parse_object(body))
    except ValueError:
        # No question to a Gemini model; it can only equal itself.
        return f"{path}\n{body!r}"


def _request(item: Interaction) -> Any:
    scheme = "https" if item.host.endswith("googleapis.com") else "http"
    body = json.dumps(item.request_body).encode()
    return Request("POST", f"{scheme}://{item.host}{item.path}", body, {"content-type": "application/json"})


def _response(item: Interaction) -> dict[str, Any]:
    return {
        "status": {"code": 200, "message": "OK"},
        "headers": {name: [value] for name, value in item.headers.items()},
        "body": {"string": json.dumps(item.response_body).encode()},
    }
