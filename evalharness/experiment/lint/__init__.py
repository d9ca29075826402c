"""Lint of a dataset: one small file per family of rules, listed in `rules` and nowhere else."""

from __future__ import annotations

from evalharness.experiment.lint.checking import LintReport, lint
from evalharness.experiment.lint.corpus import Corpus, Embed, read_corpus
from evalharness.experiment.lint.finding import Finding, Severity
from evalharness.experiment.lint.rules import RULES

__all__ = ["RULES", "Corpus", "Embed", "Finding", "LintReport", "Severity", "lint", "read_corpus"]
