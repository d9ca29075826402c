"""`evalharness doctor` against the emulator and against servers that are not well."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evalharness.cli.doctor import doctor
from evalharness.core.errors import CheckFailed
from evalharness.emulator import EmulatorSettings, running

MARKED_KEY = "AIza-MARKED-0123456789-abcdefghij"


@pytest.fixture(autouse=True)
def _no_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder without a .env file."""
    monkeypatch.chdir(tmp_path)


def run(root: Path, tmp_path: Path, *arguments: str, experiment: Path | None = None) -> Result:
    """Run the command on the shipped experiment."""
    file = experiment or root / "prompts" / "experiment.toml"
    return CliRunner().invoke(doctor, [str(file), "--out", str(tmp_path / "reports"), *arguments])


def lines(result: Result) -> dict[str, str]:
    """Return the status of each check of the plain output."""
    matches = re.findall(r"^(ok|warn|fail) +([^:]+): ", result.output, re.MULTILINE)
    return {check: status for status, check in matches}


def test_a_healthy_machine(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing fails against the emulator; the asked-for call is made, priced and named."""
    with running(EmulatorSettings(latency_scale=0)) as url:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", url)
        result = run(root, tmp_path, "--call")
    found = lines(result)
    fresh = {check: status for check, status in found.items() if not check.startswith("price ")}
    assert "fail" not in fresh.values(), result.output
    wanted = (
        "python",
        "google-genai",
        "vcrpy",
        "reports",
        "cassettes",
        "key",
        "models",
        "countTokens",
        "call",
    )
    assert set(wanted) <= set(found)
    assert re.search(
        r"call: gemini-3.8-flash served by gemini-3.8-flash-simulated: \d+ tokens, 0\.\d+ USD", result.output
    )


def test_without_a_key_it_says_where_to_put_one(root: Path, tmp_path: Path) -> None:
    """Replaying needs none, so that is a warning; a call does, so exit 1, and the fix; nothing is sent."""
    result = run(root, tmp_path)
    assert result.exception is None
    assert lines(result)["key"] == "warn"
    assert "no API key: replay only" in result.output
    result = run(root, tmp_path, "--call")
    assert isinstance(result.exception, CheckFailed)
    assert result.exception.exit_code == 1
    assert lines(result)["key"] == "fail"
    assert "set GEMINI_API_KEY or GOOGLE_API_KEY" in result.output


def test_json_has_every_finding_and_never_the_key(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check, status, detail and fix, for machines."""
    monkeypatch.setenv("GEMINI_API_KEY", MARKED_KEY)
    with running(EmulatorSettings(latency_scale=0)) as url:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", url)
        result = run(root, tmp_path, "--json")
    found = json.loads(result.stdout)
    assert all(set(item) == {"check", "status", "detail", "fix"} for item in found)
    assert all(item["fix"] for item in found if item["status"] != "ok")
    assert MARKED_KEY not in result.output


def _listing(*names: str, **limits: Any) -> dict[str, Any]:
    return {"models": [{"name": f"models/{name}"} | limits for name in names]}


_BAD_KEY = {"error": {"message": "bad", "details": [{"reason": "API_KEY_INVALID"}]}}


@pytest.mark.parametrize(
    "illness",
    [
        (200, _listing("other"), "model gemini-3.8-flash", "not listed by the endpoint — correct the id"),
        (200, _listing(), "models", "lists none"),
        (200, _listing("gemini-3.8-flash", outputTokenLimit=5), "model gemini-3.8-flash", "at most 5"),
        (400, _BAD_KEY, "endpoint", "valid API key"),
        (200, b"<html>", "endpoint", "unreadable body"),
    ],
    ids=lambda illness: illness[3],
)
def test_an_endpoint_that_is_not_well(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stub: Any, illness: tuple[Any, ...]
) -> None:
    """The line fails and says the fix."""
    status, body, check, said = illness
    stub.say(status, body)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", stub.url)
    result = run(root, tmp_path)
    assert lines(result)[check] == "fail"
    assert said in result.output


def test_a_broken_experiment_does_not_hide_the_rest(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stub: Any
) -> None:
    """Its error is one line; the endpoint is still looked at."""
    stub.say(200, _listing("gemini-3.8-flash"))
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", stub.url)
    broken = tmp_path / "broken.toml"
    broken.write_text("nmae = 'x'\n", encoding="utf-8")
    found = lines(run(root, tmp_path, experiment=broken))
    assert (found["experiment"], found["models"]) == ("fail", "ok")


def test_an_old_price_and_a_folder_that_cannot_be_written(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stub: Any
) -> None:
    """Both stop a decision, so both fail."""
    stub.say(200, _listing("gemini-3.8-flash"))
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", stub.url)
    prompts = shutil.copytree(root / "prompts", tmp_path / "prompts")
    for card in (prompts / "rates").glob("*"):
        text = re.sub(
            r"as_of(\W+)20\d\d-\d\d-\d\d", r"as_of\g<1>2020-01-01", card.read_text(encoding="utf-8")
        )
        card.write_text(text, encoding="utf-8")
    (tmp_path / "cassettes").write_text("a file where a folder should be", encoding="utf-8")
    result = run(root, tmp_path, experiment=prompts / "experiment.toml")
    found = lines(result)
    assert found["price gemini-3.8-flash"] == "fail", result.output
    assert found["cassettes"] == "fail", result.output


def test_a_chat_server_is_looked_at_when_one_is_named(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stub: Any
) -> None:
    """By its variable; its models are listed."""
    stub.say(200, {"data": [{"id": "smollm2-135m"}]} | _listing("gemini-3.8-flash"))
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", stub.url)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{stub.url}/v1")
    result = run(root, tmp_path)
    assert lines(result)["chat server"] == "ok"
    assert "smollm2-135m" in result.output
