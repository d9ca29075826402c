"""The rules of the lint, listed here and nowhere else."""

from __future__ import annotations

from evalharness.experiment.lint import (
    balance,
    duplicates,
    facts,
    giveaway,
    language,
    licence,
    pairs,
    private_data,
    schema,
)
from evalharness.experiment.lint.finding import Rule, Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

RULES: tuple[Rule, ...] = (
    Rule(
        id="schema",
        severity=_ERROR,
        check=schema.unreadable_cases,
        summary="every case parses and fits the schema",
    ),
    Rule(id="duplicate-id", severity=_ERROR, check=schema.duplicate_ids, summary="every id is there once"),
    Rule(
        id="near-duplicate",
        severity=_ERROR,
        check=duplicates.near_duplicate_words,
        summary="no text shares a quarter of its n-grams with another case's",
    ),
    Rule(
        id="near-meaning",
        severity=_WARNING,
        check=duplicates.near_duplicate_meaning,
        skip=duplicates.no_embedding,
        summary="no two messages mean nearly the same",
    ),
    Rule(
        id="balance",
        severity=_ERROR,
        check=balance.balance,
        skip=balance.no_design,
        summary="counts are those of the design",
    ),
    Rule(
        id="length",
        severity=_ERROR,
        check=balance.lengths,
        skip=balance.no_design,
        summary="texts are within the design's token bands",
    ),
    Rule(
        id="fact-place",
        severity=_ERROR,
        check=facts.fact_places,
        summary="every key fact stands at each place that it names",
    ),
    Rule(
        id="fact-in-reference",
        severity=_ERROR,
        check=facts.reference_facts,
        summary="the reference answer uses every key fact",
    ),
    Rule(
        id="must-not-in-reference",
        severity=_ERROR,
        check=facts.reference_claims,
        summary="the reference answer makes no must-not claim",
    ),
    Rule(
        id="fact-in-message",
        severity=_ERROR,
        check=facts.message_facts,
        summary="the message gives no key fact away",
    ),
    Rule(
        id="generic-form",
        severity=_ERROR,
        check=facts.generic_forms,
        summary="no key fact is found in several other reference answers",
    ),
    Rule(
        id="language", severity=_ERROR, check=language.languages, summary="texts are in the case's language"
    ),
    Rule(
        id="personal-data",
        severity=_ERROR,
        check=private_data.personal_data,
        summary="no e-mail address, phone, resident or card number",
    ),
    Rule(
        id="credential",
        severity=_ERROR,
        check=private_data.credentials,
        summary="no API key, token or private key",
    ),
    Rule(
        id="label-giveaway",
        severity=_ERROR,
        check=giveaway.label_giveaways,
        summary="no single word predicts a persona",
    ),
    Rule(
        id="pair-twins",
        severity=_ERROR,
        check=pairs.twins,
        summary="translation pairs agree in persona, category and fact ids",
    ),
    Rule(
        id="licence",
        severity=_ERROR,
        check=licence.licences,
        summary="every case is under the dataset's licence",
    ),
)
