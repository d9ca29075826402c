"""The gateway: one persona per case, hostile context stays text, budgets only where they belong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evalharness.core.case import Case, Context, Turn
from evalharness.core.errors import BadInput
from evalharness.core.experiment import ContextMode, GatewaySettings, SenaScope, SenaSettings
from evalharness.gateway.gateway import Gateway
from evalharness.gateway.prompting import LANGUAGES, PERSONAS, PersonaPrompts

REQUEST = "{% for t in context.turns %}{{ t.role }}: {{ t.text }}\n{% endfor %}[now]\n{{ message }}"
TEMPLATES = (
    {f"{p}.{lang}": f"You are {p} in {lang}." for p in PERSONAS for lang in LANGUAGES}
    | {f"request.{lang}": REQUEST for lang in LANGUAGES}
    | {f"compress-{scope}.{lang}": f"Shorten the {scope}." for scope in SenaScope for lang in LANGUAGES}
)
LONG = tuple(
    Turn(role="mentee", text=f"지난달 {i}일에 회의를 {i}번 했습니다. 그냥 그랬어요.") for i in range(1, 25)
)


def gateway(**changes: object) -> Gateway:
    sena = {"method": "extractive", "budget": 0.6, "min_tokens": 100} | changes
    return Gateway(
        settings=GatewaySettings(router="keywords", personas="personas", max_output_tokens=64),
        sena=SenaSettings(**sena),  # type: ignore[arg-type]
        prompts=PersonaPrompts(TEMPLATES),
    )


def test_arms_differ_in_context_only(make_case: Callable[..., Case]) -> None:
    case = make_case(message="전체를 보고 싶어요", context=Context(turns=LONG))
    ready = {mode: gateway().prepare(case, mode) for mode in ContextMode}
    assert {prepared.persona for prepared in ready.values()} == {"earth"}
    assert {prepared.system for prepared in ready.values()} == {"You are earth in ko."}
    assert ready[ContextMode.SENA].context_tokens < 0.7 * ready[ContextMode.RAW].context_tokens
    assert ready[ContextMode.RAW].dropped == ()
    assert all(prepared.user.endswith("전체를 보고 싶어요") for prepared in ready.values())
    assert len({prepared.raw_context_tokens for prepared in ready.values()}) == 1


def test_short_contexts_are_left_alone(make_case: Callable[..., Case]) -> None:
    case = make_case(context=Context(turns=LONG[:1]))
    assert gateway().prepare(case, ContextMode.SENA).dropped == ()
    assert gateway(min_tokens=0).prepare(case, ContextMode.SENA).dropped != ()


@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{% for x in y %}", "{# gone #}", "{{ ''.__class__.__mro__ }}"]
)
def test_template_syntax_in_a_context_is_text(make_case: Callable[..., Case], text: str) -> None:
    case = make_case(context=Context(turns=(Turn(role="mentee", text=text),)), message=text)
    assert gateway().prepare(case, ContextMode.RAW).user.count(text) == 2


def test_a_template_cannot_reach_out() -> None:
    """The sandbox refuses what an author's template must not do."""
    prompts = PersonaPrompts(TEMPLATES | {"request.ko": "{{ message.__class__.__base__.__subclasses__() }}"})
    with pytest.raises(BadInput, match=r"request\.ko\.j2: bad template"):
        prompts.render(persona="pen", language="ko", context=Context(), message="x")


def test_missing_and_broken_templates_are_named() -> None:
    with pytest.raises(BadInput, match=r"pen\.en\.j2 is missing"):
        PersonaPrompts({name: text for name, text in TEMPLATES.items() if name != "pen.en"})
    with pytest.raises(BadInput, match=r"moon\.ko\.j2: bad template"):
        PersonaPrompts(TEMPLATES | {"moon.ko": "{% if %}"})


def test_the_request_carries_the_settings(make_case: Callable[..., Case]) -> None:
    prepared = gateway().prepare(make_case(), ContextMode.RAW)
    request = gateway().request(prepared, model="gemini-3.8-flash", seed=5)
    assert (request.model, request.seed, request.max_output_tokens) == ("gemini-3.8-flash", 5, 64)
    assert request.body["systemInstruction"]["parts"][0]["text"] == prepared.system


def test_an_alternative_thinks_as_long_as_its_arm_says(make_case: Callable[..., Case]) -> None:
    prepared = gateway().prepare(make_case(), ContextMode.RAW)
    request = gateway().request(prepared, model="gemini-3.8-flash", seed=5, thinking_level="high")
    assert request.body["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "HIGH"}


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(BadInput, match="unknown sena method 'zip'"):
        gateway(method="zip")


def by_model(**changes: object) -> Gateway:
    return gateway(method="llm", compressor_model="gemini-3.8-flash", min_tokens=0, **changes)


def test_a_compressor_is_asked_for_sena_arms_and_its_reply_is_sent(make_case: Callable[..., Case]) -> None:
    case = make_case(context=Context(turns=LONG))
    assert by_model().compression(case, ContextMode.RAW, seed=1) is None
    asked = by_model().compression(case, ContextMode.SENA, seed=1)
    assert asked is not None
    assert asked.system == "Shorten the context."
    assert asked.messages[0].text.startswith("mentee: 지난달 1일에")
    assert case.message not in asked.messages[0].text
    sent = by_model().prepare(case, ContextMode.SENA, reply="1일부터 24일까지 회의")
    assert sent.context_tokens < 30
    assert sent.user.endswith(case.message)


def test_a_reply_longer_than_its_input_is_ignored(make_case: Callable[..., Case]) -> None:
    case = make_case()
    raw = by_model().prepare(case, ContextMode.RAW)
    assert by_model().prepare(case, ContextMode.SENA, reply="길다 " * 400).user == raw.user
    assert by_model().prepare(case, ContextMode.SENA, reply="  ").user == raw.user


def test_the_deployed_sena_shortens_the_message_of_its_persona_only(make_case: Callable[..., Case]) -> None:
    deployed = by_model(scope=SenaScope.MESSAGE, personas=("pen",))
    long = "저희 팀 이야기를 길게 적어 봅니다. " * 8
    pen, earth = make_case(message=long), make_case(message=long + "전체를 보고 싶어요.")
    asked = deployed.compression(pen, ContextMode.SENA, seed=1)
    assert asked is not None
    assert asked.messages[0].text == long.strip() or asked.messages[0].text == long
    assert deployed.compression(earth, ContextMode.SENA, seed=1) is None
    sent = deployed.prepare(pen, ContextMode.SENA, reply="팀 이야기")
    assert sent.user.endswith("[now]\n팀 이야기")
    assert sent.persona == "pen"


def test_a_model_method_needs_a_model() -> None:
    with pytest.raises(BadInput, match=r"needs sena\.compressor_model"):
        gateway(method="llm")
