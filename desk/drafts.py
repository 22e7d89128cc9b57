"""Replies that are not sent yet: kept for each agent and conversation, so that nothing typed is lost.

Whether a reply was sent is read from the messages: a reply is sent under an id of its own (``client_id``), and what has
arrived under this id is no draft any more. So a window that dies between sending and saving does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import store
from conversations.models import MessageRow
from conversations.types import Mode
from core.clock import now
from core.database import Database
from core.errors import Conflict
from core.locks import one_at_a_time
from desk.models import DeskUser
from desk.talk_models import ReplyDraft

MOST_UNSENT = 20
"""Most replies of one draft that were sent off and did not arrive."""


@dataclass(frozen=True)
class Unsent:
    """A reply that was sent off and did not arrive.

    Args:
        client_id: the id under which it is sent again, so that the citizen never gets it twice.
        text: the words.
    """

    client_id: str
    text: str


@dataclass(frozen=True)
class Draft:
    """What an agent has typed and not sent.

    Args:
        version: number of times that it was saved.
        client_id: the id under which the words in the box will be sent.
        text: the words in the box.
        unsent: replies that did not arrive, oldest first.
    """

    version: int = 0
    client_id: str = ""
    text: str = ""
    unsent: tuple[Unsent, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the agent's own page."""
        return {**asdict(self), "unsent": [asdict(one) for one in self.unsent]}

    @property
    def words(self) -> tuple[str, ...]:
        """All words that the citizen has not got."""
        return tuple(text for text in (*(one.text for one in self.unsent), self.text) if text.strip())


@dataclass(frozen=True)
class LeftDraft:
    """A draft of a colleague, for the agent who has the conversation now.

    Args:
        user_id: who typed it.
        name: what this colleague is called.
        version: its version, to remove just what was seen.
        words: the words, oldest first, unmasked.
        at: when it was last saved.
    """

    user_id: str
    name: str
    version: int
    words: tuple[str, ...]
    at: datetime


class Drafts:
    """Reads, saves and removes drafts.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def own(self, conversation_id: str, user_id: str) -> Draft:
        """An agent's draft in a conversation, without what was sent meanwhile."""
        async with self._database.read() as session:
            row = await session.scalar(_of(conversation_id, user_id))
            return Draft() if row is None else await _present(session, row)

    async def left(self, conversation_id: str, besides: str) -> list[LeftDraft]:
        """The drafts of all agents but one that hold words, the newest first."""
        query = (
            select(ReplyDraft, DeskUser.display_name)
            .join(DeskUser, DeskUser.id == ReplyDraft.user_id)
            .where(ReplyDraft.conversation_id == conversation_id, ReplyDraft.user_id != besides)
            .order_by(ReplyDraft.updated_at.desc())
        )
        found = []
        async with self._database.read() as session:
            for row, name in (await session.execute(query)).all():
                if words := (await _present(session, row)).words:
                    found.append(LeftDraft(row.user_id, name, row.version, words, row.updated_at))
        return found

    async def save(self, conversation_id: str, user_id: str, draft: Draft) -> tuple[Draft, bool]:
        """Save a draft over the version that was seen.

        Args:
            conversation_id: the conversation.
            user_id: who types.
            draft: the words; ``version`` is the one that was seen, 0 for none.

        Returns:
            What is kept now, and whether a colleague may be shown it because this agent does not have the conversation.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``draft_changed``: another window of this agent has saved meanwhile. ``details.draft`` is
                what it saved; ``erased``: see :func:`conversations.store.still_open`.
        """
        async with self._database.write() as session:
            await one_at_a_time(session, f"draft {conversation_id} {user_id}")
            talk = await store.still_open(session, conversation_id)
            row = await session.scalar(_of(conversation_id, user_id))
            if row is None:
                row = ReplyDraft(conversation_id=conversation_id, user_id=user_id, version=0)
            if row.version != draft.version:
                theirs = Draft() if row.version == 0 else await _present(session, row)
                raise Conflict(
                    "另一个窗口里也在写，已经存了更新的内容",
                    code="draft_changed",
                    details={"draft": theirs.to_json()},
                )
            row.version, row.updated_at = draft.version + 1, now()
            row.client_id, row.text = draft.client_id, draft.text
            row.unsent = [asdict(one) for one in draft.unsent]
            session.add(row)
            await session.flush()
            kept = await _present(session, row)
            row.client_id, row.text = kept.client_id, kept.text
            row.unsent = [asdict(one) for one in kept.unsent]
            return kept, talk.mode != Mode.HUMAN or talk.agent_id != user_id

    async def sent(self, conversation_id: str, user_id: str) -> None:
        """Forget what was sent. The version stays, because the agent's windows know of the sending themselves."""
        async with self._database.write() as session:
            row = await session.scalar(_of(conversation_id, user_id))
            if row is not None:
                kept = await _present(session, row)
                row.client_id, row.text = kept.client_id, kept.text
                row.unsent = [asdict(one) for one in kept.unsent]

    async def drop(self, conversation_id: str, user_id: str, version: int) -> None:
        """Remove a colleague's draft as it was seen. One that is gone already is no error.

        Raises:
            Conflict: code ``draft_changed``; the colleague has typed more since.
        """
        async with self._database.write() as session:
            await one_at_a_time(session, f"draft {conversation_id} {user_id}")
            row = await session.scalar(_of(conversation_id, user_id))
            if row is None:
                return
            if row.version != version:
                raise Conflict("同事又写了几句，请看过再删", code="draft_changed")
            # The row stays, so that the version goes on rising and no late window writes over it unseen.
            row.version, row.client_id, row.text, row.unsent = version + 1, "", "", []
            row.updated_at = now()


def _of(conversation_id: str, user_id: str) -> Any:
    return select(ReplyDraft).where(
        ReplyDraft.conversation_id == conversation_id, ReplyDraft.user_id == user_id
    )


async def _present(session: AsyncSession, row: ReplyDraft) -> Draft:
    """The draft of a row without what has become a message."""
    unsent = [Unsent(one["client_id"], one["text"]) for one in row.unsent]
    sent = await _arrived(session, row.conversation_id, [row.client_id, *(one.client_id for one in unsent)])
    gone = row.client_id in sent
    return Draft(
        row.version,
        "" if gone else row.client_id,
        "" if gone else row.text,
        tuple(one for one in unsent if one.client_id not in sent),
    )


async def _arrived(session: AsyncSession, conversation_id: str, client_ids: Sequence[str]) -> Collection[str]:
    """Which of these ids agents' messages of the conversation have."""
    asked = [f"client:{one}" for one in client_ids if one]
    if not asked:
        return ()
    found = await session.scalars(
        select(MessageRow.external_id).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.direction == "out",
            MessageRow.external_id.in_(asked),
        )
    )
    return {str(one).removeprefix("client:") for one in found}
