"""The blind routing set: complete, balanced, and strict."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.routing_file import load_routing

MESSAGES = """\
messages:
  - id: a
    language: ko
    persona: moon
    difficulty: clear
    reason: a wish to be read
    message: |
      무엇을 바라는지 모르겠어요.
  - id: b
    language: en
    persona: pen
    difficulty: close
    reason: two teams
    message: How do I tell both teams?
"""


def test_the_shipped_set_is_ten_a_cell(root: Path) -> None:
    messages = load_routing(root / "prompts" / "routing" / "blind.yaml").messages
    cells = Counter((message.persona, message.language) for message in messages)
    assert len(messages) == 80
    assert set(cells.values()) == {10}
    assert len(cells) == 8


def test_no_message_is_in_the_dataset(root: Path) -> None:
    from evalharness.experiment.dataset_file import load_dataset

    blind = {
        message.message for message in load_routing(root / "prompts" / "routing" / "blind.yaml").messages
    }
    assert blind.isdisjoint(case.message for case in load_dataset(root / "prompts" / "mentoring").cases)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: b", "id: a", 9, "id 'a' is also on line 2"),
        ("How do I tell both teams?", "무엇을  바라는지 모르겠어요.", 14, "is also on line 7"),
        ("difficulty: close", "difficulty: near", 12, "input should be 'clear' or 'close'"),
        ("persona: pen", "persona: pan", 11, "nearest valid value: pen"),
        ("    reason: two teams\n", "", 9, r"missing key messages\[1\]\.reason"),
        ("messages:", "message:", 2, "nearest valid name: messages"),
    ],
)
def test_a_wrong_set_is_refused(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    path = tmp_path / "blind.yaml"
    path.write_text(MESSAGES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=message) as caught:
        load_routing(path)
    assert caught.value.line == line


def test_the_hash_ignores_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "blind.yaml"
    path.write_text(MESSAGES, encoding="utf-8")
    first = load_routing(path)
    path.write_bytes(MESSAGES.replace("\n", "\r\n").encode())
    assert load_routing(path).sha256 == first.sha256
    assert first.messages[0].message == "무엇을 바라는지 모르겠어요."
