"""Appendix J and K: every symbol with its unit and definition, and the words of the report."""

from __future__ import annotations

from typing import Final

from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Bullets, Code, Inline, Paragraph, Strong, Table
from evalharness.render.frame import Frame

_FORMULAS: Final = ("unit", "sena", "verdict", "money", "interval", "draws", "tail", "missing")
_SYMBOLS: Final = (
    ("n", "symbol_n"), ("K", "symbol_k"), ("q", "symbol_q"), ("c", "symbol_c"), ("r", "symbol_r"),
    ("V", "symbol_v"), ("b_i", "symbol_b"), ("c_i", "symbol_ci"), ("x_i", "symbol_x"),
    ("B", "symbol_benefit"), ("C", "symbol_cost"), ("H", "symbol_h"), ("S", "symbol_s"), ("U", "symbol_u"),
    ("Δq", "symbol_dq"), ("Δp_sat", "symbol_dp"), ("ΔL", "symbol_dl"), ("y_i", "symbol_y"),
    ("z_i", "symbol_z"), ("X", "symbol_tokens"), ("P", "symbol_p"), ("r_m", "symbol_rm"),
)  # fmt: skip
_TERMS: Final = (
    "aa", "bound", "break_even", "cell", "damaged", "evsi", "fieller", "holm", "interaction", "key_facts",
    "net_benefit", "non_inferiority", "npv", "origin", "quadruple", "roi", "sena", "severe", "swing",
    "tail_guard",
)  # fmt: skip


def method_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out the rules as formulas, then every symbol, the assumptions' own included."""
    say = frame.say
    formulas = Bullets(tuple(say(f"method.{name}") for name in _FORMULAS))
    headers = (say("method.symbol"), say("method.of_unit"), say("method.definition"))
    return (formulas, Table(headers=headers, align="lll", rows=tuple(_symbols(frame))))


def _symbols(frame: Frame) -> list[tuple[Inline, ...]]:
    say = frame.say
    rows: list[tuple[Inline, ...]] = [
        ((Code(symbol),), say(f"{key}.unit"), say(f"{key}.text")) for symbol, key in _SYMBOLS
    ]
    for row in frame.decision.assumptions.rows:
        text = say.name("definition", row.name) if say.has(f"definition.{row.name}") else row.definition
        rows.append(((Code(row.symbol),), say.name("unit_name", row.unit), clean(text, limit=200)))
    return rows


def glossary_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out the words of the report, one line each."""
    say = frame.say
    lines = tuple((Strong(say(f"term.{name}")), f" {_explained(frame, name)}") for name in _TERMS)
    return (Paragraph((say("method.words"),)), Bullets(lines))


def _explained(frame: Frame, term: str) -> str:
    say, evidence = frame.say, frame.decision.evidence
    if term != "key_facts":
        return say(f"term.{term}_text")
    stands_in = not evidence.judge and evidence.scorer.startswith(term)
    return say(f"term.key_facts_{'score' if stands_in else 'beside'}", scorer=clean(evidence.scorer))
