"""Jobs → calls: the one engine that executes model calls of every purpose."""

from evalharness.run.engine import Engine, Progress, RunSummary

__all__ = ["Engine", "Progress", "RunSummary"]
