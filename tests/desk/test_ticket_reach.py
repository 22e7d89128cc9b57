"""What somebody may read of a ticket: numbers in all words masked until they are looked at with a reason, and only who has it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from desk import sight
from tests.desk import test_desk_lifecycle
from tests.desk.conftest import OURS, Person, on_both
from tests.desk.test_desk_lifecycle import Hall
from tickets.service import Tickets

hall = test_desk_lifecycle.hall

PHONE, CARD = "13912345678", "342401199001010012"
WHY = {"reason": "核对地址或事情经过"}
NUMBERS = f"业主电话{PHONE}，身份证{CARD}"


def hidden(page: dict[str, Any]) -> bool:
    said = json.dumps(page, ensure_ascii=False)
    return PHONE not in said and CARD not in said


async def test_numbers_in_answers_notes_and_history_are_masked_and_seen_with_a_reason(hall: Hall) -> None:
    number = await hall.handled()
    await hall.act(hall.lamps, number, "note", text=f"现场联系：{NUMBERS}")
    await hall.act(hall.lamps, number, "contact", reached=True, text=NUMBERS)
    answer = f"小区门口的路灯已于 11 月 29 日修好，{NUMBERS}。"
    await hall.act(hall.lamps, number, "reply", public=answer, confidential=NUMBERS, override="业主要求写上")
    for who in (hall.agent, hall.boss, hall.lamps):
        assert hidden(await who.get(f"/tickets/{number}")), "before it is reviewed"
    await hall.act(hall.agent, number, "approve")
    await hall.act(hall.agent, number, "callback", solved=False, satisfied=1, why=f"又坏了，找{PHONE}")
    for who in (hall.agent, hall.boss, hall.lamps):
        page = await who.get(f"/tickets/{number}")
        assert hidden(page)
        assert "139****5678" in page["ticket"]["public_reply"]
        clear = await who.post(f"/tickets/{number}/reveal", WHY)
        words = clear["words"]
        assert PHONE in words["public_reply"] and CARD in words["confidential_reply"]
        assert [PHONE in event["note"] for event in clear["events"]] == [
            event["action_code"] in ("note", "contact", "reply", "callback", "redo")
            for event in clear["events"]
        ]
        assert hidden(await who.get(f"/tickets/{number}")), "the page itself stays masked"


async def test_a_department_that_assists_sees_no_more_with_a_reason_than_without(hall: Hall) -> None:
    number = await hall.file()
    await hall.act(hall.agent, number, "accept")
    both = {"department": hall.ids["lamps"], "assisting": [hall.ids["roads"]]}
    await hall.act(hall.agent, number, "dispatch", **both)
    await hall.act(hall.lamps, number, "sign")
    answer = "您反映的小区门口路灯，已于 11 月 29 日更换灯泡，恢复照明。"
    await hall.act(hall.lamps, number, "reply", public=answer, confidential=f"内部：{NUMBERS}")
    clear = await hall.roads.post(f"/tickets/{number}/reveal", WHY)
    assert clear["contact_phone"] == "13800000000", "it may call"
    assert answer not in str(clear) and hidden(clear)


def test_every_word_of_a_ticket_is_masked_unless_it_is_named_as_none() -> None:
    shown = sight.ticket({"a_new_text": NUMBERS, "callback": {"why": NUMBERS}, "number": "HN2026112300001"})
    assert hidden(shown) and shown["number"] == "HN2026112300001"


async def reveals(who: Person, number: str) -> int:
    response = await who.client.post(f"/api/desk/tickets/{number}/reveal", json=WHY, headers=OURS)
    return response.status


@on_both
async def test_access_to_the_contact_follows_who_has_the_ticket_now(hall: Hall) -> None:
    returned = await hall.file("1")
    await hall.act(hall.agent, returned, "accept")
    await hall.act(hall.agent, returned, "dispatch", department=hall.ids["roads"])
    assert await reveals(hall.roads, returned) == 200
    await hall.act(hall.roads, returned, "ask_return", reason="不归我们管")
    await hall.act(hall.agent, returned, "grant_return")
    assert await reveals(hall.roads, returned) == 404
    await hall.act(hall.agent, returned, "dispatch", department=hall.ids["lamps"])
    assert (await reveals(hall.roads, returned), await reveals(hall.lamps, returned)) == (404, 200)

    merged = await hall.file("2")
    await hall.act(hall.agent, merged, "accept")
    await hall.act(
        hall.agent, merged, "dispatch", department=hall.ids["roads"], assisting=[hall.ids["lamps"]]
    )
    await hall.act(hall.agent, merged, "merge", into=returned)
    assert (await reveals(hall.roads, merged), await reveals(hall.lamps, merged)) == (404, 200)
    assert [one["number"] for one in (await hall.roads.get("/tickets"))["tickets"]] == []
    await hall.roads.get(f"/tickets/{merged}", 404)
    # The one into which it was merged moves on to another department, and the reporter with it.
    await hall.act(hall.lamps, returned, "ask_return", reason="其实归住建局")
    await hall.act(hall.boss, returned, "grant_return")
    assert await reveals(hall.lamps, merged) == 404
    await hall.act(hall.boss, returned, "dispatch", department=hall.ids["roads"])
    assert (await reveals(hall.lamps, merged), await reveals(hall.roads, merged)) == (404, 200)

    withdrawn = await hall.handled("3")
    await hall.act(hall.agent, withdrawn, "withdraw", reason="群众说好了")
    assert await reveals(hall.lamps, withdrawn) == 403


@on_both
async def test_a_ticket_that_is_taken_away_at_the_same_time_is_seen_before_or_not_at_all(hall: Hall) -> None:
    for key in "abcd":
        number = await hall.file(key)
        await hall.act(hall.agent, number, "accept")
        await hall.act(hall.agent, number, "dispatch", department=hall.ids["lamps"])
        await hall.act(hall.lamps, number, "ask_return", reason="不归我们管")
        status, _ = await asyncio.gather(
            reveals(hall.lamps, number), hall.act(hall.agent, number, "grant_return")
        )
        events = [one["action_code"] for one in (await hall.agent.get(f"/tickets/{number}"))["events"]]
        seen = "contact_seen" in events
        assert seen == (status == 200)
        assert not seen or events.index("contact_seen") < events.index("grant_return")


@on_both
@pytest.mark.parametrize("children", [0, 2])
async def test_two_merges_in_opposite_directions_end_with_one_done_and_one_refused(
    hall: Hall, children: int
) -> None:
    for round_ in range(6):
        one, other = [await hall.file(f"{round_}-{name}") for name in ("one", "other")]
        for child in range(children):
            small = await hall.file(f"{round_}-child-{child}")
            await hall.act(hall.agent, small, "merge", into=(one, other)[child % 2])

        async def merge(who: Person, number: str, into: str) -> tuple[int, dict[str, Any]]:
            body = {"action": "merge", "version": 1, "fields": {"into": into}}
            response = await who.client.post(f"/api/desk/tickets/{number}/act", json=body, headers=OURS)
            return response.status, await response.json()

        done = await asyncio.gather(merge(hall.agent, one, other), merge(hall.boss, other, one))
        assert sorted(status for status, _ in done) == [200, 409], done
        [refused] = [said for status, said in done if status == 409]
        assert refused["error"]["message"].endswith("不能再并进去。")
        tickets: Tickets = hall.office.tickets
        states = [(await tickets.get(number)).state.label for number in (one, other)]
        assert sorted(states) == ["并单", "待受理"]
