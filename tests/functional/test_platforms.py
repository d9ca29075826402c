"""A Korean Windows console, an ASCII one, folders with Korean letters: the same files, and no exception."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXPERIMENT = "prompts/experiment.toml"
# LC_ALL=C alone would switch Python to UTF-8.
BARE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONWARNINGS": "error"}


def run(cwd: Path, encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environ = {n: v for n, v in os.environ.items() if not n.startswith(("GEMINI", "GOOGLE", "LC_"))}
    return subprocess.run(
        [sys.executable, "-m", "evalharness", *arguments],
        cwd=cwd,
        env=environ | BARE | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def korean(recorded: Path, tmp_path: Path) -> Path:
    """The small project in a folder whose name no ASCII console can print."""
    folder = tmp_path / "멘토링 평가 😀"
    shutil.copytree(recorded, folder)
    return folder


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_every_kind_of_command(korean: Path, encoding: str) -> None:
    """Output decodes in the console's own encoding, and nothing ends in exception or replacement by error."""
    out = korean.parent / "결과"
    done = run(korean, encoding, "analyze", EXPERIMENT, "--out", str(out))
    assert done.returncode == 0, done.stderr
    (calls,) = out.glob("*/calls.jsonl")
    recording = next((korean / "cassettes" / "mentoring").glob("*.json"))
    said = done.stdout.decode(encoding)
    for arguments in (
        ("init", "새 연구"),
        ("completion", "zsh"),
        ("plan", EXPERIMENT),
        ("decide", str(calls.parent), "--explain"),
        ("cassettes", "show", str(recording)),
        ("cassettes", "show", EXPERIMENT, "--cell", "pen-ko-01/pro-raw/0"),
        ("cassettes", "verify", EXPERIMENT),
        ("cassettes", "stats", EXPERIMENT),
        ("dataset", "stats", "prompts/mentoring"),
        ("doctor", EXPERIMENT),
        ("--help",),
        ("cassettes", "--help"),
    ):
        done = run(korean, encoding, *arguments)
        text = done.stdout.decode(encoding) + done.stderr.decode(encoding)
        assert done.returncode in {0, 1}, (arguments, text)
        assert "internal error, please report it" not in text
        assert "Traceback" not in text
        said += text
    # The persona's emoji is a question mark; Korean stays where the console has it; a dash stays a dash.
    assert "(??)" in said or "(?)" in said
    assert ("멘티" in said) == (encoding == "cp949")
    assert re.search(r"\d+-\d+ %", said)


@pytest.mark.parametrize("encoding", ["cp949", "ascii"])
def test_errors_are_one_line_there_too(korean: Path, encoding: str) -> None:
    done = run(korean, encoding, "plan", "prompts/실험.toml")
    assert done.returncode == 3
    assert done.stderr.decode(encoding).startswith("error: prompts")
    assert len(done.stderr.splitlines()) == 1


def test_files_are_the_same_whatever_the_console(korean: Path) -> None:
    """Encoding and line ends of what is written do not depend on where it is written."""
    written = {}
    for encoding in ("cp949", "utf-8"):
        out = korean.parent / encoding
        assert run(korean, encoding, "analyze", EXPERIMENT, "--out", str(out), "-q").returncode == 0
        # A manifest holds times and a cache is no text; both are read by the program alone.
        files = [path for path in out.rglob("*") if path.suffix in {".jsonl", ".json", ".md"}]
        files = [path for path in files if path.name != "manifest.json"]
        assert len(files) >= 6
        written[encoding] = {path.relative_to(out).as_posix(): path.read_bytes() for path in files}
        for name, content in written[encoding].items():
            assert b"\r" not in content, name
            content.decode("utf-8")
        (manifest,) = out.glob("*/manifest.json")
        json.loads(manifest.read_text(encoding="utf-8"))
    assert written["cp949"] == written["utf-8"]


STRICT = """
import sys, warnings
warnings.filterwarnings("error", category=EncodingWarning, module="evalharness")
warnings.filterwarnings("ignore", category=EncodingWarning, module="(?!evalharness)")
from evalharness.cli.main import main
sys.argv = ["evalharness", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", EXPERIMENT, "-q", "--out", "strict"),
        ("plan", EXPERIMENT),
        ("dataset", "lint", "prompts/mentoring"),
        ("cassettes", "verify", EXPERIMENT),
        ("cassettes", "pack", EXPERIMENT, "--to", "archives"),
        ("doctor", EXPERIMENT),
        ("schema",),
        ("router", "choose", "무엇부터 정리할까요?"),
        ("assumptions", "check", "prompts/assumptions.toml"),
    ],
)
def test_every_file_is_opened_with_its_encoding(recorded: Path, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", STRICT, *arguments],
        cwd=recorded,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert "EncodingWarning" not in done.stderr
    assert done.returncode in {0, 1}, done.stderr


def test_the_check_above_can_fail(tmp_path: Path) -> None:
    code = STRICT.replace(
        "main()\n", "import evalharness.disk as d\nexec(compile('open(0)', 'x', 'exec'), vars(d))\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", code],
        capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "EncodingWarning" in done.stderr


def test_git_keeps_line_ends(root: Path) -> None:
    """Recordings are refused with CR; a checkout on Windows must not make any."""
    rules = (root / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert "* text=auto eol=lf" in rules
