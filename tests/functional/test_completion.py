"""Completion as somebody at a terminal meets it: a real shell, the tab key, and what the line then does."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalharness.cli.main import COMMANDS

from .conftest import run_cli

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source {script}"),
    "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit && compinit -u && source {script}"),
    "fish": (["fish", "--no-config", "-i"], "source {script}"),
}
PATIENCE_S = 30.0
ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][A-Z0-9]|.)")


class Terminal:
    """A shell on a terminal of its own, in a folder; what it prints is read as text."""

    def __init__(self, command: list[str], folder: Path) -> None:
        import fcntl
        import pty
        import termios

        ours, theirs = pty.openpty()
        bin_folder = str(Path(sys.executable).parent)
        environ = os.environ | {"PATH": bin_folder + os.pathsep + os.environ["PATH"], "TERM": "xterm"}
        self._fd = ours
        self._shell = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, start_new_session=True,
            # fish leaves at once without a terminal of its own
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
            env=environ | {"HOME": str(folder), "HISTFILE": "", "PS1": "$ "},
        )  # fmt: skip
        os.close(theirs)
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def wait_for(self, text: str) -> None:
        """Read until a text has been shown.

        Raises:
            AssertionError: If it does not come.
        """
        until = time.monotonic() + PATIENCE_S
        while text not in ANSI.sub("", self.seen):
            left = until - time.monotonic()
            assert left > 0, f"no {text!r} in {self.seen!r}"
            if select.select([self._fd], [], [], min(left, 1.0))[0]:
                self.seen += os.read(self._fd, 65536).decode("utf-8", "replace")
                # fish asks the terminal what it can do, and waits for an answer.
                if self.seen.endswith("\x1b[0c") or self.seen.endswith("\x1b[c"):
                    self.type("\x1b[?1;2c")

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._fd)


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_command_and_option(tmp_path: Path, shell: str) -> None:
    command, setup = SHELLS[shell]
    if sys.platform == "win32" or shutil.which(command[0]) is None:
        pytest.skip(f"LOUD SKIP: no {shell} here, so its completion is not tested")
    script = tmp_path / "completion"
    made = run_cli(tmp_path, "completion", shell)
    assert (made.returncode, made.stderr) == (0, "")
    script.write_text(made.stdout, encoding="utf-8")
    terminal = Terminal(command, tmp_path)
    try:
        terminal.type(f"{setup.format(script=script)}; echo rea''dy\r")
        terminal.wait_for("ready")
        terminal.type("evalharness ver\t")
        terminal.wait_for("evalharness verify")
        terminal.type("--he\t\r")
        terminal.wait_for("Usage: evalharness verify")
    finally:
        terminal.close()


def completed(*words: str) -> list[str]:
    """Ask the program as bash's script does."""
    asked = {"_EVALHARNESS_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words)}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("evalharness"))],
        env=os.environ | asked | {"COMP_CWORD": str(len(words) - 1)},
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="programs end in .exe there")
def test_every_command_and_choice_is_offered() -> None:
    assert completed("evalharness", "") == list(COMMANDS)
    assert completed("evalharness", "cassettes", "p") == ["pack", "prune"]
    assert completed("evalharness", "analyze", "--mode", "rec") == ["record", "record-missing"]
    assert completed("evalharness", "completion", "") == ["bash", "zsh", "fish"]


def test_completing_a_command_imports_none_of_them(tmp_path: Path) -> None:
    """The tab key is pressed often; what it costs is starting Python and Click."""
    asked = {"_EVALHARNESS_COMPLETE": "bash_complete", "COMP_WORDS": "evalharness a", "COMP_CWORD": "1"}
    script = (
        "import sys\nfrom evalharness.cli.main import main\nsys.argv = ['evalharness']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted(n for n in sys.modules if n.startswith('evalharness.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=os.environ | asked,
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    *offered, modules = done.stdout.splitlines()
    assert offered == ["plain,analyze", "plain,assumptions"]
    assert "evalharness.cli.analyze" not in modules
    assert "evalharness.app" not in modules


def test_another_shell_is_refused(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "completion", "powershell")
    assert done.returncode == 2
    assert "'bash', 'zsh', 'fish'" in done.stderr
