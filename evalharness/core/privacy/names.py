"""People's names in a text, by a list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

_HANGUL = re.compile(r"[가-힣]+")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:['’-][A-Za-zÀ-ÖØ-öø-ÿ]+)*")
_SURE_SYLLABLES = 3
_FOLLOWS = re.compile(
    "씨|님|군|양|야|아|이|가|은|는|을|를|의|에|와|과|랑|도|만|께|로|으로|한테|하고|부터|까지|처럼|보다"
    "|선생|쌤|샘|선배|후배|형|누나|언니|오빠|팀장|대리|과장|부장|차장|사원|매니저|멘토|멘티|교수|대표|코치"
)
"""What may follow a name of two syllables in the same word: particles and titles."""


class NameList:
    """Names that are found whole: Korean ones with particles and titles after them, Latin ones in any case.

    Korean words begin where a space or a sign does, so 민수 is not found in 국민수. A name of two syllables
    needs a particle, a title or the word's end after it (지우 is not found in 지우고); longer ones do not.
    A space after a family name of one syllable is optional.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names, each as people write it."""
        clean = [unicodedata.normalize("NFC", " ".join(name.split())) for name in names]
        self._hangul = {name.replace(" ", "") for name in clean if _HANGUL.match(name)}
        self._latin = {_words(name) for name in clean if not _HANGUL.match(name)} - {()}
        self._longest = max(map(len, self._hangul), default=0)
        self._most_words = max(map(len, self._latin), default=0)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where names stand."""
        if self._hangul:
            yield from self._find_hangul(text)
        if self._latin:
            yield from self._find_latin(text)

    def _find_hangul(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_HANGUL.finditer(text))
        for index, word in enumerate(words):
            length = self._prefix(word.group())
            if length:
                yield word.start(), word.start() + length
            elif len(word.group()) == 1 and index + 1 < len(words):
                given = words[index + 1]
                length = self._prefix(word.group() + given.group()) - 1
                if length > 0 and text[word.end() : given.start()] == " ":
                    yield word.start(), given.start() + length

    def _prefix(self, word: str) -> int:
        """Return how many syllables of a word's beginning are a name; 0 if none are."""
        for length in range(min(self._longest, len(word)), 1, -1):
            if word[:length] not in self._hangul:
                continue
            rest = word[length:]
            if length >= _SURE_SYLLABLES or not rest or _FOLLOWS.match(rest):
                return length
        return 0

    def _find_latin(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_LATIN.finditer(text))
        index = 0
        while index < len(words):
            taken = self._latin_at(text, words, index)
            if taken:
                first, last = words[index], words[index + taken - 1]
                yield first.start(), last.start() + len(_plain(last.group()))
            index += max(1, taken)

    def _latin_at(self, text: str, words: list[re.Match[str]], index: int) -> int:
        for count in range(min(self._most_words, len(words) - index), 0, -1):
            part = words[index : index + count]
            if any(text[a.end() : b.start()].strip(" .") for a, b in pairwise(part)):
                continue
            if tuple(_folded(word.group()) for word in part) in self._latin:
                return count
        return 0


def _words(name: str) -> tuple[str, ...]:
    return tuple(_folded(word.group()) for word in _LATIN.finditer(name))


def _folded(word: str) -> str:
    return _plain(word).replace("’", "'").casefold()


def _plain(word: str) -> str:
    return re.sub(r"['’]s$", "", word, flags=re.IGNORECASE)
