"""What a line of the queue says of a danger, and of what a conversation is about."""

from __future__ import annotations

from typing import Any

from bot.understanding.danger import shipped
from conversations import danger
from conversations.types import InboundMessage
from tests.desk.conftest import MakeOffice, Office, Person


async def line(agent: Person, conversation_id: str, mode: str = "waiting") -> dict[str, Any]:
    """The conversation's line under a tab."""
    found = (await agent.get("/conversations", mode=mode))["conversations"]
    [one] = [each for each in found if each["id"] == conversation_id]
    return dict(one)


async def press(office: Office, visitor: str, title: str, payload: str) -> None:
    """A citizen presses a button."""
    said = InboundMessage("web", visitor, f"{visitor}-{title}", title, button=payload)
    assert await office.conversations.wait((await office.conversations.receive(said)).turn_id, 10) is not None


async def test_the_danger_is_named_and_its_words_are_shown(make_office: MakeOffice) -> None:
    office = await make_office(judge=shipped())
    agent = await office.hire("a1")
    fire = await office.says("v1", "我家厨房着火了，火很大", "v1-1")
    await press(office, "v1", danger.FILE_IT.title, danger.FILE_IT.payload)
    shown = await line(agent, fire)
    assert (shown["urgent"], shown["danger"]) == (True, {"tag": "着火", "over": False})
    assert shown["about"] == "我家厨房着火了，火很大"
    despair = await office.says("v2", "我不想活了，药都买好了", "v2-1")
    assert (await line(agent, despair))["danger"]["tag"] == "轻生"
    poison = await office.says("v3", "我妈把一瓶农药喝下去了", "v3-1")
    assert (await line(agent, poison))["danger"]["tag"] == "服毒"


async def test_what_is_over_is_not_called_urgent(make_office: MakeOffice) -> None:
    office = await make_office(judge=shipped())
    agent = await office.hire("a1")
    beaten = await office.says("v1", "我老公正在打我，拿着刀", "v1-1")
    assert (await line(agent, beaten))["urgent"] is True
    await office.says("v1", "没事了，人没事", "v1-2")
    shown = await line(agent, beaten)
    assert (shown["urgent"], shown["danger"]["over"], shown["mode"]) == (False, True, "waiting")

    gas = await office.says("v2", "家里煤气漏了，味道很大", "v2-1")
    await agent.post(f"/conversations/{gas}/take")
    assert (await line(agent, gas, "human"))["urgent"] is True
    await office.says("v2", "没事了，阀门关了", "v2-2")
    shown = await line(agent, gas, "human")
    assert (shown["urgent"], shown["danger"]) == (False, {"tag": "燃气", "over": True})


async def test_a_pressed_button_is_no_preview(office: Office) -> None:
    agent = await office.hire("a1")
    one = await office.says("v1", "公积金怎么取", "v1-1")
    await press(office, "v1", "转人工", "/request_human")
    await office.conversations.request_human(one, "citizen_asked")
    shown = await line(agent, one)
    assert (shown["last_words"]["text"], shown["danger"], shown["about"]) == (
        "公积金怎么取",
        None,
        "公积金怎么取",
    )
    assert shown["unread"] == 2
    two = await office.says("v2", "转人工", "v2-1")
    await office.conversations.request_human(two, "citizen_asked", context={"诉求内容": "路口井盖没了"})
    assert (await line(agent, two))["about"] == "路口井盖没了"
