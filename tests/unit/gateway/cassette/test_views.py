"""Recordings shown, compared and counted."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalharness.gateway.cassette.diff import diff_folders, diff_recordings
from evalharness.gateway.cassette.files import read, recordings, write
from evalharness.gateway.cassette.interaction import Interaction
from evalharness.gateway.cassette.show import show_recording
from evalharness.gateway.cassette.stats import folder_stats

ANSWER = {
    "candidates": [{"content": {"parts": [{"text": "첫째 줄\n둘째 줄"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15},
    "modelVersion": "gemini-3.8-flash",
}


@pytest.fixture
def item(make_request: Any, make_interaction: Any) -> Interaction:
    made: Interaction = make_interaction(make_request("이직을 고민합니다."))
    return replace(made, response_body=ANSWER)


def test_a_recording_is_shown_whole(item: Interaction) -> None:
    shown = replace(item, first_token_ms=120.0, redacted={"phone number": 2})
    text = "\n".join(show_recording(shown))
    assert text == (
        f"recording  {item.key}.json\n"
        'asked      gemini-3.8-flash, draw 0, {"maxOutputTokens":512,"seed":7}\n'
        "answered   gemini-3.8-flash, STOP\n"
        "tokens     10 in, 5 out\n"
        "origin     google: generativelanguage.googleapis.com, by google-genai/3.4.0\n"
        "recorded   2026-11-22T09:30:15Z, 812 ms, first token after 120 ms\n"
        "header     content-type: application/json\n"
        "redacted   2 x phone number\n"
        "\n--- system\n당신은 멘토입니다.\n"
        "\n--- user\n이직을 고민합니다.\n"
        "\n--- answer\n첫째 줄\n둘째 줄"
    )


def test_what_has_no_text_says_why(item: Interaction) -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}}
    assert "(prompt_blocked: SAFETY)" in list(show_recording(replace(item, response_body=blocked)))
    broken = {"usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 3}}
    assert "--- answer cannot be read" in list(show_recording(replace(item, response_body=broken)))
    assert list(show_recording(replace(item, response_body={})))[-2].startswith("--- answer cannot")


def test_nothing_that_is_shown_moves_the_terminal(item: Interaction) -> None:
    answer = {**ANSWER, "modelVersion": "a\x1b[2Jb", "candidates": [
        {"content": {"parts": [{"text": "끝\u202e\x07\n둘째 😀"}]}, "finishReason": "STOP"}
    ]}  # fmt: skip
    lines = list(show_recording(replace(item, response_body=answer)))
    assert lines[2] == "answered   ab, STOP"
    assert lines[-2:] == ["끝", "둘째 😀"]


def test_a_difference_in_text_usage_and_latency(item: Interaction) -> None:
    answer = {
        **ANSWER,
        "candidates": [{"content": {"parts": [{"text": "첫째 줄\n셋째 줄"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 7, "totalTokenCount": 17},
    }
    after = replace(item, response_body=answer, latency_ms=900.0)
    assert list(diff_recordings(item, after)) == [
        "tokens     10 in, 5 out → 10 in, 7 out",
        "latency    812 ms → 900 ms",
        "",
        "--- before",
        "+++ after",
        "@@ -1,2 +1,2 @@",
        " 첫째 줄",
        "-둘째 줄",
        "+셋째 줄",
    ]
    assert list(diff_recordings(item, item)) == []


def test_a_difference_in_what_was_asked(item: Interaction, make_request: Any, make_interaction: Any) -> None:
    other = replace(make_interaction(make_request("이직을 생각합니다."), draw=2), response_body=ANSWER)
    lines = list(diff_recordings(item, other))
    assert lines[0] == 'asked      contents[0].parts[0].text: "이직을 고민합니다." → "이직을 생각합니다."'
    assert lines[1] == "asked      draw: 0 → 2"


def test_folders_are_compared_by_request(
    item: Interaction, tmp_path: Path, make_request: Any, make_interaction: Any
) -> None:
    """What says the same at another time, under another id, is the same."""
    before, after = tmp_path / "a", tmp_path / "b"
    same = replace(make_interaction(make_request("같은 질문")), response_body=ANSWER)
    only = make_interaction(make_request("하나뿐"))
    for folder, body in ((before, ANSWER), (after, {**ANSWER, "responseId": "new"})):
        write(folder, replace(same, response_body=body), overwrite=False)
    answer = {**ANSWER, "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 9}}
    write(before, item, overwrite=False)
    write(after, replace(item, response_body=answer, latency_ms=800.0), overwrite=False)
    write(before, only, overwrite=False)
    found = diff_folders(before, after)
    assert (found.same, found.only_before, found.only_after) == (1, (f"{only.key}.json",), ())
    deltas = {"latency_ms": -12, "input_tokens": 0, "output_tokens": 4}
    assert found.changed == ((f"{item.key}.json", deltas),)


def test_a_folder_is_counted(root: Path, tmp_path: Path) -> None:
    for file in recordings(root / "cassettes" / "mentoring")[:4]:
        shutil.copy(file, tmp_path)
    files = recordings(tmp_path)
    files[0].write_bytes(b"")
    found = folder_stats(tmp_path)
    items = [read(file) for file in files[1:]]
    assert (found.recordings, found.damaged, found.origins) == (3, 1, (("simulated", 3),))
    assert found.first == min(item.recorded_at for item in items)
    assert sum(row.recordings for row in found.models) == 3
    assert sum(row.output_tokens for row in found.models) == sum(
        item.response_body["usageMetadata"]["totalTokenCount"]
        - item.response_body["usageMetadata"]["promptTokenCount"]
        for item in items
    )
    empty = folder_stats(tmp_path / "absent")
    assert (empty.recordings, empty.models, empty.first) == (0, (), "")
