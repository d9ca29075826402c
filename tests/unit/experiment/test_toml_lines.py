"""Where keys stand in TOML."""

from __future__ import annotations

import pytest

from evalharness.experiment.toml_lines import line_of

TEXT = '''\
# comment
name = "x"

[gateway]
router = "keywords"
"quoted key" = 1

text = """
fake = 3
[not.a.table]
"""
after = 1

[[arms]]
name = "a"

[[arms]] # second
name = "b"
model = "m"

[arms.extra]
deep = 1

[a.b]
c.d = 2
list = [
    { x = 1 },
]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("gateway",), 4),
        (("gateway", "router"), 5),
        (("gateway", "quoted key"), 6),
        (("gateway", "after"), 12),
        (("arms", 0, "name"), 15),
        (("arms", 1), 17),
        (("arms", 1, "model"), 19),
        (("arms", 1, "extra", "deep"), 22),
        (("a", "b", "c", "d"), 25),
        (("a", "b", "list", 0, "x"), 26),
        (("gateway", "missing"), 4),
        (("nowhere",), None),
    ],
)
def test_the_line_of_a_path(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line
