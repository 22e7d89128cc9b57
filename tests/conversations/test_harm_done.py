"""Harm that is done already: who tells of a cut or of pills taken gets 120 and help for the body first, then somebody to talk to."""

from __future__ import annotations

import pytest

from bot.understanding.danger.judging import judge
from conversations import danger
from tests.conversations.conftest import Process

CUTS = ("我割了手", "我割了手腕 在流血", "我割腕了 在流血", "刀片把手腕划开了", "胳膊割得很深", "血止不住")
PILLS = ("吃了一瓶安眠药", "我吃了一瓶安眠药", "药我都吃了", "吞了好多药", "安眠药吃了三十片")
DESPAIR = ("活着没意思 遗书写好了", "我不想上学了,活着没意思")


def helped(reply: object, *words: str) -> None:
    text, card = reply.text, reply.card  # type: ignore[attr-defined]
    assert card is not None and card["numbers"][0]["number"] == "120", text
    assert 0 <= text.find("120") < text.find("12356"), text
    assert all(word in text for word in words), text


@pytest.mark.parametrize("before", DESPAIR)
@pytest.mark.parametrize("words", CUTS)
async def test_a_cut_after_words_of_despair_is_met_with_120_and_pressing_on_it(
    process: Process, before: str, words: str
) -> None:
    (said,) = await process.say(before)
    assert said.card is not None and said.card["numbers"][0]["number"] == "12356"
    (reply,) = await process.say(words)
    helped(reply, "压住伤口")
    assert process.dialogue.asked == []
    assert (await process.conversations.view(await process.id_of())).urgent


@pytest.mark.parametrize("words", PILLS)
async def test_pills_after_words_of_despair_are_met_with_120_and_no_vomiting(
    process: Process, words: str
) -> None:
    await process.say(DESPAIR[0])
    await process.say("没啥 就随便说说")
    (reply,) = await process.say(words)
    helped(reply, "别自己催吐")


@pytest.mark.parametrize(
    "words", ["我割了手", "我割了手腕 在流血", "我割腕了 在流血", "我女儿割了手腕 在流血"]
)
async def test_a_cut_is_met_the_same_way_as_the_first_word(process: Process, words: str) -> None:
    (reply,) = await process.say(words)
    helped(reply, "压住伤口")


async def test_pills_are_met_the_same_way_as_the_first_word(process: Process) -> None:
    (reply,) = await process.say("吃了一瓶安眠药")
    helped(reply, "别自己催吐")
    for words in ("我妈吃了一瓶安眠药", "我闺女吞了一把药片"):
        assert danger.advice("self_harm", words) is danger.advices()["swallowed"], words


async def test_the_wound_stays_first_in_what_follows(process: Process) -> None:
    await process.say(DESPAIR[0])
    await process.say("我割了手")
    for words in ("我割了手腕 在流血", "还在流血", "我不想活了", "没人在乎我"):
        (reply,) = await process.say(words)
        assert reply.card is not None and reply.card["numbers"][0]["number"] == "120", words
        assert "120" in reply.text, words
    (pills,) = await process.say("我还吃了一瓶安眠药")
    helped(pills, "别自己催吐")


async def test_who_means_to_is_still_met_with_words_first(process: Process) -> None:
    for words in (
        "想割腕",
        "药我都攒够了",
        "我爸脑出血走了，我不想活了",
        "以前割过手，现在又不想活了",
        "吃了好多药也没用",
    ):
        assert not danger.harmed(danger.advice("self_harm", words)), words


@pytest.mark.parametrize("words", ["不小心割了手", "切菜割了手", "干活的时候玻璃把手腕割了 流血"])
def test_a_cut_by_accident_is_no_despair(words: str) -> None:
    found = judge(words)
    assert found is not None and found.kind == "medical"
    assert danger.advice(found.kind, words).numbers[0].number == "120"
