"""Routers: which persona answers a message. Listed here, nowhere else."""

from collections.abc import Callable, Mapping

from evalharness.core.ports import Router
from evalharness.gateway.router.choosing import choose_persona
from evalharness.gateway.router.embedding import EmbeddingRouter
from evalharness.gateway.router.keywords import KeywordRouter
from evalharness.gateway.router.lexicon import LexiconRouter

ROUTERS: Mapping[str, Callable[[], Router]] = {
    "keywords": KeywordRouter,
    "lexicon": LexiconRouter,
    "embedding": EmbeddingRouter,
}

__all__ = ["ROUTERS", "EmbeddingRouter", "KeywordRouter", "LexiconRouter", "choose_persona"]
