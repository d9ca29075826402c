"""Pricing of logs: 200,000 lines, and half of them, to see that time is linear and memory is not."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.process import measure
from benchmarks.table import Row

LINES = 200_000
_TEXT = "멘토링 답변은 이 정도 길이입니다. A mentoring answer is about this long. " * 12


def measure_pricing() -> list[Row]:
    """Measure `price` on a log of realistic bodies."""
    root = Path(__file__).parents[1]
    program = str(root / ".venv" / "bin" / "evalharness")
    rates = str(root / "prompts" / "rates" / "gemini.toml")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for lines in (LINES // 2, LINES):
            log = Path(folder) / f"{lines}.jsonl"
            write_log(log, lines)
            command = [program, "price", str(log), "--on", "2026-12-01", "--rates", rates, "--json"]
            rows.append(measure(f"price, {lines:,} responses of a log", command, runs=3))
    return rows


def write_log(path: Path, lines: int) -> None:
    """Write bodies of two models, all counts differing, a third of them with cached tokens."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for i in range(lines):
            stream.write(json.dumps(_body(i), ensure_ascii=False) + "\n")


def _body(i: int) -> dict[str, object]:
    prompt, output, thought = 900 + i % 4096, 200 + i % 511, i % 257
    counts = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": output,
        "thoughtsTokenCount": thought,
        "totalTokenCount": prompt + output + thought,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
        "serviceTier": "standard",
    }
    if i % 3 == 0:
        counts["cachedContentTokenCount"] = 512
    return {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": _TEXT}]}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": counts,
        "modelVersion": "gemini-3.8-flash" if i % 2 else "gemini-3.1-pro-preview",
        "responseId": f"id-{i}",
    }
