"""Assumption files: what stands between one and a verdict, and answers of people written into it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evalharness.core.assumption_fields import spec_of
from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status
from evalharness.core.errors import BadInput
from evalharness.experiment.assumptions import load_assumptions
from evalharness.store.jsonlines import write_atomically

POINTS: Final = 5
"""Width of the scale that questions speak of: one point better is a fifth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field asked in the owner's words."""

    field: str
    en: str
    ko: str
    factor: float = 1.0
    """Times the answer is the field's value: 0.01 where the answer is "of 100"."""


QUESTIONS: Final = (
    Question(
        field="requests_per_month",
        en="How many requests will the gateway answer in a month?",
        ko="게이트웨이가 한 달에 몇 건의 요청에 답하게 될까요?",
    ),
    Question(
        field="requests_per_session",
        en="How many requests make up one mentoring session?",
        ko="멘토링 세션 하나는 요청 몇 건으로 이루어지나요?",
    ),
    Question(
        field="sessions_per_user",
        en="How many sessions does one user have in a month?",
        ko="사용자 한 명은 한 달에 세션을 몇 번 하나요?",
    ),
    Question(
        field="satisfaction_per_quality", factor=0.01 * POINTS,
        en="Of 100 sessions, how many more would be rated satisfied if answers were one point (of 5) better?",
        ko="답변이 5점 만점에 1점 더 좋아지면, 세션 100번 중 몇 번이 더 만족으로 평가될까요?",
    ),
    Question(
        field="realisation", factor=0.01,
        en="Of every 100 improvements that the test shows, how many will daily users really get?",
        ko="시험에서 나타난 개선 100건 중 실제 사용자가 일상에서 누리게 될 것은 몇 건일까요?",
    ),
    Question(
        field="baseline_satisfaction", factor=0.01,
        en="Of 100 sessions today, how many are rated satisfied?",
        ko="지금은 세션 100번 중 몇 번이 만족으로 평가되나요?",
    ),
    Question(
        field="latency_penalty", factor=0.01,
        en="Of 100 satisfied sessions, how many would be lost if every answer took one second longer?",
        ko="답변이 매번 1초씩 늦어지면, 만족한 세션 100번 중 몇 번을 잃게 될까요?",
    ),
    Question(
        field="value_per_satisfied_session",
        en="What is one more satisfied session worth to you, in USD?",
        ko="만족한 세션이 하나 늘어나는 것은 미국 달러로 얼마의 가치가 있나요?",
    ),
    Question(
        field="churn_unsatisfied", factor=0.01,
        en="Of 100 unsatisfied users, how many leave within a month?",
        ko="불만족한 사용자 100명 중 한 달 안에 떠나는 사람은 몇 명인가요?",
    ),
    Question(
        field="churn_satisfied", factor=0.01,
        en="Of 100 satisfied users, how many leave within a month?",
        ko="만족한 사용자 100명 중 한 달 안에 떠나는 사람은 몇 명인가요?",
    ),
    Question(
        field="baseline_churn", factor=0.01,
        en="Of 100 users altogether, how many leave within a month?",
        ko="전체 사용자 100명 중 한 달 안에 떠나는 사람은 몇 명인가요?",
    ),
    Question(
        field="revenue_per_user",
        en="What does one user bring in a month, in USD?",
        ko="사용자 한 명이 한 달에 가져오는 매출은 미국 달러로 얼마인가요?",
    ),
    Question(
        field="margin", factor=0.01,
        en="Of 100 USD of revenue, how many are left after variable cost?",
        ko="매출 100달러 중 변동비를 빼면 몇 달러가 남나요?",
    ),
    Question(
        field="cost_human_session",
        en="What does one session with a human mentor cost, in USD?",
        ko="사람 멘토와의 세션 한 번에 드는 비용은 미국 달러로 얼마인가요?",
    ),
    Question(
        field="ops_delta_per_month",
        en="What will running Pro cost more in a month, tokens aside, in USD?",
        ko="토큰 비용을 빼고, Pro를 운영하면 한 달에 몇 달러가 더 드나요?",
    ),
    Question(
        field="one_off_cost",
        en="What will the switch itself cost, once, in USD?",
        ko="전환 작업 자체에 한 번 드는 비용은 미국 달러로 얼마인가요?",
    ),
    Question(
        field="discount_rate", factor=0.01,
        en="What yearly discount rate do you calculate with, in percent?",
        ko="연간 할인율은 몇 퍼센트로 계산하나요?",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one person said of one field, in the field's own unit."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """All that one person said; a field that is absent was left as it stands."""

    person: str
    answers: Mapping[str, Answer]


def questions_for(assumptions: Assumptions) -> tuple[Question, ...]:
    """Return what must be asked for the file's channel."""
    needed = {spec.name for spec in assumptions.needed()}
    return tuple(question for question in QUESTIONS if question.field in needed)


def refusal(question: Question, answer: Answer) -> str | None:
    """Return why an answer cannot be meant, None if it can."""
    try:
        _as_assumption(question.field, answer, "asked")
    except BadInput as error:
        return error.message
    return None


def merged(interviews: Sequence[Interview]) -> dict[str, Answer]:
    """Return the widest range that anybody stated for each field, with the mean of their middles.

    Two people who disagree know less than either thinks; neither of them is averaged away.
    """
    said: dict[str, list[Answer]] = {}
    for interview in interviews:
        for field, answer in interview.answers.items():
            said.setdefault(field, []).append(answer)
    return {
        field: Answer(
            low=min(one.low for one in answers),
            mid=sum(one.mid for one in answers) / len(answers),
            high=max(one.high for one in answers),
        )
        for field, answers in said.items()
    }


def record(file: Path, interviews: Sequence[Interview], *, on: dt.date) -> None:
    """Write the merged answers into an assumption file; everything else in it stays as it is.

    Raises:
        BadInput: If the file cannot be read with the answers in it; it is then left alone.
    """
    text = file.read_text(encoding="utf-8")
    for field, answer in merged(interviews).items():
        people = [one.person for one in interviews if field in one.answers]
        text = with_table(text, f"fields.{field}", _table(field, answer, people, on))
    draft = file.with_name(f".{file.name}.draft.toml")
    try:
        write_atomically(draft, text)
        load_assumptions(draft)
        write_atomically(file, text)
    finally:
        draft.unlink(missing_ok=True)


def remarks(assumptions: Assumptions) -> list[str]:
    """Return what stands between an assumption file and a verdict that somebody answers for."""
    found = []
    if assumptions.example:
        found.append("these are examples: a verdict on them says so, until example = false and signed_by")
    used = assumptions.used()
    found += [f"{field.name}: {text}" for field in used for text in _field_remarks(field)]
    stated = [field for field in used if not field.is_unknown]
    found += _listed("the source is an example", [f for f in stated if f.source.startswith("example:")])
    found += _listed("nobody owns it", [field for field in stated if not field.owner])
    if assumptions.satisfaction is None:
        found.append("no [satisfaction]: its guardrail is not met, so nothing can be approved")
    if not assumptions.traffic:
        found.append("no [[traffic]]: the report speaks of the benchmark mix")
    return found


def _field_remarks(field: Assumption) -> list[str]:
    if field.is_unknown:
        bounds = field.bounds
        stated = "without bounds" if bounds is None else f"between {bounds[0]:g} and {bounds[1]:g}"
        return [f"unknown {stated}: it gives a break-even, and a verdict only if its bounds agree on one"]
    if field.spec.is_value and field.is_fixed:
        return ["the value of quality is fixed: without waivers.fixed_value there is no verdict"]
    return []


def _listed(text: str, fields: Sequence[Assumption]) -> list[str]:
    return [f"{text}: {', '.join(field.name for field in fields)}"] if fields else []


def _as_assumption(name: str, answer: Answer, source: str) -> Assumption:
    if answer.low == answer.high:
        return Assumption(name=name, status=Status.KNOWN, dist=Dist.FIXED, mid=answer.mid, source=source)
    return Assumption(
        name=name, status=Status.RANGE, dist=Dist.PERT, low=answer.low, mid=answer.mid, high=answer.high,
        source=source,
    )  # fmt: skip


def _table(field: str, answer: Answer, people: Sequence[str], on: dt.date) -> str:
    spec = spec_of(field)
    who = " and ".join(people)
    apart = ", each asked apart; the wider range" if len(people) > 1 else ""
    fixed = answer.low == answer.high
    numbers = [("mid", answer.mid)] if fixed else [
        ("low", answer.low), ("mid", answer.mid), ("high", answer.high)
    ]  # fmt: skip
    lines = [
        f"[fields.{field}]",
        f'status = "{"known" if fixed else "range"}"',
        f'dist = "{"fixed" if fixed else "pert"}"',
        *(f"{name} = {value:.10g}" for name, value in numbers),
        f"unit = {quoted(spec.unit)}",
        f"source = {quoted(f'interview with {who} on {on.isoformat()}{apart}')}",
        f"as_of = {on.isoformat()}",
        f"owner = {quoted(', '.join(people))}",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text as a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def with_table(text: str, name: str, table: str) -> str:
    """Return a TOML file with one table's keys replaced; comments after them stay where they are.

    Args:
        text: The file.
        name: The table's name, such as fields.realisation.
        table: Its header and keys, ending in a line feed.
    """
    block = re.compile(rf"^\[{re.escape(name)}\][^\n]*\n(?:[ \t]*[A-Za-z_]+[ \t]*=[^\n]*\n?)*", re.MULTILINE)
    if block.search(text):
        return block.sub(lambda _: table, text, count=1)
    return f"{text.rstrip()}\n\n{table}"
