"""Comments grouped by keyword."""

from __future__ import annotations

from evalharness.core.ratings import Rating
from evalharness.score.comments import group_comments, keywords

COMMENTS = (
    ("a", False, "Answers are too slow, I waited a minute"),
    ("b", False, "slow answers again"),
    ("c", True, "slow, but the plan was good"),
    ("d", True, "날짜를 잘 기억해 줘서 좋았어요"),
    ("e", True, "날짜가 정확했어요"),
    ("f", True, "Thank you!"),
    ("g", True, ""),
)


def test_each_comment_stands_in_one_group() -> None:
    groups = group_comments([Rating(session=s, satisfied=ok, stars=None, comment=t) for s, ok, t in COMMENTS])
    assert [(g.keyword, g.sessions, g.satisfied) for g in groups] == [
        ("slow", ("a", "b", "c"), 1), ("날짜", ("d", "e"), 2), ("", ("f",), 1),
    ]  # fmt: skip
    assert groups[0].also == ("answers",)


def test_particles_go_and_small_words_do_not_count() -> None:
    assert keywords("날짜를 날짜가 날짜는") == {"날짜"}
    assert keywords("It was just too much and very THE") == frozenset()
    assert keywords("🙂 12345 !!") == frozenset()
