"""Fit the lexicon and embedding routers on the exemplars and the cases, never on the blind set.

    python studies/router_fit.py            writes evalharness/gateway/router/{lexicon,embedding}.json
    python studies/router_fit.py --check    fits anew and compares with what is there; exit 1 if it differs

Needs the extra `semantic`. A stored weight may differ by one unit in its last place between machines.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from evalharness.app.router.files import case_examples, find_router_files
from evalharness.gateway.router.embedding import features, load_encoder
from evalharness.gateway.router.training import train

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "evalharness" / "gateway" / "router"
TOLERANCE = 1
"""Units in the last stored place."""


def fit() -> dict[str, dict[str, Any]]:
    """Return what the two files should hold."""
    files = find_router_files(ROOT / "prompts")
    examples = [*files.exemplars(), *case_examples(files.cases())]
    lexicon, vectors = train(examples, features([example.text for example in examples], load_encoder()))
    return {"lexicon.json": lexicon.to_json(), "embedding.json": vectors.to_json()}


def render(stored: dict[str, Any]) -> str:
    """Return JSON with one stem or one row per line."""
    lines = []
    for name, value in stored.items():
        if isinstance(value, dict):
            body = ",\n".join(
                f"  {json.dumps(k, ensure_ascii=False)}: {json.dumps(v)}" for k, v in value.items()
            )
            lines.append(f'"{name}": {{\n{body}\n}}')
        elif isinstance(value, list) and isinstance(value[0], list):
            body = ",\n".join(f"  {json.dumps(row)}" for row in value)
            lines.append(f'"{name}": [\n{body}\n]')
        else:
            lines.append(f'"{name}": {json.dumps(value)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differs(new: Any, old: Any) -> bool:
    """Tell whether two stored values differ by more than the last place."""
    if isinstance(new, dict):
        return new.keys() != old.keys() or any(differs(new[key], old[key]) for key in new)
    # Calibration comes from a grid, so it is the same or another point of it.
    slack = 1e-9 if isinstance(new, float) else TOLERANCE
    return not np.allclose(np.array(new), np.array(old), rtol=0, atol=slack)


def main() -> None:
    """Fit, then write or compare."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare instead of writing")
    check = arguments.parse_args().check
    for name, stored in fit().items():
        file = TARGET / name
        if not check:
            file.write_text(render(stored), encoding="utf-8")
            print(f"{name}: {file.stat().st_size:,} bytes, {stored['temperature']=}, {stored['threshold']=}")
        elif differs(stored, json.loads(file.read_text(encoding="utf-8"))):
            sys.exit(f"{name} differs from a fresh fit; run without --check")
        else:
            print(f"{name}: as a fresh fit")


if __name__ == "__main__":
    main()
