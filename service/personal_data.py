"""All that is stored of one person: found by conversation or verified phone, exported, erased."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

import channels.web.retention
import channels.wechat.retention
import desk.retention
import telephony.retention
from bot.forgetting import Tracker
from conversations.media import Media
from conversations.models import Conversation, ConversationEvent, ImageRow, MessageRow, RightsRequest
from conversations.retention import forget_messages, make_nameless
from conversations.types import Mode
from core.clock import iso, now
from core.consents import Consent
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from core.phone import canonical
from core.redaction import redact
from core.retention import AT_ONCE
from core.sealing import lookup_keys
from telephony.models import CallRow, WishedCallRow
from tickets.models import TicketEventRow, TicketPhotoRow, TicketRow
from tickets.progress import ANSWERED
from tickets.retention import held, make_anonymous
from tickets.states import State
from tickets.types import CITIZEN


@dataclass(frozen=True)
class Person:
    """What belongs to one person.

    Args:
        conversations: ids of their conversations.
        tickets: ids of their tickets.
        calls: ids of their phone calls.
        callbacks: ids of callbacks that they wished for.
    """

    conversations: tuple[str, ...]
    tickets: tuple[str, ...]
    calls: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Args:
        messages: number of messages removed.
        tickets: numbers of the tickets that name nobody any more.
        kept: what stays, with the reason, in words for the citizen.
    """

    messages: int
    tickets: tuple[str, ...]
    kept: tuple[str, ...]


async def find(database: Database, *, conversation_id: str = "", phone: str = "") -> Person:
    """What belongs to a person.

    Args:
        database: where it is stored.
        conversation_id: one of their conversations; its tickets belong to it.
        phone: their phone, which the caller has verified; the tickets and calls with it, and the conversations of these.

    Raises:
        BadRequest: neither or both are given, or the phone is no phone.
        NotFound: nothing is stored.
    """
    if bool(conversation_id) == bool(phone):
        raise BadRequest("请给会话编号，或者给核实过的电话，二选一")
    async with database.read() as session:
        if phone:
            number = canonical(phone)
            if number is None:
                raise BadRequest("这个电话看不懂")
            rows = await session.execute(
                select(TicketRow.id, TicketRow.conversation_id).where(
                    TicketRow.contact_key.in_(lookup_keys(number))
                )
            )
            found = rows.all()
            talks = await session.scalars(
                select(Conversation.id).where(Conversation.id.in_([talk for _, talk in found if talk]))
            )
            person = await _with_calls(
                session, Person(tuple(talks), tuple(ticket for ticket, _ in found)), lookup_keys(number)
            )
        else:
            talks = await session.scalars(select(Conversation.id).where(Conversation.id == conversation_id))
            own = await session.scalars(
                select(TicketRow.id).where(TicketRow.conversation_id == conversation_id)
            )
            person = Person(tuple(talks), tuple(own))
    if not any((person.conversations, person.tickets, person.calls, person.callbacks)):
        raise NotFound("没有找到这个人的信息")
    return person


async def _with_calls(session: AsyncSession, person: Person, keys: Sequence[str]) -> Person:
    """The person with the calls and callbacks of a phone, by the keyed digests of its number."""
    calls = await session.scalars(select(CallRow.id).where(CallRow.phone_key.in_(keys)))
    callbacks = await session.scalars(select(WishedCallRow.id).where(WishedCallRow.phone_key.in_(keys)))
    return replace(person, calls=tuple(calls), callbacks=tuple(callbacks))


async def export(database: Database, media: Media, person: Person, folder: Path) -> int:
    """Write all that is stored of a person into a new folder: ``data.json``, and the photos. Only its owner can read it.

    Returns:
        Number of photos.

    Raises:
        Conflict: the folder exists already.
    """
    async with database.read() as session:
        found = {
            "made_at": iso(now()),
            "conversations": [await _talk(session, one) for one in person.conversations],
            "tickets": [await _ticket(session, one) for one in person.tickets],
            "calls": [_call(await session.get_one(CallRow, one)) for one in person.calls],
            "callbacks": [_callback(await session.get_one(WishedCallRow, one)) for one in person.callbacks],
        }
        photos = list(
            await session.scalars(
                select(ImageRow.id)
                .where(ImageRow.conversation_id.in_(person.conversations))
                .order_by(ImageRow.id)
            )
        )
        own = select(TicketPhotoRow.image_id).where(TicketPhotoRow.ticket_id.in_(person.tickets))
        photos = sorted({*photos, *await session.scalars(own)})
    try:
        await asyncio.to_thread(folder.mkdir, 0o700, parents=True)
    except FileExistsError as error:
        raise Conflict(f"{folder} 已经有了，请换一个文件夹") from error
    text = json.dumps(found, ensure_ascii=False, indent=2)
    await asyncio.to_thread(_write, folder / "data.json", text.encode("utf-8"))
    for image in photos:
        await asyncio.to_thread(_write, folder / f"{image}.jpg", await media.read(image))
    return len(photos)


