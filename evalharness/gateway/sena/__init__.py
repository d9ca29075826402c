"""Sena: compressors of context, each with its guarantees. Listed here, nowhere else."""

from collections.abc import Callable, Mapping

from evalharness.core.ports import Compressor
from evalharness.gateway.sena.damage import DamageCompressor
from evalharness.gateway.sena.extractive import ExtractiveCompressor
from evalharness.gateway.sena.identity import IdentityCompressor

COMPRESSORS: Mapping[str, Callable[[], Compressor]] = {
    "none": IdentityCompressor,
    "extractive": ExtractiveCompressor,
    "damage": DamageCompressor,
}

__all__ = ["COMPRESSORS", "DamageCompressor", "ExtractiveCompressor", "IdentityCompressor"]
