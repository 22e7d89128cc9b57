"""What a channel is to the rest: how a citizen's words come in, how ours reach them, and what they can be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp.web import AbstractRouteDef

from conversations.types import ConversationView, Reach

UNKNOWN_LABEL = "来访群众"
"""Who came through a channel this installation does not have (any longer)."""


@dataclass(frozen=True)
class Shows:
    """What a citizen's screen shows of a message; what it does not show is in the words.

    Args:
        buttons: so many can be tapped; offered more, or where it is 0, the citizen answers with a number.
        cards: structured answers (sources, tickets).
        photos: pictures can be sent and seen.
        length: UTF-8 bytes of one message's text; a longer one is brought in parts. None: any.
    """

    buttons: int
    cards: bool
    photos: bool
    length: int | None = None


@dataclass(frozen=True)
class Notice:
    """How something the citizen waits for stands, told when they may not be looking.

    Args:
        key: what it tells of; the same again is told once.
        number: the ticket's.
        state: as a citizen reads it, such as 办理中.
        text: the whole sentence, for where it is told in the conversation.
    """

    key: str
    number: str
    state: str
    text: str


class Channel(Protocol):
    """One way between citizens and the hotline, with all its accounts.

    A channel receives by its routes: it hands each message to :meth:`conversations.service.Conversations.receive` and
    answers the request as its platform wants. For what it sends there is the outbox: where ``delivers`` is true, whatever
    is said to its citizens is owed there, and a job (:mod:`conversations.delivery`) calls :meth:`deliver` when something
    is due. A page that fetches its own messages has ``delivers`` false.
    """

    name: str
    """As conversations are stored under: ``web``, ``wechat``."""
    label: str
    """What the desk calls a citizen who comes through it."""
    delivers: bool
    """Whether messages are brought by it, from the outbox."""

    def routes(self) -> Sequence[AbstractRouteDef]:
        """Its addresses."""
        ...

    def shows(self, account: str) -> Shows:
        """What the citizens of one of its accounts can be shown."""
        ...

    async def ready_at(self, account: str) -> datetime | None:
        """From when on it can bring messages to an account's citizens by itself; what is past is now.

        None: never; what is owed to them waits for their own next request.
        """
        ...

    async def deliver(self, conversation_id: str) -> None:
        """Bring what is owed to one citizen, by taking it from :mod:`conversations.outbox`.

        What can't be brought is put back there; nothing is lost when the process dies meanwhile. It is called for a
        conversation once at a time; only when a process was taken for dead and is not may it be twice.
        """
        ...

    async def reach(self, view: ConversationView) -> Reach | None:
        """Whether words written now reach the citizen at once; None where they always do."""
        ...

    async def notify(self, view: ConversationView, notice: Notice) -> bool:
        """Tell of progress outside the conversation; whether that will be done (else it is told inside)."""
        ...


class Channels:
    """The channels of this installation, by name."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def add(self, channel: Channel) -> None:
        """Make a channel known; what is said to its citizens from now on goes its way."""
        self._channels[channel.name] = channel

    def get(self, name: str) -> Channel | None:
        """A channel; None when there is none of that name."""
        return self._channels.get(name)

    def outbox(self, name: str) -> str | None:
        """The channel whose outbox owes a citizen of ``name`` what is said; None where they fetch it themselves."""
        channel = self._channels.get(name)
        return name if channel is not None and channel.delivers else None

    def label(self, name: str) -> str:
        """What a citizen of this channel is called."""
        channel = self._channels.get(name)
        return channel.label if channel is not None else UNKNOWN_LABEL
