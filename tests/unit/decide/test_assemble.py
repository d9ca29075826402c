"""Joining a run's files into a study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalharness.core.call import Call, CallError, Reply
from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.experiment import Experiment, JudgeChoice, ScorerChoice
from evalharness.core.job import Cell, Purpose
from evalharness.core.judging import Judged
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.score import Answer, Completed, Failed, Record, Scored, Unscored
from evalharness.core.study import SHARED, Outcome
from evalharness.decide.assemble import RunData, assemble
from evalharness.experiment.experiment_file import load_experiment

MODELS = {"flash": "gemini-3.8-flash", "pro": "gemini-3.1-pro-preview"}
PROMPT = {"raw": 1000, "sena": 700}
CONTEXT = {"raw": 800, "sena": 500}


@pytest.fixture
def experiment(root: Path) -> Experiment:
    shipped = load_experiment(root / "prompts" / "experiment.toml")
    return replace(shipped, arms=shipped.arms[:4], judges=(), scorer=ScorerChoice(name="key_facts"))


def planned(arm: str) -> PlannedCell:
    model, context = arm.split("-")
    return PlannedCell(
        cell=Cell(case_id="pen-ko-01", arm=arm, repeat=0),
        answer_key=f"key-{arm}",
        model=MODELS[model],
        persona="moon",
        route_reason="r",
        prompt_tokens=1000 if context == "raw" else 700,
        context_tokens=CONTEXT[context],
        raw_context_tokens=800,
        dropped=(),
    )


def call(arm: str, *, served: str | None = None, day: str = "2026-11-23", **changes: Any) -> Call:
    model, context = arm.split("-")
    body = {
        "candidates": [{"content": {"parts": [{"text": "네"}]}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": 2 * PROMPT[context],
            "candidatesTokenCount": 10,
            "totalTokenCount": 2 * PROMPT[context] + 10,
        },
        "modelVersion": served or f"{MODELS[model]}-simulated",
    }
    fields: dict[str, Any] = {
        "key": f"key-{arm}",
        "purpose": Purpose.ANSWER,
        "model": MODELS[model],
        "attempts": (),
        "reply": Reply(
            body=body,
            host="127.0.0.1",
            headers={"server-timing": "gfet4t7; dur=800"},
            latency_ms=900.0,
            recorded_at=f"{day}T10:00:00Z",
            delivery=Delivery.REPLAYED,
            client="t/1",
        ),
        "error": None,
        "origin": Origin.SIMULATED,
    }
    return Call(**(fields | changes))


def record(arm: str) -> Record:
    return Completed(
        case_id="pen-ko-01",
        arm=arm,
        repeat=0,
        calls=(f"key-{arm}",),
        answer=Answer(text="네", truncated=False),
        persona="moon",
    )


def scored(arm: str, value: float, scorer: str = "key_facts/1") -> Scored:
    return Scored(case_id="pen-ko-01", arm=arm, repeat=0, scorer=scorer, value=value)


ARMS = ("flash-raw", "flash-sena", "pro-raw", "pro-sena")


def run_data(**changes: Any) -> RunData:
    fields: dict[str, Any] = {
        "plan": [planned(arm) for arm in ARMS],
        "records": [record(arm) for arm in ARMS],
        "scores": [scored(arm, 0.5) for arm in ARMS],
        "calls": {f"key-{arm}": call(arm) for arm in ARMS},
    }
    return RunData(**(fields | changes))


Study = Callable[..., Any]


@pytest.fixture
def study(experiment: Experiment, make_case: Callable[..., Case]) -> Study:
    def build(data: RunData, **changes: Any) -> Any:
        options = {"experiment": experiment, "on": None, "pilot": False} | changes
        return assemble(data, cases=[make_case()], **options)

    return build


def outcome(found: Any, arm: str) -> Outcome:
    (match,) = [o for o in found.outcomes if o.arm == arm]
    assert isinstance(match, Outcome)
    return match


def test_scores_are_put_on_the_experiments_scale(study: Study) -> None:
    assert outcome(study(run_data()), "pro-raw").quality == 2.5


def test_weights_mix_scorers_and_a_missing_part_leaves_the_cell_unscored(
    study: Study, experiment: Experiment
) -> None:
    weighted = replace(
        experiment, scorer=replace(experiment.scorer, weights=(("key_facts", 3.0), ("must_not", 1.0)))
    )
    scores = [scored(arm, 0.5) for arm in ARMS] + [scored("pro-raw", 1.0, "must_not/1")]
    found = study(run_data(scores=scores), experiment=weighted)
    assert outcome(found, "pro-raw").quality == pytest.approx(5 * (3 * 0.5 + 1) / 4)
    assert outcome(found, "flash-raw").quality is None
    assert outcome(found, "flash-raw").cause == "unscored"


def test_context_tokens_of_twins_differ_by_what_was_billed(study: Study) -> None:
    """Raw: 80 % of 2000 billed. Sena: 1400 billed minus the same 400 around it."""
    found = study(run_data())
    assert outcome(found, "flash-raw").context_tokens_net == pytest.approx(1600)
    assert outcome(found, "flash-sena").context_tokens_net == pytest.approx(1000)


def test_without_its_raw_twin_an_arm_uses_its_own_share(study: Study) -> None:
    calls = {f"key-{arm}": call(arm) for arm in ("flash-sena", "pro-sena")}
    found = study(run_data(calls=calls))
    assert outcome(found, "flash-sena").context_tokens_net == pytest.approx(1400 * 500 / 700)
    assert outcome(found, "flash-raw").context_tokens_net is None


def test_a_failed_cell_keeps_its_cause_and_no_cost(study: Study) -> None:
    error = CallError(status=503, reason="UNAVAILABLE", message="m", retryable=True)
    calls = {f"key-{arm}": call(arm) for arm in ARMS} | {
        "key-pro-raw": call("pro-raw", reply=None, error=error, origin=Origin.UNVERIFIED)
    }
    failed = Failed(
        case_id="pen-ko-01",
        arm="pro-raw",
        repeat=0,
        calls=("key-pro-raw",),
        cause="provider:UNAVAILABLE",
        persona="moon",
    )
    records = [failed if arm == "pro-raw" else record(arm) for arm in ARMS]
    scores = [scored(arm, 0.5) for arm in ARMS if arm != "pro-raw"]
    found = outcome(study(run_data(calls=calls, records=records, scores=scores)), "pro-raw")
    assert (found.quality, found.cause, found.failed, found.charges) == (
        None,
        "provider:UNAVAILABLE",
        True,
        (),
    )


def test_the_date_is_the_latest_recording_or_what_is_asked(study: Study) -> None:
    calls = {f"key-{arm}": call(arm) for arm in ARMS} | {"key-pro-raw": call("pro-raw", day="2026-12-02")}
    assert study(run_data(calls=calls)).on == dt.date(2026, 12, 2)
    assert study(run_data(calls=calls), on=dt.date(2027, 1, 1)).on == dt.date(2027, 1, 1)
    with pytest.raises(BadInput, match="--on"):
        study(run_data(calls={}))


def test_another_served_model_is_named_and_declared_aliases_are_not(
    study: Study, experiment: Experiment
) -> None:
    calls = {f"key-{arm}": call(arm) for arm in ARMS} | {
        "key-pro-raw": call("pro-raw", served="models/gemini-3.8-flash")
    }
    found = study(run_data(calls=calls))
    assert found.served_mismatches == ("pro-raw: gemini-3.8-flash instead of gemini-3.1-pro-preview",)
    assert outcome(found, "pro-raw").charges[0].model == "gemini-3.8-flash"
    aliased = replace(experiment, aliases=(("gemini-3.8-flash", "gemini-3.1-pro-preview"),))
    assert study(run_data(calls=calls), experiment=aliased).served_mismatches == ()


def test_a_mixture_of_origins_takes_the_weakest(study: Study) -> None:
    calls = {f"key-{arm}": call(arm, origin=Origin.GOOGLE) for arm in ARMS}
    assert study(run_data(calls=calls)).origin is Origin.GOOGLE
    calls["key-pro-raw"] = call("pro-raw", origin=Origin.SIMULATED)
    assert study(run_data(calls=calls)).origin is Origin.SIMULATED


def test_spend_counts_a_shared_call_once(study: Study) -> None:
    plan = [replace(planned(arm), answer_key="key-flash-raw") for arm in ("flash-raw", "flash-sena")]
    records = [record("flash-raw"), record("flash-sena")]
    found = study(run_data(plan=plan, records=records, calls={"key-flash-raw": call("flash-raw")}))
    assert [(spend.arm, spend.calls) for spend in found.spends] == [("flash-raw", 1)]
    assert all(o.charges for o in found.outcomes)


def test_routing_and_language_agreement(study: Study) -> None:
    """The label is pen, the gateway chose moon."""
    scores = [scored(arm, 0.5) for arm in ARMS] + [scored("pro-raw", 1.0, "language/1")]
    found = study(run_data(scores=scores))
    assert found.agreements == (("routing", 0.0, 1), ("language", 1.0, 1))
    assert found.routed == (("moon", 1),)


def with_compression(arm: str) -> PlannedCell:
    return replace(planned(arm), compress_key="key-compress")


def compress_call() -> Call:
    """A Flash call of 900 prompt and 110 output tokens that took 800 ms."""
    body = {
        "candidates": [{"content": {"parts": [{"text": "짧게"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 900, "candidatesTokenCount": 110, "totalTokenCount": 1010},
        "modelVersion": "gemini-3.8-flash-simulated",
    }
    whole = call("flash-raw")
    assert whole.reply is not None
    return replace(whole, key="key-compress", purpose=Purpose.COMPRESS, reply=replace(whole.reply, body=body))


def compressed_run() -> RunData:
    plan = [with_compression(arm) if arm.endswith("sena") else planned(arm) for arm in ARMS]
    calls = {f"key-{arm}": call(arm) for arm in ARMS} | {"key-compress": compress_call()}
    return run_data(plan=plan, calls=calls)


def test_each_arm_pays_for_the_compression_that_the_study_bought_once(study: Study) -> None:
    found = study(compressed_run())
    for arm in ("flash-sena", "pro-sena"):
        own = outcome(found, arm)
        assert next((c.purpose, c.model, c.usage.total_tokens) for c in own.charges) == (
            "compress",
            "gemini-3.8-flash",
            1010,
        )
        assert own.context_tokens_gross == pytest.approx(1000)
        assert own.context_tokens_net == pytest.approx(2010)
        assert own.latency_ms == pytest.approx(1600)
    assert [(s.arm, s.calls) for s in found.spends if s.purpose == "compress"] == [("flash-sena", 1)]


def test_a_reused_compression_is_paid_in_shares(study: Study, experiment: Experiment) -> None:
    reused = replace(experiment, sena=replace(experiment.sena, reuse_turns=4))
    own = outcome(study(compressed_run(), experiment=reused), "pro-sena")
    assert own.charges[0].requests_served == 4
    assert own.context_tokens_net == pytest.approx(1000 + 1010 / 4)
    assert own.latency_ms == pytest.approx(800 + 800 / 4)


def test_a_rerouted_compressor_is_named(study: Study) -> None:
    data = compressed_run()
    wrong = compress_call()
    assert wrong.reply is not None
    body = {**wrong.reply.body, "modelVersion": "gemini-3.5-flash"}
    calls = {**data.calls, "key-compress": replace(wrong, reply=replace(wrong.reply, body=body))}
    found = study(replace(data, calls=calls))
    assert "flash-sena: gemini-3.5-flash instead of gemini-3.8-flash" in found.served_mismatches


JUDGE = JudgeChoice(
    name="one", model="gemini-3.5-flash", family="gemini", client="google-genai", prompts="p", repeats=1,
    max_output_tokens=9,
)  # fmt: skip


@pytest.fixture
def rubric(experiment: Experiment) -> Experiment:
    return replace(experiment, judges=(JUDGE,), scorer=ScorerChoice(name="rubric", judge=True))


def judge_call(key: str, **changes: Any) -> Call:
    return call("flash-raw", **({"key": key, "purpose": Purpose.JUDGE, "model": JUDGE.model} | changes))


def judged(arm: str, key: str) -> Judged:
    return Judged(
        case_id="pen-ko-01",
        arm=arm,
        repeat=0,
        judge="one",
        round=0,
        prompts="abc",
        calls=(key,),
        marks=(),
        points=4.0,
    )


def test_the_rubric_is_the_primary_judges(study: Study, rubric: Experiment) -> None:
    """Another judge's points, and plain scores, are no part of it."""
    scores = [scored(arm, 0.8, "rubric@one/1") for arm in ARMS]
    scores += [scored(arm, 0.1, "rubric@two/1") for arm in ARMS]
    found = study(run_data(scores=scores), experiment=rubric)
    assert outcome(found, "pro-raw").quality == 4.0
    assert not outcome(found, "pro-raw").unjudged
    mixed = replace(rubric, scorer=replace(rubric.scorer, weights=(("rubric", 3.0), ("key_facts", 1.0))))
    both = [*scores, *(scored(arm, 0.4) for arm in ARMS)]
    assert outcome(study(run_data(scores=both), experiment=mixed), "pro-raw").quality == pytest.approx(3.5)


