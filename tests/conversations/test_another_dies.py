"""Within an alarm somebody else speaks of dying: that is met at once, and good news of the one ends nothing for the other."""

from __future__ import annotations

import pytest

from conversations import another
from conversations.danger_state import FACT
from tests.conversations.conftest import Process

DRANK = "我爷爷把一瓶敌敌畏喝了，咋办"
NEIGHBOUR = "我邻居喝了百草枯，救命"


@pytest.mark.parametrize(
    "words",
    [
        "奶奶坐地上哭，说她也不想活了",
        "我姑姑闹着要陪他一起去死",
        "我奶奶说要跟着爷爷走",
        "救护车接走了，可我奶奶嚷着不活了",
        "人救过来了，他老伴又说活不下去了",
        "他俩吵架喝的，我妈也喊死了算了",
    ],
)
async def test_the_wish_of_another_is_met_at_once(process: Process, words: str) -> None:
    await process.say(DRANK)
    replies = await process.say(words)
    text = replies[0].text
    assert "别让他一个人待着" in text and "110" in text, text
    assert "太好了" not in text and "家暴" not in text
    assert process.dialogue.asked == []


async def test_it_is_met_after_the_first_danger_was_over(process: Process) -> None:
    await process.say(DRANK)
    await process.say("没事了，都平安了")
    (reply,) = await process.say("我奶奶喝了酒说要跟着爷爷一起走")
    assert "别让他一个人待着" in reply.text


async def test_news_of_the_one_leaves_the_other_open(process: Process) -> None:
    await process.say(DRANK)
    await process.say("我奶奶也哭着说不想活了")
    (reply,) = await process.say("救护车来了，接走了")
    assert "这边的人还要您守着" in reply.text and "110" in reply.text
    view = await process.conversations.view(await process.id_of())
    assert view.facts[FACT]["state"] == "told"
    (ended,) = await process.say("都平安了")
    view = await process.conversations.view(await process.id_of())
    assert view.facts[FACT]["state"] == "over", ended.text


@pytest.mark.parametrize(
    "words", ["她把自己锁屋里了没声音", "我奶奶把那瓶药拿走了", "她关着门不吭声了", "门反锁了我听不到动静"]
)
async def test_out_of_sight_is_an_urgent_sign_and_no_blows(process: Process, words: str) -> None:
    await process.say(DRANK)
    await process.say("我奶奶也哭着说不想活了")
    (reply,) = await process.say(words)
    assert "隔着门" in reply.text and "110 和 120" in reply.text and "您没有做错" not in reply.text


@pytest.mark.parametrize(
    "words",
    [
        "我妈要跟我爸一起去医院",
        "我奶奶说跟车走",
        "我妈不说不活了，劝住了",
        "他说他不是想死",
        "我爸以前也说不想活",
        "大家都要活动活动",
        "我妈说会不会死啊",
    ],
)
def test_no_wish_of_another(words: str) -> None:
    assert not another.wants_to_die(words)


async def test_one_s_own_despair_stays_one_s_own(process: Process) -> None:
    await process.say("我不想活了，欠了好多网贷，在大桥上")
    (reply,) = await process.say("催债的一天打我爸妈几十个电话，全村都知道了")
    assert "家暴" not in reply.text and "12356" in reply.text
    assert process.dialogue.asked == []


@pytest.mark.parametrize("words", ["好了我走下来了，坐在马路边", "我往回走了", "我到家了，没跟我妈说"])
async def test_who_comes_away_from_the_edge_is_told_to_find_company(process: Process, words: str) -> None:
    await process.say("我不想活了，欠了好多网贷，在大桥上")
    (reply,) = await process.say(words)
    assert "12356" in reply.text and "别一个人待着" in reply.text and not reply.text.startswith("记下了")
