"""A request to shorten is answered with fewer of the text's own sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evalharness.emulator.condensing import asks_to_condense, condense
from evalharness.emulator.models import MODELS
from evalharness.emulator.settings import EmulatorSettings
from evalharness.emulator.wire import read_request

RECORD = """[프로필]
강유진, 29세. 대전에서 일하는 데이터 분석가.

[지난 대화]
멘티: 안녕하세요. 오늘 날씨가 좋네요. 면접은 11월 16일이고 연봉은 4,200만 원을 제안받았어요.

멘토: 네, 반가워요. 정정할게요, 입사일은 12월 1일이 아니라 12월 15일입니다. 커피는 드셨어요?
"""


def request(text: str, system: str, seed: int = 1) -> Any:
    body = {
        "systemInstruction": {"parts": [{"text": system}]},
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {"seed": seed, "maxOutputTokens": 512},
    }
    return read_request(json.dumps(body, ensure_ascii=False).encode(), "gemini-3.8-flash")


@pytest.mark.parametrize(
    ("system", "asks"),
    [
        ("멘티가 보낸 메시지에서 핵심만 남겨 아주 간결하게 줄이세요.", True),
        ("Keep only the essentials of the mentee's message, very concisely.", True),
        ("Summarize the record below.", True),
        ("당신은 루아입니다. 따뜻하게 답합니다.", False),
        ("You are Elo. Answer briefly.", False),
    ],
)
def test_the_instruction_decides(system: str, asks: bool) -> None:
    assert asks_to_condense(system) is asks


def test_it_is_shorter_in_order_and_keeps_what_is_concrete() -> None:
    model = MODELS["gemini-3.8-flash"]
    settings = EmulatorSettings(completeness=1.0)
    short = condense(request(RECORD, "핵심만 남겨 줄이세요."), model, settings, 400)
    assert 0 < len(short) < 0.8 * len(RECORD)
    assert "11월 16일" in short
    assert "날씨" not in short
    assert all(part.strip() in RECORD for part in short.split(". ") if part.strip())


def test_equal_requests_get_equal_texts_and_seeds_differ() -> None:
    model = MODELS["gemini-3.8-flash"]
    settings = EmulatorSettings()
    texts = {condense(request(RECORD, "요약하세요.", seed), model, settings, 400) for seed in range(12)}
    again = condense(request(RECORD, "요약하세요.", 3), model, settings, 400)
    assert again in texts
    assert len(texts) > 1
