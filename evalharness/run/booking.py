"""What a call is booked at: billed tokens where they are known, the reserve where they are not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from evalharness.core.call import Call, Reply
from evalharness.core.errors import InvalidUsage, PricingError, ProviderError
from evalharness.core.provenance import Delivery
from evalharness.core.usage import Usage
from evalharness.core.wire.request import ModelRequest
from evalharness.core.wire.response import Completion, parse_response, served_id

Price = Callable[[str, Usage], Decimal]
"""USD of token counts of a model, on the day of the run; raises PricingError for an unknown model."""

_TURN_TOKENS = 16
"""Allowed for the markers around each text, which are billed but not sent."""


def reserve_of(request: ModelRequest) -> Usage:
    """Return the most that one try can be billed: a token is at least one UTF-8 byte of what is sent."""
    texts = len(request.messages) + bool(request.system)
    return Usage(
        input_tokens=request.input_bytes + _TURN_TOKENS * texts, output_tokens=request.max_output_tokens
    )


def read_answer(reply: Reply) -> Completion | None:
    """Return what a reply says; None if its counts contradict each other, which is the score stage's finding.

    Raises:
        ProviderError: For a 200 that is no Gemini response; blocked and empty answers are answers.
    """
    try:
        return parse_response(reply.body)
    except InvalidUsage:
        return None


def answer_usd(
    reply: Reply, completion: Completion | None, *, model: str, reserve: Usage, price: Price
) -> Decimal:
    """Return what an answer is booked at.

    Answers read from recordings cost nothing. Without counts that can be trusted, the reserve is booked; a
    model without a price that answered instead of the requested one is booked as the requested one.
    """
    if reply.delivery is Delivery.REPLAYED:
        return Decimal(0)
    if completion is None or completion.usage is None:
        return price(model, reserve)
    try:
        return price(served_id(completion.served_model) or model, completion.usage)
    except PricingError:
        return price(model, completion.usage)


def unconfirmed_usd(call: Call, price: Price) -> Decimal:
    """Return what is booked for tries that may have been billed without telling so."""
    if call.reserve is None or not call.unconfirmed:
        return Decimal(0)
    return price(call.model, call.reserve) * call.unconfirmed


def call_usd(call: Call, price: Price) -> Decimal:
    """Return everything that a journaled call is booked at."""
    tries = unconfirmed_usd(call, price)
    if call.reply is None:
        return tries
    try:
        completion = read_answer(call.reply)
    except ProviderError:
        completion = None
    reserve = call.reserve or Usage(input_tokens=0, output_tokens=0)
    return tries + answer_usd(call.reply, completion, model=call.model, reserve=reserve, price=price)
