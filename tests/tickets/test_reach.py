"""When a department works, and whom the hotline calls there."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import ValidationError

from core.city.parts import Department, OfficeContact
from core.clock import SHANGHAI
from tests.cities import HUAINAN, QINGWU
from tickets import reach


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("moment", "works", "opens"),
    [
        (at(2026, 11, 30, 8), True, None),
        (at(2026, 11, 30, 12), False, "2026-11-30T05:30:00.000Z"),
        (at(2026, 11, 30, 7, 59), False, "2026-11-30T00:00:00.000Z"),
        (at(2026, 11, 30, 17, 30), False, "2026-12-01T00:00:00.000Z"),
        (at(2026, 10, 1, 9), False, "2026-10-08T00:00:00.000Z"),  # over 国庆
        (at(2026, 10, 10, 9), True, None),  # a Saturday made up
    ],
)
def test_office_hours_of_its_own(moment: datetime, works: bool, opens: str | None) -> None:
    found = reach.of(QINGWU, "市数据资源局", moment)
    assert found is not None
    assert (found["hours"], found["own_hours"]) == ("08:00–12:00、13:30–17:30", True)
    assert (found["open"], found["opens_at"]) == (works, opens)
    assert [(one["post"], one["deputy"]) for one in found["contacts"]] == [
        ("热线联络员", False),
        ("值班室", True),
    ]


def test_day_and_night_and_the_hours_of_the_city() -> None:
    night = at(2026, 10, 1, 3)
    water = reach.of(QINGWU, "青梧燃气集团", night)
    assert water is not None and water["open"] is True and water["hours"] == "全天"
    county = reach.of(QINGWU, "澜水县人民政府", at(2026, 11, 30, 10))
    assert county is not None
    assert (county["open"], county["own_hours"], county["example"], county["contacts"]) == (
        True,
        False,
        False,
        [],
    )
    assert reach.of(QINGWU, "没有这个单位", night) is None
    ours = reach.of(HUAINAN, HUAINAN.departments[0].name, night)
    assert ours is not None and ours["example"], "said to be an example wherever it is shown"


def test_what_is_missing_is_said() -> None:
    assert reach.lacking(QINGWU) == (["市城管委", "青梧水务集团", "澜水县人民政府"],) * 2
    assert len(reach.lacking(HUAINAN)[1]) == len(HUAINAN.departments)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": ["14:00-18:00", "08:00-12:00"]},
        {"hours": ["08:00-25:00"]},
        {"hours": []},
        {"deputies": [{"post": "值班室", "phone": "0999-1000002", "example": True}]},
        {"contact": {"post": "值班室", "phone": "0999-1000002"}},
        {"contact": {"post": "值班室", "phone": "call me", "example": True}},
    ],
)
def test_what_can_not_be_right_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Department.model_validate({"name": "市某局", "kind": "city", **wrong})
    assert OfficeContact(post="值班室", phone="0999-1000002", source="https://example.org/").source
