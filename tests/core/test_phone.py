"""Every writing of a telephone number, and the one form it is kept in."""

from __future__ import annotations

import pytest

from core.phone import canonical, find, fold


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("(0554)6660000", "05546660000"),
        ("0554 6660000", "05546660000"),
        ("0554-6660000", "05546660000"),
        ("（０５５４）６６６００００", "05546660000"),
        ("+86 554 6660000", "05546660000"),
        ("零五五四，六六六零零零零", "05546660000"),
        ("010 62345678", "01062345678"),
        ("0554-6660000转801", "05546660000-801"),
        ("0554 6660000 转分机 801", "05546660000-801"),
        ("4008001234", "4008001234"),
        ("400-800-1234", "4008001234"),
        ("95588", "95588"),
        ("+852 9123 4567", "+85291234567"),
        ("00852 91234567", "+85291234567"),
        ("+1 (650) 253-0000", "+16502530000"),
        ("幺三八，零零零零，一二三四", "13800001234"),
        ("1 3 9 5 5 5 4 0 0 0 0", "13955540000"),
        ("86-13955540000", "13955540000"),
        ("400 - 800 - 1234", "4008001234"),
    ],
)
def test_a_number_has_one_form(said: str, kept: str) -> None:
    assert canonical(said) == kept
    assert canonical(kept) == kept, "the kept form is read as itself"


@pytest.mark.parametrize(
    "said",
    [
        "021-6660000",
        "340402199001011234",
        "13955540000元",
        "13955540000 13955540001",
        "139    55540000",
        "+1",
        "++++",
        "ﷺ",
    ],
)
def test_what_is_no_number_or_more_than_one(said: str) -> None:
    assert canonical(said) is None


def test_numbers_are_found_where_they_stand() -> None:
    text = "ﷺ找张三１３９５５５４００００，或者（0554）6660000转8，工单HN2026112300001，门牌15号"
    found = find(text)
    assert [one.number for one in found] == ["13955540000", "05546660000-8"]
    assert [text[one.start : one.end] for one in found] == ["１３９５５５４００００", "（0554）6660000转8"]


@pytest.mark.parametrize(
    "said",
    ["我电话13844441212平时都开机", "打13844441212万一没人接", "wx13844441212", "tel13844441212元旦后打"],
)
def test_a_mobile_number_is_no_amount_and_may_stand_behind_letters(said: str) -> None:
    assert [one.number for one in find(said)] == ["13844441212"]


def test_figures_without_area_code_are_a_number_only_where_one_was_asked_for() -> None:
    assert canonical("6660000") == "6660000"
    assert find("编号6660000的路灯不亮") == []


def test_folding_keeps_every_place() -> None:
    assert len(fold("ﷺ①㎏（½" * 50)) == len("ﷺ①㎏（½" * 50)
