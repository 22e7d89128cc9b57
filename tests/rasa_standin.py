"""The tests' stand-in for Rasa. It answers by fixed rules, in place of Rasa's client or as a server in place of Rasa."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

from aiohttp import web

from conversations.rasa import RasaDown
from conversations.types import Button, Reply

FORM = (Button("投诉", '/complaint_type{"t":"投诉"}'), Button("求助", '/complaint_type{"t":"求助"}'))
"""The buttons of the answer to 我要投诉."""


class SmallDialogue:
    """Chooses its answer by words in the message, and records who asked what in which turn.

    Args:
        gate: messages with “慢” in them wait until it is set.

    ``form`` are the buttons under its plain answers. ``heard``, when set, is called with conversation, turn and message, at the moment at which actions would report the
    turn's outcome.
    """

    def __init__(self, gate: asyncio.Event | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.turns: list[str] = []
        self.busy = False
        self.gate = gate or asyncio.Event()
        self.form: tuple[Button, ...] = ()
        self.heard: Callable[[str, str, str], Awaitable[None]] | None = None

    async def ask(self, sender: str, message: str, metadata: dict[str, str]) -> list[Reply]:
        self.asked.append((sender, message))
        self.turns.append(metadata["turn"])
        if self.heard is not None:
            await self.heard(sender, metadata["turn"], message)
        if "慢" in message:
            await self.gate.wait()
        if "坏了" in message:
            raise RasaDown("not there")
        if "出错" in message:
            raise KeyError("a bug in the dialogue")
        if "沉默" in message:
            return []
        if "长文" in message:
            return [Reply("".join(f"第{n}条，办理时请带好身份证和户口本原件。" for n in range(1, 121)))]
        if "我要投诉" in message:
            return [Reply("请问是哪一类？", FORM)]
        if "两句" in message:
            return [Reply("第一句。"), Reply("第二句。", (Button("转人工", "/request_human"),))]
        if message.startswith("/complaint_type"):
            return [Reply(f"记下了：{message}")]
        return [Reply(f"您说的是：{message}", self.form)]

    def texts(self) -> list[str]:
        """The messages it was asked, in order."""
        return [message for _, message in self.asked]

    def app(self) -> web.Application:
        """The same as a web application with the address of Rasa's REST channel, for a real client."""

        async def webhook(request: web.Request) -> web.Response:
            asked = await request.json()
            try:
                replies = await self.ask(asked["sender"], asked["message"], asked["metadata"])
            except RasaDown:
                raise web.HTTPServiceUnavailable from None
            return web.json_response(
                [
                    {
                        "recipient_id": asked["sender"],
                        "text": reply.text,
                        "buttons": [dataclasses.asdict(button) for button in reply.buttons],
                    }
                    for reply in replies
                ]
            )

        async def alive(_: web.Request) -> web.Response:
            return web.json_response({})

        app = web.Application()
        app.add_routes([web.get("/", alive), web.post("/webhooks/rest/webhook", webhook)])
        return app


async def no_answer(question: str) -> Reply | None:
    """Stands in for the knowledge base's answer without Rasa; it answers one question only (几点开门)."""
    return Reply("市民中心工作日上午八点半开门。") if "几点开门" in question else None


class NoRasa:
    """A Rasa that is never there, for tests that call actions directly."""

    async def ask(self, sender: str, message: str, metadata: dict[str, str]) -> list[Reply]:
        raise RasaDown("no Rasa in this test")
