"""How cases stand for traffic."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.core.assumptions import TrafficShare
from evalharness.core.decision import ReasonCode
from evalharness.core.errors import BadInput
from evalharness.decide.cells import cells_of
from evalharness.decide.design import Design, sampling_of


def sample(study, assumptions, scores_n: int = 8, **facts):
    made = study({"flash-raw": [3.0] * scores_n, "pro-raw": [4.0] * scores_n}, **facts)
    return sampling_of(made, cells_of(made).cases, assumptions)


def test_the_benchmark_mix_is_plain(study, assume) -> None:
    found = sample(study, assume())
    assert (found.design.name, found.mix, found.empty) == ("independent", "benchmark", ())


def test_weights_of_cases_make_a_weighted_mix(study, assume) -> None:
    found = sample(study, assume(), facts=lambda i: {"weight": 1.0 + i})
    assert (found.design.name, found.mix) == ("weighted", "weighted")


def test_weights_that_differ_by_rounding_do_not_differ() -> None:
    assert not Design(weights=np.array([0.1, 0.1 + 1e-16, 0.3 / 3])).is_weighted
    assert not Design(weights=np.array([3.0, 3.0 * (1 + 1e-13)])).is_weighted
    assert Design(weights=np.array([3.0, 3.0 * (1 + 1e-9)])).is_weighted
    assert not Design(weights=np.ones(0)).is_weighted


def test_traffic_shares_reweight_and_stratify(study, assume) -> None:
    shares = {("moon", "ko"): 0.5, ("pen", "ko"): 0.3, ("moon", "en"): 0.2}
    traffic = tuple(TrafficShare(persona=p, language=lang, share=s) for (p, lang), s in shares.items())
    found = sample(study, assume(options={"traffic": traffic}))
    assert (found.design.name, found.mix) == ("stratified", "traffic")
    assert found.design.weights.sum() == pytest.approx(1.0)
    # Cases 0, 4 are moon/ko; 3, 7 are pen/en, which has no traffic.
    assert found.design.weights[[0, 4, 3, 7]].tolist() == [0.25, 0.25, 0.0, 0.0]


def test_traffic_without_cases_is_named(study, assume) -> None:
    traffic = (
        TrafficShare(persona="moon", language="ko", share=0.6),
        TrafficShare(persona="earth", language="ko", share=0.4),
    )
    assert sample(study, assume(options={"traffic": traffic})).empty == (("earth/ko", 0.4),)
    nowhere = (TrafficShare(persona="earth", language="ko", share=1.0),)
    with pytest.raises(BadInput, match="no persona and language"):
        sample(study, assume(options={"traffic": nowhere}))


def test_strata_come_from_the_experiment(study, assume) -> None:
    assert sample(study, assume(), strata="persona").design.name == "stratified"
    with pytest.raises(BadInput, match="strata = 'mood'"):
        sample(study, assume(), strata="mood")


def test_strata_give_way_to_clusters_and_to_single_cases(study, assume) -> None:
    clustered = sample(study, assume(), strata="persona", facts=lambda i: {"cluster": str(i // 2)})
    assert (clustered.design.name, clustered.design.units) == ("clustered", 4)
    assert clustered.notes[0].get("why") == "clusters"
    single = sample(study, assume(), strata="category", facts=lambda i: {"category": "a" if i else "b"})
    assert single.design.name == "independent"
    assert single.notes[0].code is ReasonCode.STRATA_NOT_USED


def test_cases_without_a_cluster_are_their_own(study, assume) -> None:
    found = sample(study, assume(), facts=lambda i: {"cluster": "session" if i < 3 else None})
    assert found.design.units == 1 + 5


def test_taking_cases_keeps_weights_and_drops_broken_strata() -> None:
    design = Design(weights=np.arange(1.0, 5.0), strata=np.array([0, 0, 1, 1]))
    assert design.take(np.array([0, 1, 2])).strata is None
    assert design.take(np.array([0, 1])).weights.tolist() == [1, 2]
    assert Design.simple(3).with_pseudo_case().n == 4
