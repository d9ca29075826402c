"""Judging answers from what a judge's request holds, with the failings of judges to be dialled.

The request's first text is taken apart at its tags; which is which is told by their names, in Korean or
English. What an answer is worth is how much of the stated facts it holds: the emulator knows nothing else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, Any

from evalharness.emulator.forms import PairForm, RubricForm
from evalharness.emulator.models import Family
from evalharness.emulator.noise import Draws
from evalharness.emulator.sentences import split_sentences
from evalharness.emulator.tokens import count_tokens
from evalharness.emulator.weighing import closest, share_held

if TYPE_CHECKING:
    from evalharness.emulator.models import Model
    from evalharness.emulator.settings import EmulatorSettings
    from evalharness.emulator.wire import GenerateRequest

_BLOCK = re.compile(r"<(?P<name>[\w가-힣-]+)>\n?(?P<text>.*?)\n?</(?P=name)>", re.DOTALL)
_NAMES = {
    "answers": re.compile(r"answer|답변", re.IGNORECASE),
    "facts": re.compile(r"fact|사실", re.IGNORECASE),
    "wrong": re.compile(r"wrong|must_?not|틀린", re.IGNORECASE),
    "criteria": re.compile(r"criteri|rubric|기준", re.IGNORECASE),
}
_BULLET = re.compile(r"^\s*[-*]\s+")
_NORMAL = NormalDist()
_UNSURE = {Family.LITE: 1.4, Family.FLASH: 1.2, Family.PRO: 1.0}
"""Factor on the noise: weaker judges waver more."""
_NOTHING, _EVERYTHING = 0.3, 0.65
"""Shares of a statement's words at which an answer holds none and all of it: on the shipped cases, answers
that a fact's surface forms are found in hold about two thirds of its words."""
_FLOOR, _SPAN = 0.3, 4.7
"""Points of an answer that holds nothing, and what all of it adds."""
_SAID_WRONG = 0.9
_WRONG_COSTS = 0.8
_USUAL_TOKENS = 320
"""Length that a judge with a taste for length neither rewards nor punishes."""
_SIDE_BY_SIDE = 0.3
"""Factor on the noise of a comparison: two answers side by side are easier to tell apart."""
_TIE_POINTS = 0.25
"""Difference below which two answers are called equal."""
_WAVER = 0.3
"""Points by which the criteria of one rubric differ in severity, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A judge's request taken apart."""

    answers: tuple[str, ...]
    facts: tuple[str, ...]
    wrong: tuple[str, ...]
    criteria: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Who judges, and how."""

    settings: EmulatorSettings
    draws: Draws
    noise: float
    """Standard deviation, in points."""

    def waver(self, *label: object) -> float:
        return self.noise * _NORMAL.inv_cdf(self.draws.uniform("judge", *label))


def write_judgement(request: GenerateRequest, model: Model, settings: EmulatorSettings) -> str:
    """Return the reply to a judge's request; a share of replies is not what the schema asks for."""
    material = read_material(request.messages[0].texts[0])
    draws = Draws(request.digest)
    judge = _Judge(settings=settings, draws=draws, noise=settings.judge_noise * _UNSURE[model.family])
    form = request.form
    if isinstance(form, PairForm):
        reply = _compare(judge, form, material)
    elif isinstance(form, RubricForm):
        reply = _grade(judge, form, material)
    else:
        raise TypeError(f"no judge's request: {form!r}")
    text = json.dumps(reply, ensure_ascii=False)
    if draws.uniform("malformed") < settings.judge_malformed_share:
        return _spoilt(text, draws)
    return text


def read_material(text: str) -> Material:
    """Take the first text of a judge's request apart; what has no tag of its own is not there."""
    found: dict[str, list[str]] = {name: [] for name in _NAMES}
    for block in _BLOCK.finditer(text):
        for name, pattern in _NAMES.items():
            if pattern.search(block["name"]):
                found[name].append(block["text"].strip())
                break
    return Material(
        answers=tuple(found["answers"]),
        facts=_items(found["facts"]),
        wrong=_items(found["wrong"]),
        criteria="\n".join(found["criteria"]),
    )


