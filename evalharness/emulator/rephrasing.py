"""Light rephrasing: who speaks changes, what is said does not.

Numbers, names and dates stay as they stand; text in quotes and code is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_KEPT = re.compile(r"(\"[^\"]*\"|“[^”]*”|`[^`]*`)")
_SHIFTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b(?:I am|I'm|I’m)\b", "you are"),
        (r"\b(?:am I)\b", "are you"),
        (r"\bI was\b", "you were"),
        (r"\bwas I\b", "were you"),
        (r"\bI(?=['’](?:ve|d|ll)\b)", "you"),
        (r"\bI\b", "you"),
        (r"\b[Mm]yself\b", "yourself"),
        (r"\b[Mm]y\b", "your"),
        (r"\b[Mm]ine\b", "yours"),
        (r"\bme\b", "you"),
        (r"\b[Ww]e\b", "you"),
        (r"\b[Oo]ur\b", "your"),
        (r"\bus\b", "you"),
    )
)
_FILLER_EN = re.compile(
    r"^(?:(?:(?:oh|well|yes|no|ah|right|ok|okay|anyway|actually|honestly|so),|and|but|also|oh) )+(?=\w)",
    re.IGNORECASE,
)
_FILLER_KO = re.compile(r"^(?:(?:아|네|예|음|참|그리고|근데|그런데|그래서|아니|저|사실)[,.]? )+")
_SELF_KO = re.compile(r"^(?:저는|제가|전|나는|내가|저희는|저희가) ")
_OVERRULED_EN = re.compile(
    r"^(?:at first|originally|initially)\b.{3,120}?(?:[,;] but| but then| but) ", re.IGNORECASE
)
_OVERRULED_KO = re.compile(r"^(?:처음엔|처음에는|원래는|애초에는|애초에) .{3,80}?(?:는데|지만|다가),? ")
_CONTINUES = re.compile(
    r"^(?:The|A|An|This|That|These|Those|It|He|She|They|There|In|On|At|By|From|If|When|After|Before|Then"
    r"|You|Your|Our|We|My|For|With|Until|Since|Nobody|Everyone|Last|Next|One|Two|Three|Four|Five|Six)\b"
)


def from_mentee(text: str) -> str:
    """Turn a mentee's sentence into one said back to the mentee."""
    text = _SELF_KO.sub("", _FILLER_KO.sub("", _FILLER_EN.sub("", text)))
    return _outside_quotes(text, _shift)


def without_overruled(text: str) -> str:
    """Drop the leading clause of a sentence that corrects itself ("At first …, but …")."""
    rest = _OVERRULED_KO.sub("", _OVERRULED_EN.sub("", text))
    return rest if len(rest) > 12 else text


def continued(text: str) -> str:
    """Return the text so that it continues a sentence: common first words lose their capital."""
    return text[:1].lower() + text[1:] if _CONTINUES.match(text) else text


def closed(text: str) -> str:
    """Return the text as a whole sentence: first letter large, a full stop at the end if it has no mark."""
    text = text.strip()
    text = text[:1].upper() + text[1:] if text[:1].isascii() and not text.startswith("`") else text
    if text.endswith("!"):
        return text[:-1] + "."
    return text if re.search(r"[.?…。`\"”’)\]]$", text) else text + "."


def _shift(text: str) -> str:
    for pattern, replacement in _SHIFTS:
        text = pattern.sub(replacement, text)
    return text


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    return "".join(piece if i % 2 else change(piece) for i, piece in enumerate(_KEPT.split(text)))
