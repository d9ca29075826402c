"""How often the rules err: the simulation, and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from evalharness.decide.characteristics import (
    ERRORS_ALLOWED,
    LEAST,
    NOMINAL,
    Coverage,
    Row,
    coverages,
    rows,
)

STUDIES, OTHER_STUDIES = 10_000, 2_000
QUICK_STUDIES, QUICK_OTHER_STUDIES = 1_000, 100
SEED = 20261123
Watch = Callable[[Row], None]


def validate_method(*, quick: bool, watch: Watch) -> tuple[Row, ...]:
    """Simulate studies of known truth and count what the rules say.

    Args:
        quick: A tenth of the studies, without the rows that are shown whatever they are.
        watch: Told each row when it is done.
    """
    studies, other = (QUICK_STUDIES, QUICK_OTHER_STUDIES) if quick else (STUDIES, OTHER_STUDIES)
    done = []
    for row in rows(studies=studies, other_studies=other, seed=SEED, required_only=quick):
        watch(row)
        done.append(row)
    return tuple(done)


def validate_labels(*, quick: bool) -> tuple[Coverage, ...]:
    """Simulate judges that flatter and people who grade, and count which intervals hold the truth."""
    return tuple(coverages(studies=QUICK_STUDIES if quick else OTHER_STUDIES, seed=SEED))


def as_json(found: Sequence[Row], covered: Sequence[Coverage] = ()) -> dict[str, Any]:
    """Return the rows as plain JSON values; every rate is a share, every width in points."""
    return {
        "format": 1,
        "seed": SEED,
        "nominal": NOMINAL,
        "rows": [
            {
                "rule": row.rule, "kind": row.kind, "world": row.world, "truth": row.truth,
                "studies": row.studies, "naive": row.counts.naive, "t_bound_alone": row.counts.bound,
                "rule_share": row.counts.rule, "monte_carlo_error": round(row.monte_carlo_error, 6),
                "limit": None if row.limit is None else round(row.limit, 6), "holds": row.holds,
            }
            for row in found
        ],
        "coverage": [
            {
                "world": row.world, "labels": row.labels, "studies": row.studies, "judge": row.judge,
                "people": row.people, "corrected": row.corrected, "judge_width": round(row.judge_width, 6),
                "people_width": round(row.people_width, 6),
                "corrected_width": round(row.corrected_width, 6),
                "monte_carlo_error": round(row.monte_carlo_error, 6), "least": LEAST, "holds": row.holds,
            }
            for row in covered
        ],
    }  # fmt: skip


def failures(found: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that err more often than they may."""
    return tuple(row for row in found if not row.holds)


def uncovered(covered: Sequence[Coverage]) -> tuple[Coverage, ...]:
    """Return the rows whose corrected interval holds the truth too rarely."""
    return tuple(row for row in covered if not row.holds)


def page(found: Sequence[Row], command: str, covered: Sequence[Coverage] = ()) -> str:
    """Return the rows as a Markdown page that says what each column means."""
    wrong = len(failures(found)) + len(uncovered(covered))
    verdict = "holds in every required row" if not wrong else f"FAILS in {wrong} required rows"
    sections = [
        _INTRODUCTION.format(
            command=command, verdict=verdict, nominal=f"{NOMINAL:.0%}", errors=ERRORS_ALLOWED
        )
    ]
    for rule, kind in _TITLES:
        chosen = [row for row in found if (row.rule, row.kind) == (rule, kind)]
        for required in (True, False):
            part = [row for row in chosen if row.required is required]
            if part:
                sections.append(_section(rule, kind, part, required=required))
    if covered:
        sections.append("\n".join([_COVERAGE.format(least=f"{LEAST:.0%}"), *map(_covered, covered)]))
    return "\n\n".join(sections) + "\n"


