"""A random, blinded sample of the cases that both arms answered."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence

from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.labels import SheetItem, SheetKey, SheetPair
from evalharness.core.score import Completed, Record
from evalharness.score.judge.plain import plain_text

FORMAT_VERSION = 1
FEWEST = 3
"""Pairs below which a mean has hardly an error to speak of."""

Texts = Mapping[tuple[str, str, int], str]
"""(case, arm, repeat) → the answer's text."""


def answer_texts(records: Iterable[Record]) -> Texts:
    """Return the text of every completed cell; an import of bare scores has none."""
    return {
        (record.case_id, record.arm, record.repeat): record.answer.text
        for record in records
        if isinstance(record, Completed) and record.answer.text
    }


def draw_sheet(texts: Texts, *, treatment: str, control: str, pairs: int, seed: int, run: str) -> SheetKey:
    """Draw pairs without replacement from the cases that both arms answered, one repeat of each case.

    The frame is sorted before it is drawn from, so that run, seed and number determine the sheet. Every case
    of the frame has the same chance; the order shown and the side of the treatment are random too.

    Args:
        texts: The answers.
        treatment: Arm.
        control: Arm.
        pairs: How many.
        seed: Of the draw.
        run: Identity of the run.

    Raises:
        BadInput: If the frame holds fewer cases than pairs are wanted, or fewer than three are wanted.
    """
    frame = _frame(texts, treatment, control)
    if pairs < FEWEST:
        raise BadInput(f"{pairs} pairs say nothing: draw at least {FEWEST}, better 20 to 50")
    if pairs > len(frame):
        raise BadInput(
            f"{pairs} pairs wanted, but both {treatment} and {control} answered only {len(frame)} cases"
        )
    # Seeded by text: the same draw on every machine and Python.
    rng = random.Random(f"{run}/{treatment}/{control}/{pairs}/{seed}")  # noqa: S311 - a sample, not a secret
    drawn = rng.sample(sorted(frame), pairs)
    rows = [(case_id, rng.choice(frame[case_id]), rng.choice("ab")) for case_id in drawn]
    return SheetKey(
        format_version=FORMAT_VERSION, run=run, seed=seed, treatment=treatment, control=control,
        frame=len(frame),
        pairs=tuple(
            SheetPair(
                pair=_pair_name(run, seed, case_id, repeat), case_id=case_id, repeat=repeat,
                treatment_is=side, treatment_sha256=text_sha256(texts[case_id, treatment, repeat]),
                control_sha256=text_sha256(texts[case_id, control, repeat]),
            )
            for case_id, repeat, side in rows
        ),
    )  # fmt: skip


def sheet_items(key: SheetKey, texts: Texts, cases: Mapping[str, Case]) -> tuple[SheetItem, ...]:
    """Return what raters see: message, history and two answers without Markdown; neither arms nor case ids.

    Args:
        key: What was drawn.
        texts: The answers.
        cases: By id; a case that is not there is shown by its answers alone.
    """
    return tuple(_item(key, pair, texts, cases.get(pair.case_id)) for pair in key.pairs)


def text_sha256(text: str) -> str:
    """Return the hash of an answer's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _frame(texts: Texts, treatment: str, control: str) -> dict[str, list[int]]:
    """Return the repeats that both arms answered, by case."""
    frame: dict[str, list[int]] = {}
    for case_id, arm, repeat in sorted(texts):
        if arm == treatment and (case_id, control, repeat) in texts:
            frame.setdefault(case_id, []).append(repeat)
    return frame


def _pair_name(run: str, seed: int, case_id: str, repeat: int) -> str:
    # A hash, because a number in order would tell a rater who sees two sheets which pairs are the same case.
    return "p" + hashlib.sha256(f"{run}/{seed}/{case_id}/{repeat}".encode()).hexdigest()[:8]


def _item(key: SheetKey, pair: SheetPair, texts: Texts, case: Case | None) -> SheetItem:
    # As judges see them: a model's habits of layout would tell raters whose answer it is.
    treatment = plain_text(texts[pair.case_id, key.treatment, pair.repeat])
    control = plain_text(texts[pair.case_id, key.control, pair.repeat])
    first, second = (treatment, control) if pair.treatment_is == "a" else (control, treatment)
    return SheetItem(
        pair=pair.pair, language=None if case is None else case.language,
        message="" if case is None else case.message.strip(),
        history=() if case is None else tuple(_history(case)),
        answer_a=first, answer_b=second,
    )  # fmt: skip


def _history(case: Case) -> Sequence[tuple[str, str]]:
    context = case.context
    rows = [("profile", context.profile.strip())] if context.profile.strip() else []
    rows += [("note", note) for note in context.notes]
    return [*rows, *((turn.role, turn.text.strip()) for turn in context.turns)]
