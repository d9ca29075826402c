"""Calls → records: one line per cell, Completed or Failed with a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evalharness.core.call import Call
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.plan import PlannedCell
from evalharness.core.score import Answer, Completed, Failed, Record
from evalharness.core.wire.response import Completion, FinishReason, parse_response


def build_records(cells: Iterable[PlannedCell], calls: Mapping[str, Call]) -> tuple[Record, ...]:
    """Return one record per planned cell, in the plan's order.

    Causes: not_called (the run stopped before), provider:<reason>, malformed_response, usage_invalid,
    usage_missing, and the reasons of `core.wire.response.NoText`. An answer whose bill is unknown is a
    failure: a cost contrast without it would flatter the arm.
    """
    return tuple(_record(cell, calls.get(cell.answer_key)) for cell in cells)


def _record(planned: PlannedCell, call: Call | None) -> Record:
    found = _outcome(call)
    cell = planned.cell
    keys = () if call is None else (call.key,)
    if isinstance(found, str):
        return Failed(
            case_id=cell.case_id,
            arm=cell.arm,
            repeat=cell.repeat,
            calls=keys,
            cause=found,
            persona=planned.persona,
        )
    answer = Answer(text=found.text or "", truncated=found.finish is FinishReason.MAX_TOKENS)
    return Completed(
        case_id=cell.case_id,
        arm=cell.arm,
        repeat=cell.repeat,
        calls=keys,
        answer=answer,
        persona=planned.persona,
    )


def _outcome(call: Call | None) -> Completion | str:
    """Return the completion, or the cause of failure."""
    if call is None:
        return "not_called"
    if call.reply is None:
        return f"provider:{call.error.reason if call.error else 'unknown'}"
    try:
        completion = parse_response(call.reply.body)
    except InvalidUsage:
        return "usage_invalid"
    except ProviderError:
        return "malformed_response"
    if completion.no_text is not None:
        return completion.no_text.value
    return "usage_missing" if completion.usage is None else completion
