"""Tells the notice about personal data in channels that don't show it by themselves: once for each version that matters."""

from __future__ import annotations

from collections import OrderedDict

from conversations import store
from conversations.channels import Channels
from conversations.types import Reply
from core import consents
from core.city.notice import PrivacyNotice
from core.consents import Citizen, Purpose
from core.database import Database

_REMEMBERED = 20_000
"""Most conversations that a process remembers as told."""


class Noticed:
    """Knows who was told the notice.

    Args:
        database: where it is stored.
        channels: tell whether they show the notice by themselves (:attr:`conversations.channels.Shows.notice`).
        notice: the city's notice; None: nothing is told.
        link: address of the notice's page; empty when citizens can't reach it.
    """

    def __init__(
        self, database: Database, channels: Channels, notice: PrivacyNotice | None, link: str
    ) -> None:
        self._database = database
        self._channels = channels
        self._notice = notice
        self._link = link
        self._known: OrderedDict[str, None] = OrderedDict()

    async def line(self, conversation_id: str) -> Reply | None:
        """The line that points at the notice; None when the citizen knows it, or the channel shows it."""
        if self._notice is None or conversation_id in self._known:
            return None
        async with self._database.read() as session:
            row = await store.get_conversation(session, conversation_id)
            citizen = Citizen(row.channel, row.user_id, row.account)
        self._known[conversation_id] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        channel = self._channels.get(citizen.channel)
        if channel is None or channel.shows(citizen.account).notice:
            return None
        if Purpose.NOTICE in await consents.holding(self._database, citizen, self._notice.holds):
            return None
        await consents.give(self._database, citizen, Purpose.NOTICE, self._notice.number)
        return Reply(pointer(self._notice, self._link))


def pointer(notice: PrivacyNotice, link: str) -> str:
    """The line before the first question, with the way to the whole text, for channels that can't ask before a photo."""
    text = f"，全文：{link}" if link else ""
    return f"{notice.line}。发“隐私”可以查看{text}。照片、位置可发可不发，发了就是同意我们为办这件事收下。"
