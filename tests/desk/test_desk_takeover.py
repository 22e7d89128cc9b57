"""Taking a conversation over from a colleague who has left the desk, or, as a supervisor, from any."""

from __future__ import annotations

import asyncio

from sqlalchemy import update

from desk.models import DeskUser
from tests.conftest import Clock
from tests.desk.conftest import OURS, Office, Person, on_both
from tests.desk.test_desk_live import connect
from tests.desk.test_desk_passing import audited, taken


async def held(office: Office) -> tuple[Person, Person, str]:
    """An agent at the desk with a conversation, a colleague, and the conversation's address."""
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2", name="坐席 2 号")
    await connect(anne)
    return anne, bill, await taken(office, anne)


def asked(holder: Person, note: str = "同事已下班") -> dict[str, str]:
    return {"holder": holder.id, "note": note}


async def test_who_signed_out_can_be_followed_and_cannot_answer_any_more(office: Office) -> None:
    anne, bill, one = await held(office)
    here = (await bill.post(f"{one}/take_over", asked(anne), 409))["error"]
    assert here["code"] == "holder_present" and "坐席 1 号还在岗" in here["message"]
    assert await audited(office) == []
    assert (await bill.get(one))["conversation"]["holder_present"] is True
    await anne.post("/logout")
    assert (await bill.get(one))["conversation"]["holder_present"] is False
    took = (await bill.post(f"{one}/take_over", asked(anne)))["conversation"]
    assert (took["mode"], took["agent"]["display_name"], took["unread"]) == ("human", "坐席 2 号", 0)
    assert (await bill.get(one))["messages"][-1]["text"].startswith("接下来由坐席 2 号继续为您服务")
    event = (await bill.get(f"{one}/events"))["events"][-1]
    assert (event["kind"], event["agent"]["id"], event["from"]["id"]) == ("taken", bill.id, anne.id)
    assert event["facts"]["note"] == "同事已下班" and event["facts"]["held_s"] >= 0
    assert await audited(office) == [(bill.id, "take_over", took["id"], "同事已下班")]

    await anne.login("a1")
    late = {"client_id": "m1", "text": "我刚查到了"}
    refused = (await anne.post(f"{one}/messages", late, 409))["error"]
    assert refused["message"] == "没有发出去：这个会话现在由坐席 2 号接待，不在您手里"
    for what, body in (("hand_back", {}), ("close", {}), ("transfer", {"to": None, "note": "请接着办"})):
        refused = (await anne.post(f"{one}/{what}", body, 409))["error"]
        assert (refused["code"], refused["details"]["agent"]["id"]) == ("not_yours", bill.id)
    await bill.post(f"{one}/messages", late)


async def test_who_is_gone_for_a_while_or_closed_can_be_followed(office: Office, clock: Clock) -> None:
    anne, bill = await office.hire("a1"), await office.hire("a2")
    await connect(anne)
    one, two = await taken(office, anne, "v1"), await taken(office, anne, "v2")
    clock.forward(seconds=15)
    await bill.post(f"{one}/take_over", asked(anne), 409)
    clock.forward(seconds=25)
    await bill.post(f"{one}/take_over", asked(anne))
    await connect(anne)
    await bill.post(f"{two}/take_over", asked(anne), 409)
    async with office.database.write() as session:
        await session.execute(update(DeskUser).where(DeskUser.id == anne.id).values(active=False))
    await bill.post(f"{two}/take_over", asked(anne))


async def test_a_supervisor_may_always(office: Office) -> None:
    anne, _, one = await held(office)
    chief = await office.hire("s1", "supervisor", name="班长")
    took = (await chief.post(f"{one}/take_over", asked(anne)))["conversation"]
    assert took["agent"]["display_name"] == "班长"
    again = await chief.post(f"{one}/take_over", asked(anne))  # such as after a lost answer
    assert again["conversation"]["agent"]["id"] == chief.id
    assert [reason for *_, reason in await audited(office)] == ["同事已下班", ""], (
        "the repeat changed nothing"
    )


async def test_what_is_refused_is_not_recorded_as_done(office: Office) -> None:
    anne, bill, one = await held(office)
    chief = await office.hire("s1", "supervisor")
    editor = await office.hire("e1", "editor")
    waiting = f"/conversations/{await office.waiting('v2')}"
    for person, path, body, status, code in (
        (chief, one, asked(anne, ""), 400, "note_needed"),
        (chief, one, asked(anne, "\u200b\u2060"), 400, "note_needed"),
        (chief, one, {"note": "同事已下班"}, 400, "bad_request"),
        (chief, one, asked(bill), 409, "already_taken"),
        (chief, waiting, asked(anne), 409, "not_held"),
        (editor, one, asked(anne), 403, "role_not_allowed"),
    ):
        error = (await person.post(f"{path}/take_over", body, status))["error"]
        assert error["code"] == code, error
    assert await audited(office) == []
    assert (await anne.get(one))["conversation"]["agent"]["id"] == anne.id


@on_both
async def test_of_several_at_once_one_gets_it(office: Office) -> None:
    anne, _, one = await held(office)
    chiefs = [await office.hire(f"s{n}", "supervisor") for n in range(4)]

    async def take_over(person: Person) -> int:
        answer = await person.client.post(f"/api/desk{one}/take_over", json=asked(anne), headers=OURS)
        return answer.status

    async def speak() -> int:
        words = {"client_id": "m1", "text": "稍等"}
        answer = await anne.client.post(f"/api/desk{one}/messages", json=words, headers=OURS)
        return answer.status

    *found, spoke = await asyncio.gather(*map(take_over, chiefs), speak())
    assert sorted(found) == [200, 409, 409, 409] and spoke in (200, 409)
    got = chiefs[found.index(200)].id
    assert [user for user, *_ in await audited(office)] == [got]
    events = (await anne.get(f"{one}/events"))["events"]
    assert [one["agent"]["id"] for one in events if one["kind"] == "taken"] == [anne.id, got]


async def test_the_note_of_an_older_transfer_goes_when_it_is_taken_over(office: Office) -> None:
    anne, bill, one = await held(office)
    chief = await office.hire("s1", "supervisor", name="班长")
    await connect(bill)
    await anne.post(f"{one}/transfer", {"to": bill.id, "note": "餐饮类，您熟"})
    assert (await chief.get(one))["conversation"]["transfer"]["note"] == "餐饮类，您熟"
    took = (await chief.post(f"{one}/take_over", asked(bill)))["conversation"]
    assert took["transfer"] is None
    notes = [event["facts"].get("note") for event in (await chief.get(f"{one}/events"))["events"]]
    assert "餐饮类，您熟" in notes and "同事已下班" in notes
