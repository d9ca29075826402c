"""Draw docs/report.png: the first screen of the demo's report, as GitHub shows Markdown.

    python studies/report_picture.py [--pages FOLDER]

Needs Chromium (`chromium` on the path) and Pillow. With --pages it also writes whole-page pictures and an A4
print of every committed report and appendix, to be looked at before a release.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "report.png"
WIDTH, HEIGHT = 1080, 1180
COLOURS = 48
STYLE = """
body { font: 16px/1.5 "Noto Sans", "Noto Sans CJK KR", "Noto Sans KR", sans-serif; color: #1f2328;
       max-width: 1012px; margin: 24px auto; padding: 0 20px; background: #fff; }
h1, h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: .3em; line-height: 1.25; margin: 24px 0 16px; }
h1 { font-size: 2em; } h2 { font-size: 1.5em; } h3 { font-size: 1.25em; }
p, ul, table, blockquote { margin: 0 0 16px; } ul { padding-left: 2em; } li + li { margin-top: .25em; }
table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; } th, tr:nth-child(2n) { background: #f6f8fa; }
blockquote { border-left: .25em solid #d1d9e0; color: #59636e; padding: 0 1em; }
code { background: #818b981f; padding: .2em .4em; border-radius: 6px; font-size: 85%; } a { color: #0969da; }
@page { size: A4; margin: 12mm; }
@media print {
  body { font-size: 9px; margin: 0; padding: 0; max-width: none; }
  h1 { font-size: 1.6em; } h2 { font-size: 1.25em; } h1, h2 { margin: 8px 0 4px; }
  p, ul, table, blockquote { margin-bottom: 6px; } th, td { padding: 1px 6px; }
}
"""


def page(markdown: str) -> str:
    """Return the page that GitHub would show, without its frame."""
    body = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}"


def chromium(page_file: Path, *arguments: str) -> None:
    """Run a headless browser on a local file."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
    subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments,
         page_file.as_uri()],
        check=True, stderr=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


def shoot(markdown: Path, picture: Path, *, height: int) -> None:
    """Write a picture of a report's first so many pixels, in few colours."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "page.html"
        html.write_text(page(markdown.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        chromium(html, f"--screenshot={picture}", f"--window-size={WIDTH},{height}")
    with Image.open(picture) as drawn:
        small = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


def print_a4(markdown: Path, out: Path) -> None:
    """Write a report as it leaves a printer."""
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "page.html"
        html.write_text(page(markdown.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        chromium(html, f"--print-to-pdf={out}", "--no-pdf-header-footer")


def main() -> None:
    """Draw the picture, and all pages if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path)
    folder = parser.parse_args().pages
    shoot(ROOT / "reports" / "gemini_pro_upgrade_analysis.md", PICTURE, height=HEIGHT)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1024} KiB")
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for report in sorted((ROOT / "reports").glob("*.md")):
        shoot(report, folder / f"{report.stem}.png", height=12_000 if "appendix" in report.stem else 4400)
        print_a4(report, folder / f"{report.stem}.pdf")


if __name__ == "__main__":
    main()
