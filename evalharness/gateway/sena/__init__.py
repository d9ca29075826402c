"""Sena: compressors of context, each with its guarantees. Listed here, nowhere else.

Each takes `SenaRules`, or nothing for the default rules.
"""

from collections.abc import Callable, Mapping

from evalharness.core.ports import Compressor
from evalharness.gateway.sena.damage import DamageCompressor
from evalharness.gateway.sena.extractive import ExtractiveCompressor
from evalharness.gateway.sena.hybrid import HybridCompressor
from evalharness.gateway.sena.identity import IdentityCompressor
from evalharness.gateway.sena.shuffled import RandomCompressor
from evalharness.gateway.sena.truncate import TruncateCompressor

COMPRESSORS: Mapping[str, Callable[..., Compressor]] = {
    "none": IdentityCompressor,
    "truncate": TruncateCompressor,
    "random": RandomCompressor,
    "extractive": ExtractiveCompressor,
    "hybrid": HybridCompressor,
    "damage": DamageCompressor,
}
"""By name; cheapest first among those that are meant for use."""

__all__ = [
    "COMPRESSORS",
    "DamageCompressor",
    "ExtractiveCompressor",
    "HybridCompressor",
    "IdentityCompressor",
    "RandomCompressor",
    "TruncateCompressor",
]
