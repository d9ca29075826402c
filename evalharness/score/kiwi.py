"""Korean lemmas by Kiwi (extra `korean`), loaded with the first text and once."""

from __future__ import annotations

from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING

from evalharness.core.errors import BadInput

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

BOUNDARY = "¶"
"""Between sentences: no form reaches over it."""
_CONTENT = frozenset({"NN", "NR", "NP", "VV", "VA", "XR", "MA", "MM", "SN", "SL", "SH"})
_ENDS = frozenset({"SF", "SE"})


class KiwiLemmatizer:
    """Content lemmas of Korean text: nouns, numbers, stems of verbs and adjectives, adverbs; no particles.

    The light verbs 하다 and 되다 after a noun are left out: "결정하다" and "결정을 하다" are the same.
    """

    def __init__(self) -> None:
        """Find the package.

        Raises:
            BadInput: If the extra is not installed.
        """
        try:
            versions = "+".join(metadata.version(name) for name in ("kiwipiepy", "kiwipiepy_model"))
        except metadata.PackageNotFoundError:
            raise BadInput("lemmas need Kiwi: pip install 'evalharness[korean]'") from None
        self.version = f"kiwipiepy/{versions}"

    @cached_property
    def _kiwi(self) -> Kiwi:
        # Optional, 106 MB on disk and seconds to load: only who asks for lemmas pays.
        from kiwipiepy import Kiwi  # noqa: PLC0415

        return Kiwi(num_workers=1)

    def lemmas(self, text: str) -> tuple[str, ...]:
        """Return the content lemmas of a text in order, BOUNDARY between sentences."""
        found: list[str] = []
        light = False
        for token in self._kiwi.tokenize(text):
            tag = token.tag
            if tag in _ENDS:
                found.append(BOUNDARY)
            elif tag[:2] in _CONTENT and not (tag.startswith("VV") and token.form in {"하", "되"} and light):
                found.append(token.form)
            light = tag[:2] in {"NN", "XR"} or (light and tag.startswith("J"))
        return tuple(found)
