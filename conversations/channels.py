"""What a channel must do: receive citizens' messages, deliver ours, and tell what it can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp.web import AbstractRouteDef

from conversations.types import ConversationView, Reach
from core.news import News

UNKNOWN_LABEL = "来访群众"
"""Name for citizens of a channel that this installation does not have (any more)."""


@dataclass(frozen=True)
class Shows:
    """What a channel can show of a message. What it can't show must be in the text.

    Args:
        buttons: number of buttons that can be tapped. When more are offered, or with 0, the citizen answers
            with a number.
        cards: whether structured answers (sources, tickets) are shown.
        photos: whether photos can be sent and seen.
        notice: whether the channel itself shows the notice about personal data before the first question.
        length: most UTF-8 bytes of one message's text. A longer text is sent in parts. None: no limit.
    """

    buttons: int
    cards: bool
    photos: bool
    notice: bool = False
    length: int | None = None


class Channel(Protocol):
    """One way between citizens and the hotline, with all its accounts.

    Receiving: the channel's routes give each message to :meth:`conversations.service.Conversations.receive`
    and answer the request as the platform requires. Sending: when ``delivers`` is true, each message to its
    citizens is put into the outbox, and a job (:mod:`conversations.delivery`) calls :meth:`deliver` when
    something is due. A page that fetches its messages itself has ``delivers`` false.
    """

    name: str
    """Name under which conversations are stored: ``web``, ``wechat``."""
    label: str
    """What the desk calls a citizen of this channel."""
    delivers: bool
    """Whether the channel delivers messages from the outbox."""

    def routes(self) -> Sequence[AbstractRouteDef]:
        """The HTTP routes of this channel."""
        ...

    def shows(self, account: str) -> Shows:
        """What this channel can show to the citizens of one of its accounts."""
        ...

    async def ready_at(self, account: str) -> datetime | None:
        """When the channel can next send messages to an account's citizens by itself.

        A past moment means now.

        Returns:
            None when it never can: what is owed waits for the citizen's next request.
        """
        ...

    async def deliver(self, conversation_id: str) -> None:
        """Send what is owed to one citizen. The channel takes it from :mod:`conversations.outbox`.

        What can't be sent is put back there, so nothing is lost when the process dies. For one conversation
        there is only one call at a time, except when a process was wrongly taken for dead.
        """
        ...

    async def reach(self, view: ConversationView) -> Reach | None:
        """Whether words written now reach the citizen at once; None when they always do."""
        ...

    async def notify(self, view: ConversationView, news: News) -> bool:
        """Tell the news outside the conversation.

        Returns:
            Whether this will be done. Otherwise the caller tells it in the conversation.
        """
        ...


class Channels:
    """The channels of this installation, found by name."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def add(self, channel: Channel) -> None:
        """Register a channel. From now on messages to its citizens go through it."""
        self._channels[channel.name] = channel

    def get(self, name: str) -> Channel | None:
        """The channel with this name; None when there is none."""
        return self._channels.get(name)

    def outbox(self, name: str) -> str | None:
        """``name`` when the channel delivers from the outbox; None when citizens fetch their messages."""
        channel = self._channels.get(name)
        return name if channel is not None and channel.delivers else None

    def label(self, name: str) -> str:
        """What a citizen of this channel is called."""
        channel = self._channels.get(name)
        return channel.label if channel is not None else UNKNOWN_LABEL

    def called(self, word: str) -> set[str]:
        """Names of the channels whose citizens are called something with this word in it."""
        return {channel.name for channel in self._channels.values() if word in channel.label}
