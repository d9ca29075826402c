"""Made-up mentoring histories and a way to ask the emulator about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from evalharness.emulator import EmulatorSettings, running
from evalharness.emulator.models import MODELS
from evalharness.emulator.service import Outcome, simulate
from evalharness.emulator.wire import read_request

FLASH = "gemini-3.8-flash"
PRO = "gemini-3.1-pro-preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A made-up history: sentences with a fact that can be recognised in an answer, and small talk."""

    facts: tuple[tuple[str, str], ...]
    """Pairs (sentence, the part that shows it was used)."""
    chatter: tuple[str, ...]
    message: str
    labels: tuple[str, str, str, str]
    """Headings for notes, dialogue and message, and the mentee's label."""

    def text(self, *, without: str = "") -> str:
        """Return the whole user text, leaving out the sentence that holds `without`."""
        notes, dialogue, heading, label = self.labels
        facts = [sentence for sentence, mark in self.facts if not without or mark != without]
        half = len(facts) // 2
        told = " ".join([self.chatter[0], *facts[half:], *self.chatter[1:]])
        lines = [notes, *(f"- {fact}" for fact in facts[:half]), "", dialogue, f"{label}: {told}"]
        return "\n".join([*lines, "", heading, self.message])


_KO = ("[메모]", "[대화]", "[메시지]", "멘티")
_EN = ("[Notes]", "[Conversation]", "[Message]", "Mentee")
_CHATTER_KO = ("안녕하세요, 잘 지내셨어요?", "날씨가 많이 추워졌네요.", "늘 감사합니다.")
_CHATTER_EN = ("Hello, how have you been?", "It has turned cold lately.", "Thanks as always.")


def _korean(topic: str, day: int, amount: int, name: str) -> History:
    facts = (
        (f"{topic} 발표는 11월 {day}일로 정해졌습니다.", f"11월 {day}일"),
        (f"예산은 최대 {amount}만 원이라 넘기면 안 됩니다.", f"{amount}만 원"),
        (f"{name} 팀장님이 평일 저녁 회의는 못 한다고 하셨어요.", name),
        (f"저는 매주 {day % 5 + 2}시간만 준비할 수 있어요.", f"{day % 5 + 2}시간"),
        ("처음에는 혼자 하려 했지만 이제는 동아리와 함께하기로 했어요.", "동아리"),
        (f"작년에는 {amount + 7}명이 신청해서 대기자를 받았습니다.", f"{amount + 7}명"),
    )
    return History(
        facts=facts, chatter=_CHATTER_KO, message=f"{topic} 준비를 어떻게 하면 좋을까요?", labels=_KO
    )


def _english(topic: str, day: int, amount: int, name: str) -> History:
    facts = (
        (f"The {topic} deadline has moved to {day} March.", f"{day} March"),
        (f"I can spend at most £{amount} on it.", f"£{amount}"),
        (f"My manager {name} never answers before Tuesday.", name),
        (f"I agreed to finish {day % 5 + 3} drafts each week.", f"{day % 5 + 3} drafts"),
        (f"Last year {amount + 9} people signed up and we had to refuse some.", f"{amount + 9} people"),
        ("I no longer work with the agency in Leeds.", "Leeds"),
    )
    message = f"How should I go about the {topic} now?"
    return History(facts=facts, chatter=_CHATTER_EN, message=message, labels=_EN)


_HISTORIES = (
    _korean("졸업 전시", 18, 40, "한도윤"),
    _korean("동네 축제", 21, 75, "서지안"),
    _korean("사내 세미나", 27, 33, "민가온"),
    _korean("독립 출판", 14, 52, "유하람"),
    _korean("봉사 캠프", 23, 61, "노은별"),
    _korean("창업 경진대회", 29, 87, "채우림"),
    _english("grant application", 17, 240, "Oksana"),
    _english("portfolio", 22, 310, "Bartholomew"),
    _english("conference talk", 26, 150, "Ingrid"),
    _english("community garden", 13, 420, "Tobias"),
    _english("thesis chapter", 28, 275, "Marguerite"),
    _english("charity run", 19, 365, "Desmond"),
)


def body_of(text: str, *, seed: int = 1, **config: Any) -> dict[str, Any]:
    """Return a generateContent body with one user text."""
    settings = {"maxOutputTokens": 1024, "seed": seed, **config}
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": settings}


@pytest.fixture
def histories() -> Sequence[History]:
    """Twelve histories, half of them Korean."""
    return _HISTORIES


Ask = Callable[..., Outcome]


@pytest.fixture
def ask() -> Ask:
    """Ask in process: `ask(text_or_body, model=…, settings=…, seed=…, **generation_config)`."""

    def asked(
        text: str | dict[str, Any],
        *,
        model: str = FLASH,
        settings: EmulatorSettings | None = None,
        **config: Any,
    ) -> Outcome:
        body = body_of(text, **config) if isinstance(text, str) else text
        request = read_request(json.dumps(body).encode(), model)
        return simulate(request, MODELS[model], settings or EmulatorSettings())

    return asked


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """A running emulator that does not wait."""
    with running(EmulatorSettings(latency_scale=0)) as url:
        yield url


Post = Callable[..., httpx2.Response]


@pytest.fixture
def post() -> Post:
    """Send a body over HTTP: `post(base_url, body, model=…, method=…, key=…)`."""

    def posted(
        base: str,
        body: Any,
        *,
        model: str = FLASH,
        method: str = "generateContent",
        key: str = "some-key",
        version: str = "v1beta",
    ) -> httpx2.Response:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", **({"x-goog-api-key": key} if key else {})}
        url = f"{base}/{version}/models/{model}:{method}"
        return httpx2.post(url, content=content, headers=headers, timeout=30)

    return posted


@pytest.fixture
def make_body() -> Callable[..., dict[str, Any]]:
    """Return `body_of`."""
    return body_of
