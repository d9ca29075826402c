"""Plan and calls → what happened to the calls of each arm."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from evalharness.core.call import Call
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery
from evalharness.core.study import ArmCalls


def arm_calls(plan: Iterable[PlannedCell], calls: Mapping[str, Call], *, reuse: int) -> tuple[ArmCalls, ...]:
    """Return one row for each arm, sorted by name.

    Args:
        plan: The run's cells; one call can serve several of them, and several arms.
        calls: By key.
        reuse: Requests that one compression serves: each waits for its share of it.
    """
    cells: dict[str, list[PlannedCell]] = defaultdict(list)
    for planned in plan:
        cells[planned.cell.arm].append(planned)
    return tuple(_arm(arm, rows, calls, reuse) for arm, rows in sorted(cells.items()))


def _arm(arm: str, cells: Iterable[PlannedCell], calls: Mapping[str, Call], reuse: int) -> ArmCalls:
    keys = dict.fromkeys(
        key for cell in cells for key in (cell.compress_key, cell.answer_key) if key in calls
    )
    made = [calls[key] for key in keys if key is not None]
    delivered = Counter(call.reply.delivery for call in made if call.reply is not None)
    first = (_first_token(cell, calls, reuse) for cell in cells)
    return ArmCalls(
        arm=arm,
        calls=len(made),
        delivered=tuple(sorted(delivered.items())),
        live=len(made) - delivered[Delivery.REPLAYED],
        tries=tuple(sorted(Counter(attempt.cause for call in made for attempt in call.attempts).items())),
        unconfirmed=sum(call.unconfirmed for call in made),
        first_token_ms=tuple(ms for ms in first if ms is not None),
    )


def _first_token(cell: PlannedCell, calls: Mapping[str, Call], reuse: int) -> float | None:
    answer, compression = calls.get(cell.answer_key or ""), calls.get(cell.compress_key or "")
    if answer is None or answer.reply is None or answer.reply.first_token_ms is None:
        return None
    waited = 0.0 if compression is None else (compression.service_ms or 0.0) / reuse
    return waited + answer.reply.first_token_ms