@lru_cache(maxsize=4096)
def worth(answer: str, facts: tuple[str, ...], wrong: tuple[str, ...]) -> float:
    """Return what an answer is worth in points, before any judge wavers: a function of its content alone.

    Args:
        answer: The text.
        facts: What a good answer uses.
        wrong: What it must not say.
    """
    sentences = list(split_sentences(answer)) or [answer]
    held = [
        min(1.0, max(0.0, (share_held(fact, sentences) - _NOTHING) / (_EVERYTHING - _NOTHING)))
        for fact in facts
    ]
    said = sum(share_held(claim, sentences) >= _SAID_WRONG for claim in wrong)
    return _FLOOR + _SPAN * (fmean(held) if held else 0.5) - _WRONG_COSTS * said


def _items(blocks: Sequence[str]) -> tuple[str, ...]:
    lines = [_BULLET.sub("", line).strip() for block in blocks for line in block.split("\n")]
    return tuple(line for line in lines if line)


def _taste(answer: str, settings: EmulatorSettings) -> float:
    """Return the points that length alone earns or costs."""
    if not settings.verbosity_bias:
        return 0.0
    return settings.verbosity_bias * math.log2(max(1, count_tokens(answer)) / _USUAL_TOKENS)


def _grade(judge: _Judge, form: RubricForm, material: Material) -> dict[str, Any]:
    answer = material.answers[0] if material.answers else ""
    base = worth(answer, material.facts, material.wrong) + _taste(answer, judge.settings)
    sentences = [sentence for sentence in split_sentences(answer) if sentence in answer]
    reply: dict[str, Any] = {}
    for name in form.criteria:
        severity = _WAVER * (2 * Draws(material.criteria).uniform("severity", name) - 1)
        points = round(base + severity + judge.waver("points", name))
        points = min(form.highest, max(form.lowest, points))
        quote = _quote(judge, name, material, sentences) if points > form.lowest else ""
        reply[name] = {form.quote: quote, form.points: points}
    return reply


def _quote(judge: _Judge, name: str, material: Material, sentences: Sequence[str]) -> str:
    """Return the sentence that a criterion's own lines point to; now and then one that is not there."""
    if not sentences:
        return ""
    lines = re.split(rf"^{re.escape(name)}\b", material.criteria, maxsplit=1, flags=re.MULTILINE)[-1]
    quote = sentences[closest(lines[:300], sentences)]
    if judge.draws.uniform("invented", name) < judge.settings.false_quote_share:
        return " ".join(reversed(quote.split()))
    return quote


def _compare(judge: _Judge, form: PairForm, material: Material) -> dict[str, Any]:
    first, second = (
        worth(answer, material.facts, material.wrong) + _taste(answer, judge.settings)
        for answer in (*material.answers, "", "")[:2]
    )
    gap = first - second + _SIDE_BY_SIDE * judge.waver("pair")
    choice = form.first if gap > 0 else form.second
    if abs(gap) < _TIE_POINTS and form.tie is not None:
        choice = form.tie
    if judge.draws.uniform("position") < judge.settings.position_bias:
        choice = form.first
    reason = {} if form.reason is None else {form.reason: f"gap of {gap:+.2f} points in the facts used"}
    return {**reason, form.choice: choice}


def _spoilt(text: str, draws: Draws) -> str:
    """Return a reply as models spoil it: cut off, wrapped in talk, or with words for numbers."""
    ways = (
        text[: max(1, int(len(text) * draws.uniform("cut")))],
        f"Here is my assessment of the answer. {text}",
        re.sub(r"(?<=: )\d(?=\})", '"some"', text).replace('"tie"', '"neither"'),
    )
    spoilt = draws.choice(ways, "spoilt")
    return text[:-1] if spoilt == text else spoilt
