"""What decided the routers' design: accuracy on exemplars written after the cues, never on the blind set.

    python studies/router_design.py            which evidence is worth what (10 folds, groups whole)
    python studies/router_design.py --lemmas   Kiwi's lemmas instead of stems; needs kiwipiepy

The variants were compared on these messages, so the figures say which is better, not how good it is.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from evalharness.app.router.files import case_examples, find_router_files
from evalharness.gateway.router.embedding import LEXICON_SHARE, features, load_encoder
from evalharness.gateway.router.fitting import (
    LEAST_MESSAGES,
    STEM_RIDGE,
    Example,
    Floats,
    assign_folds,
    codes,
    fit_logistic,
    log_softmax,
    stem_matrix,
)
from evalharness.gateway.router.stems import fold, stems
from evalharness.gateway.router.training import FOLDS, SEED, out_of_fold

ROOT = Path(__file__).parents[1]


def show(name: str, evidence: Floats, examples: list[Example]) -> None:
    """Print the accuracy on the messages that may judge."""
    judges = np.array([example.after_cues for example in examples])
    right = evidence.argmax(axis=1) == codes([example.persona for example in examples])
    print(f"{name:<44}{right[judges].mean():>7.1%}{int(judges.sum()):>6} messages")


def compare_evidence(examples: list[Example]) -> None:
    """Print what cues, stems, vectors and their sums achieve."""
    vectors = features([example.text for example in examples], load_encoder())
    stems_only = out_of_fold(examples, vectors, cue_weight=0.0)
    everything = out_of_fold(examples, vectors)
    if stems_only.embedding is None or everything.embedding is None:
        raise SystemExit("the extra `semantic` is not installed")
    show("stems", stems_only.lexicon, examples)
    show("cues", everything.lexicon - stems_only.lexicon, examples)
    show("stems and cues (lexicon)", everything.lexicon, examples)
    show("vectors", stems_only.embedding - LEXICON_SHARE * stems_only.lexicon, examples)
    show("vectors and stems", stems_only.embedding, examples)
    show("vectors, stems and cues (embedding)", everything.embedding, examples)


def compare_lemmas(examples: list[Example]) -> None:
    """Print what Kiwi's lemmas would add to stems, and what they cost."""
    from kiwipiepy import Kiwi

    started = time.perf_counter()
    kiwi = Kiwi()
    kiwi.tokenize("처음")
    print(f"Kiwi: {time.perf_counter() - started:.1f} s to load and parse a first word")

    def lemmas(folded: str) -> frozenset[str]:
        forms = [
            f"{token.form}/{token.tag[0]}" for token in kiwi.tokenize(folded) if token.tag[0] in "NVMXEJ"
        ]
        pairs = [f"{left} {right}" for left, right in pairwise(forms)]
        return frozenset({*forms, *pairs, *(stem for stem in stems(folded) if stem.isascii())})

    started = time.perf_counter()
    for example in examples:
        kiwi.tokenize(fold(example.text))
    print(f"Kiwi: {1000 * (time.perf_counter() - started) / len(examples):.1f} ms a message")
    show("stems", cross_validate(examples, stems), examples)
    show("lemmas", cross_validate(examples, lemmas), examples)


def cross_validate(examples: list[Example], read: Callable[[str], frozenset[str]]) -> Floats:
    """Return out-of-fold log probabilities of a bag of what `read` finds."""
    found = [read(fold(example.text)) for example in examples]
    labels = codes([example.persona for example in examples])
    folds = assign_folds([example.group for example in examples], folds=FOLDS, seed=SEED)
    evidence = np.zeros((len(examples), 4))
    for held in range(FOLDS):
        kept = np.flatnonzero(folds != held)
        count = Counter(stem for i in kept for stem in found[i])
        names = sorted(stem for stem, messages in count.items() if messages >= LEAST_MESSAGES)
        weights, bias = fit_logistic(stem_matrix([found[i] for i in kept], names), labels[kept], STEM_RIDGE)
        rest = np.flatnonzero(folds == held)
        evidence[rest] = log_softmax(stem_matrix([found[i] for i in rest], names) @ weights + bias)
    return evidence


def main() -> None:
    """Print one of the two comparisons."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--lemmas", action="store_true", help="compare stems with lemmas")
    lemmas = arguments.parse_args().lemmas
    files = find_router_files(ROOT / "prompts")
    examples = [*files.exemplars(), *case_examples(files.cases())]
    (compare_lemmas if lemmas else compare_evidence)(examples)


if __name__ == "__main__":
    main()
