"""The parts of the app that actions use, set once at start-up.

Rasa calls an action by name and sends a tracker; it can't pass objects. So the app sets the parts here before
it accepts requests, and actions get them from :func:`parts`. The protocols contain exactly what actions use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from core.city import City
from core.city.facts import Facts, FactsFolder
from core.city.facts.reading import national_numbers

if TYPE_CHECKING:
    from conversations.event_kinds import Report
    from conversations.types import Button, ConversationView, Message, QueuePlace, Reply
    from gaps.types import Asked
    from kb_index.entries.entry import Entry
    from kb_index.search.searcher import SearchResult
    from kb_index.statutes.shelf import FoundArticle
    from tickets.corrections import Given
    from tickets.lookup import Tried
    from tickets.types import Actor, Ticket, TicketDraft, TicketEvent


class KnowledgeBase(Protocol):
    """The part of :class:`kb_index.service.KnowledgeBase` that actions use."""

    async def search(self, question: str, regions: Sequence[str] = ()) -> SearchResult:
        """Find the entries that may answer a question, valid today in ``regions``."""
        ...

    async def about(self, word: str, regions: Sequence[str] = ()) -> tuple[Entry, ...]:
        """Entries of the topic that a single word names; empty when it names no topic."""
        ...

    def entry(self, entry_id: str, /) -> Entry | None:
        """The entry with this id in the version in service, if it holds today; else None."""
        ...

    def unmentioned(self, question: str, entry: Entry, /, *, headed: bool = False) -> tuple[str, ...]:
        """The subjects that a question names and an entry (``headed``: its title and tags) does not mention."""
        ...

    def shared(self, question: str, entry: Entry, /) -> tuple[str, ...]:
        """The words that a question and an entry's questions share."""
        ...


class Tickets(Protocol):
    """The part of :class:`tickets.service.Tickets` that actions use."""

    async def file(self, draft: TicketDraft, key: str) -> Ticket:
        """File a ticket; a second call with the same key returns the same ticket."""
        ...

    def how_long(self, type_label: str, category: str, urgency: str | None = None) -> str:
        """How long such a matter may take, in words; empty when no document says so."""
        ...

    def deadline_lines(self, ticket: Ticket) -> list[str]:
        """The deadlines that a citizen may rely on, one sentence each."""
        ...

    async def get(self, number: str) -> Ticket:
        """The ticket with this number."""
        ...

    async def by_number_and_code(self, number: str, code: str, tried: Tried = ..., /) -> Ticket | None:
        """The ticket with this number; None when the query code does not belong to it."""
        ...

    def pass_for(self, ticket: Ticket, visitor: str) -> str:
        """What is kept instead of a code that this visitor has given."""
        ...

    async def make_urgent(self, number: str, key: str | None = None) -> bool:
        """See :meth:`tickets.saying.Saying.make_urgent`."""
        ...

    async def keep_secret(self, number: str, key: str | None = None) -> Ticket:
        """See :meth:`tickets.saying.Saying.keep_secret`."""
        ...

    async def urge(self, number: str, note: str = "", key: str | None = None) -> Ticket:
        """Urge a ticket that the citizen may see."""
        ...

    async def note(
        self, number: str, actor: Actor, text: str, key: str | None = None, photos: Sequence[str] = ()
    ) -> Ticket:
        """Add the citizen's words to a ticket's history."""
        ...

    async def correct(self, number: str, values: Mapping[str, str], key: str | None = None) -> Ticket:
        """Set fields that the citizen corrects; the history keeps both values."""
        ...

    async def correct_contact(self, number: str, given: Given, key: str | None = None) -> Ticket:
        """Set the citizen's phone number or name, which no note may hold."""
        ...

    async def take_back_contact(self, number: str, of: str, key: str | None = None) -> Ticket:
        """Set phone number and name as they were before the changes whose keys begin with ``of``."""
        ...

    async def rate(self, number: str, mark: str, note: str = "", key: str | None = None) -> Ticket:
        """Store the citizen's rating of a finished ticket."""
        ...

    async def by_citizen(
        self, number: str, action: str, given: Mapping[str, Any], key: str | None = None
    ) -> Ticket:
        """Make a move that the ticket's citizen may make, such as to withdraw it."""
        ...

    async def wish_withdrawn(self, number: str, where: str, said: str = "") -> Ticket:
        """See :meth:`tickets.saying.Saying.wish_withdrawn`."""
        ...

    async def events(self, number: str) -> tuple[TicketEvent, ...]:
        """What happened to a ticket, in order."""
        ...

    async def of_conversation(self, conversation_id: str, limit: int = 5) -> tuple[Ticket, ...]:
        """The tickets filed in a conversation, newest first."""
        ...

    async def same_matter(self, draft: TicketDraft) -> Ticket | None:
        """An open ticket of the same conversation about the same matter; None when there is none."""
        ...

    def progress_text(self, ticket: Ticket, /) -> str:
        """The state of the ticket in two or three Chinese sentences."""
        ...