async def erase(database: Database, media: Media, tracker: Tracker, person: Person) -> Erased:
    """Remove all that the law lets be removed. Again does no harm, and removes what could not be removed before.

    Raises:
        Conflict: code ``in_hand``; an agent has one of the conversations, or it waits for one.
    """
    async with database.read() as session:
        busy = Conversation.id.in_(person.conversations) & (Conversation.mode != Mode.BOT)
        if await session.scalar(select(Conversation.id).where(busy).limit(1)):
            raise Conflict("有会话正在排队或者坐席正在接待，请结束以后再删", code="in_hand")
    removed = 0
    for one in person.conversations:
        removed += await _messages(database, media, one)
        await tracker.forget(one)
    async with database.write() as session:
        rows = list(await session.scalars(select(TicketRow).where(TicketRow.id.in_(person.tickets))))
        still_open = [row for row in rows if row.closed_at is None]
        over = [row for row in rows if row.closed_at is not None and row.anonymous_at is None]
        after = await make_anonymous(session, media.forget, [row.id for row in over])
        waiting = set(
            await session.scalars(
                select(RightsRequest.conversation_id).where(
                    RightsRequest.conversation_id.in_(person.conversations), RightsRequest.state == "open"
                )
            )
        )
        needed = waiting | {row.conversation_id for row in still_open if row.conversation_id}
        talks = list(
            await session.scalars(
                select(Conversation).where(Conversation.id.in_(person.conversations)).with_for_update()
            )
        )
        if any(
            talk.mode != Mode.BOT for talk in talks
        ):  # somebody took one, or asked for an agent, meanwhile
            raise Conflict("有会话正在排队或者坐席正在接待，请结束以后再删", code="in_hand")
        nameless = [talk for talk in talks if talk.id not in needed]
        await _notes(session, [talk.id for talk in talks])
        await desk.retention.forget(session, [talk.id for talk in talks])
        for talk in talks:
            talk.facts = {}
        await session.flush()
        users = [talk.user_id for talk in nameless]
        await channels.web.retention.forget(session, users)
        await channels.wechat.retention.forget(session, users, [talk.id for talk in nameless])
        for talk in nameless:
            await session.execute(
                delete(Consent).where(
                    Consent.channel == talk.channel,
                    Consent.account == talk.account,
                    Consent.user_id == talk.user_id,
                )
            )
        await make_nameless(session, [talk.id for talk in nameless])
        await telephony.retention.forget_callers(session, person.calls)
        await telephony.retention.remove_callbacks(session, person.callbacks)
    if after is not None:
        await asyncio.to_thread(after)
    kept = [f"工单 {row.number} 还没有办结，办完之前要留着" for row in still_open]
    if waiting:
        kept.append("会话的渠道编号先留着，用来告诉您办理结果")
    return Erased(removed, tuple(row.number for row in over), tuple(kept))


async def _notes(session: AsyncSession, talks: Sequence[str]) -> None:
    """Take personal words out of the notes that agents wrote when they passed conversations on."""
    events = await session.scalars(
        select(ConversationEvent).where(ConversationEvent.conversation_id.in_(talks))
    )
    for event in events:
        if note := event.facts.get("note"):
            event.facts = {**event.facts, "note": redact(str(note))}


async def _messages(database: Database, media: Media, conversation_id: str) -> int:
    removed = 0
    while True:
        async with database.write() as session:
            ids = list(
                await session.scalars(
                    select(MessageRow.id).where(MessageRow.conversation_id == conversation_id).limit(AT_ONCE)
                )
            )
            after = await forget_messages(session, media, held, ids) if ids else None
        if after is not None:
            await asyncio.to_thread(after)
        removed += len(ids)
        if len(ids) < AT_ONCE:
            return removed


