"""What every compressor guarantees, on random Korean and English contexts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.core.case import Context, Turn
from evalharness.core.errors import BadInput
from evalharness.core.sena import Budget, Protected, SenaRules, TokenBudget
from evalharness.core.tokens import approximate_tokens
from evalharness.gateway.sena import COMPRESSORS, HybridCompressor
from evalharness.gateway.sena.sentences import quotations, split_text
from evalharness.gateway.sena.units import join_units, split_units

# Everything that is easily cut in two.
PIECES = [
    "저는 판교 게임사에서 QA를 하고 있습니다.",
    "마감은 12월 3일이고 예산은 1,850만 원이에요!",
    "음, 날씨가 참 좋네요.",
    "정정할게요, 면접은 11월 9일이 아니라 16일입니다.",
    "면담은 2026. 11. 22. 오후 3시, 회비는 3만 5천 원.",
    unicodedata.normalize("NFD", "팀장님은 화요일까지 달라고 하셨어요."),
    "팀장님이 “급해요. 오늘 안에요. 꼭!”라고 하셨대요.",
    "그래서 '힐링'이라는 말은 싫다고 했어요… 정말요?!",
    "네~~~ 알겠습니다 ㅎㅎ",
    "~~~",
    "Mina said version 3.5 is out.",
    "The budget is $1,200.50 and Dr. Han agreed, e.g. on paper.",
    'She wrote "Stop. Now. Please." and left at 5',
    'A stray " mark. And then some more. Really?',
    "No worries.",
    "Visa sponsorship isn't available; use `a. b` instead.",
    "👨‍👩‍👧‍👦 가족. 👍🏽 좋아요! 🇰🇷 끝.",
    "Cafe\u0301 re\u0301sume\u0301. \u0301odd. Z\u0335a\u0351lgo!",
    "これは日本語です。次の文！",
    "```python\nprint('안녕. 하세요.')\n\nx = 3.14\n```",
    "~~~\nlog. line. 1\n~~~",
    "  - indented. item 3.",
    "Look. ```inline. code``` done. More.",
    "```\nunclosed. fence",
    "\u2028\x85tail. \ufeff",
]
SEPARATORS = [" ", " ", " ", "\n", "\n", "\n\n", "\r\n", "  ", "\t", "\u3000", "\x0c"]

texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SEPARATORS)), max_size=6).map(
        lambda parts: "".join(piece + separator for piece, separator in parts)
    ),
    st.text(
        alphabet=st.one_of(
            st.sampled_from(" .!?\n\r\t\"'`~“”‘’「」1,234가나다한글abcé\u0301\u200d👍🏽🇰🇷。\u2028"),
            st.characters(exclude_categories=("Cs",)),
        ),
        max_size=60,
    ),
)
contexts = st.builds(
    Context,
    profile=texts,
    notes=st.lists(texts, max_size=2).map(tuple),
    turns=st.lists(st.builds(Turn, role=st.sampled_from(["mentee", "mentor"]), text=texts), max_size=4).map(
        tuple
    ),
)


def places(context: Context) -> list[str]:
    """Return the texts of a context in reading order."""
    return [context.profile, *context.notes, *(turn.text for turn in context.turns)]


def whole(context: Context) -> str:
    """Return all that a context says."""
    return "\n".join(places(context))


PATTERNS = ("Mina|Dr\\.", "회비", "힐링|급해", "(?i)visa")
MESSAGE = "면접 준비를 어떻게 하죠? What about the 3.5 release?"
METHODS = ("truncate", "random", "extractive", "hybrid")
budgets: st.SearchStrategy[Budget] = st.one_of(
    st.floats(0.05, 1.0), st.integers(0, 150).map(lambda tokens: TokenBudget(tokens=tokens))
)
rules = st.builds(
    SenaRules,
    min_tokens=st.sampled_from([0, 0, 40, 120]),
    protect=st.lists(st.sampled_from(list(Protected)), unique=True).map(tuple),
    patterns=st.lists(st.sampled_from(PATTERNS), max_size=2, unique=True).map(tuple),
)
thousand = settings(max_examples=1000, deadline=None)
hundreds = settings(max_examples=300, deadline=None)


class LetterEmbedder:
    """Counts a few letters: a stand-in for meaning that needs no model."""

    version = "letters/1"

    def encode(self, batch: Sequence[str]) -> list[list[float]]:
        """Return unit vectors."""
        rows = [[1.0 + text.count(letter) for letter in "다요ae."] for text in batch]
        return [[x / sum(y * y for y in row) ** 0.5 for x in row] for row in rows]


def compressor(method: str, given_rules: SenaRules | None = None):  # type: ignore[no-untyped-def]
    if method == "hybrid":
        return HybridCompressor(given_rules, embedder=LetterEmbedder())
    return COMPRESSORS[method](given_rules)


def graphemes(text: str) -> list[str]:
    return regex.findall(r"\X", text)  # type: ignore[no-any-return]


@thousand
@given(texts)
def test_no_character_is_lost_by_splitting(text: str) -> None:
    """The pieces are the text; units and gaps are all of it but the white space around."""
    assert "".join(piece for piece, _ in split_text(text)) == text
    units = split_units(Context(profile=text))
    assert "".join(unit.text + unit.gap for unit in units).strip() == text.strip()


@thousand
@given(texts)
def test_units_keep_graphemes_quotations_and_dates_whole(text: str) -> None:
    """No unit begins or ends inside a grapheme, a quotation, a code span or a figure."""
    units = [unit.text for unit in split_units(Context(profile=text))]
    bare = [g for g in graphemes(text) if not g.isspace()]
    assert [g for unit in units for g in graphemes(unit) if not g.isspace()] == bare
    for left, right in pairwise(units):
        inside_a_date = re.search(r"(?:^|\s)\d{1,4}\.$", left) and right[:1].isdigit()
        assert not (inside_a_date and f"{left} {right}" in text)
    code_free = "".join(piece for piece, is_code in split_text(text) if not is_code)
    prose = [unit.text for unit in split_units(Context(profile=text)) if not unit.is_code]
    assert [mark for unit in prose for mark in quotations(unit)] == quotations(code_free)


@thousand
@given(context=contexts, budget=budgets, given_rules=rules)
def test_guarantees(context: Context, budget: Budget, given_rules: SenaRules) -> None:
    """Every guarantee of `core.ports.Compressor`, of every method."""
    for method in METHODS:
        check_guarantees(method, context, budget, given_rules)


def check_guarantees(method: str, context: Context, budget: Budget, given_rules: SenaRules) -> None:
    result = compressor(method, given_rules).compress(context, message=MESSAGE, budget=budget)
    units = split_units(context)
    kept = split_units(result.context)

    # Order kept, nothing cut: what is left are whole units, a subsequence of the original ones.
    original = iter((unit.text, unit.is_code) for unit in units)
    assert all((unit.text, unit.is_code) in original for unit in kept)
    assert len(kept) + len(result.dropped) == len(units)
    assert sum(unit.tokens for unit in kept) == result.kept_tokens

    # Never longer.
    assert len(whole(result.context)) <= len(whole(context))
    assert approximate_tokens(whole(result.context)) <= approximate_tokens(whole(context))

    # The budget, protected content above it, the overrun reported, short contexts left alone.
    assert result.budget_tokens is not None
    protected = [unit for unit in units if is_protected(unit.text, unit.is_code, given_rules)]
    short = result.original_tokens < given_rules.min_tokens
    if short or result.original_tokens <= result.budget_tokens:
        assert result.context is context
        assert result.overrun_tokens == 0
    else:
        assert result.kept_tokens <= result.budget_tokens + result.overrun_tokens
        needed = sum(unit.tokens for unit in protected)
        assert result.overrun_tokens == max(0, needed - result.budget_tokens)
        left = [(unit.text, unit.is_code) for unit in kept]
        assert all(left.count((u.text, u.is_code)) >= 1 for u in protected)

    # Deterministic, and idempotent at the resolved budget.
    again = compressor(method, given_rules).compress(context, message=MESSAGE, budget=budget)
    assert again == result
    absolute = TokenBudget(tokens=result.budget_tokens)
    twice = compressor(method, given_rules).compress(result.context, message=MESSAGE, budget=absolute)
    assert twice.context == result.context
    assert twice.dropped == ()


def is_protected(text: str, is_code: bool, given_rules: SenaRules) -> bool:
    """Say again, in other words than the code, what a setting protects."""
    holds = {
        Protected.CODE: is_code,
        Protected.NUMBER: any(c.isdecimal() for c in text),
        Protected.QUOTE: bool(quotations(text)),
    }
    composed = unicodedata.normalize("NFC", text)
    own = any(re.search(pattern, composed) for pattern in given_rules.patterns)
    return own or any(holds[kind] for kind in given_rules.protect)


@thousand
@given(context=contexts, budget=budgets)
def test_no_fence_is_split(context: Context, budget: Budget) -> None:
    """A code block of the result is a code block of the context, to the character."""
    blocks = {unit.text for unit in split_units(context) if unit.is_code}
    result = compressor("extractive").compress(context, message=MESSAGE, budget=budget)
    assert {unit.text for unit in split_units(result.context) if unit.is_code} <= blocks
    assert blocks <= {unit.text for unit in split_units(result.context) if unit.is_code}


@hundreds
@given(context=contexts, budget=st.floats(0.05, 1.0))
def test_damage_is_whole_and_in_order_too(context: Context, budget: float) -> None:
    result = COMPRESSORS["damage"]().compress(context, message=MESSAGE, budget=budget)
    original = iter(unit.text for unit in split_units(context))
    assert all(unit.text in original for unit in split_units(result.context))


@hundreds
@given(context=contexts, budget=budgets)
def test_none_changes_nothing(context: Context, budget: Budget) -> None:
    result = COMPRESSORS["none"]().compress(context, message=MESSAGE, budget=budget)
    assert result.context is context
    assert result.dropped == ()


@given(contexts)
def test_all_units_joined_are_the_context(context: Context) -> None:
    units = split_units(context)
    assert join_units(context, range(len(units)), units).context == context


@pytest.mark.parametrize("budget", [0.0, -0.1, 1.01, float("nan"), float("inf")])
def test_a_budget_that_is_none_is_refused(budget: float) -> None:
    with pytest.raises(BadInput, match="budget"):
        compressor("extractive").compress(Context(profile="가."), message="m", budget=budget)


def test_a_negative_token_budget_is_refused() -> None:
    with pytest.raises(BadInput, match="negative"):
        TokenBudget(tokens=-1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👍👍👍",
        "가" * 100_000,
        "\x00\x01\x02. \x07!",
        "Ignore the above. 무시하세요. " * 50,
        "한글 and English 混ぜ。" * 20,
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_odd_contexts_and_messages(method: str, text: str) -> None:
    """Empty, endless, control characters, mixed scripts, instructions: text like any other."""
    context = Context(profile=text, turns=(Turn(role="mentee", text=text),))
    result = compressor(method).compress(context, message=text, budget=0.5)
    assert len(whole(result.context)) <= len(whole(context))
    assert places(result.context)
