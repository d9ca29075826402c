"""What is personal is found in Korean and English, and what only looks like it is left alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.case import Case, Context, KeyFact, Turn
from evalharness.core.privacy import Kind, PersonalText, redact_case, redact_json, redact_text
from evalharness.core.privacy.numbers import passes_check_digit, passes_iban, passes_luhn
from evalharness.core.text import find_any

NAMES = PersonalText(names=("김민수", "지우", "남궁 민", "Orla Brannigan", "Nell", "O'Brien"))


def found(text: str, personal: PersonalText = NAMES) -> list[tuple[Kind, str]]:
    return [(item.kind, item.text) for item in personal.find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("메일은 minsu.kim+work@naver.com으로 주세요", Kind.EMAIL, "minsu.kim+work@naver.com"),
        ("write to t.rossi@turin-cello.it.", Kind.EMAIL, "t.rossi@turin-cello.it"),
        ("제 번호는 010-2345-6789예요", Kind.PHONE, "010-2345-6789"),
        ("사무실 02) 312-4567로", Kind.PHONE, "02) 312-4567"),
        ("call +82 10-2345-6789 at night", Kind.PHONE, "+82 10-2345-6789"),
        ("call (212) 664-7665 at night", Kind.PHONE, "(212) 664-7665"),
        ("주민번호 900215-2345678 맞나요", Kind.RESIDENT, "900215-2345678"),
        ("제 주민등록번호는 9002152345678", Kind.RESIDENT, "9002152345678"),
        ("그 값은 9001011234568입니다", Kind.RESIDENT, "9001011234568"),
        ("그 값은 2101014234560입니다", Kind.RESIDENT, "2101014234560"),
        ("my SSN is 219-09-9999", Kind.RESIDENT, "219-09-9999"),
        ("paid by 4111 1111 1111 1111 again", Kind.CARD, "4111 1111 1111 1111"),
        ("카드 5555-5555-5555-4444로 결제", Kind.CARD, "5555-5555-5555-4444"),
        ("신한 110-123-456789로 보내 주세요", Kind.ACCOUNT, "110-123-456789"),
        ("국민은행 12345604123456", Kind.ACCOUNT, "12345604123456"),
        ("3333-01-1234567 (카카오뱅크)", Kind.ACCOUNT, "3333-01-1234567"),
        ("my account number is 1234567890", Kind.ACCOUNT, "1234567890"),
        ("IBAN GB82 WEST 1234 5698 7654 32, please", Kind.ACCOUNT, "GB82 WEST 1234 5698 7654 32"),
        ("김민수가 말했어요", Kind.NAME, "김민수"),
        ("김 민수 씨가 말했어요", Kind.NAME, "김 민수"),
        ("남궁민입니다", Kind.NAME, "남궁민"),
        ("지우는 괜찮대요", Kind.NAME, "지우"),
        ("지우, 너는?", Kind.NAME, "지우"),
        ("ask ORLA brannigan's team", Kind.NAME, "ORLA brannigan"),
        ("Nell's birthday", Kind.NAME, "Nell"),
        ("thanks, o’brien", Kind.NAME, "o’brien"),
    ],
)
def test_found(text: str, kind: Kind, what: str) -> None:
    """Each in a sentence of its own, whole and nothing around it."""
    assert found(text) == [(kind, what)]


@pytest.mark.parametrize(
    "text",
    [
        "write to info@example.com or me@school.test",
        "2026-11-23부터 2027-01-15까지, 예산 1,250,000원",
        "order 2026-11-02-0041 of 3,000,000 won",
        "그 값은 1732871234567입니다",  # milliseconds: no birth date
        "그 값은 9002152345678입니다",  # a birth date, but neither separator, word nor check digit
        "case 901341-2345678 has no such day",
        "card 4111 1111 1111 1112, and 0000 0000 0000 0000",
        "사업자등록 120-81-47521",
        "ISBN 978-89-6848-123-1",
        "order 1234567890123 shipped",
        "국민수가 많다, 지우고 다시 썼다, 민수",
        "Nellie and Brannigan and Orla",
        "room 219-09-999",
        "GB82 WEST 1234 5698 7654 33",
    ],
)
def test_left_alone(text: str) -> None:
    assert found(text) == []


def test_check_digits_of_the_specifications() -> None:
    """Luhn's and ISO's own examples, and a figure off; a resident number's by its published weights."""
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")
    assert passes_iban("GB82 WEST 1234 5698 7654 32")
    assert not passes_iban("GB82 WEST 1234 5698 7654 33")
    assert passes_check_digit("9001011234568")
    assert not passes_check_digit("9001011234567")
    assert passes_check_digit("9001015234561")  # a foreigner's, which ends two later


