"""What is masked never shows its number: whatever stands around it, however it is written."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import masking, phone, redaction
from core.masking import Kind
from core.search_tokens import folded, tokens, wanted
from core.simplified import simplified
from desk import sight, stand_ins, unmasking
from tests.properties.words import anything, few, told, values

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
dates = st.dates(date(1940, 1, 1), date(2019, 12, 31))
identities = st.builds(
    lambda area, born, rest: f"{area}{born:%Y%m%d}{rest}",
    st.from_regex(r"34[0-9]{4}", fullmatch=True), dates, st.from_regex(r"[0-9]{3}[0-9X]", fullmatch=True),
)  # fmt: skip
around = st.lists(
    st.sampled_from(
        ("我叫王小明，", "电话", "，", "。", "请回", "身份证", "路灯坏了", "\n", "找我 ", "（", "）", "！")
    ),
    max_size=5,
).map("".join)
ways = st.sampled_from((lambda one: one, lambda one: " ".join(one), lambda one: f"{one[:3]}-{one[3:7]}-{one[7:]}",
                        lambda one: one.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789"})))  # fmt: skip


@few
@given(around, mobiles, ways, around)
def test_a_mobile_number_is_hidden_however_it_is_written(before, number, way, behind) -> None:  # type: ignore[no-untyped-def]
    text = f"{before}{way(number)}{behind}"
    for shown in (masking.hide(text), redaction.redact(text), redaction.confidential(text)):
        folded_ = "".join(c for c in phone.fold(shown) if c.isdigit())
        assert number not in folded_ and number[3:7] not in folded_.replace(number[:3] + number[7:], "")


@few
@given(around, identities, around)
def test_an_identity_number_is_hidden(before: str, number: str, behind: str) -> None:
    text = f"{before}{number}{behind}"
    for shown in (masking.hide(text), redaction.redact(text), redaction.confidential(text)):
        assert number[6:14] not in shown


@few
@given(told | anything)
def test_hiding_leaves_no_number_and_the_other_words(text: str) -> None:
    found = masking.numbers(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    once = masking.hide(text)
    assert masking.hide(once) == once
    for one in found:
        if one.kind in (Kind.PHONE, Kind.IDENTITY, Kind.CARD) and len(one.digits) >= 9:
            assert one.digits not in once


@few
@given(told | anything)
def test_redacted_words_are_words(text: str) -> None:
    for make in (redaction.redact, redaction.confidential, redaction.without_home, redaction.without_room):
        assert isinstance(make(text), str)
    own = redaction.Own(redaction.own_names(["王小明", "李先生/女士", text[:4]]), ("13800001234",))
    shown = redaction.confidential(text, own)
    assert "13800001234" not in shown and "王小明" not in shown


@few
@given(values)
def test_any_value_is_masked_at_any_depth(value: object) -> None:
    masked = sight.masked({"说": value, "电话": "13800001234", "深": [{"又": ["我13800001234"]}]})
    assert "13800001234" not in repr(masked) and set(masked) == {"说", "电话", "深"}
    sight.without_codes(value)


@few
@given(told | anything)
def test_a_stored_phone_is_read_as_itself(text: str) -> None:
    for one in (*phone.find(text), *phone.find(text, local=True), *phone.everywhere(text)):
        assert 0 <= one.start < one.end <= len(text)
    stored = phone.canonical(text)
    assert stored is None or phone.canonical(stored) == stored


@few
@given(mobiles, around, around)
def test_a_mask_is_made_whole_only_with_the_number_it_hides(number: str, before: str, behind: str) -> None:
    mask = masking.hide(number)
    masks = unmasking.known([number])
    assert masks == {mask: [number]}
    assume("*" not in before + behind)
    assert unmasking.restored(f"{before} {mask} {behind}", masks, "内容").count(number) == 1
    assert unmasking.restored(f"{before} {behind}", masks, "内容") == f"{before} {behind}"


@few
@given(told, st.integers(0, 40))
def test_whether_a_mask_stays_does_not_hang_on_the_text_around_a_number_that_is_not_there(
    text: str, at: int
) -> None:
    at = min(at, len(text))
    assert stand_ins.stays_masked(text, []) in (True, False)
    mask = "138****1234"
    stand_ins.stays_masked(text[:at] + mask + text[at:], [(at, at + len(mask))])


@pytest.mark.parametrize("make", [folded, simplified])
@few
@given(text=anything)
def test_folded_words_stay_so(make, text: str) -> None:  # type: ignore[no-untyped-def]
    assert make(make(text)) == make(text)


@few
@given(st.text("路灯坏了abc12Ｂ電梯", min_size=1, max_size=8), told, told)
def test_a_word_is_found_by_its_tokens_wherever_it_stands(word: str, before: str, behind: str) -> None:
    stored = tokens(f"{before}{word}{behind}")
    assert any(all(one in stored.split() for one in under_key) for under_key in wanted(word))
    assert word not in stored or len(word) <= 3
