"""常用语: words that agents send often, of one's own or shared with the hotline by a supervisor."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from core.locks import one_at_a_time
from core.masking import numbers
from desk.fill import blanks
from desk.models import DeskUser
from desk.roles import SUPERVISING
from desk.talk_models import CannedReply
from desk.users import User

MOST_OWN, MOST_SHARED = 100, 300
"""Most canned replies of one account, and of the hotline."""
SHORTCUT = r"^[a-z0-9]{0,20}$"
"""What a shortcut looks like."""
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
_OF_INITIALS = 60
"""Characters of title and text together of which the initials are kept for the search."""


@dataclass(frozen=True)
class Canned:
    """A canned reply as one account sees it.

    Args:
        id: its id.
        title: what it is called.
        shortcut: what is typed behind ``/``; empty when there is none.
        text: the words, with variables in braces (:mod:`desk.fill`).
        shared: whether all agents and supervisors have it.
        own: whether the account that asks may change it.
        by: name of who wrote it.
        version: number of times that it was saved.
        initials: the first letters of its title and words in pinyin, for the search.
        blanks: its variables and gaps.
    """

    id: str
    title: str
    shortcut: str
    text: str
    shared: bool
    own: bool
    by: str
    version: int
    initials: str
    blanks: tuple[str, ...]


class CannedReplies:
    """Lists, saves and removes canned replies.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user: User) -> list[Canned]:
        """The account's own ones, then those of the hotline; each in the order in which they were made."""
        mine = CannedReply.user_id == user.id
        query = select(CannedReply, DeskUser.display_name).join(DeskUser, DeskUser.id == CannedReply.user_id)
        async with self._database.read() as session:
            found = await session.execute(
                query.where(or_(mine, CannedReply.shared.is_(True))).order_by(CannedReply.id)
            )
            replies = [_shown(row, by, user) for row, by in found]
        return sorted(replies, key=lambda one: one.shared)

    async def save(
        self,
        user: User,
        reply_id: str | None,
        version: int,
        title: str,
        shortcut: str,
        text: str,
        *,
        shared: bool,
    ) -> Canned:
        """Write a new canned reply, or change one.

        Args:
            user: who does it.
            reply_id: the one to change; None: a new one.
            version: of the one to change, as it was seen.
            title, shortcut, text, shared: see :class:`Canned`.

        Raises:
            NotFound: there is no such one, or it is somebody else's to change.
            Conflict: code ``canned_changed``; somebody has changed it meanwhile.
            BadRequest: code ``too_many``; ``shortcut_taken``; or ``not_shared``: only supervisors share, and nothing with
                a person's number in it, because every citizen might be sent it.
        """
        if shared and user.role not in SUPERVISING:
            raise BadRequest("只有班长能改大家共用的常用语", code="not_shared")
        if shared and (numbers(title) or numbers(text)):
            raise BadRequest(
                "里面有个人的电话、证件号这样的号码，不能共用。单位对外的电话可以写。", code="not_shared"
            )
        async with self._database.write() as session:
            await one_at_a_time(session, "canned_replies")
            row = (
                CannedReply(user_id=user.id)
                if reply_id is None
                else await _changeable(session, user, reply_id)
            )
            if reply_id is not None and row.version != version:
                raise Conflict("这条常用语刚被别人改过，请刷新后再改", code="canned_changed")
            await _room(session, user, row, shortcut, shared=shared)
            row.title, row.shortcut, row.text, row.shared = title, shortcut, text, shared
            row.version = 1 if reply_id is None else version + 1
            row.updated_at = now()
            session.add(row)
            await session.flush()
            by = await session.scalar(select(DeskUser.display_name).where(DeskUser.id == row.user_id))
            return _shown(row, by or "", user)

    async def remove(self, user: User, reply_id: str) -> None:
        """Remove one.

        Raises:
            NotFound: there is no such one, or it is somebody else's to remove.
        """
        async with self._database.write() as session:
            await session.delete(await _changeable(session, user, reply_id))


async def _changeable(session: AsyncSession, user: User, reply_id: str) -> CannedReply:
    row = await session.get(CannedReply, reply_id, with_for_update=True)
    if row is None or not _may_change(row, user):
        raise NotFound("没有这条常用语，可能已经删掉了")
    return row


def _may_change(row: CannedReply, user: User) -> bool:
    return user.role in SUPERVISING if row.shared else row.user_id == user.id


async def _room(session: AsyncSession, user: User, row: CannedReply, shortcut: str, *, shared: bool) -> None:
    """Check that there is room for one more, and that its shortcut is free where it will stand."""
    beside = (
        CannedReply.shared.is_(True)
        if shared
        else ((CannedReply.user_id == user.id) & CannedReply.shared.is_(False))
    )
    others = [one for one in await session.scalars(select(CannedReply).where(beside)) if one.id != row.id]
    most = MOST_SHARED if shared else MOST_OWN
    if len(others) >= most:
        raise BadRequest(f"最多存 {most} 条，请先删掉不用的", code="too_many")
    if shortcut and any(one.shortcut == shortcut for one in others):
        raise BadRequest(f"快捷码 /{shortcut} 已经用了，请换一个", code="shortcut_taken")


def initials(text: str) -> str:
    """The first letters of a text in pinyin; letters and figures as they are.

    >>> initials("请带身份证 ID2")
    'qdsfzid2'
    """
    words = "".join(_WORDS.findall(text))[:_OF_INITIALS]
    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).lower()


def _shown(row: CannedReply, by: str, user: User) -> Canned:
    return Canned(
        row.id,
        row.title,
        row.shortcut,
        row.text,
        row.shared,
        _may_change(row, user),
        by,
        row.version,
        initials(f"{row.title} {row.text}"),
        tuple(blanks(row.text)),
    )
