"""Service time: the server's figure where it sends one."""

from __future__ import annotations

import pytest

from evalharness.core.call import Call, Reply
from evalharness.core.job import Purpose
from evalharness.core.provenance import Delivery, Origin


@pytest.mark.parametrize(
    ("header", "service_ms"),
    [
        ("gfet4t7; dur=812", 812.0),
        ("cache;desc=hit, gfet4t7;dur=812.5", 812.5),
        ("gfet4t7", 950.0),
        ("gfet4t7; dur=soon", 950.0),
        ("", 950.0),
    ],
)
def test_service_time(header: str, service_ms: float) -> None:
    reply = Reply(
        body={},
        host="h",
        headers={"server-timing": header},
        latency_ms=950.0,
        recorded_at="2026-11-23T00:00:00Z",
        delivery=Delivery.LIVE,
        client="t/1",
    )
    call = Call(
        key="k",
        purpose=Purpose.ANSWER,
        model="m",
        attempts=(),
        reply=reply,
        error=None,
        origin=Origin.UNVERIFIED,
    )
    assert call.service_ms == service_ms
