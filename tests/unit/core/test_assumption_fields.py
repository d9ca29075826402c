"""The fields of an assumption file: each one explained, one value of quality a channel."""

from __future__ import annotations

import pytest

from evalharness.core.assumption_fields import SPECS, Channel, spec_of
from evalharness.core.errors import BadInput


def test_every_field_is_documented() -> None:
    for spec in SPECS:
        assert spec.definition
        assert spec.unit
        assert spec_of(spec.name) is spec
    values = {c: [s.name for s in SPECS if s.is_value and c in s.channels] for c in Channel}
    assert all(len(names) == 1 for names in values.values())


def test_an_unknown_name_is_answered_with_the_nearest_or_with_all() -> None:
    with pytest.raises(BadInput, match="nearest valid name: realisation"):
        spec_of("realization")
    with pytest.raises(BadInput, match="valid names: requests_per_month, "):
        spec_of("zzz")
