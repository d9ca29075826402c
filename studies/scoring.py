"""What each scorer says of the shipped recordings and of faults planted in the reference answers.

    python studies/scoring.py

Rewrites the tables in docs/scoring.md. Needs the extras korean, semantic and chrf; a scorer without its
package keeps no row.
"""

from __future__ import annotations

import calendar
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.core.case import Case
from evalharness.core.ports import Scorer
from evalharness.core.score import Answer, Completed, Scored
from evalharness.score.scorers import DECLARED, HEAVY, choose_scorers

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scoring.md"
ARMS = ("flash-raw", "pro-raw", "flash-sena", "flash-damaged")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def main() -> None:
    """Measure and write."""
    project = Project(ROOT / "prompts" / "experiment.toml")
    cases = {case.id: case for case in project.dataset.cases}
    with tempfile.TemporaryDirectory() as folder:
        done = stages.run_experiment(
            project, mode=Mode.REPLAY, out=Path(folder), note=lambda _: None, watch=lambda _: None
        )
        stages.score_run(done.directory)
        records = [r for r in done.directory.read_records() if isinstance(r, Completed)]
    scorers = choose_scorers((*DECLARED, *HEAVY), {})
    primary = _values(scorers[0], records, cases)
    answers = [_row(scorer, records, cases, primary) for scorer in scorers]
    faults = list(_faults(scorers, tuple(cases.values())))
    text = PAGE.read_text(encoding="utf-8")
    text = _between(text, "answers", _table(ANSWER_COLUMNS, [row for row in answers if row]))
    text = _between(text, "faults", _table(FAULT_COLUMNS, faults))
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    print(PAGE.relative_to(ROOT))


ANSWER_COLUMNS = ("scorer", *ARMS, "reference answers", "ρ with key_facts", "ms an answer")
FAULT_COLUMNS = ("fault planted in each reference answer", "scorer", "whole", "with the fault", "caught")


def _values(scorer: Scorer, records: Sequence[Completed], cases: Mapping[str, Case]) -> dict[str, float]:
    found = ((f"{r.case_id}/{r.arm}/{r.repeat}", scorer.score(cases[r.case_id], r)) for r in records)
    return {name: score.value for name, score in found if isinstance(score, Scored)}


def _row(
    scorer: Scorer, records: Sequence[Completed], cases: Mapping[str, Case], primary: Mapping[str, float]
) -> tuple[str, ...]:
    _values(scorer, records[:1], cases)  # loads what is loaded once
    started = time.process_time()
    values = _values(scorer, records, cases)
    spent = 1000 * (time.process_time() - started) / len(records)
    if not values:
        return ()
    by_arm = [[v for name, v in values.items() if name.split("/")[1] == arm] for arm in ARMS]
    references = [
        score.value
        for case in cases.values()
        if isinstance(score := scorer.score(case, _reference(case, case.reference_answer)), Scored)
    ]
    cells = [f"{mean(found):.2f}" if found else "–" for found in (*by_arm, references)]
    rho = _spearman([(value, primary[name]) for name, value in values.items() if name in primary])
    return (f"`{scorer.name}/{scorer.version}`", *cells, rho, f"{spent:.2f}")


def _spearman(pairs: Sequence[tuple[float, float]]) -> str:
    from scipy import stats

    first, second = zip(*pairs, strict=True)
    if len(set(first)) < 2:
        return "–"
    return f"{stats.spearmanr(first, second).statistic:+.2f}"


def _reference(case: Case, text: str) -> Completed:
    answer = Answer(text=text, truncated=False)
    return Completed(
        case_id=case.id, arm="reference", repeat=0, calls=(), answer=answer, persona=case.persona
    )


def _faults(scorers: Sequence[Scorer], cases: Sequence[Case]) -> Iterator[tuple[str, ...]]:
    by_name = {scorer.name: scorer for scorer in scorers}
    for what, name, spoil in FAULTS:
        pairs = []
        for case in cases:
            spoilt = spoil(case)
            if spoilt is None or spoilt == case.reference_answer:
                continue
            scores = [by_name[name].score(case, _reference(case, t)) for t in (case.reference_answer, spoilt)]
            if all(isinstance(score, Scored) for score in scores):
                pairs.append([score.value for score in scores if isinstance(score, Scored)])
        if pairs:
            whole, faulty = (mean(column) for column in zip(*pairs, strict=True))
            caught = sum(after < before for before, after in pairs)
            yield (what, f"`{name}`", f"{whole:.2f}", f"{faulty:.2f}", f"{caught} of {len(pairs)}")


def _other_date(case: Case) -> str | None:
    """Move the first date by one month."""
    text = case.reference_answer
    korean = re.search(r"(\d{1,2})월 (\d{1,2})일", text)
    if korean:
        month = int(korean[1]) % 12 + 1
        return text[: korean.start()] + f"{month}월 {korean[2]}일" + text[korean.end() :]
    months = tuple(calendar.month_name)[1:]
    english = re.search(rf"(\d{{1,2}}) ({'|'.join(months)})", text)
    if not english:
        return None
    other = months[(months.index(english[2]) + 1) % 12]
    return text[: english.start()] + f"{english[1]} {other}" + text[english.end() :]


def _other_amount(case: Case) -> str | None:
    """Add 7 to the first figure of three digits or more."""
    found = re.search(r"(?<![\d,.])\d{3,}(?![\d,.])", case.reference_answer)
    if not found:
        return None
    text = case.reference_answer
    return text[: found.start()] + str(int(found[0]) + 7) + text[found.end() :]


def _other_name(case: Case) -> str:
    """Bring somebody in who is nowhere in the record."""
    said = "윤슬 씨에게도 물어보세요." if case.language == "ko" else "So ask Thaddeus about it as well."
    return f"{case.reference_answer}\n{said}"


def _banmal(case: Case) -> str | None:
    """Say two sentences without politeness."""
    return (
        f"{case.reference_answer}\n너무 걱정하지 말자. 그건 네 탓이 아니야."
        if case.language == "ko"
        else None
    )


def _no_end(case: Case) -> str:
    """Leave the last two sentences out."""
    return " ".join(_SENTENCE.split(case.reference_answer.strip())[:-2])


def _half(case: Case) -> str:
    """Keep the first half."""
    return case.reference_answer[: len(case.reference_answer) // 2]


def _other_case(cases: Sequence[Case]) -> Callable[[Case], str]:
    following = {case.id: cases[(i + 1) % len(cases)].reference_answer for i, case in enumerate(cases)}
    return lambda case: following[case.id]


def _english(case: Case) -> str:
    return "You could talk to them first and then decide." if case.language == "ko" else "먼저 말해 보세요."


_CASES = Project(ROOT / "prompts" / "experiment.toml").dataset.cases
FAULTS: tuple[tuple[str, str, Callable[[Case], str | None]], ...] = (
    ("a date moved by a month", "fidelity", _other_date),
    ("a figure changed by 7", "fidelity", _other_amount),
    ("a person who is nowhere in the record", "fidelity", _other_name),
    ("two sentences in 반말", "speech_level", _banmal),
    ("the last two sentences left out", "persona_cues", _no_end),
    ("the other language", "language", _english),
    ("the second half left out", "key_facts", _half),
    ("the second half left out", "key_facts_lemma", _half),
    ("the answer to another case", "semantic", _other_case(_CASES)),
    ("the answer to another case", "chrf", _other_case(_CASES)),
)


def _between(text: str, name: str, table: str) -> str:
    start, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, _, rest = text.partition(start)
    return f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


if __name__ == "__main__":
    main()
