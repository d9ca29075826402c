"""What a report says beside its numbers: languages, names, the roll-out, and the provider's terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ReportLanguage: TypeAlias = Literal["en", "ko"]
REPORT_NAME: Final = "gemini_pro_upgrade_analysis"
"""Name of a published report, without the suffix of its language and .md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """How the report of an experiment is written, and who answers for it."""

    languages: tuple[ReportLanguage, ...] = ("en",)
    """The first is the language of gemini_pro_upgrade_analysis.md; every other gets a file of its own."""
    folder: str | None = None
    """Where runs and reports are written unless a command says otherwise, relative to the experiment file;
    None for reports/ where the command is run."""
    terms: str | None = None
    """File of the provider's terms, relative to the experiment file; None prints that nobody read them."""
    owner: str = ""
    """Who carries out the next step where no assumption's owner does."""
    preparer: str = ""
    finance_reviewer: str = ""
    approver: str = ""


PLAIN_REPORT: Final = ReportSettings()


def language_suffix(language: str, settings: ReportSettings) -> str:
    """Return what file names of a language carry before their ending: nothing in the main one, else .ko."""
    return "" if language == settings.languages[0] else f".{language}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How an approved change goes live, and what takes it back. The defaults are the programme's own."""

    stages: tuple[float, ...] = (0.05, 0.25, 1.0)
    """Share of traffic on the new model, stage by stage, ascending to 1."""
    stage_minutes: int = 30
    """Shortest time on one stage."""
    rollback_mean_latency_ms: float = 3000.0
    """Above it: back."""
    rollback_error_rate: float = 0.02
    """Above it: back."""
    rollback_satisfaction: float = 0.70
    """Below it: back."""


PROGRAMME_ROLLOUT: Final = Rollout()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that the provider's terms say, in the words of who read them."""

    topic: str
    """data_use | retention | region | age"""
    texts: tuple[tuple[ReportLanguage, str], ...]
    """One sentence or two in each language of the file."""
    source: str
    as_of: dt.date
    """The day from which the terms that were read hold; of an undated page, the day on which it was read."""

    def text(self, language: str) -> str:
        """Return the sentence in a language, in the file's first one where it has no other."""
        return next((text for code, text in self.texts if code == language), self.texts[0][1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the provider's terms mean for the service, as somebody read them; not legal advice."""

    provider: str
    terms: tuple[Term, ...]
