"""What a sentence is worth for what it says, whatever is asked: numbers, names, limits, changes."""

from __future__ import annotations

import re
from math import sqrt

_NUMBER = re.compile(r"(?<![\w.])[₩$€£]?\d[\d,.:/~%-]*")
_KOREAN_COUNT = re.compile(
    r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?"
    r"(?:번|명|시간|달|주|개월|년|가지|살|학기)"
)
_NAME = re.compile(
    r"(?<=[a-z,;:] )[A-Z][\w'-]+"
    r"|[가-힣]{2,4}(?:님|씨|팀장|교수|선배|대리|과장|부장|원장|실장|선생)"
    r"|[A-Z]{2,}\d*|\b[A-Z]\w+[A-Z]\w*"
)
_QUOTED = re.compile(r"\"[^\"]{2,}\"|“[^”]{2,}”|‘[^’]{2,}’|'[^' ][^']{2,}'|「[^」]+」|`[^`]+`")
_LIMIT = re.compile(
    r"못\s|못하|안\s?(?:돼|되|된|할|하)|않|없|말고|대신|제외|금지|불가|마감|까지"
    r"|이상|이하|최소|최대|반드시|꼭|필수|한도|조건|약속|결정|정했|싫|원하|바라|우선"
    r"|\b(?:not|never|no|without|cannot|can't|won't|don't|must|only|instead|except|until"
    r"|before|deadline|limit|at least|at most|promised?|decided|agreed|prefer|hate|refuse"
    r"|required?|allergic|because)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"정정|바뀌|바뀐|변경|취소|미뤄|연기|앞당|사실은|알고 보니|다시 확인|잘못|이제는|더 이상"
    r"|\b(?:actually|correction|changed?|moved|postponed|cancelled|canceled|no longer"
    r"|turns out|now it|updated?|wrong)\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"^(?:네|아|음|오|ㅎㅎ|ㅋㅋ|감사|고마|안녕|반가|수고|좋아요|그렇군요|알겠"
    r"|thanks|thank you|hi|hello|great|sure|ok|okay|haha|no worries|sounds good)",
    re.IGNORECASE,
)
_SMALL_TALK_FACTOR = 0.5


def salience(text: str) -> float:
    """Return how informative a sentence is by itself; 0 is small talk, most sentences lie between 0 and 4.

    Higher is more worth keeping. Counts saturate, so that a long table does not crowd out everything else.
    """
    numbers = len(_NUMBER.findall(text)) + len(_KOREAN_COUNT.findall(text))
    score = (
        1.2 * sqrt(min(numbers, 3))
        + 0.7 * sqrt(min(len(_NAME.findall(text)), 3))
        + 0.5 * min(len(_QUOTED.findall(text)), 2)
        + 0.6 * min(len(_LIMIT.findall(text)), 2)
        + 0.8 * min(len(_CHANGE.findall(text)), 1)
    )
    return score * (_SMALL_TALK_FACTOR if _SMALL_TALK.match(text.strip()) else 1.0)