class Conversations(Protocol):
    """The part of :class:`conversations.service.Conversations` that actions use."""

    async def view(self, conversation_id: str) -> ConversationView:
        """The current state of a conversation."""
        ...

    async def history(self, conversation_id: str, after: int = 0, limit: int = 200) -> Sequence[Message]:
        """Its messages with ``seq`` greater than ``after``, oldest first: at most ``limit``, the newest ones."""
        ...

    async def request_human(
        self,
        conversation_id: str,
        reason: str,
        *,
        urgent: bool = False,
        context: dict[str, Any] | None = None,
        resume: Button | None = None,
        holds: str = "",
    ) -> QueuePlace:
        """Put a conversation into the agents' queue."""
        ...

    def put_in(self, place: QueuePlace, /) -> Reply:
        """What a citizen is told who comes into the queue, with the ways on."""
        ...

    async def remember(self, conversation_id: str, key: str, value: Any) -> None:
        """Store a small fact of this conversation under a key."""
        ...

    async def remember_all(self, conversation_id: str, values: Mapping[str, Any]) -> None:
        """Store several facts at once."""
        ...

    async def report(
        self, conversation_id: str, turn_id: str, report: Report, known: Mapping[str, Any] | None = None
    ) -> bool:
        """Store the outcome that an action reports for its turn; False when the turn has ended before."""
        ...

    async def may_raise(self, conversation_id: str, ticket: str) -> bool:
        """See :meth:`conversations.sources.Sources.may_raise`."""
        ...

    def source(self, conversation_id: str) -> str:
        """Keyed hash of the address from which a conversation's citizen writes; empty when not known."""
        ...

    async def tell(self, conversation_id: str, reply: Reply, key: str) -> None:
        """Send a message that answers no message of the citizen; once for each key."""
        ...

    async def recall(self, conversation_id: str) -> Mapping[str, Any]:
        """All stored facts of this conversation."""
        ...


class Gaps(Protocol):
    """The part of :class:`gaps.service.Gaps` that actions use."""

    async def keep(self, asked: Asked) -> None:
        """Store an unanswered question or a verdict on an answer."""
        ...


class Laws(Protocol):
    """The part of :class:`kb_index.statutes.service.Statutes` that actions use."""

    async def related(self, question: str, regions: Sequence[str] = ()) -> tuple[FoundArticle, ...]:
        """Articles to show below "I don't know"; for most questions none."""
        ...


@dataclass(frozen=True)
class Parts:
    """All parts of the app that an action may use."""

    kb: KnowledgeBase
    tickets: Tickets
    conversations: Conversations
    city: City
    gaps: Gaps
    laws: Laws | None = None
    facts: FactsFolder | None = None
    progress_url: str = ""
    """Address of the page with the progress of tickets; empty when citizens can't reach it."""

    @property
    def facts_now(self) -> Facts:
        """The city's facts in service; without a folder only the national numbers."""
        return self.facts.now if self.facts is not None else Facts(self.city, (), national_numbers())


_parts: Parts | None = None


def set_parts(new: Parts | None) -> None:
    """Set the parts at start-up, or remove them (None) when the app stops."""
    global _parts
    _parts = new


def parts() -> Parts:
    """The parts set at start-up.

    Raises:
        RuntimeError: when the app has not set the parts.
    """
    if _parts is None:
        raise RuntimeError(
            "bot.actions has no parts; call bot.actions.runtime.context.set_parts() at start-up"
        )
    return _parts
