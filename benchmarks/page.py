"""The HTML report: writing it, its size, and how soon a browser has it ready; as shipped and twenty times."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.table import Row
from evalharness.app import reports, stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.core.study import Study
from evalharness.decide import decide, study_levers
from evalharness.render import Material, language, render_page

EXPERIMENT = Path("prompts/experiment.toml")
COPIES = 20
RUNS = 3


def measure_page() -> list[Row]:
    """Measure one language's page of the shipped study, and of twenty copies of its cases."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(EXPERIMENT)
        done = stages.run_experiment(
            project, mode=Mode.REPLAY, out=Path(folder), note=lambda _: None, watch=lambda _: None
        )
        stages.score_run(done.directory, project)
        study = reports.study_of(done.directory, project, on=None)
        material = reports.material_of(done.directory, project, study)
        rows = []
        for copies in (1, COPIES):
            many, cells = _copied(study, copies), _copied_material(material, copies)
            rows += _measure(project, many, cells, Path(folder) / f"{copies}.html")
        return rows


def _measure(project: Project, study: Study, material: Material, file: Path) -> list[Row]:
    decision = decide(study, project.card, project.assumptions)
    words = language("en")

    def write() -> None:
        levers = study_levers(study, project.card, project.assumptions, decision)
        text = render_page(decision, identity="0" * 64, words=words, material=material, levers=levers)
        file.write_text(text, encoding="utf-8", newline="\n")

    name = f"{len(study.cases):,} cases × 4 arms"
    rows = [_timed(f"page written, {name}", write)]
    size = f"{file.stat().st_size / 1e6:.2f} MB"
    ready = _ready_in_browser(file)
    if ready:
        rows.append(
            Row(name=f"page ready in Chromium, {name}", wall_s=ready, cpu_s=(0.0,), peak_mib=0, note=size)
        )
    return rows


def _timed(name: str, work: Callable[[], None]) -> Row:
    walls, cpus = [], []
    for _ in range(RUNS):
        start, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - start)
        cpus.append(time.process_time() - cpu)
    return Row(name=name, wall_s=tuple(walls), cpu_s=tuple(cpus), peak_mib=0)


def _ready_in_browser(file: Path) -> tuple[float, ...]:
    """Return seconds from navigation until everything of the page is set up; empty without a browser."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        return ()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(flag)
    chrome = webdriver.Chrome(options=options, service=Service(executable_path=driver))
    try:
        found = []
        for _ in range(RUNS):
            chrome.get(file.resolve().as_uri())
            if chrome.execute_script("return document.documentElement.dataset.ready") != "1":
                raise RuntimeError("the page did not set itself up")
            timing = "return performance.getEntriesByType('navigation')[0].loadEventEnd"
            found.append(float(chrome.execute_script(timing)) / 1000)
        return tuple(found)
    finally:
        chrome.quit()


def _copied(study: Study, copies: int) -> Study:
    return replace(
        study, cases=_every(study.cases, copies), outcomes=_every(study.outcomes, copies),
        scores=_every(study.scores, copies), judgements=_every(study.judgements, copies),
        comparisons=_every(study.comparisons, copies),
    )  # fmt: skip


def _copied_material(material: Material, copies: int) -> Material:
    cases = {
        f"{case.id}-{k:02d}": replace(case, id=f"{case.id}-{k:02d}")
        for k in range(copies)
        for case in material.cases.values()
    }
    plan = tuple(
        replace(planned, cell=replace(planned.cell, case_id=f"{planned.cell.case_id}-{k:02d}"))
        for k in range(copies)
        for planned in material.plan
    )
    return replace(
        material, cases=cases, plan=plan, records=_every(material.records, copies),
        scores=_every(material.scores, copies), outcomes=_every(material.outcomes, copies),
        case_facts=_every(material.case_facts, copies),
    )  # fmt: skip


def _every(rows: Any, copies: int) -> Any:
    return tuple(replace(row, case_id=f"{row.case_id}-{k:02d}") for k in range(copies) for row in rows)
