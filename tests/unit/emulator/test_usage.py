"""Tokens, limits, thinking and time."""

from __future__ import annotations

from statistics import median

import pytest

from evalharness.emulator import EmulatorSettings
from evalharness.emulator.models import MODELS, Family

FLASH = "gemini-3.8-flash"
PRO = "gemini-3.1-pro-preview"


def _over_draws(ask, histories, **kwargs):
    return [ask(history.text(), seed=seed, **kwargs) for history in histories for seed in range(8)]


def test_pro_thinks_more_and_takes_longer(ask, histories):
    """Flash takes about half a second on these short histories, Pro more than twice that."""
    flash, pro = (_over_draws(ask, histories, model=model) for model in (FLASH, PRO))
    assert median(o.usage.thinking_tokens for o in pro) > 1.5 * median(o.usage.thinking_tokens for o in flash)
    assert 400 < median(o.service_ms for o in flash) < 800
    assert 1000 < median(o.service_ms for o in pro) < 1800


def test_a_lower_level_thinks_less(ask, histories):
    """Levels are ordered; the spelling's case does not matter."""
    medians = [
        median(
            o.usage.thinking_tokens
            for o in _over_draws(ask, histories, thinkingConfig={"thinkingLevel": level})
        )
        for level in ("minimal", "LOW", "medium", "HIGH")
    ]
    assert medians == sorted(set(medians))


def test_thinking_can_be_forbidden(ask, histories):
    """By the request or by the settings; a budget bounds it."""
    text = histories[0].text()
    assert ask(text, thinkingConfig={"thinkingBudget": 0}).usage.thinking_tokens == 0
    assert ask(text, settings=EmulatorSettings(thinking=False)).usage.thinking_tokens == 0
    assert ask(text, thinkingConfig={"thinkingBudget": 10}).usage.thinking_tokens == 10
    assert ask(text, thinkingConfig={"thinkingBudget": -1}).usage.thinking_tokens > 10


@pytest.mark.parametrize("limit", [1, 20, 60, 150, 200, 400, 1000])
def test_the_limit_bounds_thinking_and_answer_together(ask, histories, limit):
    """What does not fit is cut and says so; all thinking leaves no text."""
    for history in histories:
        outcome = ask(history.text(), maxOutputTokens=limit)
        usage = outcome.usage
        assert usage.answer_tokens + usage.thinking_tokens <= limit
        if limit <= 60:
            assert outcome.finish_reason == "MAX_TOKENS"
        if limit == 1000:
            assert outcome.finish_reason == "STOP"
        assert outcome.text or usage.answer_tokens == 0


def test_all_thinking_is_max_tokens_without_text(base_url, post, make_body, histories):
    """The shape Google gives it: a candidate with a role and no parts, no candidates count."""
    body = post(base_url, make_body(histories[0].text(), maxOutputTokens=10)).json()
    assert body["candidates"] == [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}]
    assert "candidatesTokenCount" not in body["usageMetadata"]
    assert body["usageMetadata"]["thoughtsTokenCount"] == 10


def test_a_longer_limit_allows_a_fuller_answer(ask, histories):
    """Answers plan with the room they have."""
    sure = EmulatorSettings(completeness=1.0, rank_decay=0.0, thinking=False)
    lengths = [
        ask(histories[0].text(), settings=sure, maxOutputTokens=limit).usage.answer_tokens
        for limit in (130, 180, 600)
    ]
    assert lengths == sorted(set(lengths))


def test_stop_sequences_end_the_answer(ask, histories):
    """Before the sequence, with an ordinary finish."""
    full, cut = (ask(histories[6].text(), stopSequences=[stop]) for stop in ("never said", "\n\n"))
    assert full.finish_reason == cut.finish_reason == "STOP"
    assert "\n\n" in full.text
    assert "\n\n" not in cut.text
    assert 0 < cut.usage.answer_tokens < full.usage.answer_tokens


def test_caching_is_reported_only_when_asked_for(ask):
    """Long prompts get a discount that is part of the prompt's count; short ones never."""
    caching = EmulatorSettings(implicit_caching=True)
    long_text = "The mentee wrote about plans and doubts. " * 700
    cached = ask(long_text, settings=caching).usage
    assert 0 < cached.cached_tokens < cached.prompt_tokens
    assert ask(long_text).usage.cached_tokens == 0
    assert ask("Hello", settings=caching).usage.cached_tokens == 0


def test_the_scale_scales(ask, histories):
    """Zero announces zero; double announces double, up to rounding."""
    text = histories[0].text()
    base, double, none = (
        ask(text, settings=EmulatorSettings(latency_scale=scale)).service_ms for scale in (1, 2, 0)
    )
    assert none == 0
    assert abs(double - 2 * base) <= 1


def test_families_are_ordered_by_completeness():
    """Lite below Flash below Pro."""
    settings = EmulatorSettings()
    chance = {model.family: model.completeness(settings) for model in MODELS.values()}
    assert chance[Family.LITE] < chance[Family.FLASH] < chance[Family.PRO] <= 1


def test_thinking_by_name_completes():
    """HIGH more than MEDIUM more than LOW, and no level says as much as LOW."""
    settings, flash = EmulatorSettings(), MODELS["gemini-3.8-flash"]
    none, low, medium, high = (
        flash.completeness(settings, level) for level in (None, "LOW", "MEDIUM", "HIGH")
    )
    assert none == low < medium < high


@pytest.mark.parametrize(
    "wrong",
    [
        {"completeness": 1.2},
        {"latency_scale": -1},
        {"rate_limited_share": -0.1},
        {"rate_limited_share": 0.6, "unavailable_share": 0.6},
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong):
    """With the setting's name."""
    with pytest.raises(ValueError, match=r"completeness|latency_scale|share"):
        EmulatorSettings(**wrong)
