"""A real Chromium without a network: pages are opened from files, and every request and error is seen.

Debian's chromium and chromium-driver are used as installed (`make test` installs them where it may); without
them these tests skip loudly. Selenium drives; it downloads nothing, since both paths are given to it.
"""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.core.decision import Decision
from evalharness.core.study import Study
from evalharness.store import RunDirectory

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver",)
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--window-size=1280,1000",
    # No name resolves, so that a page which wants a network cannot have one.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
LOCAL = ("file:", "blob:", "data:", "chrome:", "chrome-untrusted:", "about:")
WAIT_S = 20.0


@dataclass(frozen=True)
class Page:
    """One open page; `driver` is Selenium's own."""

    driver: Any
    downloads: Path

    def open(self, file: Path) -> Page:
        """Open an HTML file from disk."""
        self.driver.get(file.resolve().as_uri())
        return self

    def open_text(self, html: str) -> Page:
        """Open HTML without an origin (a data: URL): storage is forbidden there."""
        self.driver.get("data:text/html;base64," + base64.b64encode(html.encode("utf-8")).decode("ascii"))
        return self

    def find(self, css: str) -> Any:
        """Return the first element of a selector."""
        return self.driver.find_element("css selector", css)

    def all(self, css: str) -> list[Any]:
        """Return every element of a selector."""
        return list(self.driver.find_elements("css selector", css))

    def text(self, css: str) -> str:
        """Return the visible text of an element."""
        return str(self.find(css).text)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> Page:
        """Press keys as a person would, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()
        return self

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until a condition holds, at most WAIT_S."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {what}")

    def downloaded(self, pattern: str) -> Path:
        """Wait for a download to be complete; returns its path."""

        def done() -> Path | None:
            return next((p for p in self.downloads.glob(pattern) if p.suffix != ".crdownload"), None)

        found: Path = self.wait(done, f"a download {pattern}")
        return found

    def errors(self) -> list[str]:
        """Return what the page complained about on its console since the last call."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return the URLs that the page asked for since the last call and that are not local."""
        urls = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(str(message["params"]["request"]["url"]))
        return [url for url in urls if not url.startswith(LOCAL)]

    def media(self, **features: str) -> Page:
        """Emulate media features, such as prefers_color_scheme="dark"."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})
        return self

    def screenshot(self, file: Path) -> None:
        """Save what is seen as a PNG."""
        self.driver.save_screenshot(str(file))


@pytest.fixture(scope="session")
def chromium() -> tuple[str, str]:
    """Paths of browser and driver."""
    pytest.importorskip("selenium", reason="LOUD SKIP: selenium is not installed (extra dev)")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = next(filter(None, map(shutil.which, DRIVERS)), None)
    if browser is None or driver is None:
        missing = "chromium" if browser is None else "chromedriver"
        pytest.skip(f"LOUD SKIP: no {missing}; on Debian: apt-get install chromium chromium-driver")
    return browser, driver


@pytest.fixture(scope="session")
def driver(chromium: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for the session, offline; starting one takes seconds."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium[0]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=chromium[1]))
    try:
        driver.set_network_conditions(offline=True, latency=0, throughput=0)
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def page(driver: Any, tmp_path: Path) -> Iterator[Page]:
    """A page without storage, downloads or log entries of another test."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    behaviour = {"behavior": "allow", "downloadPath": str(downloads)}
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    driver.set_window_size(1280, 1000)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    driver.get("about:blank")
    opened = Page(driver=driver, downloads=downloads)
    opened.errors()
    opened.requests()
    yield opened
    # Pages from files share one storage; a data: page has none to clear.
    opened.run("try { localStorage.clear(); } catch (error) { /* forbidden there */ }")


@dataclass(frozen=True)
class Demo:
    """The shipped study, replayed and decided, with its pages."""

    project: Project
    directory: RunDirectory
    decision: Decision
    study: Study

    def page(self, language: str = "en") -> Path:
        """Return the HTML report in a language."""
        return self.directory.path / ("report.html" if language == "en" else f"report.{language}.html")


@pytest.fixture(scope="session")
def demo(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The shipped recordings, analysed once for all tests."""
    project = Project(root / "prompts" / "experiment.toml")
    out = tmp_path_factory.mktemp("demo")
    done = stages.run_experiment(
        project, mode=Mode.REPLAY, out=out, note=lambda _: None, watch=lambda _: None
    )  # fmt: skip
    stages.score_run(done.directory, project)
    decided = stages.decide_run(done.directory, project, on=None)
    stages.render_run(done.directory, project, copy_to=None, languages=("en", "ko"), decided=decided)
    return Demo(project=project, directory=done.directory, decision=decided.decision, study=decided.study)
