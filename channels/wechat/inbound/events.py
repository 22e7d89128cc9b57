"""Handles events and messages without words: stores them, and answers with a greeting or asks to type."""

from __future__ import annotations

import logging
from dataclasses import replace

from aiohttp import web

from channels.wechat.api.errors import WeChatError
from channels.wechat.inbound import words
from channels.wechat.inbound.answering import Answering, Parts
from channels.wechat.inbound.exchange import Exchange
from channels.wechat.inbound.patience import Patience
from channels.wechat.message import SAY, Inbound
from channels.wechat.outbound import quota
from channels.wechat.outbound.consents import CHOICES
from conversations.types import Mode

log = logging.getLogger(__name__)


class Events:
    """Handles events and messages without words, for one account.

    Args:
        parts: the account's parts.
        answering: stores and answers.
        patience: answers the words for which a menu's button stands.
    """

    def __init__(self, parts: Parts, answering: Answering, patience: Patience) -> None:
        self._parts = parts
        self._answering = answering
        self._patience = patience

    async def event(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """Store an event, and answer it with what is owed. Some events are also answered with a greeting."""
        greeting = words.greeting(self._parts.city)
        try:
            if message.event in quota.NOTED:
                await self._answering.note(message)
            if message.event == "click" and message.key.startswith(SAY):
                return await self._patience.message(
                    exchange, replace(message, text=message.key.removeprefix(SAY))
                )
            if message.event in CHOICES:
                await self._parts.consents.chosen(self._parts.account.name, message)
            if message.event in ("templatesendjobfinish", "subscribe_msg_sent_event"):
                await self._parts.notices.arrived(message)
            if message.event not in words.GREETED and message.event not in quota.OPENS:
                return exchange.nothing()
            view = await self._parts.view(message.user)
            if message.event not in words.GREETED:
                await self._parts.conversations.due_now(view.id)
                return exchange.nothing()
            if message.key and message.event in ("subscribe", "scan"):
                await self._parts.conversations.remember(view.id, "scene", message.key)
            return await self._answering.tell(exchange, message, await self._parts.greeting(message.user))
        except (WeChatError, ConnectionError):
            raise
        except Exception:
            log.exception("a WeChat event could not be worked on")
            greeted = self._parts.passive and message.event in words.GREETED
            return exchange.say(greeting) if greeted else exchange.nothing()

    async def not_understood(self, exchange: Exchange, message: Inbound) -> web.StreamResponse:
        """Ask the citizen to type. When an agent has the conversation, tell the agent what kind of message came."""
        await self._answering.note_message(message)
        try:
            view = await self._parts.view(message.user)
            if view.mode is Mode.HUMAN and message.message_id:
                name = words.NAMES.get(message.kind, words.NAMES["unknown"])
                await self._answering.store(replace(message, text=f"［{name}］"))
                return await self._answering.tell(exchange, message, words.TEXT_ONLY_FOR_AGENT.format(name))
        except Exception:
            log.exception("what is not understood could not be noted for the agent")
        return await self._answering.tell(
            exchange, message, words.TEXT_ONLY.get(message.kind, words.TEXT_ONLY["unknown"])
        )
