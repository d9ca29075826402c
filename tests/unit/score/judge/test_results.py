"""From replies to judgements, comparisons and scores: nothing unreadable ever becomes a zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from evalharness.core.call import Call
from evalharness.core.judging import Compared, Judged, Side, Uncompared, Unjudged
from evalharness.core.score import Failed, Scored, Unscored
from evalharness.score.judge import (
    Replies,
    comparisons,
    judge_scores,
    judgements,
    pairwise_tasks,
    rubric_tasks,
)
from evalharness.score.judge.repair import QUOTED_CHARACTERS
from evalharness.score.judge.tasks import Bench

ANSWER = "12월 3일 마감과 500만 원 예산 안에서 진행하세요."
GOOD = (("12월 3일 마감", 4), ("500만 원 예산", 2))


def replies(bench: Bench, calls: Mapping[str, Call], **aliases: str) -> Replies[Any]:
    return Replies(calls, prompts=bench.prompts, aliases=aliases)


def ask(kit: Any, bench: Bench, tasks: Sequence[Any], *texts: str | None, **options: Any) -> dict[str, Call]:
    """Answer first questions with `texts` in turn, and every repair with the last one."""
    calls = {}
    for task, text in zip(tasks, texts, strict=False):
        calls[task.job.key] = kit.call(task.job, text, **options)
    for job in replies(bench, calls).repairs(tasks):
        calls[job.key] = kit.call(job, texts[-1], **options)
    return calls


def test_points_are_the_mean_of_the_criteria_that_stand(bench: Callable[..., Bench], kit: Any) -> None:
    made = bench()
    tasks = rubric_tasks([kit.record("flash-raw", ANSWER)], made)
    for rows, points in ((GOOD, 3.0), ((("12월 3일 마감", 4), ("없는 구절입니다", 1)), 4.0)):
        (found,) = judgements(tasks, replies(made, ask(kit, made, tasks, kit.marks(*rows))))
        assert isinstance(found, Judged)
        assert (found.points, found.repaired) == (points, False)


def test_a_judgement_without_any_evidence_is_unjudged(bench: Callable[..., Bench], kit: Any) -> None:
    made = bench()
    tasks = rubric_tasks([kit.record("flash-raw", ANSWER)], made)
    text = kit.marks(("없는 구절입니다", 5), ("이것도 없습니다", 5))
    (found,) = judgements(tasks, replies(made, ask(kit, made, tasks, text)))
    assert isinstance(found, Unjudged)
    assert found.cause == "judge:evidence_void"
    assert len(found.marks) == 2


def test_an_unreadable_reply_is_asked_again_once(bench: Callable[..., Bench], kit: Any) -> None:
    """The second question holds the first, the reply and what is wrong with it, in the case's language."""
    made = bench()
    tasks = rubric_tasks([kit.record("flash-raw", ANSWER)], made)
    bad = "점수는 4점입니다. " * 500
    calls = {tasks[0].job.key: kit.call(tasks[0].job, bad)}
    heard = replies(made, calls)
    (job,) = heard.repairs(tasks)
    first, quoted, complaint = job.request.messages
    assert first == tasks[0].job.request.messages[0]
    assert (quoted.role, quoted.text) == ("model", bad[:QUOTED_CHARACTERS])
    assert "it is not JSON" in complaint.text
    assert "JSON 객체만" in complaint.text
    assert job.request.response_schema == tasks[0].job.request.response_schema
    calls[job.key] = kit.call(job, kit.marks(*GOOD))
    (found,) = judgements(tasks, heard)
    assert isinstance(found, Judged)
    assert (found.repaired, found.points) == (True, 3.0)
    assert found.calls == (tasks[0].job.key, job.key)


def test_unreadable_twice_is_unjudged_with_its_cause(bench: Callable[..., Bench], kit: Any) -> None:
    made = bench()
    tasks = rubric_tasks([kit.record("flash-raw", ANSWER)], made)
    (found,) = judgements(tasks, replies(made, ask(kit, made, tasks, "{", "{")))
    assert isinstance(found, Unjudged)
    assert found.cause == "judge:unreadable"
    assert len(found.calls) == 2


@pytest.mark.parametrize(
    ("text", "served", "cause"),
    [
        (None, None, "judge:provider:UNAVAILABLE"),
        ("", None, "judge:empty"),
        ("{}", "gemini-2.5-flash", "judge:served_other_model"),
    ],
)
def test_silence_and_another_model_are_not_repaired(
    bench: Callable[..., Bench], kit: Any, text: str | None, served: str | None, cause: str
) -> None:
    made = bench()
    tasks = rubric_tasks([kit.record("flash-raw", ANSWER)], made)
    calls = {tasks[0].job.key: kit.call(tasks[0].job, text, served=served)}
    assert replies(made, calls).repairs(tasks) == ()
    (found,) = judgements(tasks, replies(made, calls))
    assert isinstance(found, Unjudged)
    assert found.cause == cause
    (never,) = judgements(tasks, replies(made, {}))
    assert isinstance(never, Unjudged)
    assert never.cause == "judge:not_called"


