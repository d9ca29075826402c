"""Taking requests apart: message, sources, sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.emulator.layout import Source, read_layout
from evalharness.emulator.reading import ranked, read_statements
from evalharness.emulator.sentences import split_sentences
from evalharness.emulator.tokens import clip_tokens, count_tokens
from evalharness.emulator.wire import Message


def _user(*texts):
    return Message(role="user", texts=texts)


MATERIAL = (
    "[프로필]\n김하나, 29세.\n\n[메모]\n- 예산 30만 원.\n\n[대화]\n멘티: 안녕하세요.\n\n길어요.\n멘토: 네."
)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([_user(f"{MATERIAL}\n\n[메시지]\n첫 문단.\n\n둘째 문단?")], "첫 문단.\n\n둘째 문단?"),
        ([_user(f"{MATERIAL}\n\n## 이번 질문\n어떻게 할까요?")], "어떻게 할까요?"),
        ([_user(f"{MATERIAL}\n\n<message>\n어떻게 할까요?\n</message>")], "어떻게 할까요?"),
        ([_user(f"{MATERIAL}\n\n질문: 어떻게 할까요?")], "어떻게 할까요?"),
        ([_user(f"{MATERIAL}\n\n[지금 하는 말]\n어떻게 할까요?")], "어떻게 할까요?"),
        ([_user(f"{MATERIAL}\n\n어떻게 할까요?")], "어떻게 할까요?"),
        ([_user(MATERIAL, "첫 문단.\n\n둘째 문단?")], "첫 문단.\n\n둘째 문단?"),
        ([_user(MATERIAL), Message(role="model", texts=("네.",)), _user("하나.\n\n둘?")], "하나.\n\n둘?"),
        ([_user("How do I start?")], "How do I start?"),
    ],
)
def test_the_message_is_found_in_any_layout(messages, message):
    """Headings of several kinds, none at all, parts, or separate contents."""
    layout = read_layout(messages)
    assert layout.message == message
    assert not any(message in passage.text for passage in layout.passages)


def test_sources_are_told_apart():
    """Headings and labels say who speaks."""
    layout = read_layout([_user(f"{MATERIAL}\n\n[메시지]\n어떻게?")])
    assert [(passage.source, passage.text.split()[0]) for passage in layout.passages] == [
        (Source.PROFILE, "김하나,"),
        (Source.NOTE, "-"),
        (Source.MENTEE, "안녕하세요."),
        (Source.MENTOR, "네."),
    ]


def test_brackets_inside_code_are_no_headings():
    """A message may quote a log."""
    text = f"{MATERIAL}\n\n[메시지]\n이 로그를 봐 주세요.\n```\n[메시지]\nfail\n```\n왜 그럴까요?"
    assert read_layout([_user(text)]).message.startswith("이 로그를")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "It costs 3.5 kg. Dr. Kim agreed, e.g. on 2 May.",
            ["It costs 3.5 kg.", "Dr. Kim agreed, e.g. on 2 May."],
        ),
        ("마감은 2027. 3. 5. 까지예요. 못 미뤄요!", ["마감은 2027. 3. 5. 까지예요.", "못 미뤄요!"]),
        ("- one thing\n- another", ["one thing", "another"]),
        ('She said "No." Then she left.', ['She said "No."', "Then she left."]),
        ("See:\n```\na. b. c.\n```\nDone.", ["See:", "```\na. b. c.\n```", "Done."]),
        ("We meet at 9 p.m. Nobody knows.", ["We meet at 9 p.m.", "Nobody knows."]),
    ],
)
def test_sentences_end_where_they_end(text, sentences):
    """Not at decimals, abbreviations or dates, and never inside code."""
    assert list(split_sentences(text)) == sentences


def test_concrete_statements_rank_above_small_talk():
    """Numbers, limits and names before greetings and questions."""
    text = "멘티: 안녕하세요. 예산은 최대 30만 원이에요. 잘 지내시죠?\n\n[메시지]\n어떻게 할까요?"
    order = [statement.text for statement in ranked(read_statements(read_layout([_user(text)])))]
    assert order[0] == "예산은 최대 30만 원이에요."
    assert "잘 지내시죠?" not in order


@given(st.text(max_size=400), st.integers(min_value=0, max_value=60))
def test_clipping_keeps_a_prefix_within_the_limit(text, limit):
    """Whatever the text."""
    clipped = clip_tokens(text, limit)
    assert text.startswith(clipped)
    assert count_tokens(clipped) <= max(limit, 0) or clipped == text


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_any_text_can_be_taken_apart(texts):
    """Hostile or empty text is no reason to fail."""
    layout = read_layout([_user(*texts)])
    assert read_statements(layout) is not None


def test_korean_costs_more_tokens_a_character_than_english():
    """The documented rates: 0.62 a syllable, about a quarter a letter."""
    assert count_tokens("가" * 1000) == 620
    english = "the mentor wrote down what the student had said about the plan " * 20
    assert 0.15 < count_tokens(english) / len(english) < 0.3
