"""Jobs → calls: the one engine that executes model calls of every purpose."""

from evalharness.run.booking import Price
from evalharness.run.engine import Engine
from evalharness.run.summary import Progress, RunSummary

__all__ = ["Engine", "Price", "Progress", "RunSummary"]
