"""What must be settled before people's text is sent anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from evalharness.app.project import Project
from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.privacy import PersonalText
from evalharness.experiment.case_file import places_of
from evalharness.experiment.edge import read_text
from evalharness.experiment.toml_lines import line_of


def check_people(project: Project) -> Iterator[str]:
    """Yield what was replaced in a real dataset, one line; nothing for an invented one.

    Raises:
        BadInput: If a real dataset would go to a tier that does not keep it private, or personal data stands
            in a dataset of which nothing says whether it is real.
    """
    dataset = project.dataset
    if dataset.real is None:
        _refuse_undescribed(project)
    if not dataset.real:
        return
    _refuse_unpaid(project)
    kinds = ", ".join(f"{count} × {kind}" for kind, count in dataset.redacted) or "nothing found"
    yield f"the dataset is real: replaced before anything is sent or written: {kinds}"


def _refuse_unpaid(project: Project) -> None:
    experiment = project.experiment
    settings = experiment.gateway
    clients = {settings.client, *(judge.client for judge in experiment.judges)}
    if clients == {"openai-compatible"} or settings.tier == "paid" or experiment.waivers.unpaid_tier:
        return
    said = "no tier is declared" if settings.tier is None else "the tier is unpaid"
    text = read_text(project.file)
    line = line_of(text, ("gateway", "tier")) if settings.tier else line_of(text, ("gateway",))
    raise BadInput(
        f"the dataset is real and {said}: on the unpaid tier Google may use what it is sent. Set "
        'gateway.tier = "paid" if the key belongs to a billed project, or say in waivers.unpaid_tier why '
        "these people's text may go there",
        file=project.file,
        line=line,
    )


def _refuse_undescribed(project: Project) -> None:
    personal = PersonalText()
    for case in project.cases:
        for where, text in _texts(case):
            for found in personal.find(text):
                raise BadInput(
                    f"case {case.id}, {where}: looks like {found}; say real = true in the dataset's "
                    "description to have it replaced, or real = false if it is invented (docs/dataset.md)",
                    file=project.experiment.dataset,
                )


def _texts(case: Case) -> Iterator[tuple[str, str]]:
    yield "message", case.message
    yield from places_of(case.context).items()
