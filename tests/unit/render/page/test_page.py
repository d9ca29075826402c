"""The HTML report as text: its policy, its data, its shape; what it does is tests/browser's."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evalharness.core.decision import Condition, ConditionKind, ConditionName, Decision
from evalharness.core.sena import Dropped
from evalharness.render import Material, language, render_page
from evalharness.render.page.assets import MODULES, script, style
from evalharness.render.page.cases import CHUNK
from evalharness.render.page.highlight import marks_of
from evalharness.render.page.struck import struck_context
from evalharness.render.reference import read_reference

RUN = "0123456789abcdef" * 4
FORBIDDEN = ("eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
             'setTimeout("', "fetch(", "XMLHttpRequest", "import(", "http://", "localStorage")  # fmt: skip
NAMESPACE = "http://www.w3.org/2000/svg"
Build = Callable[[str], Decision]


class Reader(HTMLParser):
    """What a browser would see: elements with attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self._open: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag if tag in ("script", "style") else None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.raw.append((self._open, data))

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_decision_makes_a_page(decision: Decision, cells: Material, code: str) -> None:
    text = render_page(decision, identity=RUN, words=language(code), material=cells)
    page = Reader(text)
    assert page.all("html") == [{"lang": code}]
    assert len(page.all("main")) == len(page.all("h1")) == 1
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for a in page.all("a")}
    assert {target for target in targets if not (target or "").startswith("#")} == set()
    assert {(target or "").removeprefix("#") for target in targets} <= set(ids)
    assert text == render_page(decision, identity=RUN, words=language(code), material=cells)


def test_the_policy_names_the_two_blocks_and_nothing_else(build: Build, cells: Material) -> None:
    text = render_page(build("simulated_inconclusive"), identity=RUN, material=cells)
    page = Reader(text)
    (policy,) = [a["content"] or "" for a in page.all("meta") if a.get("http-equiv")]
    scripts = [data for tag, data in page.raw if tag == "script" and data.startswith('"use strict"')]
    styles = [data for tag, data in page.raw if tag == "style"]
    assert (len(scripts), len(styles)) == (1, 1)
    for kind, block in (("script", scripts[0]), ("style", styles[0])):
        digest = base64.b64encode(hashlib.sha256(block.encode("utf-8")).digest()).decode("ascii")
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert not [a for _, a in page.elements if any(k.startswith("on") or k == "style" for k in a)]
    assert not [a for _, a in page.elements if any(a.get(k) for k in ("src", "action", "data", "srcset"))]
    # The policy stands before whatever it must hold back.
    assert text.index("Content-Security-Policy") < text.index("<title>") < text.index("<style>")


def test_the_programs_turn_no_string_into_code_or_markup() -> None:
    for word in FORBIDDEN:
        assert word not in script().replace(NAMESPACE, ""), word
    assert "url(" not in style()
    assert "@import" not in style()
    assert "</" not in script()


def test_modules_stand_in_the_order_in_which_they_use_each_other() -> None:
    """As a bundler would: what a module takes from another is there already, under that name."""
    seen: dict[str, set[str]] = {}
    bodies = re.split(r"^modules\.(\w+) = \(\(\) => \{$", script(), flags=re.MULTILINE)[1:]
    for name, body in zip(bodies[::2], bodies[1::2], strict=True):
        for wanted, source in re.findall(r"const \{([^}]*)\} = modules\.(\w+);", body):
            assert source in seen, f"{name} uses {source} before it is there"
            assert {word.strip() for word in wanted.split(",") if word.strip()} <= seen[source]
        exported = re.findall(r"return \{ ([^}]*) \};\n\}\)\(\);", body)[-1]
        seen[name] = {word.strip() for word in exported.split(",") if word.strip()}
    assert tuple(seen) == MODULES
    assert "import " not in re.sub(r"//.*|/\*.*?\*/", "", script(), flags=re.DOTALL)


def test_the_page_says_what_it_was_made_from(build: Build, cells: Material) -> None:
    material = replace(cells, limit=6)
    found = read_reference(render_page(build("simulated_inconclusive"), identity=RUN, material=material))
    assert (found.kind, found.language, found.run, found.limit) == ("page", "en", RUN, 6)


def blocks(text: str) -> dict[str, object]:
    page = Reader(text)
    names = [a["id"] for a in page.all("script") if a.get("type") == "application/json"]
    texts = [data for tag, data in page.raw if tag == "script" and not data.startswith('"use strict"')]
    return {str(name): json.loads(data) for name, data in zip(names, texts, strict=True)}