async def _talk(session: AsyncSession, conversation_id: str) -> dict[str, Any]:
    row = await session.get_one(Conversation, conversation_id)
    messages = await session.scalars(
        select(MessageRow).where(MessageRow.conversation_id == conversation_id).order_by(MessageRow.seq)
    )
    given = await session.scalars(
        select(Consent).where(
            Consent.channel == row.channel, Consent.account == row.account, Consent.user_id == row.user_id
        )
    )
    requests = await session.scalars(
        select(RightsRequest).where(RightsRequest.conversation_id == conversation_id)
    )
    rated = await session.scalars(
        select(ConversationEvent).where(
            ConversationEvent.conversation_id == conversation_id, ConversationEvent.kind == "rated"
        )
    )
    return {
        "channel": row.channel,
        "account": row.account,
        "user_id": row.user_id,
        "began_at": iso(row.created_at),
        "facts": row.facts,
        "messages": [
            {
                "at": iso(one.created_at),
                "by": one.sender,
                "kind": one.kind,
                "text": one.text,
                "media": one.media,
                "card": one.card,
            }
            for one in messages
        ],
        "consents": [
            {
                "purpose": one.purpose,
                "subject": one.subject,
                "version": one.version,
                "given_at": iso(one.given_at),
                "withdrawn_at": iso(one.withdrawn_at) if one.withdrawn_at else None,
            }
            for one in given
        ],
        "requests": [
            {"kind": one.kind, "state": one.state, "asked_at": iso(one.asked_at), "note": one.note}
            for one in requests
        ],
        "ratings": [{"at": iso(one.at), **one.facts} for one in rated],
    }


_OURS = (
    *(
        "contact_key",
        "name_key",
        "filing_key",
        "id",
        "department_id",
        "merged_into_id",
        "parent_id",
        "conversation_id",
    ),
    *("version", "next_due_at", "due_from", "search_tokens", "confidential_reply"),
)
"""Columns of a ticket that are keys and marks of ours and say nothing of the person; and what the department told the hotline only,
which may name others."""
_TOLD = frozenset({"decline", "answer", "suspend", "callback"})
"""Moves of the staff whose line in the history is what the citizen was told or has said. The lines of all others are what offices
say among themselves: 内部说明, an answer before its review, remarks, and the numbers of tickets that others filed."""


async def _ticket(session: AsyncSession, ticket_id: str) -> dict[str, Any]:
    row = await session.get_one(TicketRow, ticket_id)
    events = await session.scalars(
        select(TicketEventRow).where(TicketEventRow.ticket_id == ticket_id).order_by(TicketEventRow.id)
    )
    photos = await session.scalars(
        select(TicketPhotoRow.image_id).where(TicketPhotoRow.ticket_id == ticket_id)
    )
    names = [column.key for column in TicketRow.__table__.columns if column.key not in _OURS]
    seen = {name: _plain(getattr(row, name)) for name in names}
    if State(row.state) not in ANSWERED:
        seen["public_reply"] = ""  # nobody has reviewed it
    return {
        **seen,
        "history": [
            {
                "at": iso(one.at),
                "by": one.actor,
                "action": one.action,
                "note": one.note if one.actor_kind == CITIZEN.kind or one.action in _TOLD else "",
            }
            for one in events
            if one.action != "merged_in"  # others reported it, too
        ],
        "photos": sorted(photos),
    }


def _call(row: CallRow) -> dict[str, Any]:
    return {
        "phone": row.phone,
        "began_at": iso(row.began_at),
        "answered_at": iso(row.answered_at) if row.answered_at else None,
        "ended_at": iso(row.ended_at) if row.ended_at else None,
        "ticket": row.ticket_number,
    }


def _callback(row: WishedCallRow) -> dict[str, Any]:
    names = ("phone", "name", "about", "wished_at", "ticket_number", "tries", "ended_at", "result", "note")
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return iso(value) if hasattr(value, "astimezone") else value


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def numbers(words: Sequence[str]) -> str:
    """A list for an operator; 无 when it is empty."""
    return "、".join(words) or "无"
