"""What is not needed is not imported, and replay reaches nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "vcr",
    "matplotlib",
    "google",
    "pydantic",
    "rich",
    "jinja2",
    "yaml",
)
NETWORK = ("google", "httpx2", "httpcore2", "vcr", "requests", "aiohttp", "urllib3", "starlette", "uvicorn")
SLOW = ("scipy.stats", "scipy.optimize", "statsmodels", "pandas", "matplotlib", "sklearn", "kiwipiepy")
"""What takes longer to import than a replay may take in all."""

AUDITED = """
import json, sys
events = []
watched = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"}
sys.addaudithook(lambda event, args: events.append(event) if event in watched else None)
from evalharness.cli.main import main
sys.argv = ["evalharness", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as stop:
    code = stop.code
print(json.dumps({"code": code, "events": events, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def audited(folder: Path, *arguments: str) -> dict[str, list[str]]:
    """Run the program under an audit hook; returns exit code, connections tried, modules loaded."""
    done = subprocess.run(
        [sys.executable, "-c", AUDITED, json.dumps(arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return json.loads(done.stderr.splitlines()[-1])  # type: ignore[no-any-return]


def loaded(modules: list[str], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in modules]


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    for arguments in ((), ("--help",), ("analyze", "--help"), ("decide", "--help"), ("--version",)):
        assert loaded(audited(tmp_path, *arguments)["modules"], HEAVY) == [], arguments


def test_replay_connects_to_nothing_and_loads_no_network_library(recorded: Path) -> None:
    seen = audited(recorded, "analyze", "prompts/experiment.toml", "-q")
    assert seen["code"] == 0
    assert seen["events"] == []
    assert loaded(seen["modules"], NETWORK) == []
    assert loaded(seen["modules"], SLOW) == []


def test_the_hook_sees_a_connection(recorded: Path) -> None:
    """The check above can fail: a live run against a closed port is seen."""
    code = AUDITED.replace(
        "import json, sys",
        "import json, sys, os\nos.environ['GOOGLE_GEMINI_BASE_URL'] = 'http://127.0.0.1:9'",
        1,
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            json.dumps(["run", "prompts/experiment.toml", "--mode", "live", "--limit", "1", "-q"]),
        ],
        cwd=recorded,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    assert "socket.connect" in json.loads(done.stderr.splitlines()[-1])["events"]
