"""Keys and endpoints: what is accepted, and that nothing shows a key."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from evalharness.core.errors import BadInput
from evalharness.gateway.clients.endpoint import Endpoint, resolve_endpoint
from evalharness.gateway.clients.keys import PLACEHOLDER_KEY, Secret, find_key, key_for

if TYPE_CHECKING:
    from pathlib import Path

KEY = "AIza-MARKED-0123456789-abcdefghij"


def endpoint(url: str) -> Endpoint:
    """Return the checked endpoint of a URL."""
    return resolve_endpoint(url, {})


def test_gemini_api_key_comes_before_google_api_key() -> None:
    """The order in which the variables are looked at."""
    assert find_key({"GOOGLE_API_KEY": "second", "GEMINI_API_KEY": " first\n"}, None).reveal() == "first"
    assert find_key({"GOOGLE_API_KEY": "second", "GEMINI_API_KEY": " "}, None).reveal() == "second"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_dotenv_is_second_and_taken_literally(tmp_path: Path, encoding: str) -> None:
    """The environment wins over .env; a $ is not expanded and a BOM does no harm."""
    file = tmp_path / ".env"
    file.write_text("GEMINI_API_KEY='abc${HOME}$x'  # 키\n", encoding=encoding)
    assert find_key({}, file).reveal() == "abc${HOME}$x"
    assert find_key({"GOOGLE_API_KEY": "env"}, file).reveal() == "env"


def test_a_missing_key_names_the_variables_and_replay(tmp_path: Path) -> None:
    """One line says what to set and what works without."""
    with pytest.raises(BadInput, match=r"GEMINI_API_KEY or GOOGLE_API_KEY.*\.env.*--mode replay"):
        find_key({}, tmp_path / ".env")


def test_an_unreadable_dotenv_is_named(tmp_path: Path) -> None:
    """A .env in another encoding is an input error, without its content."""
    file = tmp_path / ".env"
    file.write_bytes(b"GEMINI_API_KEY=" + KEY.encode("utf-16"))
    with pytest.raises(BadInput) as caught:
        find_key({}, file)
    assert caught.value.file == file
    assert "MARKED" not in str(caught.value)


@pytest.mark.parametrize("value", [f"{KEY} x", f"{KEY}\x00", f"{KEY}é", f"{KEY}\nX: y"])
def test_a_key_that_cannot_be_a_header_is_refused_without_showing_it(value: str) -> None:
    """Else the HTTP client would fail with the key in its message."""
    with pytest.raises(BadInput, match="GEMINI_API_KEY in the environment") as caught:
        find_key({"GEMINI_API_KEY": value}, None)
    assert "MARKED" not in repr(caught.value)


def test_a_secret_hides_its_value() -> None:
    """No repr, str, format or pickle of it."""
    secret = Secret(KEY)
    for text in (repr(secret), str(secret), f"{secret}", repr([secret]), repr({"key": secret})):
        assert KEY not in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.redact(f"a {KEY} b") == "a (key hidden) b"
    assert Secret("emulator").redact("the emulator") == "the emulator"


def test_loopback_over_http_never_gets_a_real_key() -> None:
    """Not even if one is set; over https it does, for then somebody set a server up for it."""
    environ = {"GEMINI_API_KEY": KEY}
    for url in ("http://127.0.0.1:8000", "http://localhost", "http://[::1]:1", "http://127.9.9.9"):
        assert key_for(endpoint(url), environ, None).reveal() == PLACEHOLDER_KEY
        assert key_for(endpoint(url), {}, None).reveal() == PLACEHOLDER_KEY
    assert key_for(endpoint("https://localhost:8443"), environ, None).reveal() == KEY
    with pytest.raises(BadInput, match="no API key"):
        key_for(endpoint("https://generativelanguage.googleapis.com"), {}, None)


def test_the_base_url_comes_from_argument_environment_default() -> None:
    """In this order; slashes at the end do not matter."""
    environ = {"GOOGLE_GEMINI_BASE_URL": "https://gateway.example/gemini/"}
    assert resolve_endpoint("http://127.0.0.1:1/", environ).url == "http://127.0.0.1:1"
    chosen = resolve_endpoint(None, environ)
    assert (chosen.url, chosen.host) == ("https://gateway.example/gemini", "gateway.example")
    assert resolve_endpoint(None, {}).host == "generativelanguage.googleapis.com"
    assert resolve_endpoint("", {"GOOGLE_GEMINI_BASE_URL": " "}).encrypted


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.com", "in the clear"),
        ("http://10.0.0.1:8000", "in the clear"),
        ("http://0.0.0.0:8000", "in the clear"),
        ("http://127.0.0.1.example.com", "in the clear"),
        ("http://localhost.example.com", "in the clear"),
        ("example.com", "not an http"),
        ("ftp://example.com", "not an http"),
        ("https://", "not an http"),
        ("https://[bad", "not a URL"),
        ("https://host:port", "not a URL"),
        ("https://user:passw0rd@example.com", "user name"),
        ("http://127.0.0.1@example.com", "user name"),
        ("https://example.com/?key=passw0rd", "query"),
        ("https://example.com/v1beta", "leave that out"),
    ],
)
def test_other_base_urls_are_refused(url: str, message: str) -> None:
    """Each with its reason, and none with what may be a password."""
    with pytest.raises(BadInput, match=message) as caught:
        resolve_endpoint(None, {"GOOGLE_GEMINI_BASE_URL": url})
    assert "passw0rd" not in str(caught.value)
    assert "GOOGLE_GEMINI_BASE_URL" in str(caught.value)
