"""The label form in a real browser without a network."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evalharness.core.labels import SheetItem
from evalharness.experiment.label_file import read_grades
from evalharness.render.label_form import label_form

if TYPE_CHECKING:
    from tests.browser.conftest import Page

HOSTILE = (
    '<script>document.title="owned"</script><img src="https://evil.invalid/x.png" onerror="document.title=1">'
    '</div></section><style>body{display:none}</style>\n=HYPERLINK("https://evil.invalid")\n'
    "{{ words }} ${7*7} \u202e\u2066 </script><!-- "
)


def items(count: int = 3) -> tuple[SheetItem, ...]:
    return tuple(
        SheetItem(
            pair=f"p{number:08d}", language="ko" if number % 2 else "en", message=f"메시지 {number}",
            history=(("profile", "김하나"), ("mentee", "안녕하세요")),
            answer_a=HOSTILE if number == 0 else f"답변 가 {number}", answer_b=f"답변 나 {number}",
        )
        for number in range(count)
    )  # fmt: skip


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "sheet.html"
    file.write_text(label_form(items(), sheet="abc-1-3", language="en"), encoding="utf-8", newline="\n")
    return file


def shown(page: Page) -> list[str]:
    return [s.get_attribute("data-pair") for s in page.all("section.pair") if s.is_displayed()]


def test_grading_by_keyboard_saves_a_csv_that_imports(page: Page, form: Path) -> None:
    page.open(form)
    assert "0 of 3" in page.text("#progress")
    page.find("#rater").send_keys("김 M")
    page.run("document.activeElement.blur()")
    page.press("4", "2")
    assert shown(page) == ["p00000001"]
    page.press("5", "5", "0", "1")
    assert "3 of 3" in page.text("#progress")
    page.find("section:not([hidden]) textarea").send_keys('=SUM(1,2) "quoted"')
    page.find("#save").click()
    file = page.downloaded("labels-abc-1-3-*.csv")
    assert "Saved as labels-abc-1-3-김-M.csv" in page.text("#notice")
    grades = read_grades([file], {item.pair for item in items()})
    assert [(g.score_a, g.score_b) for g in grades] == [(4, 2), (5, 5), (0, 1)]
    assert grades[2].comment == '=SUM(1,2) "quoted"'
    assert {g.rater for g in grades} == {"김 M"}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        comments = [row["comment"] for row in csv.DictReader(stream)]
    assert comments[2].startswith("'=")  # a spreadsheet shows it and does not run it
    assert page.errors() == []
    assert page.requests() == []


def test_the_mouse_and_tab_work_too(page: Page, form: Path) -> None:
    page.open(form)
    page.find('section:not([hidden]) article[data-side="b"] input[value="3"]').click()
    page.find('section:not([hidden]) article[data-side="a"] input[value="1"]').click()
    assert "1 of 3" in page.text("#progress")
    page.find("#next").click()
    assert shown(page) == ["p00000001"]
    page.find("#open").click()
    assert shown(page) == ["p00000002"]
    page.press("p")
    assert shown(page) == ["p00000001"]
    page.find("section:not([hidden]) textarea").send_keys("345 np")  # typing is not grading
    assert shown(page) == ["p00000001"]
    assert "1 of 3" in page.text("#progress")


def test_hostile_answers_are_text(page: Page, form: Path) -> None:
    page.open(form)
    text = page.run("return document.querySelector('article[data-side=a] .text').textContent")
    assert text == HOSTILE
    assert page.driver.title == "Grade pairs of answers"
    assert page.all(".text script, .text img, .text style") == []
    assert len(page.all("section.pair")) == 3
    assert page.requests() == []
    assert page.errors() == []


def test_the_policy_refuses_what_could_be_smuggled_in(page: Page, form: Path) -> None:
    """The check above can fail: a script and an image put into the page by hand are refused and seen."""
    page.open(form)
    page.run(
        "const s = document.createElement('script'); s.textContent = 'document.title = \"owned\"';"
        "document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://evil.invalid/x.png';"
        "document.body.append(i); fetch('https://evil.invalid/').catch(() => {});"
    )
    page.wait(lambda: page.driver.title, "the title")
    assert page.driver.title == "Grade pairs of answers"
    complaints = " ".join(page.errors())
    assert "Content Security Policy" in complaints
    assert page.requests() == ["https://evil.invalid/x.png"]  # tried, seen, and refused by the policy
    assert page.run("return document.querySelector('body > img').naturalWidth") == 0


def test_progress_survives_a_reload(page: Page, form: Path) -> None:
    page.open(form)
    page.find("#rater").send_keys("lee")
    page.run("document.activeElement.blur()")
    page.press("4", "2", "3")
    page.driver.refresh()
    assert shown(page) == ["p00000001"]
    assert page.find("#rater").get_attribute("value") == "lee"
    assert "1 of 3" in page.text("#progress")
    page.press("1")
    assert "2 of 3" in page.text("#progress")


def test_without_storage_it_says_so_and_goes_on_from_a_saved_file(page: Page, tmp_path: Path) -> None:
    html = label_form(items(), sheet="abc-1-3", language="en")
    page.open_text(html)
    assert "keeps no progress" in page.text("#notice")
    page.find("#rater").send_keys("lee")
    page.run("document.activeElement.blur()")
    page.press("4", "2", "3", "3")
    page.find("#save").click()
    assert "1 pairs are still open" in page.text("#notice")
    saved = page.downloaded("labels-*.csv")
    page.open_text(html)
    assert "0 of 3" in page.text("#progress")
    page.find("#load").send_keys(str(saved))
    page.wait(lambda: "2 of 3" in page.text("#progress"), "the loaded grades")
    assert page.find("#rater").get_attribute("value") == "lee"


def test_the_file_chooser_speaks_the_page_s_language(page: Page, form: Path) -> None:
    """The browser's own would speak the browser's: it stays out of sight, behind a button of the page."""
    page.open(form)
    page.find("#language").click()
    button = page.find("#choose")
    assert button.text == "저장한 CSV에서 이어 하기"
    assert button.size["height"] == page.find("#save").size["height"]
    assert not page.find("#load").is_displayed()
    page.run("document.getElementById('load').addEventListener('click', (e) => {"
             " e.preventDefault(); document.title = 'chosen'; })")  # fmt: skip
    page.run("arguments[0].focus()", button)
    page.press(" ")
    assert page.driver.title == "chosen"


def test_a_name_is_asked_for_before_saving(page: Page, form: Path) -> None:
    page.open(form)
    page.find("#save").click()
    assert "name or initials" in page.text("#notice")
    assert list(page.downloads.iterdir()) == []


def test_a_foreign_file_is_refused(page: Page, form: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("pair,rater,score_a,score_b\nq1,x,1,2\n", encoding="utf-8", newline="\n")
    page.open(form)
    page.find("#load").send_keys(str(other))
    page.wait(lambda: "holds no grades" in page.text("#notice"), "the notice")


def test_korean_and_english(page: Page, form: Path) -> None:
    words = json.loads((files("evalharness.render.label_form") / "words.json").read_text(encoding="utf-8"))
    assert set(words["ko"]) == set(words["en"])
    page.open(form)
    before = page.run("return [...document.querySelectorAll('[data-say]')].map((e) => e.textContent)")
    assert set(before) <= set(words["en"].values())
    page.find("#language").click()
    assert page.text("h1") == "답변 쌍 평가"
    assert page.run("return document.documentElement.lang") == "ko"
    assert "3쌍 가운데 0쌍" in page.text("#progress")
    page.driver.refresh()
    assert page.text("h1") == "답변 쌍 평가"


def test_it_fits_a_telephone(page: Page, form: Path) -> None:
    page.driver.set_window_size(500, 800)
    page.open(form)
    wide = page.run(
        "const out = (e) => e.getBoundingClientRect().right > innerWidth;"
        "return [...document.querySelectorAll('body *')].filter(out).map((e) => e.outerHTML)"
    )
    assert wide == []