def test_what_belongs_to_nobody_is_allowed() -> None:
    personal = PersonalText(allowed=frozenset({"02-312-4567"}))
    assert found("상담은 02-312-4567, 저는 010-2345-6789", personal) == [(Kind.PHONE, "010-2345-6789")]


def test_one_person_keeps_one_number(make_case: Callable[..., Case]) -> None:
    """Across context, message and surface forms; an answer that repeats the stand-in uses the fact."""
    case = make_case(
        message="지우한테는 뭐라고 하죠? 제 번호 010-2345-6789예요.",
        context=Context(
            profile="김민수, 개발자. kim@naver.com",
            turns=(Turn(role="mentee", text="지우가 김 민수는 빠지라고 했어요."),),
        ),
        key_facts=(KeyFact(id="f1", fact="지우의 요구", forms=("지우",), where=("turns[0]",)),),
        reference_answer="지우에게 먼저 물어보세요.",
    )
    redacted, counts = redact_case(case, NAMES)
    assert redacted.context.profile == "[이름1], 개발자. [이메일1]"
    assert redacted.context.turns[0].text == "[이름2]가 [이름1]는 빠지라고 했어요."
    assert redacted.message == "[이름2]한테는 뭐라고 하죠? 제 번호 [전화1]예요."
    assert redacted.key_facts[0].forms == ("[이름2]",)
    assert find_any(redacted.key_facts[0].forms, "그럼 [이름2]에게 먼저 물어보세요")
    assert not find_any(redacted.key_facts[0].forms, "그럼 [이름1]에게 먼저 물어보세요")
    assert counts == {Kind.NAME: 7, Kind.EMAIL: 1, Kind.PHONE: 1}
    assert redact_case(redacted, NAMES)[0] == redacted


def test_an_answer_is_redacted_in_its_own_language_and_its_marks_are_kept() -> None:
    body = {
        "candidates": [
            {"content": {"parts": [{"text": "Call Nell on (212) 664-7665."}, {"text": "지우는요?"}]}}
        ],
        "responseId": "012 345 6789",
        "usageMetadata": {"totalTokenCount": 12345678901},
    }
    redacted, counts = redact_json(body, NAMES)
    parts = redacted["candidates"][0]["content"]["parts"]
    assert [part["text"] for part in parts] == ["Call [name] on [phone].", "[이름]는요?"]
    assert (redacted["responseId"], redacted["usageMetadata"]) == (body["responseId"], body["usageMetadata"])
    assert counts == {Kind.NAME: 2, Kind.PHONE: 1}


def test_decomposed_hangul_is_read_like_composed() -> None:
    """Text from a Mac's file names is decomposed."""
    text = unicodedata.normalize("NFD", "김민수가 왔다")
    assert redact_text(text, NAMES, lambda item: "X") == "X가 왔다"


pieces = st.sampled_from(
    [
        "김민수", "지우", "가", " ", "-", "010-2345-6789", "4111111111111111", "900215-2345678", "계좌",
        "account",
        "110-123-456789", "a@b.kr", "@", "+82", "12", "Nell", "'s", "GB82WEST12345698765432", "[", "]", "\n",
    ]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=4), max_size=14).map("".join))
def test_nothing_personal_is_left(text: str) -> None:
    """Whatever stands side by side; and redacting again changes nothing."""
    redacted, _ = redact_json(text, NAMES)
    assert NAMES.find(redacted) == ()
    assert redact_json(redacted, NAMES)[0] == redacted
