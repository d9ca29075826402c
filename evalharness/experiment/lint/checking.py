"""The loop that applies the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalharness.experiment.lint.corpus import Corpus
from evalharness.experiment.lint.finding import Finding, Rule, Severity
from evalharness.experiment.lint.rules import RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """What the rules found."""

    cases: int
    """Cases that could be read."""
    findings: tuple[Finding, ...]
    """Sorted by file, line and rule."""
    skipped: tuple[tuple[str, str], ...]
    """(rule id, why) of rules that could not run."""

    def count(self, severity: Severity) -> int:
        """Return how many findings have a severity."""
        return sum(finding.severity is severity for finding in self.findings)


def lint(corpus: Corpus, rules: Sequence[Rule] = RULES) -> LintReport:
    """Apply rules to a dataset."""
    findings: list[Finding] = []
    skipped: list[tuple[str, str]] = []
    for rule in rules:
        reason = rule.skip(corpus)
        if reason is not None:
            skipped.append((rule.id, reason))
            continue
        findings += [Finding(rule=rule.id, severity=rule.severity, spot=spot) for spot in rule.check(corpus)]
    findings.sort(key=lambda f: (f.spot.file.as_posix(), f.spot.line or 0, f.rule, f.spot.message))
    return LintReport(cases=len(corpus.cases), findings=tuple(findings), skipped=tuple(skipped))
