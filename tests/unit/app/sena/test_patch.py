"""A recommendation becomes a patch, however the [sena] table is written."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from evalharness.app.sena.patch import patch_sena


@pytest.mark.parametrize(
    "table",
    [
        '[sena]\nmethod = "llm"\nbudget = 0.9 # tried by hand\nmin_tokens = 120\n',
        '[sena]\nmethod = "llm"\nmin_tokens = 120\n',
        '[sena]\nbudget_tokens = 300\nmethod = "llm"\nmin_tokens = 120\n',
        '[sena]\n  method = "llm"\n  min_tokens = 120\n[other]\nbudget = 3\n',
        'sena = { method = "llm", min_tokens = 120 }\n',
        'sena = { method = "llm", budget = 1, min_tokens = 120 }\n',
        'sena.method = "llm"\nsena.min_tokens = 120\n',
        '[other]\nmethod = "llm"\nbudget = 3\n[sena]\nmethod = "llm"\nmin_tokens = 120\n',
    ],
)
def test_the_patch_applies_and_says_what_was_recommended(tmp_path: Path, table: str) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(f"# before\n{table}# after\n", encoding="utf-8")
    patch = tmp_path / "recommended.patch"
    patch.write_text(patch_sena(file, method="extractive", budget=0.67), encoding="utf-8")
    other = tomllib.loads(file.read_text(encoding="utf-8")).get("other")
    subprocess.run(["patch", "--quiet", str(file), str(patch)], check=True)  # noqa: S607
    after = tomllib.loads(file.read_text(encoding="utf-8"))
    assert after["sena"] == {"method": "extractive", "budget": 0.67, "min_tokens": 120}
    assert after.get("other") == other
    assert patch_sena(file, method="extractive", budget=0.67) == ""
