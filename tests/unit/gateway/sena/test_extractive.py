"""What every compressor guarantees, and what extractive Sena prefers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.core.case import Context, Turn
from evalharness.core.tokens import approximate_tokens
from evalharness.gateway.sena import COMPRESSORS
from evalharness.gateway.sena.units import join_units, split_units

SENTENCES = [
    "저는 판교 게임사에서 QA를 하고 있습니다.",
    "마감은 12월 3일이고 예산은 1,850만 원이에요!",
    "음, 날씨가 참 좋네요.",
    "Mina said version 3.5 is out.",
    "The budget is $1,200.50 and Dr. Han agreed.",
    "No worries.",
    "```python\nprint('안녕. 하세요.')\nx = 3.14\n```",
    "Visa sponsorship is not available, e.g. for juniors.",
    "정정할게요, 면접은 11월 9일이 아니라 16일입니다.",
]
texts = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).map(
    lambda parts: (
        "".join(p + ("\n" if p.startswith("```") else " ") for p in ["", *parts])
        .replace(" ```", "\n```")
        .strip()
    )
)
contexts = st.builds(
    Context,
    profile=texts,
    notes=st.lists(texts, max_size=3).map(tuple),
    turns=st.lists(st.builds(Turn, role=st.sampled_from(["mentee", "mentor"]), text=texts), max_size=5).map(
        tuple
    ),
)
budgets = st.floats(0.05, 1.0)


def places(context: Context) -> list[str]:
    return [context.profile, *context.notes, *(turn.text for turn in context.turns)]


def whole(context: Context) -> str:
    return "\n".join(places(context))


@given(contexts)
def test_no_character_is_lost_by_splitting(context: Context) -> None:
    """All units joined again are the context itself."""
    units = split_units(context)
    assert join_units(context, range(len(units)), units).context == context


@pytest.mark.parametrize("method", ["extractive", "damage"])
@settings(max_examples=200)
@given(context=contexts, budget=budgets)
def test_guarantees_hold_on_any_context(method: str, context: Context, budget: float) -> None:
    """Never longer, order kept, nothing cut inside a unit, the same every time."""
    compressor = COMPRESSORS[method]()
    result = compressor.compress(context, message="면접 준비를 어떻게 하죠?", budget=budget)
    again = compressor.compress(context, message="면접 준비를 어떻게 하죠?", budget=budget)
    assert result == again
    assert approximate_tokens(whole(result.context)) <= approximate_tokens(whole(context))
    kept = [unit.text for unit in split_units(result.context)]
    original = iter(unit.text for unit in split_units(context))
    assert all(text in original for text in kept)  # a subsequence: order kept, no unit cut
    assert whole(result.context).count("```") % 2 == 0
    assert len(kept) + len(result.dropped) == len(split_units(context))


@given(context=contexts, budget=budgets)
def test_extractive_fits_the_budget(context: Context, budget: float) -> None:
    result = COMPRESSORS["extractive"]().compress(context, message="question", budget=budget)
    assert result.kept_tokens <= budget * result.original_tokens


def test_numbers_names_and_corrections_outlive_small_talk() -> None:
    turns = (
        Turn(role="mentee", text="안녕하세요. 오늘 날씨가 참 좋네요. 커피 한 잔 마시고 왔어요."),
        Turn(role="mentor", text="네, 반갑습니다. 천천히 이야기해 봐요. 저도 커피를 좋아합니다."),
        Turn(
            role="mentee",
            text="정정할게요, 면접은 11월 9일이 아니라 16일입니다. 연봉은 4,200만 원을 제안받았어요.",
        ),
    )
    result = COMPRESSORS["extractive"]().compress(
        Context(turns=turns), message="어떻게 준비하면 좋을까요?", budget=0.5
    )
    assert "16일" in whole(result.context)
    assert "4,200만" in whole(result.context)
    assert "날씨" not in whole(result.context)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Dr. Han said 3.5 points. Then we left.", 2),
        ("e.g. this one stays whole.", 1),
        ("1. 첫째 항목입니다.\n2. 둘째 항목입니다.", 2),
        ("버전 2.0.1로 올렸습니다. 끝!", 2),
        ("```\na. b. c.\n\nd.\n```\n다음 문장.", 2),
        ("정말요?! 네…  그래요.", 3),
    ],
)
def test_sentences_end_where_a_reader_says(text: str, units: int) -> None:
    assert len(split_units(Context(profile=text))) == units


def test_damage_is_blind_to_content() -> None:
    """It drops about half of the units whatever they say."""
    context = Context(profile=" ".join(f"The figure number {i} is {i * 7}." for i in range(100)))
    result = COMPRESSORS["damage"]().compress(context, message="m", budget=0.5)
    assert len(re.findall("figure", whole(result.context))) == 50
