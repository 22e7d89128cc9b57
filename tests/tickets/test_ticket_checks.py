"""What of a citizen's words may be stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadRequest
from core.phone import canonical
from tests.cities import HUAINAN
from tickets import checks
from tickets.types import TicketDraft, TicketType


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("13800000000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("＋８６ １３８００００００００", "13800000000"),
        ("0086-13800000000", "13800000000"),
        ("0554-6660000", "05546660000"),
        ("（0554）6660000", "05546660000"),
        ("6660000", "6660000"),
        ("02066660000-12", "02066660000-12"),
    ],
)
def test_phones(said: str, stored: str) -> None:
    assert canonical(said) == stored


@pytest.mark.parametrize(
    "said", ["", "12345", "1380000000", "138000000000", "12800000000", "无", "110", "1" * 50]
)
def test_no_phones(said: str) -> None:
    assert canonical(said) is None


@pytest.mark.parametrize("kind", list(TicketType))
def test_a_type_may_be_given_by_code_or_label(kind: TicketType) -> None:
    assert checks.check(TicketDraft(kind.label, "内容在这里"), HUAINAN).type is kind
    assert checks.check(TicketDraft(kind.value, "内容在这里"), HUAINAN).type is kind


def test_a_place_the_list_does_not_have_is_kept_as_said() -> None:
    assert checks.check(TicketDraft("投诉", "内容在这里", district="外地"), HUAINAN).district == "外地"


@pytest.mark.slow
@given(content=st.text(), address=st.text(), phone=st.text(), district=st.text(), name=st.text())
def test_any_text_is_stored_clean_or_refused_in_words(
    content: str, address: str, phone: str, district: str, name: str
) -> None:
    draft = TicketDraft(
        "投诉", content, address=address, contact_phone=phone, district=district, contact_name=name
    )
    try:
        checked = checks.check(draft, HUAINAN)
    except BadRequest as error:
        assert error.details["fields"]
        return
    for text in (checked.content, checked.address, checked.contact_phone, checked.contact_name):
        text.encode("utf-8")
        assert "\0" not in text
