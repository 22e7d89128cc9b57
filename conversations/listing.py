"""Lists conversations for the desk: filtered, in the order in which agents should look at them, in pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, false, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import danger, danger_state, queue
from conversations.models import Conversation
from conversations.types import ConversationView, HandoffReason, Mode, Rank, Stage
from core.clock import now
from core.errors import BadRequest


@dataclass(frozen=True)
class Wanted:
    """Which conversations are listed. Each condition that is given must hold.

    Args:
        mode: ``waiting``, ``human``, ``bot`` (without closed ones) or ``all``.
        agents: only those that one of these agents has; None: of all.
        urgent: only those that are urgent and not with the assistant.
        reason: only those for which an agent was asked for this reason; None: all.
        channel: only those of the channel with this name; None: of all.
        waited: only those that wait now, and have waited this long; None: all.
        marked: one element a word of a search; each must fit. See :class:`Mark`.
        limit: most conversations of a page.
        after: ``next`` of the page before; None: the first page.
    """

    mode: str = "all"
    agents: Collection[str] | None = None
    urgent: bool = False
    reason: str | None = None
    channel: str | None = None
    waited: timedelta | None = None
    marked: tuple[Mark, ...] = ()
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True)
class Mark:
    """What one word of a search may mean. A conversation fits when one of the meanings does.

    Args:
        ending: the end of a conversation's id; empty: none.
        ids: ids of conversations.
        agents: ids of the agents who have it.
        channels: names of channels.
        danger: part of the tag of the danger that the agents' list shows, such as 燃气; empty: none.
    """

    ending: str = ""
    ids: Collection[str] = ()
    agents: Collection[str] = ()
    channels: Collection[str] = ()
    danger: str = ""


@dataclass(frozen=True)
class Page:
    """Some conversations, and where the next page begins (None: there is none)."""

    views: list[ConversationView]
    next: str | None = None


_WAITS = Conversation.mode == Mode.WAITING


async def find(session: AsyncSession, wanted: Wanted) -> Page:
    """One page of conversations.

    Waiting ones come first, in the queue's order (:data:`conversations.queue.ORDER`). Then come the others: urgent ones
    first, then those with the newest change.

    Raises:
        BadRequest: ``after`` is not the ``next`` of a page.
    """
    rank, since, last = queue.ORDER
    query = (
        select(Conversation)
        .order_by(
            case((_WAITS, 0), else_=1),
            rank,
            case((_WAITS, since)),
            case((not_(_WAITS), Conversation.updated_at)).desc(),
            last,
        )
        .limit(wanted.limit + 1)
        .where(*_conditions(wanted, await _dangers(session) if wanted.marked else {}))
    )
    rows = list(await session.scalars(query))
    page = rows[: wanted.limit]
    return Page(await queue.views(session, page), _cursor(page[-1]) if len(rows) > wanted.limit else None)


def _conditions(wanted: Wanted, dangers: Mapping[str, str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.mode != "all":
        found.append(Conversation.mode == wanted.mode)
    if wanted.mode == Mode.BOT:
        found.append(Conversation.stage != Stage.CLOSED)
    if wanted.agents is not None:
        found.append(_held_by(wanted.agents))
    if wanted.urgent:
        found.append(and_(Conversation.urgent.is_(True), Conversation.mode != Mode.BOT))
    if wanted.reason is not None:
        found.append(and_(Conversation.reason == wanted.reason, Conversation.mode != Mode.BOT))
    if wanted.channel is not None:
        found.append(Conversation.channel == wanted.channel)
    if wanted.waited is not None:
        found.append(and_(_WAITS, Conversation.waiting_since <= now() - wanted.waited))
    found += [_fits(mark, dangers) for mark in wanted.marked]
    if wanted.after is not None:
        found.append(_behind(wanted.after))
    return found


def _held_by(agents: Collection[str]) -> ColumnElement[bool]:
    return and_(Conversation.mode == Mode.HUMAN, Conversation.agent_id.in_(agents))


def _fits(mark: Mark, dangers: Mapping[str, str]) -> ColumnElement[bool]:
    return or_(
        Conversation.id.endswith(mark.ending, autoescape=True) if mark.ending else false(),
        Conversation.id.in_(mark.ids),
        _held_by(mark.agents),
        Conversation.channel.in_(mark.channels),
        Conversation.id.in_([id for id, tag in dangers.items() if mark.danger in tag])
        if mark.danger
        else false(),
    )


async def _dangers(session: AsyncSession) -> dict[str, str]:
    """The conversations in which the agents' list shows a danger: id → the danger's tag.

    They are few, and what they hold is encrypted, so they are read here and not compared in SQL.
    """
    rows = await session.execute(
        select(Conversation.id, Conversation.facts).where(
            Conversation.reason == HandoffReason.EMERGENCY, Conversation.mode != Mode.BOT
        )
    )
    return {found: tag for found, facts in rows if (tag := _tag(facts.get(danger_state.FACT) or {}))}


def _tag(fact: Mapping[str, str]) -> str:
    """The tag of the danger that a conversation's fact names: by its label, or else by its kind."""
    advices = danger.advices()
    label = fact.get("label")
    if label is None:
        advice = advices.get(fact.get("kind") or "")
        return advice.tag if advice else ""
    return " ".join(advice.tag for advice in advices.values() if advice.label == label)


# The place of a row in the order is written down, and not only its id: the row may have moved when the next page is asked for.
def _cursor(row: Conversation) -> str:
    waits = row.mode == Mode.WAITING
    at = (row.waiting_since or row.created_at) if waits else row.updated_at
    return f"{int(waits)}~{row.rank}~{at.isoformat()}~{row.id}"


def _behind(cursor: str) -> ColumnElement[bool]:
    """What comes behind a place in the order of :func:`find`."""
    try:
        waits, rank, at, last = cursor.split("~")
        moment, first = datetime.fromisoformat(at), Rank(int(rank))
        if moment.tzinfo is None or not 2000 <= moment.year <= 9000:
            raise ValueError("no moment of a conversation")
    except ValueError:
        raise BadRequest("翻页的位置不对，请刷新后再试", code="bad_cursor") from None
    if waits == "1":
        return or_(and_(_WAITS, queue.behind(first, moment, last)), not_(_WAITS))
    column = Conversation.updated_at
    older = or_(column < moment, and_(column == moment, Conversation.id > last))
    return and_(not_(_WAITS), or_(Conversation.rank > first, and_(Conversation.rank == first, older)))
