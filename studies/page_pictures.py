"""Draw docs/pictures/: the what-if panel by day, the case explorer by night, as Chromium shows the page.

    make demo && python studies/page_pictures.py [--all FOLDER]

Needs chromium, chromedriver, selenium and Pillow. With --all it also writes whole pages of both languages,
light, dark, narrow and printed, to be looked at before a release.
"""

from __future__ import annotations

import argparse
import base64
import time
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
PAGE = ROOT / "reports" / "gemini_pro_upgrade_analysis.html"
WIDTH, HEIGHT, NARROW = 1280, 800, 390
COLOURS = 96
MOST_HEIGHT = 16_000


def browser() -> Any:
    """Start a headless browser."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(executable_path="/usr/bin/chromedriver"))


def dress(driver: Any, *, scheme: str, width: int = WIDTH, height: int = HEIGHT) -> None:
    """Set the window's size and light or dark."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width == NARROW}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def show(driver: Any, page: Path, *, fragment: str = "", script: str = "") -> None:
    """Open a page anew and run a script in it."""
    driver.get("about:blank")
    driver.get(page.as_uri() + fragment)
    driver.execute_script(script)
    time.sleep(0.5)


def save(driver: Any, file: Path, *, colours: int | None = COLOURS) -> None:
    """Write what is seen, in few colours."""
    driver.save_screenshot(str(file))
    if colours is not None:
        with Image.open(file) as drawn:
            small = drawn.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        small.save(file, optimize=True)
    print(f"{file}: {file.stat().st_size // 1024} KiB")


MOVE = """
const input = document.getElementById("exact-value_per_satisfied_session");
input.value = 5;
input.dispatchEvent(new Event("input", {bubbles: true}));
document.getElementById("what-if").scrollIntoView();
"""
COMPARE = """
const select = document.getElementById("compare");
select.value = "flash-raw";
select.dispatchEvent(new Event("change", {bubbles: true}));
document.querySelector(".answers-block").scrollIntoView();
"""


def draw(driver: Any) -> None:
    """Draw the two committed pictures."""
    PICTURES.mkdir(exist_ok=True)
    dress(driver, scheme="light")
    show(driver, PAGE, script=MOVE)
    save(driver, PICTURES / "page-what-if.png")
    dress(driver, scheme="dark")
    show(driver, PAGE, fragment="#case=moon-en-04", script=COMPARE)
    save(driver, PICTURES / "page-cases.png")


def draw_all(driver: Any, folder: Path) -> None:
    """Draw everything that somebody should look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in (PAGE, PAGE.with_suffix(".ko.html")):
        for scheme, width in (("light", WIDTH), ("dark", WIDTH), ("light", NARROW)):
            dress(driver, scheme=scheme, width=width)
            show(driver, page)
            height = driver.execute_script("return document.documentElement.scrollHeight")
            dress(driver, scheme=scheme, width=width, height=min(height, MOST_HEIGHT))
            time.sleep(0.5)
            save(driver, folder / f"{page.name}.{scheme}.{width}.png", colours=None)
        printed = driver.execute_cdp_cmd(
            "Page.printToPDF", {"printBackground": False, "preferCSSPageSize": True}
        )
        (folder / f"{page.name}.pdf").write_bytes(base64.b64decode(printed["data"]))


def main() -> None:
    """Draw the committed pictures, and all others if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path)
    folder = parser.parse_args().all
    driver = browser()
    try:
        draw(driver)
        if folder is not None:
            draw_all(driver, folder)
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
