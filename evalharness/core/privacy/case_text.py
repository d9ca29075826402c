"""A case without anything personal in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from evalharness.core.case import Case, Context, Criterion
from evalharness.core.privacy.finding import Kind, PersonalText
from evalharness.core.privacy.redact import Pseudonyms, redact_text
from evalharness.core.text import Form

Clean = Callable[[str], str]


def redact_case(case: Case, personal: PersonalText) -> tuple[Case, Counter[Kind]]:
    """Return a case in which everything personal is replaced, and how much that was.

    One person keeps one number throughout the case, surface forms included: an answer that repeats what
    stands for a name is still found to use the fact. Numbers are given in reading order, so that a case's
    requests depend on nothing outside it.
    """
    pseudonyms = Pseudonyms(korean=case.language == "ko")
    clean: Clean = partial(redact_text, personal=personal, replace=pseudonyms)
    context = _context(case.context, clean)
    message = clean(case.message)
    redacted = replace(
        case,
        context=context,
        message=message,
        key_facts=tuple(
            replace(fact, fact=clean(fact.fact), forms=_forms(fact.forms, clean)) for fact in case.key_facts
        ),
        must_not=tuple(
            replace(item, claim=clean(item.claim), forms=_forms(item.forms, clean)) for item in case.must_not
        ),
        rubric=tuple(_criterion(item, clean) for item in case.rubric),
        reference_answer=clean(case.reference_answer),
        setting=clean(case.setting),
        persona_reason=clean(case.persona_reason),
        severity_reason=clean(case.severity_reason),
        source=clean(case.source),
    )
    return redacted, pseudonyms.counts


def _context(context: Context, clean: Clean) -> Context:
    return Context(
        profile=clean(context.profile),
        notes=tuple(clean(note) for note in context.notes),
        turns=tuple(replace(turn, text=clean(turn.text)) for turn in context.turns),
    )


def _forms(forms: tuple[Form, ...], clean: Clean) -> tuple[Form, ...]:
    return tuple(clean(form) if isinstance(form, str) else tuple(map(clean, form)) for form in forms)


def _criterion(criterion: Criterion, clean: Clean) -> Criterion:
    return Criterion(
        criterion=clean(criterion.criterion),
        anchors=tuple((score, clean(text)) for score, text in criterion.anchors),
    )
