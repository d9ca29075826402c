"""Routers: which persona answers a message. Listed here, nowhere else."""

from collections.abc import Callable, Mapping

from evalharness.core.ports import Router
from evalharness.gateway.router.keywords import KeywordRouter

ROUTERS: Mapping[str, Callable[[], Router]] = {"keywords": KeywordRouter}

__all__ = ["ROUTERS", "KeywordRouter"]
