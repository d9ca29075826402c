"""Whether a compressor pays for itself: what it costs, what it saves, and where the two would meet."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from evalharness.core.decision import CompressionBill
from evalharness.core.experiment import ContextMode
from evalharness.core.job import Purpose
from evalharness.decide.bench import Bench
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.pairing import case_means


def compression_bills(bench: Bench, on: dt.date) -> tuple[CompressionBill, ...]:
    """Return the bill of each compressed main arm beside the same model's raw arm."""
    arms = bench.arms
    found = [
        _bill(bench, on, side[ContextMode.SENA], side[ContextMode.RAW])
        for side in (arms.control, arms.treatment)
        if ContextMode.SENA in side and ContextMode.RAW in side
    ]
    return tuple(bill for bill in found if bill is not None)


def _bill(bench: Bench, on: dt.date, sena: int, raw: int) -> CompressionBill | None:
    pair = bench.pair(sena, raw)
    change = pair.differences(bench.costs.at(on))
    known = ~np.isnan(change)
    if not known.any():
        return None
    design = pair.design.take(known)
    net = mean_or_value(-change[known], design, unit="usd_per_request", confidence=bench.confidence)
    squeezing = case_means(bench.costs.part(on, Purpose.COMPRESS)[sena])[pair.index][known]
    compressor_usd = float(np.average(squeezing, weights=design.weights))
    saved = net.value + compressor_usd
    compressor, turns = _compressor(bench, sena)
    pays = compressor is not None and saved > 0
    return CompressionBill(
        arm=bench.cells.arms[sena].name,
        raw_arm=bench.cells.arms[raw].name,
        compressor=compressor,
        compressor_usd=compressor_usd,
        saved_usd=saved,
        net=net,
        break_even_turns=max(1, math.ceil(compressor_usd * turns / saved)) if pays else None,
        break_even_share=None if compressor is None else _share(bench, on, sena, compressor),
    )


def _compressor(bench: Bench, arm: int) -> tuple[str | None, int]:
    """Return the model that compressed for an arm (None without one) and the requests each call serves."""
    charges = bench.cells.charges
    _, cases, repeats = bench.cells.shape
    if Purpose.COMPRESS.value not in charges.purposes:
        return None, 1
    purpose = charges.purposes.index(Purpose.COMPRESS.value)
    own = (charges.cell // (cases * repeats) == arm) & (charges.purpose == purpose)
    if not own.any():
        return None, 1
    return charges.models[int(charges.model[own][0])], int(charges.served[own].max())


def _share(bench: Bench, on: dt.date, arm: int, compressor: str) -> float:
    """Return the share s at which N·p_in + (1 − s)·N·p_out of the compressor equals s·N·p_in saved."""
    squeezes = bench.card.in_force(compressor, on)
    answers = bench.card.in_force(bench.cells.arms[arm].model, on)
    spent = squeezes.input_usd_per_mtok + squeezes.output_usd_per_mtok
    return float(spent / (answers.input_usd_per_mtok + squeezes.output_usd_per_mtok))