def test_what_only_the_judge_failed_on_is_told_apart(study: Study, rubric: Experiment) -> None:
    """An answer that the judge gave nothing for is not the arm's failure; an answer that failed is."""
    place = {"case_id": "pen-ko-01", "repeat": 0, "scorer": "rubric@one/1"}
    scores = [
        scored("flash-raw", 0.8, "rubric@one/1"),
        Unscored(**place, arm="pro-raw", cause="judge:unreadable"),
        Unscored(**place, arm="pro-sena", cause="max_tokens"),
    ]
    found = study(run_data(scores=scores), experiment=rubric)
    lost = {o.arm: (o.quality, o.cause, o.unjudged) for o in found.outcomes}
    assert lost["pro-raw"] == (None, "judge:unreadable", True)
    assert lost["pro-sena"] == (None, "max_tokens", False)
    assert lost["flash-sena"] == (None, "unscored", False)


def test_judge_calls_are_study_money_and_no_arms(study: Study, rubric: Experiment) -> None:
    """They are shared by all arms; those of a judge that is declared no more stay on the bill."""
    calls = run_data().calls | {
        "j1": judge_call("j1", served="gemini-3.5-flash"),
        "j2": judge_call("j2", served="gemini-3.5-flash"),
        "old": judge_call("old", model="gemini-4-argon", served="gemini-4-argon"),
    }
    found = study(run_data(calls=calls), experiment=rubric)
    spent = {(s.arm, s.model): s.calls for s in found.spends if s.purpose == "judge"}
    assert spent == {(SHARED, "gemini-3.5-flash"): 2, (SHARED, "gemini-4-argon"): 1}
    assert all(charge.purpose == "answer" for o in found.outcomes for charge in o.charges)


