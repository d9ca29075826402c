"""Plan and calls → what the study itself spent, tries without an answer included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from evalharness.core.call import Call
from evalharness.core.plan import PlannedCell
from evalharness.core.study import BOUNDED, RETRY, SHARED, Spend
from evalharness.core.usage import Usage
from evalharness.core.wire.response import Completion, served_id

_Place = tuple[str, str, str]
_NOTHING = Usage(input_tokens=0, output_tokens=0)


def spends_of(
    plan: Sequence[PlannedCell], calls: Mapping[str, Call], completions: Mapping[str, Completion]
) -> tuple[Spend, ...]:
    """Return one entry per arm, purpose and model, sorted.

    A call shared by several arms was bought once: it stands with the first that asked. A call that no cell of
    the plan names, such as a judge's, stands under SHARED. What may have been billed without counts is booked
    as the engine books it: at the most that a try can cost.

    Args:
        plan: The cells and the calls they stand on.
        calls: Every call of the run, by key.
        completions: What the answered calls say, by key; without those that cannot be read.
    """
    owner: dict[str, str] = {}
    for planned in plan:
        for key in (planned.compress_key, planned.answer_key):
            owner.setdefault(key or "", planned.cell.arm)
    groups: dict[_Place, list[tuple[int, Usage]]] = defaultdict(list)
    for key, call in calls.items():
        for purpose, model, tries, usage in _bookings(call, completions.get(key)):
            groups[owner.get(key, SHARED), purpose, model].append((tries, usage))
    return tuple(_spend(place, booked) for place, booked in sorted(groups.items()))


def _bookings(call: Call, completion: Completion | None) -> Iterator[tuple[str, str, int, Usage]]:
    """Yield (purpose, model, calls or tries, usage) of one call."""
    reserve = call.reserve or _NOTHING
    if completion is not None and completion.usage is not None:
        yield call.purpose.value, served_id(completion.served_model) or call.model, 1, completion.usage
    elif call.reply is not None:
        yield BOUNDED, call.model, 1, reserve
    if call.unconfirmed:
        yield BOUNDED, call.model, call.unconfirmed, _times(reserve, call.unconfirmed)
    refused = len(call.attempts) - call.unconfirmed
    if refused:
        yield RETRY, call.model, refused, _NOTHING


def _times(usage: Usage, count: int) -> Usage:
    return Usage(input_tokens=usage.input_tokens * count, output_tokens=usage.output_tokens * count)


def _spend(place: _Place, booked: list[tuple[int, Usage]]) -> Spend:
    arm, purpose, model = place
    usages = [usage for _, usage in booked]
    return Spend(
        arm=arm,
        purpose=purpose,
        model=model,
        calls=sum(count for count, _ in booked),
        usage=sum(usages[1:], start=usages[0]),
        largest_input_tokens=max(usage.input_tokens // max(1, count) for count, usage in booked),
    )
