"""Files of ratings: thumbs or stars, and one line for whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.ratings import Rating
from evalharness.experiment.ratings_file import read_ratings


def read(folder: Path, text: str) -> tuple[Rating, ...]:
    file = folder / "r.csv"
    file.write_text(text, encoding="utf-8", newline="\n")
    return read_ratings(file)


def test_stars(tmp_path: Path) -> None:
    found = read(tmp_path, "session_id,rating,comment,case_id,arm\na,4,'=nice,c1,pro\nb,3,,,\n")
    assert found[0] == Rating(session="a", satisfied=True, stars=4, comment="=nice", case_id="c1", arm="pro")
    assert found[1] == Rating(session="b", satisfied=False, stars=3)


@pytest.mark.parametrize(
    ("up", "down"), [("👍", "👎"), ("up", "down"), ("1", "0"), ("yes", "No"), ("'+1", "'-1")]
)
def test_thumbs(tmp_path: Path, up: str, down: str) -> None:
    found = read(tmp_path, f"session_id,rating\na,{up}\nb,{down}\n")
    assert [rating.satisfied for rating in found] == [True, False]
    assert found[0].stars is None


def test_a_named_column_leaves_nothing_to_guess(tmp_path: Path) -> None:
    assert read(tmp_path, "session_id,stars\na,1\n")[0].satisfied is False
    assert read(tmp_path, "session_id,thumb\na,1\n")[0].satisfied is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("session_id,rating\na,1\nb,1\n", "r.csv:1: every rating is 1: name the column thumb or stars"),
        ("session_id,rating\na,5\nb,6\n", "r.csv:3: row 2: rating is '6', not a whole number of stars"),
        ("session_id,rating\na,5\nb,up\n", "row 2: rating is 'up', not a whole number of stars"),
        ("session_id,thumb\na,meh\n", "row 1: thumb is 'meh', neither up nor down"),
        ("session_id,rating\na,5\na,4\n", "row 2: session 'a' is rated in row 1 already; keep one"),
        ("session_id,rating\n,5\n", "row 1: session_id is empty"),
        ("id,rating\na,5\n", "no column 'session_id'; there are id, rating"),
        ("session_id,note\na,5\n", "there is none of rating, thumb and stars"),
        ("session_id,thumb,stars\na,1,5\n", "there is both thumb and stars"),
        ("session_id,rating\na\n", "row 1: 1 cells under a header of 2"),
    ],
)  # fmt: skip
def test_a_wrong_file_gives_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
