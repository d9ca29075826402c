"""Calls → records: one line per cell, Completed or Failed with a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evalharness.core.call import Call
from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.plan import PlannedCell
from evalharness.core.score import NOT_CALLED, Answer, Completed, Failed, Record
from evalharness.core.wire.response import Completion, FinishReason, parse_response


def build_records(cells: Iterable[PlannedCell], calls: Mapping[str, Call]) -> tuple[Record, ...]:
    """Return one record per planned cell, in the plan's order.

    Causes: not_called (the run stopped before), provider:<reason>, malformed_response, usage_invalid,
    usage_missing, the reasons of `core.wire.response.NoText`, and each of these after `compress:` where
    the compressor was at fault. An answer whose bill is unknown is a failure: a cost contrast without it
    would flatter the arm.
    """
    return tuple(_record(cell, calls) for cell in cells)


def _record(planned: PlannedCell, calls: Mapping[str, Call]) -> Record:
    wanted = [key for key in (planned.compress_key, planned.answer_key) if key is not None]
    keys = tuple(key for key in wanted if key in calls)
    found: Completion | str | None = _compression_failure(planned, calls)
    if found is None:
        found = _outcome(calls.get(planned.answer_key or ""))
    cell = planned.cell
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


def _compression_failure(planned: PlannedCell, calls: Mapping[str, Call]) -> str | None:
    """Return why a cell's compression failed, None if it did not or there was none.

    A compressor whose bill is unknown fails the cell too: its cost is part of the arm's.
    """
    if planned.compress_key is None:
        return None
    found = _outcome(calls.get(planned.compress_key))
    return f"compress:{found}" if isinstance(found, str) else None


def _outcome(call: Call | None) -> Completion | str:
    """Return the completion, or the cause of failure."""
    if call is None:
        return NOT_CALLED
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