def test_the_data_are_whole_and_cannot_end_their_element(build: Build, cells_with) -> None:
    hostile = "</script><script>alert(1)</script><!-- \u2028 ]]> & \u202e"
    material = cells_with(lambda _case, _arm: hostile)
    text = render_page(build("simulated_inconclusive"), identity=RUN, material=material)
    data = blocks(text)
    case = data["cases-0"][0]  # type: ignore[index]
    assert case["answers"]["flash-raw"][0]["text"].startswith("</script><script>alert(1)</script><!--")
    assert "\u202e" not in text
    for found in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        assert "<" not in found


def test_cases_come_in_blocks_and_the_index_has_them_all(build: Build, cells: Material) -> None:
    first = next(iter(cells.cases.values()))
    names = [f"case-{k:03d}" for k in range(2 * CHUNK + 7)]
    material = replace(
        cells, cases={name: replace(first, id=name) for name in names},
        outcomes=tuple(replace(o, case_id=name) for name in names for o in cells.outcomes[:2]),
        records=(), scores=(),
    )  # fmt: skip
    data = blocks(render_page(build("simulated_inconclusive"), identity=RUN, material=material))
    assert [len(data[f"cases-{k}"]) for k in range(3)] == [CHUNK, CHUNK, 7]  # type: ignore[arg-type]
    assert [row[0] for row in data["data"]["index"]] == names  # type: ignore[index]


def test_cells_without_their_case_are_listed_all_the_same(build: Build, cells: Material) -> None:
    """An import knows scores and answers, not what was asked."""
    data = blocks(
        render_page(build("simulated_inconclusive"), identity=RUN, material=replace(cells, cases={}))
    )
    assert [row[0] for row in data["data"]["index"]] == sorted(cells.cases)  # type: ignore[index]
    assert data["cases-0"][0]["answers"]["pro-raw"][0]["text"]  # type: ignore[index]
    assert "message" not in data["cases-0"][0]  # type: ignore[index]


def test_without_cells_or_levers_the_page_still_stands(build: Build) -> None:
    data = blocks(render_page(build("no_verdict"), identity=RUN))
    assert data["data"]["index"] == []  # type: ignore[index]
    assert data["data"]["levers"] is None  # type: ignore[index]


def test_what_no_lever_moves_is_named_with_its_row(build: Build) -> None:
    """Judges that disagree among them: they hold the panel's verdict back as they do the report's."""
    decision = build("simulated_inconclusive")
    verdict = decision.upgrade.verdict
    split = Condition(
        name=ConditionName.JUDGES_AGREE, kind=ConditionKind.PROOF, value=None, limit=None, margin=None,
        unit="none", met=False,
    )  # fmt: skip
    conditions = (*verdict.conditions, split)
    judged = replace(
        decision, upgrade=replace(decision.upgrade, verdict=replace(verdict, conditions=conditions))
    )
    data = blocks(render_page(judged, identity=RUN))["data"]
    assert data["fixed"]["judges"] == ["judges_agree_in_sign"]  # type: ignore[index]
    rows = {row["name"]: row for row in data["fixed_rows"]}  # type: ignore[index]
    assert rows["judges_agree_in_sign"]["met"] is False
    assert rows["judges_agree_in_sign"]["cells"][1:] == ["does not hold", "must hold", "n/a"]
    guardrails = [row.name.value for row in verdict.conditions if row.kind is ConditionKind.GUARDRAIL]
    assert guardrails
    assert [name for name in rows if name != "judges_agree_in_sign"] == guardrails


def test_facts_are_marked_where_they_stand_in_utf16(make_case) -> None:
    text = "😀 잘 들었습니다. 마감은 12/3이지요!\n예산은 500만 원. 마감은 11월 3일입니다."
    marks = marks_of(text, make_case(), ("f1", "f2"), ("마감이 11월",))
    units = text.encode("utf-16-le")
    shown = [(units[2 * a : 2 * b].decode("utf-16-le"), facts, claims) for a, b, facts, claims in marks]
    assert shown == [
        ("마감은 12/3이지요!", (0,), ()),
        ("예산은 500만 원.", (1,), ()),
        ("마감은 11월 3일입니다.", (), (0,)),
    ]


def test_a_fact_that_the_scorer_did_not_find_is_not_marked(make_case) -> None:
    assert marks_of("마감은 12월 3일입니다.", make_case(), (), ()) == ()
    assert marks_of("", make_case(), ("f1",), ()) == ()


def test_dropped_pieces_are_struck_where_they_stood(make_case) -> None:
    case = make_case()
    context = replace(case.context, profile="하나. 둘. 하나.", notes=("메모",))
    pairs = (("profile", "하나."), ("profile", "하나."), ("notes[0]", "메모"), ("turns[0]", "not there"))
    dropped = [Dropped(where=where, text=text) for where, text in pairs]
    parts = struck_context(context, dropped)
    assert parts[0] == ("profile", (("하나.", 1), (" 둘. ", 0), ("하나.", 1)))
    assert parts[1] == ("note", (("메모", 1),))
    assert parts[2] == ("mentee", ((case.context.turns[0].text, 0),))
