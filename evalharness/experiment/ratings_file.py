"""A CSV of users' ratings → one rating a session, with the row of whatever is wrong."""

from __future__ import annotations

from pathlib import Path

from evalharness.core.csv_text import unguarded
from evalharness.core.errors import BadInput
from evalharness.core.ratings import SATISFIED_STARS, Rating
from evalharness.experiment.rows import Row, read_rows

_UP = frozenset(
    {"up", "thumbs_up", "thumbs up", "yes", "y", "true", "1", "+1", "👍", "good", "좋아요", "만족"}
)
_DOWN = frozenset({
    "down", "thumbs_down", "thumbs down", "no", "n", "false", "0", "-1", "👎", "bad", "싫어요", "불만족",
})  # fmt: skip
_STARS = {str(stars): stars for stars in range(1, 6)} | {f"{stars}.0": stars for stars in range(1, 6)}
_KINDS = ("rating", "thumb", "stars")


def read_ratings(file: Path) -> tuple[Rating, ...]:
    """Read ratings: columns session_id and one of rating, thumb or stars; comment, case_id, arm if known.

    A `rating` column is taken for thumbs if every value is one, else for stars.

    Raises:
        BadInput: For the first row that cannot be meant, a session rated twice, or a column of which nobody
            can tell whether it holds thumbs or stars.
    """
    rows = read_rows(file, "csv")
    for row in rows:
        if row.values is None:
            raise row.error(row.problem)
    kind = _kind(rows, file)
    stars = kind == "stars" or (kind == "rating" and _holds_stars(rows, file))
    seen: dict[str, Row] = {}
    ratings = []
    for row in rows:
        rating = _rating(row, kind, stars=stars)
        first = seen.setdefault(rating.session, row)
        if first is not row:
            raise row.error(f"session {rating.session!r} is rated in row {first.number} already; keep one")
        ratings.append(rating)
    return tuple(ratings)


def _kind(rows: tuple[Row, ...], file: Path) -> str:
    columns = rows[0].values or {}
    if "session_id" not in columns:
        raise BadInput(f"no column 'session_id'; there are {', '.join(columns)}", file=file, line=1)
    found = [name for name in _KINDS if name in columns]
    if len(found) != 1:
        what = f"both {found[0]} and {found[1]}" if found else "none of rating, thumb and stars"
        raise BadInput(f"the ratings stand in one column named rating, thumb or stars; there is {what}",
                       file=file, line=1)  # fmt: skip
    return found[0]


def _holds_stars(rows: tuple[Row, ...], file: Path) -> bool:
    values = {_word(row, "rating") for row in rows}
    if values <= {"1", "1.0"}:
        message = "every rating is 1: name the column thumb or stars, so that nobody has to guess"
        raise BadInput(message, file=file, line=1)
    return not values <= _UP | _DOWN


def _rating(row: Row, kind: str, *, stars: bool) -> Rating:
    values = row.values or {}
    session = values["session_id"].strip()
    if not session:
        raise row.error("session_id is empty; without it nobody can tell how many sessions were rated")
    word = _word(row, kind)
    if stars and word not in _STARS:
        raise row.error(f"{kind} is {values[kind]!r}, not a whole number of stars from 1 to 5")
    if not stars and word not in _UP | _DOWN:
        raise row.error(f"{kind} is {values[kind]!r}, neither up nor down (yes or no, 1 or 0, 👍 or 👎)")
    given = _STARS[word] if stars else None
    return Rating(
        session=session, satisfied=word in _UP if given is None else given >= SATISFIED_STARS, stars=given,
        comment=unguarded(values.get("comment", "")).strip(),
        case_id=values.get("case_id", "").strip() or None, arm=values.get("arm", "").strip() or None,
    )  # fmt: skip


def _word(row: Row, column: str) -> str:
    return unguarded((row.values or {})[column]).strip().casefold()
