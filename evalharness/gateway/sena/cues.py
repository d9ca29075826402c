"""Surface signs, in Korean and English, that a sentence states something worth keeping.

Function words, endings and the classes of figures and names that any context has; nothing that belongs to one
subject or one case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Without the flag: Hangul has no case, and each of its 11,172 syllables would be folded at every start.
_HANGUL = "(?-i:[가-힣])"
_KOREAN_FIGURE = (
    r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스물?|서른|마흔|쉰|예순|일흔|여든|아흔|백|첫|몇|반)"
)
_KOREAN_COUNTER = (
    r"(?:번|명|시간|달|주|개월|년|가지|살|학기|개|권|장|편|쪽|줄|컷|곳|병|잔|차례|분|사람|칸|대|채|층"
    r"|배|끼|마디|벌|켤레|통|군데|팀|건|회|째|해|날|밤|판|자리|마리|그루|문단|문장|단어|페이지|과목|단계)"
)
_ENGLISH_FIGURE = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|half|third|quarter|twice|dozen"
    r"|first|second)"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


COUNTED: Mapping[str, tuple[re.Pattern[str], int]] = {
    "figure": (_any(r"(?<![\w.])[₩$€£]?\d[\d,.:/~%-]*\d|\d"), 3),
    "number_word": (
        _any(
            rf"(?<!{_HANGUL}){_KOREAN_FIGURE}{{1,2}}\s?{_KOREAN_COUNTER}",
            rf"(?<!{_HANGUL})(?:하루|이틀|사흘|나흘|닷새|열흘|보름|절반)",
            rf"\b{_ENGLISH_FIGURE}(?:-\w+)?\b",
        ),
        3,
    ),
    "time": (
        _any(
            r"\d\s?[월일년시분]|[월화수목금토일]요일|(?:지난|다음|이번)\s?(?:주|달|해)|내년|올해|작년",
            r"아침|저녁|새벽|봄|여름|가을|겨울",
            r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
            r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
            r"\b(?:morning|evening|night|spring|summer|autumn|winter)\b",
        ),
        2,
    ),
    "name": (
        # Case matters here: a capital inside a sentence is a name.
        re.compile(
            r"(?<=[a-z,;:] )[A-Z][\w'’-]+|[A-Z]{2,}\d*|\b[A-Z]\w+[A-Z]\w*|[가-힣]{2,4}\s?"
            r"(?:님|씨|팀장|교수|선배|대리|과장|부장|원장|실장|선생|이사|대표|박사|사장|차장|언니|오빠|형)"
        ),
        3,
    ),
    "limit": (
        _any(
            r"마감|까지|이상|이하|최소|최대|반드시|꼭|필수|한도|조건|우선|때문|부터",
            r"\b(?:must|only|instead|except|until|before|after|deadline|limit|requires?d?)\b",
            r"\b(?:at least|at most|because|since|needs?|has to|have to|unless|if)\b",
        ),
        2,
    ),
    "negation": (
        _any(
            r"못|안\s?(?:돼|되|된|할|하|해)|않|없|아니|말고|빼고|제외|금지|불가",
            r"\b(?:not|never|no|nobody|nothing|none|without|cannot|nor|neither|\w+n['’]t)\b",
        ),
        2,
    ),
}
"""Signs that count, with the number after which more of them adds nothing."""

PRESENT: Mapping[str, re.Pattern[str]] = {
    "change": _any(
        r"정정|바뀌|바뀐|변경|취소|미뤄|미루|연기|앞당|사실|알고 보니|다시|잘못|이제|더 이상|원래|대신",
        r"지금은|그런데|근데|하지만|다만",
        r"\b(?:actually|correction|changed?|moved|postponed|cancell?ed|no longer|turns out|now|updated?)\b",
        r"\b(?:wrong|but|however|instead|since then|used to|anymore)\b",
    ),
    "decision": _any(
        r"결정|정했|정하|약속|합의|기로|확정|합시다|봅시다|하자|보자|세요\b|좋겠|어때",
        r"\b(?:promised?|decided?|agree(?:d|ment)?|settled|plan|chose|choose|will|let['’]s|should|could)\b",
        r"\b(?:I['’]d|you['’]d|try|suggest|keep|make sure)\b",
    ),
    "wish": _any(
        r"싫|좋아하|원하|바라|고 싶|선호|꿈|무섭|두렵|못 견디|편이",
        r"\b(?:prefer|hate|love|enjoy|wish|want|dread|can['’]t stand|would like|['’]d like|dream)\w*\b",
    ),
    "report": _any(
        r"(?:대요|래요|래|답니다|랍니다|다네요|라네요)[.!…\"'”’)]*$|[라다냐자]고",
        r"\b(?:said|says|told|asked|asks|wrote|writes|mentioned|heard|call(?:s|ed)?)\b",
    ),
    "question": re.compile(r"[?？][\"'”’」』)]*$"),
    "address": _any(r"\b(?:you|yours?|you['’][a-z]+)\b", r"(?:네요|군요|지요|죠|잖아요?)[.!…\"'”’)]*$"),
    "pronoun_start": _any(
        r"^(?:그게|그건|그것|그거|그래서|그런|그러|그렇|이건|이게|그)",
        r"^(?:that|it|this|so|then|and|but|which|they|those|these)\b",
    ),
    "small_talk": _any(
        r"^(?:네|예|아|음|오|와|ㅎㅎ|ㅋㅋ|감사|고마|안녕|반가|수고|좋아요|좋네요|그렇군요|그렇네요|알겠|맞아요|그럼요)",
        r"^(?:thanks|thank you|hi|hello|hey|great|sure|ok|okay|haha|no worries|sounds good|yes|yeah|oh)\b",
    ),
}
"""Signs that are there or not."""