def test_a_judge_of_another_house_does_not_weaken_the_answers_origin(
    study: Study, rubric: Experiment
) -> None:
    """Only a simulated one does: then nothing has been shown. Each judge's own origin is kept."""
    google = {key: replace(c, origin=Origin.GOOGLE) for key, c in run_data().calls.items()}
    found = {}
    for origin in (Origin.UNVERIFIED, Origin.SIMULATED):
        calls = google | {"j": judge_call("j", origin=origin)}
        found[origin] = study(run_data(calls=calls, judgements=[judged("pro-raw", "j")]), experiment=rubric)
    assert found[Origin.UNVERIFIED].origin is Origin.GOOGLE
    assert found[Origin.UNVERIFIED].judge_origins == (("one", Origin.UNVERIFIED),)
    assert found[Origin.SIMULATED].origin is Origin.SIMULATED


@pytest.mark.parametrize(
    ("recorded_at", "day"),
    [("2027-01-01T07:59:59Z", dt.date(2026, 12, 31)), ("2027-01-01T08:00:00Z", dt.date(2027, 1, 1))],
)
def test_the_date_of_a_decision_is_the_billing_day_of_its_last_answer(
    study: Study, recorded_at: str, day: dt.date
) -> None:
    calls = {key: replace(c, reply=replace(c.reply, recorded_at=recorded_at)) for key, c in
             run_data().calls.items()}  # fmt: skip
    found = study(run_data(calls=calls))
    assert (found.on, found.recorded_on) == (day, day)
