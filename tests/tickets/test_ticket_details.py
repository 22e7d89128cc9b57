"""Facts of a matter that have no column: checked, kept with their labels, given back in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.actions.complaint.draft import details
from bot.actions.complaint.fields import FIELDS, Field, any_words
from core.errors import BadRequest
from tickets.checks import MAX_DETAIL, MAX_DETAILS
from tickets.service import Tickets
from tickets.types import Detail, TicketDraft

METER = Field("meter_number", "水表号", heard=130, words=r"水表", answer=any_words(40))
WET = Field("wet", "是否漏水", heard=140, words=r"漏水", shown=lambda value: "是" if value else "否")


async def test_details_are_kept_with_their_labels_in_order(tickets: Tickets, draft: TicketDraft) -> None:
    given = (Detail("wet", "是否漏水", "是"), Detail("meter_number", "水表号", " A12\x00-3 "))
    ticket = await tickets.file(replace(draft, details=given), "k")
    kept = (Detail("wet", "是否漏水", "是"), Detail("meter_number", "水表号", "A12-3"))
    assert ticket.details == kept
    assert (await tickets.get(ticket.number)).to_json()["details"] == [
        {"name": "wet", "label": "是否漏水", "value": "是"},
        {"name": "meter_number", "label": "水表号", "value": "A12-3"},
    ]


async def test_a_ticket_without_details_has_none(tickets: Tickets, draft: TicketDraft) -> None:
    assert (await tickets.file(draft, "k")).details == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([Detail("meter_number", "水表号", "1" * (MAX_DETAIL + 1))], "meter_number"),
        ([Detail("meter_number", "水表号", " \n")], "meter_number"),
        ([Detail("meter_number", "号" * 21, "1")], "meter_number"),
        ([Detail("Meter-Number", "水表号", "1")], "Meter-Number"),
        ([Detail("meter_number", "水表号", "1")] * 2, "details"),
        ([Detail(f"d{i}", "项", "1") for i in range(MAX_DETAILS + 1)], "details"),
        ([Detail("meter_number", "水表号", 3)], "meter_number"),  # type: ignore[arg-type]
    ],
)
async def test_a_bad_detail_is_refused_under_its_own_name(
    tickets: Tickets, draft: TicketDraft, given: list[Detail], field: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        await tickets.file(replace(draft, details=tuple(given)), "k")
    assert caught.value.code == "bad_ticket"
    assert list(caught.value.details["fields"]) == [field]


@pytest.mark.parametrize(
    ("slots", "filed"),
    [
        ({"meter_number": "A123", "wet": True}, [("水表号", "A123"), ("是否漏水", "是")]),
        ({"meter_number": "", "wet": False}, [("是否漏水", "否")]),
        ({"meter_number": None}, []),
    ],
)
def test_a_field_the_ticket_has_no_column_for_is_filed_as_a_detail(
    slots: dict[str, Any], filed: list[tuple[str, str]]
) -> None:
    columns = {"complaint_type": "投诉", "content": "水管漏了", "subject": "某物业", "confidential": True}
    found = details({**columns, **slots}, (*FIELDS, METER, WET))
    assert [(detail.label, detail.value) for detail in found] == filed
