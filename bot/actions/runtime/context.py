"""The parts actions work with, set once at start-up.

Rasa names an action and sends a tracker; it can't hand over objects. So the app sets the parts here before it
serves, and every action asks :func:`parts`. The protocols name exactly what actions use of each part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from core.city import City

if TYPE_CHECKING:
    from conversations.event_kinds import Report
    from conversations.types import Button, ConversationView, QueuePlace
    from gaps.types import Asked
    from kb_index.entries.entry import Entry
    from kb_index.search.searcher import SearchResult
    from kb_index.statutes.shelf import FoundArticle
    from tickets.types import Actor, Ticket, TicketDraft


class KnowledgeBase(Protocol):
    """What actions use of :class:`kb_index.service.KnowledgeBase`."""

    async def search(self, question: str, regions: Sequence[str] = ()) -> SearchResult:
        """Find the entries that may answer a question, valid today in ``regions``."""
        ...

    async def about(self, word: str, regions: Sequence[str] = ()) -> tuple[Entry, ...]:
        """Entries of the topic a bare word names; empty when it names none."""
        ...

    def entry(self, entry_id: str, /) -> Entry | None:
        """The entry with that id in the version in service."""
        ...


class Tickets(Protocol):
    """What actions use of :class:`tickets.service.Tickets`."""

    async def file(self, draft: TicketDraft, key: str) -> Ticket:
        """Make a ticket; the same key again gives the same ticket."""
        ...

    async def get(self, number: str) -> Ticket:
        """The ticket with that number."""
        ...

    async def by_number_and_code(self, number: str, code: str) -> Ticket | None:
        """The ticket, when number and code belong together."""
        ...

    async def urge(self, number: str, code: str, note: str = "", key: str | None = None) -> Ticket | None:
        """Ask for speed; None when number and code do not belong together."""
        ...

    async def note(
        self, number: str, actor: Actor, text: str, key: str | None = None, photos: Sequence[str] = ()
    ) -> Ticket:
        """Add what the citizen says to a ticket's history."""
        ...

    async def rate(self, number: str, mark: str, note: str = "", key: str | None = None) -> Ticket:
        """What the citizen thinks of how a finished ticket was handled."""
        ...

    async def of_conversation(self, conversation_id: str, limit: int = 5) -> tuple[Ticket, ...]:
        """Tickets filed in a conversation, newest first."""
        ...

    async def same_matter(self, draft: TicketDraft) -> Ticket | None:
        """An open ticket of the same person about the same thing."""
        ...

    def progress_text(self, ticket: Ticket, /) -> str:
        """Where the ticket stands, in two or three sentences."""
        ...


class Conversations(Protocol):
    """What actions use of :class:`conversations.service.Conversations`."""

    async def view(self, conversation_id: str) -> ConversationView:
        """One conversation."""
        ...

    async def request_human(
        self,
        conversation_id: str,
        reason: str,
        *,
        urgent: bool = False,
        context: dict[str, Any] | None = None,
        resume: Button | None = None,
    ) -> QueuePlace:
        """Put a conversation into the agents' queue."""
        ...

    def waiting_text(self, place: QueuePlace, /) -> str:
        """One sentence about the queue."""
        ...

    async def remember(self, conversation_id: str, key: str, value: Any) -> None:
        """Keep a small fact of this conversation."""
        ...

    async def report(self, conversation_id: str, turn_id: str, report: Report) -> None:
        """Keep what an action says its turn came to."""
        ...

    async def recall(self, conversation_id: str) -> Mapping[str, Any]:
        """All facts kept of this conversation."""
        ...


class Gaps(Protocol):
    """What actions use of :class:`gaps.service.Gaps`."""

    async def keep(self, asked: Asked) -> None:
        """Store a question nothing answered, or what the citizen said of an answer."""
        ...


class Laws(Protocol):
    """What actions use of :class:`kb_index.statutes.service.Statutes`."""

    async def related(self, question: str, regions: Sequence[str] = ()) -> tuple[FoundArticle, ...]:
        """Articles that may be shown beneath "I don't know"; mostly none."""
        ...


@dataclass(frozen=True)
class Parts:
    """Everything an action may use."""

    kb: KnowledgeBase
    tickets: Tickets
    conversations: Conversations
    city: City
    gaps: Gaps
    laws: Laws | None = None


_parts: Parts | None = None


def set_parts(new: Parts | None) -> None:
    """Set the parts at start-up, or take them away (None) when the app stops."""
    global _parts
    _parts = new


def parts() -> Parts:
    """The parts set at start-up.

    Raises:
        RuntimeError: the app has not set them.
    """
    if _parts is None:
        raise RuntimeError(
            "bot.actions has no parts; call bot.actions.runtime.context.set_parts() at start-up"
        )
    return _parts
