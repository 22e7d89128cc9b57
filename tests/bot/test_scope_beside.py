"""A live matter beside another route: taken up when the route is only named in passing, offered when it is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.actions.runtime.endpoint import routes
from bot.understanding.danger import shipped
from conversations.types import InboundMessage, Reply
from tests.bot.calls import SECRET, Rasa, client_of
from tests.bot.parts import SmallCity, small_city

IN_PASSING = (
    "我去信访局反映过了没人理，我家门口的下水道还在往外冒粪水",
    "信访局反映过好几次，楼下化粪池还在冒粪水",
    "仲裁院不受理，公司还拖着工资不发",
    "找了信访局没人理，村里的路还是坑坑洼洼全是烂泥",
)
WANTED_TOO = {
    "我对法院判决不服，路灯也坏了三天没人修": "路灯也坏了三天没人修",
    "我要举报镇长贪污，另外村口的垃圾堆了半个月没人清": "村口的垃圾堆了半个月没人清",
}
ONLY_WANTED = (
    "信访局给的答复我不认，我要再上访",
    "去年在信访局登记的征地补偿，到现在还没给说法，你们催一下",
    "去信访局反映拆迁补偿的事，怎么一直没人理我，我要上访",
    "邻居欠我三万块钱不还，法院判了也不执行",
    "我不服行政复议决定，要去法院",
)


class Hears:
    """A dialogue that only notes what reaches it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        self.heard.append(message)
        return [Reply("好的。")]


@dataclass
class Office:
    """A citizen before the small city, with the actions at their endpoint."""

    city: SmallCity
    rasa: Rasa
    dialogue: Hears

    async def say(self, text: str) -> tuple[str, list[Reply]]:
        """The conversation and the replies."""
        receipt = await self.city.conversations.receive(InboundMessage("web", text, "m", text))
        assert await self.city.conversations.wait(receipt.turn_id, 10)
        said = await self.city.conversations.history(receipt.conversation_id)
        return receipt.conversation_id, [Reply(m.text, m.buttons) for m in said if m.direction == "out"]


@pytest.fixture
async def office(tmp_path: Path, knowledge_index: Path) -> AsyncIterator[Office]:
    dialogue = Hears()
    app = web.Application()
    app.add_routes(routes(SECRET))
    async with small_city(tmp_path, knowledge_index, dialogue) as city, client_of(app) as client:
        yield Office(city, Rasa(client), dialogue)


@pytest.mark.parametrize("text", IN_PASSING)
async def test_a_route_named_in_passing_declines_nothing(text: str, office: Office) -> None:
    await office.say(text)
    assert office.dialogue.heard == [text]


@pytest.mark.parametrize("text", WANTED_TOO)
async def test_a_live_matter_beside_a_wanted_route_is_offered_to_be_filed(text: str, office: Office) -> None:
    conversation, replies = await office.say(text)
    assert not office.dialogue.heard
    assert "不能受理" in replies[0].text
    assert f"您还说到“{WANTED_TOO[text]}”" in replies[1].text
    file_it = replies[1].buttons[0]
    form = await office.rasa.run(
        "validate_complaint_form",
        file_it.payload,
        "start_complaint",
        conversation=conversation,
        entities={"slot": "declined", "value": "beside"},
    )
    assert form.slots["content"] == WANTED_TOO[text]


@pytest.mark.parametrize("text", ONLY_WANTED)
async def test_a_wanted_route_alone_is_declined_as_ever(text: str, office: Office) -> None:
    _, replies = await office.say(text)
    assert not office.dialogue.heard
    assert len(replies) == 1 and "不能受理" in replies[0].text


@pytest.mark.parametrize(
    "text", ["昨天信访局的人来过了，谢谢", "法院旁边的公园很漂亮", "纪委的电话是多少", "仲裁要多少钱"]
)
def test_no_matter_goes_on_where_nothing_is_wrong(text: str) -> None:
    assert shipped().live(text) is None
