"""Words and shapes that tell what a sentence does, Korean and English.

The patterns made by `_any` expect lower-cased text: matching without regard to case takes twice as long.
"""

from __future__ import annotations

import re


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


MEASURE = _any(
    r"\d+\s*(?:월|일(?!\w)|시(?!\w)|분|주|년|개월|만|천|억|원|건|명|점|회|번|배|퍼센트|%|시간)",
    r"[£$€₩]\s?\d",
    r"\d\s?(?:%|am|pm|a\.m|p\.m|k\b|kg|km|ms|gb|hours?|minutes?|days?|weeks?|months?|years?|percent)",
    r"\d[:.]\d\d",
    r"\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\b\.?\s+\d",
    r"\d\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
)
"""Dates, times, money and quantities: what an answer gets wrong when it forgets it."""

TIMING = _any(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    r"[월화수목금토일]요일|다음 ?주|다음 ?달|내년|올해|매주|매달|까지|부터",
    r"\b(?:until|till|by|before|after|deadline|due|every|per|each|next|since)\b",
)

BINDING = _any(
    r"\b(?:must|only|never|can(?:no|')t|won't|not allowed|no more than|at most|at least|limit|budget)\b",
    r"\b(?:allerg\w*|agreed|promise\w*|refus\w*|required?|need(?:s|ed)? to|have to|has to|without)\b",
    r"\b(?:unless|except|prefer\w*|decided|approved|signed|diagnos\w*)\b",
    r"안 ?(?:되|돼|된)|못 ?[하해한할받가]|금지|최대|최소|이내|이상|이하|반드시|꼭|예산|마감|한도",
    r"약속|합의|정했|정해|결정|확정|조건|제한|말아|않기로|하기로|받지|만 가능|진단|동의|거절|원칙",
)
"""Limits, duties and agreements."""

CORRECTION = _any(
    r"\b(?:actually|correction|instead|changed|moved|no longer|turns out|turned out|not anymore)\b",
    r"\b(?:rather than|used to|wasn't)\b",
    r"사실은|정정|아니라|바뀌|바꾸|변경|취소|미뤄|당겨|이제는|더 ?이상|알고 보니|원래",
)
"""Later statements that overrule earlier ones."""

EXPERIENCE = _any(
    r"\b(?:failed|quit|resigned|left|burned out|lost|rejected|passed|promoted|hurt|injur\w*)\b",
    r"\b(?:ill|sick|married|pregnan\w*|moved)\b",
    r"그만두|그만뒀|탈락|떨어졌|합격|퇴사|이직|휴직|수술|아프|육아|임신|이혼|탈진|거절당|실패",
)
"""What has happened to this person before."""

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
NUMBER_WORD = _any(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)\b",
    r"\b(?:hundred|half|twice|once)\b",
    r"(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|한) ?(?:번|명|달|시|개|살|건|가지|주|시간)",
)
NAME_EN = re.compile(r"(?<=[a-z,;)’'] )(?!I\b|I'|I’)[A-Z][\w&-]+")
NAME_KO = re.compile(
    r"[가-힣]{1,4} ?(?:님|씨|선생님|팀장|과장|대리|교수|센터장|부장|원장|매니저)"
    r"|[가-힣]{1,4} ?(?:대표|실장|이사|선배|병원|의원|대학|회사)"
)
LATIN_IN_KO = re.compile(r"[A-Za-z][\w+#.-]*")
QUOTED = re.compile(r"[\"“'‘「`][^\"”'’」`]{2,40}[\"”'’」`]")
HANGUL = re.compile(r"[가-힣]")
QUESTION = re.compile(r"[?？][\"'”’)]*$")
PLEASANTRY = _any(
    r"(?:hello|hi|hey|thank|thanks|good (?:morning|evening)|great|sounds good|of course|okay|ok)\b",
    r"안녕하|감사|고맙|네[,.! ]|좋습니다|좋아요|그렇군",
)
CLOSED_MATTER = _any(
    r"no need to|already (?:done|closed|settled|complete)|by the way|anyway|just (?:chat|small talk)",
    r"다루지 않아도|이미 (?:끝|완료|해결)|아무튼|여담",
)

ORDER = _any(
    r"(?:ignore|disregard|forget|override)\W+(?:\w+\W+){0,4}"
    r"(?:instruction|above|previous|prior|earlier|prompt|rule|context|everything|material)",
    r"\byou are now\b|system (?:prompt|message|override)|new instructions?:",
    r"\b(?:as an|dear|attention,?) (?:ai|assistant|model)\b",
    r"\b(?:ai|assistant|chatbot|language model|llm)s?\b[^.]{0,40}"
    r"\b(?:must|should|shall|has to|please|only|always|ignore)\b",
    r"(?:respond|reply|answer|output)\W+(?:only|exactly|solely|nothing but|with the (?:word|text|phrase))",
    r"(?:이전|위|앞|앞선|기존|지금까지|모든)\S*\s?(?:의\s)?(?:\S+\s)?"
    r"(?:지시|명령|프롬프트|규칙|지침|내용|맥락|조건)\S*\s(?:\S+\s)?(?:무시|잊|따르지)",
    r"시스템 ?(?:프롬프트|메시지|지시)|(?:너는|넌|당신은) (?:이제|지금부터)",
    r"(?:라고만|으로만|로만) (?:답|출력|대답)",
    r"(?:ai|인공지능|어시스턴트|챗봇|상담봇|모델(?:은|는|에게))\S*[^.]{0,30}"
    r"(?:하세요|하십시오|할 것|해라|하라|해야|답하|출력|무시)",
)
"""Orders to whoever reads the text, as against statements about the mentee."""
