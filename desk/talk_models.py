"""Tables of the conversation page: replies that are not sent yet, internal notes, tags, and canned replies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import desk.models  # noqa: F401  (the table `desk_users`, to which these refer)
from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedJson, EncryptedText, lookup_key
from core.resealing import KEYED


class ReplyDraft(Base):
    """What an agent has typed in a conversation and the citizen has not got: one row for each agent."""

    __tablename__ = "reply_drafts"
    __table_args__ = (
        UniqueConstraint("conversation_id", "user_id"),
        Index("ix_reply_drafts_updated_at", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"))
    version: Mapped[int] = mapped_column(Integer, default=0)
    """Raised by each save, so that no window of the agent overwrites what another has saved."""
    client_id: Mapped[str] = mapped_column(String(64), default="")
    """The id under which the words in the box will be sent; empty while there are none."""
    text: Mapped[str] = mapped_column(EncryptedText, default="")
    unsent: Mapped[list[dict[str, str]]] = mapped_column(EncryptedJson, default=list)
    """Replies that were sent off and did not arrive: ``client_id`` and ``text``."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TalkNote(Base):
    """内部备注: what an agent notes in a conversation for colleagues. It is in no table that a channel reads."""

    __tablename__ = "talk_notes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"))
    after_seq: Mapped[int] = mapped_column(Integer)
    """``seq`` of the message after which it stands in the talk."""
    text: Mapped[str] = mapped_column(EncryptedText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TalkTag(Base):
    """标签: a word by which agents find a conversation again."""

    __tablename__ = "talk_tags"
    __table_args__ = (UniqueConstraint("conversation_id", "name_key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"))
    name: Mapped[str] = mapped_column(EncryptedText)
    name_key: Mapped[str] = mapped_column(String(64), index=True)
    """Keyed digest of the name (:func:`tag_key`), because encrypted text can't be searched."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class CannedReply(Base):
    """常用语: words that agents send often, of one's own or shared by the hotline."""

    __tablename__ = "canned_replies"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"), index=True)
    """Who wrote it."""
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether all agents and supervisors have it."""
    title: Mapped[str] = mapped_column(EncryptedText)
    shortcut: Mapped[str] = mapped_column(String(20), default="")
    """Typed behind ``/``; empty when there is none. Letters and figures in lower case."""
    text: Mapped[str] = mapped_column(EncryptedText)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def tag_key(name: str) -> str:
    """A tag as its digest is made of it: apart from the digests of phones and names.

    >>> tag_key("噪音")
    'tag 噪音'
    """
    return f"tag {name}"


def _keyed(clear: Any) -> dict[str, Any]:
    return {"name_key": lookup_key(tag_key(clear["name"]))}


cast(Table, TalkTag.__table__).info[KEYED] = _keyed
