"""What the engine is held against: the shortest program that makes the same calls through google-genai.

    python benchmarks/bare_sdk.py REQUESTS URL CONCURRENCY

One client, a semaphore, no retry, no journal, nothing kept. REQUESTS is JSON Lines of model, system and user
text, maximum of output tokens, seed and thinking level.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from google import genai
from google.genai import types


async def call(client: genai.Client, gate: asyncio.Semaphore, asked: dict[str, Any]) -> int:
    """Make one call; returns the length of its answer."""
    config = types.GenerateContentConfig(
        system_instruction=asked["system"],
        max_output_tokens=asked["max_output_tokens"],
        seed=asked["seed"],
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(asked["thinking_level"])),
    )
    async with gate:
        response = await client.aio.models.generate_content(
            model=asked["model"], contents=asked["user"], config=config
        )
    return len(response.text or "")


async def main(requests: Path, url: str, concurrency: int) -> None:
    """Make every call."""
    client = genai.Client(api_key="bench", http_options=types.HttpOptions(base_url=url, api_version="v1beta"))
    gate = asyncio.Semaphore(concurrency)
    lines = requests.read_text(encoding="utf-8").splitlines()
    lengths = await asyncio.gather(*(call(client, gate, json.loads(line)) for line in lines))
    if not all(lengths):
        sys.exit("an answer was empty")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
