"""A deaf person in danger is told of text messages to the police with the alarm, and is not told to phone afterwards."""

from __future__ import annotations

from tests.conversations.conftest import Process


async def test_a_deaf_person_hears_of_text_messages_with_the_alarm(process: Process) -> None:
    replies = await process.say("我是聋哑人，有人拿刀砸我家门，快来救我")
    said = "\n".join(reply.text for reply in replies)
    assert "12110" in said and "110" in replies[0].text
    later = await process.say("他还在砸门")
    assert "12110" in later[0].text and "请马上打" not in later[0].text


async def test_who_said_before_that_they_cannot_hear_is_not_told_to_phone(process: Process) -> None:
    await process.say("我听不见，打不了电话，你们能只发文字给我吗")
    replies = await process.say("有人拿刀砸我家门，快来救我")
    assert any("12110" in reply.text for reply in replies)
    (later,) = await process.say("他还在砸门")
    assert "12110" in later.text and "请马上打" not in later.text