def test_a_declared_alias_is_the_judge_itself(bench: Callable[..., Bench], kit: Any) -> None:
    made = bench()
    tasks = rubric_tasks([kit.record("flash-raw", ANSWER)], made)
    calls = {tasks[0].job.key: kit.call(tasks[0].job, kit.marks(*GOOD), served="the-file.gguf")}
    aliases = {"the-file.gguf": "gemini-3.5-flash"}
    (found,) = judgements(tasks, replies(made, calls, **aliases))
    assert isinstance(found, Judged)


def test_scores_average_the_judges_repeats_and_count_what_is_missing(
    bench: Callable[..., Bench], kit: Any
) -> None:
    """Two of three repeats can be read: their mean stands, as a share of the scale. Without any, a cause."""
    judge = kit.judge(repeats=3)
    made = bench(judge)
    records = [
        kit.record("flash-raw", ANSWER),
        Failed(case_id="pen-ko-01", arm="pro-raw", repeat=0, calls=(), cause="max_tokens", persona="pen"),
    ]
    tasks = rubric_tasks(records, made)
    calls = {
        tasks[0].job.key: kit.call(tasks[0].job, kit.marks(("12월 3일 마감", 5), ("500만 원 예산", 5))),
        tasks[1].job.key: kit.call(tasks[1].job, None),
        tasks[2].job.key: kit.call(tasks[2].job, kit.marks(*GOOD)),
    }
    found = judgements(tasks, replies(made, calls))
    scored, failed = judge_scores(records, found, ["one"])
    assert isinstance(scored, Scored)
    assert (scored.scorer, scored.value) == ("rubric@one/1", (5 + 3) / 2 / 5)
    assert scored.detail == ("0.c1=5", "0.c2=5", "2.c1=4", "2.c2=2")
    assert isinstance(failed, Unscored)
    assert failed.cause == "max_tokens"
    nothing = judgements(tasks, replies(made, {}))
    (unscored, _) = judge_scores(records, nothing, ["one"])
    assert isinstance(unscored, Unscored)
    assert unscored.cause == "judge:not_called"


@pytest.mark.parametrize(
    ("said", "outcome", "flipped"),
    [
        (("A", "B"), Side.TREATMENT, False),
        (("B", "A"), Side.CONTROL, False),
        (("tie", "tie"), Side.TIE, False),
        (("A", "A"), Side.TIE, True),
        (("B", "B"), Side.TIE, True),
        (("A", "tie"), Side.TIE, True),
    ],
)
def test_orders_that_agree_count_and_others_are_ties(
    bench: Callable[..., Bench], kit: Any, said: tuple[str, str], outcome: Side, flipped: bool
) -> None:
    made = bench()
    records = [kit.record("flash-raw", "가나다라"), kit.record("pro-raw", "마바사아")]
    tasks = pairwise_tasks(records, made, pairs=[("pro-raw", "flash-raw")], case_ids=["pen-ko-01"])
    texts = [f'{{"reason": "r", "better": "{better}"}}' for better in said]
    (found,) = comparisons(tasks, replies(made, ask(kit, made, tasks, *texts)))
    assert isinstance(found, Compared)
    assert (found.outcome, found.flipped) == (outcome, flipped)


def test_a_pair_with_one_order_missing_is_not_a_tie(bench: Callable[..., Bench], kit: Any) -> None:
    made = bench()
    records = [kit.record("flash-raw", "가나다라"), kit.record("pro-raw", "마바사아")]
    tasks = pairwise_tasks(records, made, pairs=[("pro-raw", "flash-raw")], case_ids=["pen-ko-01"])
    for text, cause in ((None, "judge:provider:UNAVAILABLE"), ("neither", "judge:unreadable")):
        calls = ask(kit, made, tasks, '{"reason": "r", "better": "A"}', text)
        (found,) = comparisons(tasks, replies(made, calls))
        assert isinstance(found, Uncompared)
        assert found.cause == cause


def test_equal_answers_are_a_tie_that_nobody_is_asked_about(bench: Callable[..., Bench], kit: Any) -> None:
    made = bench()
    records = [kit.record("flash-raw", "같은 답"), kit.record("pro-raw", "**같은** 답")]
    tasks = pairwise_tasks(records, made, pairs=[("pro-raw", "flash-raw")], case_ids=["pen-ko-01"])
    assert all(task.same for task in tasks)
    (found,) = comparisons(tasks, replies(made, {}))
    assert isinstance(found, Compared)
    assert (found.outcome, found.flipped, found.calls) == (Side.TIE, False, ())
