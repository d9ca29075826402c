"""The emulator's own words, Korean and English: openings, lead-ins, advice, closings.

None holds a number, a name or a date, so that whatever is concrete in an answer came with the request.
`{s}` takes a sentence as it is, `{l}` one whose first letter continues a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from evalharness.emulator.layout import Source


class Manner(StrEnum):
    """How the system instruction wants an answer to sound."""

    WARM = "warm"
    ORDERLY = "orderly"
    OBSERVING = "observing"
    CONNECTING = "connecting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's words."""

    openings: Mapping[Manner, tuple[str, ...]]
    closings: Mapping[Manner, tuple[str, ...]]
    leads: Mapping[Source, tuple[str, ...]]
    advice: tuple[str, ...]
    general: tuple[str, ...]
    """What can be said without knowing anything."""
    asking: tuple[str, ...]


KOREAN = Phrases(
    openings=MappingProxyType(
        {
            Manner.WARM: (
                "이야기를 들으니 그 마음이 먼저 와닿습니다.",
                "솔직하게 꺼내 주셔서 고맙습니다. 마음의 결을 따라 함께 떠올려 보겠습니다.",
            ),
            Manner.ORDERLY: (
                "상황을 기준에 따라 차례로 정리해 보겠습니다.",
                "결정에 영향을 주는 조건부터 정리하겠습니다.",
            ),
            Manner.OBSERVING: (
                "한 걸음 떨어져서 전체를 함께 보겠습니다.",
                "바로 답하기 전에 되풀이되는 흐름부터 짚어 보겠습니다.",
            ),
            Manner.CONNECTING: (
                "그동안 나눈 이야기와 이번 고민을 이어서 말씀드리겠습니다.",
                "지금까지의 이야기를 한데 모아 답해 보겠습니다.",
            ),
        }
    ),
    closings=MappingProxyType(
        {
            Manner.WARM: (
                "서두르지 말고 가장 마음이 가는 것부터 작게 해 보시기를 권합니다.",
                "가장 끌리는 쪽을 가볍게 시험해 보시길 권해 드려요.",
            ),
            Manner.ORDERLY: (
                "이 순서대로 진행하고, 조건이 바뀌면 기준부터 다시 확인하시기를 권합니다.",
                "먼저 바꿀 수 없는 조건을 고정하고 나머지를 그 안에 배치하시기를 권합니다.",
            ),
            Manner.OBSERVING: (
                "지금 답을 정하기보다 이 점들을 나란히 놓고 보신 뒤에 결정하시기를 권합니다.",
                "어느 쪽이든 전체의 균형을 보고 정하시기를 권합니다.",
            ),
            Manner.CONNECTING: (
                "이 조건들을 함께 만족하는 쪽으로 한 걸음 옮겨 보시기를 권합니다.",
                "관련된 분들과 먼저 이야기를 맞춰 보시고 다음 걸음을 정하시기를 권합니다.",
            ),
        }
    ),
    leads=MappingProxyType(
        {
            Source.PROFILE: ("제가 알고 있기로는, {s}", "지금 계신 자리를 보면, {s}"),
            Source.NOTE: ("기록해 둔 내용을 보면, {s}", "전에 적어 둔 대로, {s}"),
            Source.MENTEE: (
                "말씀하신 대로, {s}",
                "앞서 이야기해 주셨듯이, {s}",
                "들려주신 내용 중에 이 점이 중요합니다. {s}",
            ),
            Source.MENTOR: ("지난번에 함께 짚었듯이, {s}", "전에 말씀드린 대로, {s}"),
            Source.RECORD: ("그동안의 이야기를 보면, {s}", "앞에서 나온 대로, {s}"),
        }
    ),
    advice=(
        "이 조건들을 벗어나지 않는 방법을 먼저 고르는 편이 좋겠습니다.",
        "그래서 이 사정을 그대로 두고 움직일 수 있는 범위부터 정하면 좋겠습니다.",
        "이 내용을 기준으로 삼으면 무엇을 먼저 해야 할지 보입니다.",
    ),
    general=(
        "우선 지금 가장 부담이 되는 것이 무엇인지 적어 보세요.",
        "할 수 있는 일을 작게 나누어 가장 쉬운 것부터 시작해 보셔도 좋습니다.",
        "혼자 결정하기 어렵다면 믿을 만한 분과 이야기해 보는 것도 도움이 됩니다.",
        "무엇을 지키고 싶은지 먼저 정하면 선택이 한결 쉬워집니다.",
        "결과를 어떻게 확인할지도 미리 생각해 두시면 좋겠습니다.",
    ),
    asking=(
        "구체적인 상황을 조금 더 알려 주시면 더 맞는 조언을 드릴 수 있습니다.",
        "상황을 더 들려주시면 함께 살펴보겠습니다.",
    ),
)

