"""The shipped project in other sizes, in a folder of its own: more cases, other arms, recordings made up."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from benchmarks.canned_server import ANSWER
from evalharness.app.project import Project
from evalharness.core.call import Call
from evalharness.core.job import Job
from evalharness.core.provenance import Delivery, derive_origin
from evalharness.gateway.cassette.interaction import Interaction
from evalharness.run.booking import reserve_of
from evalharness.store import Manifest, RunDirectory
from evalharness.store.directory import FORMAT_VERSION

ROOT = Path(__file__).parents[1]
_MAIN_ROLES = ('role = "control"', 'role = "treatment"')


def copy_project(
    folder: Path, *, copies: int = 1, main_arms_only: bool = False, judged: bool = False, repeats: int = 1,
    concurrency: int = 20,
) -> Path:  # fmt: skip
    """Copy the shipped project; returns its experiment file.

    Args:
        folder: Where to; must not exist.
        copies: Of each case, each with a message and an id of its own.
        main_arms_only: Leave out controls and alternatives.
        judged: Keep the judges; without them key facts are the score.
        repeats: Draws of each cell.
        concurrency: Calls in flight.
    """
    shutil.copytree(ROOT / "prompts", folder / "prompts")
    _copy_cases(folder / "prompts" / "mentoring", copies)
    file = folder / "prompts" / "experiment.toml"
    text = file.read_text(encoding="utf-8")
    for name, value in (("repeats", repeats), ("concurrency", concurrency), ("budget_usd", '"100000"')):
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    head, *tables = re.split(r"(?m)^(?=\[)", text)
    if main_arms_only:
        tables = [t for t in tables if not t.startswith("[[arms]]") or any(role in t for role in _MAIN_ROLES)]
    if not judged:
        tables = [t for t in tables if not t.startswith(("[[judges]]", "[pairwise]"))]
        tables = [t.replace('name = "rubric"', 'name = "key_facts"') for t in tables]
    text = head + "".join(tables)
    file.write_text(text, encoding="utf-8", newline="\n")
    return file


def run_made_up(project: Project, folder: Path) -> RunDirectory:
    """Write a finished run of a project, every call answered, without making one."""
    directory = RunDirectory(folder)
    directory.write_manifest(
        Manifest(
            format_version=FORMAT_VERSION, run_id=folder.name, identity=project.plan.identity,
            experiment_file=str(project.file.resolve()), experiment_sha256=project.sha256,
            dataset_sha256=project.dataset.sha256, mode="replay", endpoint="cassettes", limit=None,
            versions={}, git={}, started_at="2026-11-23T10:00:00+00:00",
        )
    )  # fmt: skip
    directory.write_plan(project.plan.cells)
    with directory.journal(fresh=True, note=print) as journal:
        for job in project.plan.jobs:
            journal.append(_call(job))
    return directory


def write_requests(project: Project, file: Path) -> int:
    """Write what `bare_sdk` needs to make a project's calls; returns how many there are."""
    lines = [
        json.dumps(
            {
                "model": job.request.model,
                "system": job.request.system,
                "user": job.request.messages[0].text,
                "max_output_tokens": job.request.max_output_tokens,
                "seed": job.request.seed,
                "thinking_level": (job.request.thinking_level or "low").upper(),
            }
        )
        for job in project.plan.jobs
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(lines)


def _call(job: Job) -> Call:
    reply = _interaction(job).reply(Delivery.REPLAYED)
    return Call(
        key=job.key, purpose=job.purpose, model=job.request.model, attempts=(), reply=reply, error=None,
        origin=derive_origin(reply.host, reply.headers, reply.body), reserve=reserve_of(job.request),
    )  # fmt: skip


def _copy_cases(folder: Path, copies: int) -> None:
    for file in sorted(folder.glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        for number in range(1, copies):
            other = re.sub(r"(?m)^id: (.*)$", rf"id: \1-x{number}", text, count=1)
            other = other.replace("message: |\n  ", f"message: |\n  ({number}) ", 1)
            target = file.with_stem(f"{file.stem}-x{number}")
            target.write_text(other, encoding="utf-8", newline="\n")


def _interaction(job: Job) -> Interaction:
    # Not all alike, or there would be nothing to decide.
    text = ANSWER + f"{int(job.key[:6], 16) % 40} "
    body = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": 900, "candidatesTokenCount": 300, "totalTokenCount": 1200,
        },
        "modelVersion": f"{job.request.model}-simulated",
        "responseId": f"simulated-{job.key[:12]}",
    }  # fmt: skip
    return Interaction(
        path=job.request.path, host="127.0.0.1", request_body=job.request.body, draw=job.draw,
        headers={"server-timing": "gfet4t7; dur=700"}, response_body=body, latency_ms=702.0,
        recorded_at="2026-11-23T10:00:00Z", client="made-up/1",
    )  # fmt: skip
