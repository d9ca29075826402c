"""Rules that hold a dataset to its design: how many of what, and how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from evalharness.core.tokens import approximate_tokens
from evalharness.experiment.lint.corpus import Corpus
from evalharness.experiment.lint.design import Design
from evalharness.experiment.lint.finding import Spot
from evalharness.experiment.stats import mentor_fact_share


def balance(corpus: Corpus) -> Iterator[Spot]:
    """Find counts that are not what the design asked for.

    Cases, personas and languages are exact; pairs, categories, difficulties and the share of key facts that
    a mentor's turn holds are minima.
    """
    if corpus.design is None:
        return
    design, asked = corpus.design, corpus.design.asked
    cases = [item.case for item in corpus.cases]
    if len(cases) != asked.cases:
        yield design.spot(f"{len(cases)} cases can be read, {asked.cases} are asked for", "cases")
    personas = Counter(str(case.persona) for case in cases)
    languages = Counter(str(case.language) for case in cases)
    yield from _exactly(design, "personas", asked.personas.model_dump(), personas)
    yield from _exactly(design, "languages", asked.languages.model_dump(), languages)
    categories = Counter(case.category.value for case in cases)
    difficulties = Counter(case.difficulty.value for case in cases)
    yield from _at_least(design, "categories_at_least", asked.categories_at_least, categories)
    yield from _at_least(design, "difficulties_at_least", asked.difficulties_at_least, difficulties)
    pairs = len({case.pair_id for case in cases if case.pair_id is not None})
    if pairs < asked.pairs_at_least:
        message = f"{pairs} translation pairs, at least {asked.pairs_at_least} are asked for"
        yield design.spot(message, "pairs_at_least")
    share = mentor_fact_share(cases)
    if share < asked.mentor_facts_at_least:
        message = f"{share:.1%} of key facts stand in a mentor's turn; move some there"
        yield design.spot(message, "mentor_facts_at_least")


def lengths(corpus: Corpus) -> Iterator[Spot]:
    """Find messages, contexts and reference answers outside the design's bands (approximate tokens)."""
    if corpus.design is None:
        return
    bands: Mapping[str, list[int]] = corpus.design.asked.tokens.model_dump()
    for item in corpus.cases:
        for key, text in item.texts:
            low, high = bands[key]
            tokens = approximate_tokens(text)
            if not low <= tokens <= high:
                what = "add to it" if tokens < low else "shorten it"
                yield item.spot(f"{key} has about {tokens} tokens, the band is {low}–{high}; {what}", key)


def no_design(corpus: Corpus) -> str | None:
    """Return why there is nothing to hold the dataset to."""
    if corpus.design is not None:
        return None
    return f"needs {corpus.path.name.removesuffix('.toml')}.design.toml beside the dataset"


def _exactly(design: Design, table: str, asked: Mapping[str, int], found: Counter[str]) -> Iterator[Spot]:
    for name, count in asked.items():
        if found[name] != count:
            yield design.spot(f"{found[name]} cases are {name}, {count} are asked for", table, name)


def _at_least(design: Design, table: str, asked: Mapping[str, int], found: Counter[str]) -> Iterator[Spot]:
    for name, count in asked.items():
        if found[name] < count:
            yield design.spot(f"{found[name]} cases are {name}, at least {count} are asked for", table, name)
