"""内部备注 and 标签: what agents write about a conversation for each other. No channel ever reads it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from conversations import store
from core.clock import now
from core.database import Database
from core.errors import BadRequest
from core.locks import one_at_a_time
from core.masking import numbers
from core.privacy import lookup_key
from core.sealing import lookup_keys
from core.text import clean, legible, line, written
from desk.models import DeskUser
from desk.talk_models import TalkNote, TalkTag, tag_key

MAX_NOTE = 1_000
"""Most characters of a note."""
MAX_TAG = 10
"""Most characters of a tag."""
MOST_NOTES, MOST_TAGS = 200, 8
"""Most notes that are shown of one conversation: the newest ones; and most tags of one."""
_LATELY = 300
"""Number of the newest tags of all conversations among which the usual ones are counted."""
_USUAL = 12
"""Most usual tags that are offered."""
_PEOPLE, _TALKS = 2, 3
"""Fewest agents who have used a tag, and fewest talks that have it, before it is offered to others."""


@dataclass(frozen=True)
class Note:
    """An internal note.

    Args:
        id: its id.
        by: name of who wrote it.
        text: the words, unmasked.
        after_seq: ``seq`` of the message after which it stands.
        at: when it was written.
    """

    id: str
    by: str
    text: str
    after_seq: int
    at: datetime


class Notes:
    """Writes and reads notes and tags.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversation_id: str) -> list[Note]:
        """The notes of a conversation, oldest first; the newest :data:`MOST_NOTES`."""
        query = (
            select(TalkNote, DeskUser.display_name)
            .join(DeskUser, DeskUser.id == TalkNote.user_id)
            .where(TalkNote.conversation_id == conversation_id)
            .order_by(TalkNote.id.desc())
            .limit(MOST_NOTES)
        )
        async with self._database.read() as session:
            found = (await session.execute(query)).all()
        return [Note(row.id, by, row.text, row.after_seq, row.created_at) for row, by in reversed(found)]

    async def write(self, conversation_id: str, user_id: str, text: str) -> None:
        """Write a note behind the last message.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``erased``; see :func:`conversations.store.still_open`.
            BadRequest: it is empty, or longer than :data:`MAX_NOTE` characters.
        """
        text = clean(text)
        if not written(text) or len(text) > MAX_NOTE:
            raise BadRequest(f"备注请写 1 到 {MAX_NOTE} 个字")
        async with self._database.write() as session:
            talk = await store.still_open(session, conversation_id)
            session.add(
                TalkNote(conversation_id=conversation_id, user_id=user_id, after_seq=talk.last_seq, text=text)
            )

    async def tags(self, conversation_id: str) -> list[str]:
        """The tags of a conversation, in the order in which they were added."""
        async with self._database.read() as session:
            return list(
                await session.scalars(
                    select(TalkTag.name)
                    .where(TalkTag.conversation_id == conversation_id)
                    .order_by(TalkTag.id)
                )
            )

    async def usual(self, user_id: str) -> list[str]:
        """The tags that were used most of late, the most used first: an account's own, and those that are in common use.

        A tag may be anything, also somebody's name. So what few have written is not offered beside everybody's talks.
        """
        query = select(TalkTag.name, TalkTag.user_id, TalkTag.conversation_id).order_by(TalkTag.id.desc())
        async with self._database.read() as session:
            lately = (await session.execute(query.limit(_LATELY))).all()
        people, talks = defaultdict(set), defaultdict(set)
        for name, by, talk in lately:
            people[name].add(by)
            talks[name].add(talk)
        usual = [
            name
            for name in talks
            if user_id in people[name] or (len(people[name]) >= _PEOPLE and len(talks[name]) >= _TALKS)
        ]
        return sorted(usual, key=lambda name: -len(talks[name]))[:_USUAL]

    async def tag(self, conversation_id: str, user_id: str, name: str, *, on: bool) -> None:
        """Give a conversation a tag, or take it away. What is so already stays so.

        Raises:
            NotFound: there is no such conversation.
            Conflict: code ``erased``; see :func:`conversations.store.still_open`.
            BadRequest: the tag is empty or longer than :data:`MAX_TAG` characters, holds somebody's number, or there
                are :data:`MOST_TAGS` already.
        """
        name = line(legible(name))
        if not written(name) or len(name) > MAX_TAG:
            raise BadRequest(f"标签请写 1 到 {MAX_TAG} 个字")
        if numbers(name):
            raise BadRequest("标签里不要写电话、证件号这样的号码")
        async with self._database.write() as session:
            await one_at_a_time(session, f"tags {conversation_id}")
            find = store.still_open if on else store.get_conversation
            await find(session, conversation_id)
            rows = list(
                await session.scalars(select(TalkTag).where(TalkTag.conversation_id == conversation_id))
            )
            known = [row for row in rows if row.name == name]
            if not on:
                await session.execute(delete(TalkTag).where(TalkTag.id.in_([row.id for row in known])))
                return
            if known:
                return
            if len(rows) >= MOST_TAGS:
                raise BadRequest(f"一个会话最多 {MOST_TAGS} 个标签", code="too_many")
            session.add(
                TalkTag(
                    conversation_id=conversation_id,
                    user_id=user_id,
                    name=name,
                    name_key=lookup_key(tag_key(name)),
                    created_at=now(),
                )
            )

    async def tagged(self, name: str) -> set[str]:
        """Ids of the conversations with a tag, for the search; at most 200, the newest."""
        async with self._database.read() as session:
            found = await session.scalars(
                select(TalkTag.conversation_id)
                .where(TalkTag.name_key.in_(lookup_keys(tag_key(name))))
                .order_by(TalkTag.id.desc())
                .limit(200)
            )
            return set(found)
