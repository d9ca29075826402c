"""The canonical form removes spelling, and nothing that a model could see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.wire.canonical import canonical_body, canonical_path, request_digest
from evalharness.core.wire.request import Message, ModelRequest

PATH = "/v1beta/models/gemini-3.8-flash:generateContent"


def request(**changes: object) -> ModelRequest:
    fields: dict[str, object] = {
        "model": "gemini-3.8-flash",
        "system": "친절하게 답합니다.",
        "messages": (Message(role="user", text="이직할까요?"),),
        "max_output_tokens": 512,
        "seed": 7,
        "thinking_level": "low",
    }
    return ModelRequest(**(fields | changes))  # type: ignore[arg-type]


def test_both_spellings_of_a_request_have_one_digest() -> None:
    snake = {
        "system_instruction": {"role": "user", "parts": [{"text": "친절하게 답합니다."}]},
        "contents": [{"parts": [{"text": "이직할까요?"}], "role": "user"}],
        "generation_config": {
            "max_output_tokens": 512.0,
            "seed": 7,
            "thinking_config": {"thinking_level": "low", "include_thoughts": None},
        },
        "safety_settings": [],
    }
    assert request_digest(PATH, snake) == request().digest


@pytest.mark.parametrize(
    "change",
    [
        {"model": "gemini-3.1-pro-preview"},
        {"system": "짧게 답합니다."},
        {"messages": (Message(role="user", text="이직할까요? "),)},
        {"max_output_tokens": 513},
        {"seed": 8},
        {"thinking_level": None},
        {"thinking_level": "high"},
    ],
)
def test_whatever_a_model_could_see_changes_the_digest(change: dict[str, object]) -> None:
    assert request(**change).digest != request().digest


def test_keys_below_a_schema_are_the_users_own() -> None:
    schema = {"properties": {"my_field": {"type": "string"}}}
    body = canonical_body({"generation_config": {"response_json_schema": schema}})
    assert body == {"generationConfig": {"responseJsonSchema": schema}}


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        f"https://generativelanguage.googleapis.com{PATH}?key=hidden",
        f"http://127.0.0.1:8080/proxy{PATH}",
        "/v1beta/projects/p/locations/l/publishers/google/models/gemini-3.8-flash:generateContent",
    ],
)
def test_host_prefix_and_query_do_not_count(path: str) -> None:
    assert canonical_path(path) == PATH


def test_a_path_that_is_no_model_method_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Gemini model method"):
        canonical_path("/v1beta/models")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), json_values, max_size=4))
def test_canonicalising_twice_changes_nothing(body: dict[str, object]) -> None:
    once = canonical_body(body)
    assert canonical_body(once) == once