ENGLISH = Phrases(
    openings=MappingProxyType(
        {
            Manner.WARM: (
                "Thank you for putting it so openly; I can hear how much it matters.",
                "Let us stay with what this feels like for a moment.",
            ),
            Manner.ORDERLY: (
                "Let us put this in order, starting from what cannot change.",
                "Here is how I would structure this.",
            ),
            Manner.OBSERVING: (
                "Let us take a step back and look at the whole picture.",
                "Before an answer, it is worth looking at the pattern.",
            ),
            Manner.CONNECTING: (
                "Let me connect what we have talked about with your question.",
                "Let me bring together what bears on this.",
            ),
        }
    ),
    closings=MappingProxyType(
        {
            Manner.WARM: (
                "I would start small, with the part that draws you most.",
                "I recommend trying the option that pulls at you, lightly at the start.",
            ),
            Manner.ORDERLY: (
                "I recommend working through it in this order and checking again if anything changes.",
                "I recommend fixing what cannot move and placing the rest around it.",
            ),
            Manner.OBSERVING: (
                "I recommend setting these side by side before you decide.",
                "Whichever way you lean, I recommend weighing it against the whole.",
            ),
            Manner.CONNECTING: (
                "I recommend the next step that respects all of this together.",
                "I recommend talking it through with the people involved and then choosing the next step.",
            ),
        }
    ),
    leads=MappingProxyType(
        {
            Source.PROFILE: (
                "What I know about your situation matters here: {s}",
                "Your background counts: {s}",
            ),
            Source.NOTE: ("From my notes: {s}", "I have this written down: {s}"),
            Source.MENTEE: ("You mentioned that {l}", "You told me that {l}", "As you said, {l}"),
            Source.MENTOR: ("As we discussed, {l}", "I said earlier: {s}"),
            Source.RECORD: ("From what has been said so far: {s}", "This bears on it: {s}"),
        }
    ),
    advice=(
        "So I would look for a way that stays within these limits.",
        "That narrows down what can come first.",
        "Taken together, this shows where there is room to move.",
    ),
    general=(
        "A good start is to write down what weighs on you most.",
        "Breaking the work into small pieces and beginning with the easiest often helps.",
        "Talking it over with somebody you trust can make the choice clearer.",
        "Once you know what you want to protect, the decision gets easier.",
        "It also helps to decide beforehand how you will tell whether it worked.",
    ),
    asking=(
        "If you tell me more about your situation, I can be more specific.",
        "Tell me a little more and we can look at it together.",
    ),
)

_CUES: Mapping[Manner, re.Pattern[str]] = MappingProxyType(
    {
        Manner.WARM: re.compile(
            r"감응|직감|창의|감성|상상|영감|intuit|creativ|imagin|feeling|empath", re.IGNORECASE
        ),
        Manner.ORDERLY: re.compile(
            r"구조|논리|체계|단계|정리|structur|logic|systematic|step|order", re.IGNORECASE
        ),
        Manner.OBSERVING: re.compile(
            r"관찰|메타|균형|전체|통찰|패턴|observ|balance|pattern|whole|perspective", re.IGNORECASE
        ),
        Manner.CONNECTING: re.compile(r"브리지|연결|통합|잇|bridge|connect|integrat|combin", re.IGNORECASE),
    }
)
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z]")


def manner_of(system: str) -> Manner:
    """Return the manner whose words the system instruction uses most; connecting when it uses none."""
    counts = {manner: len(pattern.findall(system)) for manner, pattern in _CUES.items()}
    best = max(counts, key=lambda manner: counts[manner])
    return best if counts[best] else Manner.CONNECTING


def phrases_for(message: str) -> Phrases:
    """Return the words of the message's language; a Korean message may hold many Latin terms."""
    hangul, latin = len(_HANGUL.findall(message)), len(_LATIN.findall(message))
    return KOREAN if hangul > 0 and hangul * 3 >= latin else ENGLISH