def _section(rule: str, kind: str, part: Sequence[Row], *, required: bool) -> str:
    columns = [
        "studies as they are in truth",
        f"true {_TRUTH[rule]}",
        "studies",
        "point rule",
        "t bound alone",
    ]
    columns += ["whole rule", "±", *(["limit"] if required else [])]
    header = f"| {' | '.join(columns)} |"
    align = "|---|---:|---:|---:|---:|---:|---:|" + ("---:|" if required else "")
    shown = _SHOWN if kind == "error" and not required else ""
    lines = [_line(row) for row in part]
    return "\n".join([f"## {_TITLES[rule, kind]}{shown}", "", header, align, *lines])


def _line(row: Row) -> str:
    counts = row.counts
    cells = [
        row.world,
        f"{row.truth:.1%}" if row.rule == "compression" else f"{row.truth:.0%}",
        f"{row.studies:,}",
    ]
    cells += [f"{share:.1%}" for share in (counts.naive, counts.bound)]
    cells += [f"**{counts.rule:.2%}**", f"{row.monte_carlo_error:.2%}"]
    if row.limit is not None:
        cells.append(f"≤ {row.limit:.2%}{'' if row.holds else ' **exceeded**'}")
    return f"| {' | '.join(cells)} |"


def _covered(row: Coverage) -> str:
    judge, people, corrected = (
        f"{share:.1%} ({width:.2f})"
        for share, width in (
            (row.judge, row.judge_width),
            (row.people, row.people_width),
            (row.corrected, row.corrected_width),
        )
    )
    mark = "" if row.holds else " **too few**"
    cells = [row.world, f"{row.labels}", f"{row.studies:,}", judge, people, f"**{corrected}**{mark}"]
    return f"| {' | '.join([*cells, f'{row.monte_carlo_error:.2%}'])} |"


_TRUTH = {"upgrade": "ROI", "compression": "loss"}
_TITLES = {
    ("upgrade", "error"): "Upgrades at the boundary: false approvals",
    ("upgrade", "power"): "Upgrades beyond the boundary: right approvals",
    ("compression", "error"): "Compression at the boundary: false passes",
    ("compression", "power"): "Compression within the limit: right passes",
}
_SHOWN = ", shown whatever they are"
_INTRODUCTION = """\
# Operating characteristics

How often the verdicts err, counted on simulated studies whose truth is known. Made by

    {command}

The stated error ({nominal}, plus {errors} Monte Carlo errors) **{verdict}**.

Each study has 100 cases, a score from 0 to 5 and a value of quality that is known exactly. At the
boundary the true ROI is exactly 150 % (the true loss exactly 5 %): every approval there is false.
The columns are shares of studies:

- **point rule**: the estimate alone passes the limit, as a spreadsheet would say;
- **t bound alone**: the lower t bounds pass, without tail guard, bias allowance, Monte Carlo and
  NPV;
- **whole rule**: what `evalharness decide` says. Studies that pass the bounds go one by one through
  the functions that decide a real run (`assess`, `proof_conditions`, `rule_upgrade`;
  `retention_estimates`, `sena_conditions`, `rule_sena`), 50,000 Monte Carlo draws each; guardrails
  and caps, which could only lower the shares, are left out;
- **±**: one Monte Carlo error of the whole rule's share.

Unless a row says otherwise cases lose 4 points among others with sd 0.5, the cost is 0.06 points'
worth with a spread of 30 %, the tail guard's share is 0.5, and there is no bias allowance: the
default allowance of 0.1 point lowers every share. Sessions are declared as clusters. In compression
rows only one of the two models is at the limit, where an intersection-union test errs most. In rows with
labels people grade that many randomly drawn pairs (errors of sd 0.4 points on a difference; the judge's own
errors have sd 0.3), and the contrasts are corrected by PPI++ instead of an allowance; the tail guard's
pseudo-case is then one more graded pair."""
_COVERAGE = """\
## People's labels: which 95 % intervals hold the true score difference

Studies of 100 cases with a true difference of 0.3 points. Each cell is the share of studies whose two-sided
95 % interval holds it, and the interval's mean width in points: the judge on all cases, people on the graded
ones, and both by PPI++ (t with m − 1 degrees of freedom). At least {least} of the corrected ones must.

| judge, and differences in truth | labels | studies | judge alone | people alone | corrected | ± |
|---|---:|---:|---:|---:|---:|---:|"""
