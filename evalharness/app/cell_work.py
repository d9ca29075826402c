"""What one cell needs: the gateway's request, and the compression it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evalharness.core.case import Case
from evalharness.core.experiment import Arm, ContextMode, Experiment, SenaSettings
from evalharness.core.job import Cell, Job, Purpose, call_key
from evalharness.core.plan import PlannedCell
from evalharness.experiment.planning import CellWork, draw_seed
from evalharness.gateway.gateway import Gateway, Prepared


class CellWorks:
    """Asks the gateway about cells; what it made of a case is kept, since models and repeats share it."""

    def __init__(self, experiment: Experiment, gateway: Gateway) -> None:
        """Take the experiment and a gateway with its own Sena settings; arms with others get a variant."""
        self._experiment = experiment
        self._gateway = gateway
        self._variants: dict[SenaSettings, Gateway] = {}
        self._ready: dict[tuple[str, ContextMode, SenaSettings | None, str | None], Prepared] = {}

    def system_prompt(self, case: Case) -> str:
        """Return the persona's instructions that a case's requests begin with."""
        raw = next(arm for arm in self._experiment.arms if arm.context is ContextMode.RAW)
        return self._prepared(case, raw, None).system

    def work(
        self, replies: Mapping[str, str | None] | None, case: Case, arm: Arm, repeat: int, draw: int
    ) -> CellWork:
        """Return one cell's plan and jobs.

        Args:
            replies: The compressor's text by call key, None where it gave none, which leaves the cell
                without an answer's job; None before any compressor replied.
            case: Which case.
            arm: Which arm.
            repeat: Which repeat.
            draw: Which answer of a request that is asked several times.
        """
        seed = draw_seed(self._experiment.seed, draw) if self._experiment.gateway.send_seed else None
        cell = Cell(case_id=case.id, arm=arm.name, repeat=repeat)
        compress = self._compression(cell, case, arm, seed, draw)
        reply = replies.get(compress.key) if compress is not None and replies is not None else None
        ready = self._prepared(case, arm, reply)
        if compress is not None and replies is None:
            # Never sent: it stands for the request to come, which is another one than the raw arm's.
            ready = replace(ready, user=f"{ready.user}\n(compressed by {compress.key})")
        answer = None
        if compress is None or replies is None or reply is not None:
            request = self._gateway.request(
                ready, model=arm.model, seed=seed, thinking_level=arm.thinking_level
            )
            answer = Job(purpose=Purpose.ANSWER, request=request, draw=draw, cells=(cell,))
        return CellWork(
            planned=_planned(cell, arm, ready, answer=answer, compress=compress),
            answer=answer,
            compress=compress,
            recipe=answer.key
            if compress is None and answer is not None
            else self._recipe(case, arm, seed, draw, compress),
        )

    def _compression(self, cell: Cell, case: Case, arm: Arm, seed: int | None, draw: int) -> Job | None:
        asked = self._gateway_of(arm).compression(case, arm.context, seed=seed)
        return (
            None if asked is None else Job(purpose=Purpose.COMPRESS, request=asked, draw=draw, cells=(cell,))
        )

    def _recipe(self, case: Case, arm: Arm, seed: int | None, draw: int, compress: Job | None) -> str:
        whole = self._gateway.request(
            self._prepared(case, arm, None), model=arm.model, seed=seed, thinking_level=arm.thinking_level
        )
        key = call_key(whole.digest, draw)
        return key if compress is None else f"{compress.key}>{key}"

    def _prepared(self, case: Case, arm: Arm, reply: str | None) -> Prepared:
        place = (case.id, arm.context, arm.sena, reply)
        if place not in self._ready:
            self._ready[place] = self._gateway_of(arm).prepare(case, arm.context, reply=reply)
        return self._ready[place]

    def _gateway_of(self, arm: Arm) -> Gateway:
        if arm.sena is None:
            return self._gateway
        if arm.sena not in self._variants:
            self._variants[arm.sena] = self._gateway.with_sena(arm.sena)
        return self._variants[arm.sena]


def _planned(
    cell: Cell, arm: Arm, ready: Prepared, *, answer: Job | None, compress: Job | None
) -> PlannedCell:
    return PlannedCell(
        cell=cell,
        answer_key=None if answer is None else answer.key,
        compress_key=None if compress is None else compress.key,
        model=arm.model,
        persona=ready.persona,
        route_reason=ready.route_reason,
        prompt_tokens=ready.prompt_tokens,
        context_tokens=ready.context_tokens,
        raw_context_tokens=ready.raw_context_tokens,
        dropped=ready.dropped,
        overrun_tokens=ready.overrun_tokens,
    )
