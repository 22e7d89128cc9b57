"""What every channel keeps to, whatever its platform: the web, each kind of WeChat account, and a channel of a few lines.

A new channel passes by being one more entry in ``ENTRANCES``: how it is made, and how a citizen writes through it.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.phone import PhoneChannel
from channels.web import WebChannel
from channels.wechat import Pace, WeChat
from conversations.channels import Channel
from conversations.listing import Wanted
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import Agent, InboundMessage
from core.database import Database
from core.events import LocalEvents
from core.news import News
from service.errors import errors
from telephony import Calls
from tests.channels.phone.conftest import SECRET, Cti
from tests.channels.wechat import conftest as wechat_conftest
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import ACCOUNTS, HOLD_S, PATIENCE_S, QUICK
from tests.channels.wechat.platform import Platform
from tests.conversations.paper import Paper
from tests.rasa_standin import SmallDialogue, no_answer
from tests.waiting import until

api = wechat_conftest.api

USER = "oTEST_contract"
AGENT = Agent("agent-1", "坐席 1 号")
LONG = "".join(f"第{n}点，请您带好身份证原件和户口本来窗口办理。" for n in range(1, 91))


@dataclass
class Entrance:
    """One channel with one account, and a citizen who uses it.

    Args:
        write: the citizen writes; gives what the request itself was answered.
        read: all the citizen has been shown by other ways so far.
    """

    channel: Channel
    account: str
    conversations: Conversations
    dialogue: SmallDialogue
    write: Callable[[str], Awaitable[str]]
    read: Callable[[], Awaitable[str]]
    user: str = USER
    shown: str = ""

    async def say(self, text: str) -> None:
        self.shown += await self.write(text)

    async def conversation(self) -> str:
        return (await self.conversations.find_or_create(self.channel.name, self.account, self.user)).id

    async def until_shown(self, *texts: str, within_s: float = 10) -> str:
        """Wait until the citizen has been shown these; all they were shown."""

        async def missing() -> list[str]:
            whole = self.shown + await self.read()
            return [text for text in texts if text not in whole]

        async def shown() -> bool:
            return not await missing()

        await until(shown, within_s)
        return self.shown + await self.read()


Make = Callable[[AsyncExitStack, Database, Path, Api], Awaitable[Entrance]]


async def _serve(stack: AsyncExitStack, app: web.Application) -> TestClient[web.Request, web.Application]:
    return await stack.enter_async_context(TestClient(TestServer(app)))


async def _conversations(stack: AsyncExitStack, database: Database) -> tuple[Conversations, SmallDialogue]:
    dialogue = SmallDialogue()
    talk = await stack.enter_async_context(Conversations(database, LocalEvents(), dialogue, no_answer))
    return talk, dialogue


async def _web(stack: AsyncExitStack, database: Database, folder: Path, api: Api) -> Entrance:
    talk, dialogue = await _conversations(stack, database)
    channel = WebChannel(
        database, talk, LocalEvents(), media=Media(database, folder), session_key="k", city="淮南", origins=[]
    )
    app = web.Application(middlewares=[errors])
    channel.attach(app)
    client = await _serve(stack, app)
    async with client.post("/api/web/session", json={}) as response:
        headers = {"Authorization": f"Bearer {(await response.json())['token']}"}
    wrote: list[str] = []

    async def write(text: str) -> str:
        body = {"client_id": str(uuid.uuid4()), "text": text}
        async with client.post("/api/web/messages", json=body, headers=headers) as response:
            assert response.status == 200
        if not wrote:
            (view,) = (await talk.list(Wanted())).views
            entrance.user = view.user_id
        wrote.append(text)
        return ""

    async def read() -> str:
        async with client.get("/api/web/messages?after=0", headers=headers) as response:
            said = (await response.json())["messages"]
        return "".join(one["text"] for one in said if one["direction"] == "out")

    entrance = Entrance(channel, "", talk, dialogue, write, read)
    return entrance


def _wechat(account: str) -> Make:
    async def make(stack: AsyncExitStack, database: Database, folder: Path, api: Api) -> Entrance:
        talk, dialogue = await _conversations(stack, database)
        channel = await stack.enter_async_context(
            WeChat(
                ACCOUNTS, database, talk, Media(database, folder), city="淮南", api_base=api.url,
                pace=Pace(patience_s=PATIENCE_S, hold_s=HOLD_S, **QUICK),
            )
        )  # fmt: skip
        app = web.Application(middlewares=[errors])
        app.add_routes(channel.routes())
        mini = account == "mini"
        platform = Platform(await _serve(stack, app), path=f"/wechat/{account}", as_json=mini, api=api)

        async def write(text: str) -> str:
            return (await platform.say(text, user=USER)).text or ""

        async def read() -> str:
            return "".join(api.texts(USER))

        return Entrance(channel, account, talk, dialogue, write, read)

    return make


async def _paper(stack: AsyncExitStack, database: Database, folder: Path, api: Api) -> Entrance:
    talk, dialogue = await _conversations(stack, database)
    channel = Paper(database)
    talk.channels.add(channel)

    async def write(text: str) -> str:
        receipt = await talk.receive(InboundMessage("paper", USER, str(uuid.uuid4()), text))
        await talk.wait(receipt.turn_id, 10)
        return ""

    async def read() -> str:
        return "".join(channel.slips)

    return Entrance(channel, "", talk, dialogue, write, read)


async def _phone(stack: AsyncExitStack, database: Database, folder: Path, api: Api) -> Entrance:
    talk, dialogue = await _conversations(stack, database)

    async def nobody(username: str) -> str:
        return ""

    channel = PhoneChannel(talk, Calls(database, LocalEvents()), secret=SECRET, agent_of=nobody)
    app = web.Application(middlewares=[errors])
    app.add_routes(channel.routes())
    cti = Cti(await _serve(stack, app))
    number = "13800000000"
    await cti.tell("rung", number=number)
    await cti.tell("answered", number=number)
    said: list[str] = []

    async def write(text: str) -> str:
        said.append(text)
        await cti.tell("said", number=number, text=text, nth=len(said))
        return ""

    async def read() -> str:
        return "".join(one["text"] for one in (await cti.tell("listen", number=number))["say"])

    return Entrance(channel, "", talk, dialogue, write, read, "call:c-1")


ENTRANCES: dict[str, Make] = {
    "web": _web,
    "phone": _phone,
    "subscription account": _wechat("main"),
    "service account": _wechat("pushing"),
    "mini program": _wechat("mini"),
    "paper": _paper,
}


@pytest.fixture(params=ENTRANCES)
async def entrance(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, api: Api
) -> AsyncIterator[Entrance]:
    async with AsyncExitStack() as stack:
        made = await ENTRANCES[request.param](stack, database, tmp_path, api)
        yield made
        made.dialogue.gate.set()


async def test_it_says_what_it_is(entrance: Entrance) -> None:
    channel = entrance.channel
    assert channel.name and channel.label
    assert entrance.conversations.channels.get(channel.name) is channel
    assert entrance.conversations.channels.label(channel.name) == channel.label
    assert entrance.conversations.channels.outbox(channel.name) == (
        channel.name if channel.delivers else None
    )
    shows = channel.shows(entrance.account)
    assert shows.buttons >= 0 and (shows.length is None or shows.length > 0)
    assert len({(str(route)) for route in channel.routes()}) == len(channel.routes())


async def test_a_question_is_answered_once_and_nothing_is_owed_after(entrance: Entrance) -> None:
    await entrance.say("公积金怎么提取")
    whole = await entrance.until_shown("您说的是：公积金怎么提取")
    assert whole.count("您说的是：公积金怎么提取") == 1

    async def nothing_owed() -> bool:
        return not await entrance.conversations.undelivered(await entrance.conversation())

    await until(nothing_owed)


@pytest.mark.slow
async def test_an_agents_long_words_arrive_whole_and_in_order(entrance: Entrance) -> None:
    """By themselves where that can be, else with what the citizen writes next, again and again."""
    await entrance.say("您好")
    await entrance.until_shown("您说的是：您好")
    one = await entrance.conversation()
    await entrance.conversations.request_human(one, "citizen_asked")
    await entrance.conversations.take(one, AGENT)
    await entrance.conversations.say(one, AGENT, LONG, "c-1")
    await entrance.conversations.say(one, AGENT, "以上就是全部。", "c-2")
    reach = await entrance.conversations.reach(one)
    assert reach is None or reach.open == (entrance.account != "main")
    if reach is not None and not reach.open:
        for n in range(5):
            await entrance.say(f"我在听{n}")
    whole = await entrance.until_shown("第90点", "以上就是全部。")
    places = [whole.index(f"第{n}点，") for n in range(1, 91)]
    assert places == sorted(places) and whole.index("以上就是全部。") > places[-1]
    assert all(whole.count(f"第{n}点，") == 1 for n in range(1, 91))


async def test_a_choice_can_be_made_by_its_number_or_its_title(entrance: Entrance) -> None:
    for choice in ("2", "求助"):
        await entrance.say("我要投诉")
        await entrance.say(choice)
        # The same words were shown for the first choice, so that what the assistant has read tells of the second.
        await until(lambda: entrance.dialogue.texts()[-1] == '/complaint_type{"t":"求助"}')
        await entrance.until_shown('记下了：/complaint_type{"t":"求助"}')


async def test_news_reaches_the_conversation_once_where_there_is_no_other_way(entrance: Entrance) -> None:
    await entrance.say("您好")
    await entrance.until_shown("您说的是：您好")
    one = await entrance.conversation()
    news = News("ticket:1", "HN20261128000001", "办理中", "您的诉求正在办理。")
    for _ in range(2):
        await entrance.conversations.notify(one, news)
    if entrance.account == "main":
        await entrance.say("还有别的吗")
    whole = await entrance.until_shown("您的诉求正在办理。")
    assert whole.count("您的诉求正在办理。") == 1
