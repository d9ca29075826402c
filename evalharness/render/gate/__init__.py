"""The gate's report in words: for people, for JUnit readers, for GitHub."""

from __future__ import annotations

from evalharness.render.gate.github import step_summary, workflow_commands
from evalharness.render.gate.junit import junit_xml
from evalharness.render.gate.people import GateView, gate_view

__all__ = ["GateView", "gate_view", "junit_xml", "step_summary", "workflow_commands"]
