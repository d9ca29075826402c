"""`evalharness assumptions`: check an assumption file, or ask its owners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evalharness.cli.console import Console
from evalharness.cli.examples import examples
from evalharness.cli.options import verbosity_options
from evalharness.core.errors import Interrupted

if TYPE_CHECKING:
    from evalharness.app.assumptions import Answer, Interview, Question

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
_WORDS: Final = {
    "en": {
        "intro": "Two people answer apart from each other; the wider range is kept. Enter leaves a field be.",
        "name": "Name of person {number}",
        "handover": "Thank you. Now the other person: please do not look at the answers above. Enter goes on",
        "low": "  What is the lowest you would not be surprised by?",
        "high": "  And the highest?",
        "mid": "  And what do you think it is?",
        "again": "  That cannot be: {why}. Once more, please.",
        "number": "  A number, please.",
        "done": "{count} fields written to {file}, by {people}. Sign it (signed_by) when it is yours.",
        "nothing": "Nothing was answered; {file} stays as it is.",
        "same": "  {name} has answered already; the second answers come from somebody else.",
        "stopped": "interrupted before both had answered: {file} stays as it is, and the answers are lost",
    },
    "ko": {
        "intro": "두 사람이 서로 보지 않고 답합니다. 더 넓은 범위를 남깁니다. 그냥 Enter는 그대로 둡니다.",
        "name": "{number}번째 사람의 이름",
        "handover": "고맙습니다. 이제 다른 분 차례입니다. 위의 답은 보지 마세요. Enter를 누르면 계속합니다",
        "low": "  이보다 낮으면 놀랄 만한 값은 얼마인가요?",
        "high": "  이보다 높으면 놀랄 만한 값은 얼마인가요?",
        "mid": "  그러면 실제로는 얼마라고 생각하시나요?",
        "again": "  그럴 수는 없습니다({why}). 다시 답해 주세요.",
        "number": "  숫자로 답해 주세요.",
        "done": "{people} 님의 답으로 {count}개 항목을 {file}에 적었습니다. 확인한 뒤 서명(signed_by)하세요.",
        "nothing": "답이 없어 {file}은(는) 그대로 둡니다.",
        "same": "  {name} 님은 이미 답했습니다. 두 번째 답은 다른 분이 해야 합니다.",
        "stopped": "두 사람이 답을 마치기 전에 중단됨: {file}은(는) 그대로이며 답은 남지 않음",
    },
}
PEOPLE: Final = 2


@click.group(
    epilog=examples(
        "evalharness assumptions check prompts/assumptions.toml",
        "evalharness assumptions ask prompts/assumptions.toml --language ko",
    )
)
def assumptions() -> None:
    """Check an assumption file, or fill it by asking two people."""


@assumptions.command(
    short_help="Say what stands between the file and a verdict.",
    epilog=examples("evalharness assumptions check prompts/assumptions.toml"),
)
@_FILE
@verbosity_options
def check(file: Path, quiet: bool, verbose: bool) -> None:
    """Read FILE as a decision would, and say what stands between it and a verdict."""
    from evalharness.app.assumptions import remarks
    from evalharness.experiment.assumptions import load_assumptions

    console = Console(quiet=quiet, verbose=verbose)
    found = load_assumptions(file)
    signed = f"signed by {found.signed_by}" if found.signed_by else "not signed"
    console.say(
        f"{file}: preset {found.preset}, channel {found.channel}, {len(found.used())} fields used, {signed}"
    )
    for remark in remarks(found):
        console.say(f"  - {remark}")


@assumptions.command(
    short_help="Ask two people for the file's numbers.",
    epilog=examples("evalharness assumptions ask prompts/assumptions.toml --language ko"),
)
@_FILE
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", show_default=True)
@verbosity_options
def ask(file: Path, language: str, quiet: bool, verbose: bool) -> None:
    """Ask two people for FILE's numbers, low, high, then middle, and write the wider range into it."""
    from evalharness.app.assumptions import questions_for, record
    from evalharness.app.system import SystemClock
    from evalharness.experiment.assumptions import load_assumptions

    words, console = _WORDS[language], Console(quiet=quiet, verbose=verbose)
    questions = questions_for(load_assumptions(file))
    click.echo(words["intro"])
    try:
        interviews = _interviews(questions, words, language)
    except (click.Abort, KeyboardInterrupt):
        raise Interrupted(words["stopped"].format(file=file)) from None
    count = len({field for interview in interviews for field in interview.answers})
    if not count:
        console.say(words["nothing"].format(file=file))
        return
    record(file, interviews, on=SystemClock().now().date())
    people = ", ".join(interview.person for interview in interviews)
    console.say(words["done"].format(count=count, file=file, people=people))


def _interviews(questions: tuple[Question, ...], words: dict[str, str], language: str) -> list[Interview]:
    interviews: list[Interview] = []
    for number in range(1, PEOPLE + 1):
        if number > 1:
            click.prompt(words["handover"], default="", show_default=False)
            click.clear()
        person = _person(words, number, {interview.person.casefold() for interview in interviews})
        interviews.append(_interview(questions, words, language, person))
    return interviews


def _person(words: dict[str, str], number: int, before: set[str]) -> str:
    while True:
        person: str = click.prompt(words["name"].format(number=number)).strip()
        if person and person.casefold() not in before:
            return person
        if person:
            click.echo(words["same"].format(name=person))


def _interview(
    questions: tuple[Question, ...], words: dict[str, str], language: str, person: str
) -> Interview:
    from evalharness.app.assumptions import Interview

    answers = {}
    for question in questions:
        click.echo(f"\n{question.ko if language == 'ko' else question.en}")
        answer = _answer(question, words)
        if answer is not None:
            answers[question.field] = answer
    return Interview(person=person, answers=answers)


def _answer(question: Question, words: dict[str, str]) -> Answer | None:
    from evalharness.app.assumptions import Answer, refusal

    while True:
        said = {}
        # The ends come first: a middle named first would anchor them.
        for part in ("low", "high", "mid"):
            value = _number(words[part], words["number"])
            if value is None:
                return None
            said[part] = value * question.factor
        answer = Answer(**said)
        why = refusal(question, answer)
        if why is None:
            return answer
        click.echo(words["again"].format(why=why))


def _number(prompt: str, retry: str) -> float | None:
    while True:
        text = click.prompt(prompt, default="", show_default=False).strip().replace(",", "").rstrip("%")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            click.echo(retry)
