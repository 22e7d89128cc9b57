"""Citizens' rights in their own data, asked for in the conversation: to see, correct or delete it, to withdraw consent.

A request is stored, answered at once with what happens now, and handled by somebody at the desk: the law asks for a simple
way to exercise these rights, and for a reason when one is refused (个人信息保护法 Art. 44–50).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import store
from conversations.models import RightsRequest
from conversations.types import Button, Reply
from core import consents
from core.city.notice import PrivacyNotice
from core.clock import now
from core.consents import Citizen
from core.database import Database
from core.errors import Conflict, NotFound
from core.simplified import simplified

RIGHTS_DAYS = 15
"""Days after which an open request counts as forgotten. The law says 及时 (Art. 45, 46); this is our reading of it."""
TAKE_BACK = "/take_back_rights_request"
"""Payload of the button that takes an open request back."""


class Right(StrEnum):
    """What a citizen asks for."""

    NOTICE = "notice"
    """To read the notice. It is answered and makes no request."""
    SEE = "see"
    CORRECT = "correct"
    ERASE = "erase"
    WITHDRAW = "withdraw"
    """To withdraw consents. It is done at once."""


NAMES = {Right.SEE: "查看、复制", Right.CORRECT: "更正", Right.ERASE: "删除", Right.WITHDRAW: "撤回同意"}
"""Names of the kinds of request, for citizens and the desk."""

_LEAD = r"(?:您好|你好|请问一?下?|我想|我要|我需要|我|想|要|请|麻烦|帮我|给我|能不能|可以|可不可以|能|把|将|申请|要求|一下){0,6}"
_MINE = r"(?:我|我的|我们的?|本人的?|俺的?|自己的?|关于我的?|有关我的?|跟我有关的)"
_DATA = r"(?:全部|所有|那些|个人|在这里的?|留下的|保存的|留的){0,3}(?:信息|资料|数据|隐私|记录|聊天记录|对话记录|对话|账号|账户|姓名和?电话|电话和?姓名)(?:和(?:信息|资料|数据|记录|聊天记录|对话))?"
_YOU = r"(?:你们?|您|您们|热线|你们?这里|你们?那里|这里|系统里?|平台)"
_END = r"(?:吗|么|呢|吧|啊|呀|了|掉|一下|可以吗|行吗|好吗|行不行){0,3}"
_ASKED: tuple[tuple[Right, str], ...] = (
    (
        Right.NOTICE,
        r"隐私|个人信息|隐私(?:政策|说明|条款|协议|保护)|个人信息(?:保护|处理)?(?:告知|说明|政策|规则)?|告知书?|看(?:一下|看)?(?:隐私|告知)(?:说明|政策)?",
    ),
    (Right.ERASE, rf"{_LEAD}(?:删除?|删掉|清除|清空|抹掉|销毁|注销){_END}{_MINE}{_DATA}{_END}"),
    (
        Right.ERASE,
        rf"{_LEAD}{_MINE}{_DATA}(?:都|全|全部|请|给我|帮我){{0,3}}(?:删除?|清除|清空|抹掉|销毁|注销){_END}",
    ),
    (Right.ERASE, rf"{_LEAD}(?:删除|清空)(?:个人信息|聊天记录|对话记录|个人资料|个人数据){_END}"),
    (
        Right.SEE,
        rf"(?=.{{0,30}}(?:我的|存我|有我|关于我|个人|本人|集我|握我|道我|了我|录我))(?:请问|我想知道|想知道|我想问一?下?){{0,2}}{_YOU}(?:都|到底|现在|手里|上){{0,2}}(?:有|存|存了|保存|保存了|留|留了|收集|收集了|知道|掌握|记了|记录了)(?:我|本人)?(?:的)?(?:哪些|什么|啥|多少)(?:我的?|个人|关于我的?){{0,2}}(?:信息|资料|数据|记录){_END}",
    ),
    (
        Right.SEE,
        rf"{_YOU}(?:都|到底)?(?:有|存了?|保存了?|收集了?|知道|掌握)(?:我|本人)的?(?:哪些|什么|啥)(?:个人)?(?:信息|资料|数据|东西|记录)?{_END}",
    ),
    (
        Right.SEE,
        rf"{_LEAD}(?:查看|看看|看|查|查询|复制|导出|下载|拷贝|要){_END}{_MINE}(?:个人|全部|所有){{0,2}}(?:信息|资料|数据){_END}",
    ),
    (Right.CORRECT, rf"{_LEAD}(?:更正|改正|纠正|修正){_END}{_MINE}(?:个人)?(?:信息|资料|数据){_END}"),
    (
        Right.WITHDRAW,
        rf"{_LEAD}(?:撤回|收回|撤销|取消)(?:我的?|对|之前|刚才|照片|图片|位置|定位|个人信息|信息|的){{0,4}}(?:同意|授权)(?:发|用|传|使用|处理|照片|图片|位置|定位|信息){{0,3}}{_END}|"
        rf"{_LEAD}不(?:再)?同意(?:你们|您们|再|使用|用|处理|收集|保存|我的?|照片|图片|位置|定位|个人信息|信息|了|发|传){{1,6}}{_END}",
    ),
)
_READ = tuple((right, re.compile(pattern)) for right, pattern in _ASKED)
_PUNCTUATION = re.compile(r"[\s，。！？、,.!?~～…“”\"'：:；;（）()]")
_LONGEST = 30
"""Most characters of such a request. A longer text tells of something, such as a firm that won't delete data."""


def asked(text: str) -> Right | None:
    """What a message asks for, when it asks for nothing else; None for all other messages.

    >>> asked("删除我的信息"), asked("你们有我什么信息？"), asked("隐私"), asked("公司泄露我个人信息天天接到骚扰电话")
    (<Right.ERASE: 'erase'>, <Right.SEE: 'see'>, <Right.NOTICE: 'notice'>, None)
    """
    plain = _PUNCTUATION.sub("", simplified(text[: 3 * _LONGEST]))
    if not plain or len(plain) > _LONGEST or len(text) > 3 * _LONGEST:
        return None
    return next((right for right, pattern in _READ if pattern.fullmatch(plain)), None)


@dataclass(frozen=True)
class Request:
    """A stored request.

    Args:
        id: its id.
        conversation_id: the conversation in which it was asked for.
        kind: what was asked for.
        state: ``open``, ``done``, ``refused`` or ``taken_back``.
        asked_at: when it was asked for.
        ended_at: when it was ended; None while it is open.
        ended_by: who ended it.
        note: what the citizen was told.
    """

    id: str
    conversation_id: str
    kind: Right
    state: str
    asked_at: datetime
    ended_at: datetime | None
    ended_by: str
    note: str


class Rights:
    """Answers citizens who ask about their data, and keeps their requests.

    Args:
        database: where the requests are.
        notice: the city's notice; None: there is none, and nothing points at it.
        link: address of the notice's page; empty when citizens can't reach it.
    """

    def __init__(self, database: Database, notice: PrivacyNotice | None, link: str) -> None:
        self._database = database
        self._notice = notice
        self._link = link

    async def answer(self, conversation_id: str, right: Right) -> Sequence[Reply]:
        """Store a request and say what happens with it. Asking again while it is open stores nothing new."""
        if right is Right.NOTICE:
            return (self._about(),)
        known = await self._open(conversation_id, right)
        if right is Right.WITHDRAW:
            return (
                Reply(
                    "好的，您的同意都撤回了：以后发照片、发位置前会重新问您，微信通知也不再发。之前办的事不受影响。"
                ),
            )
        return (
            Reply(
                _SAID[right].format(again="已经登记过，正在等工作人员办理" if known else "登记好了"), (_BACK,)
            ),
        )

    async def take_back(self, conversation_id: str) -> Sequence[Reply]:
        """End the open requests of a conversation at the citizen's wish."""
        async with self._database.write() as session:
            await session.execute(
                update(RightsRequest)
                .where(RightsRequest.conversation_id == conversation_id, RightsRequest.state == "open")
                .values(state="taken_back", ended_at=now(), ended_by="")
                .execution_options(synchronize_session=False)
            )
        return (Reply("好的，请求撤回了，什么都没有动。"),)

    async def list(self, state: str = "open", *, limit: int = 50) -> list[Request]:
        """The requests in a state, the oldest first."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(RightsRequest)
                .where(RightsRequest.state == state)
                .order_by(RightsRequest.asked_at)
                .limit(limit)
            )
            return [_request(row) for row in rows]

    async def end(self, request_id: str, state: str, by: str, note: str) -> Request:
        """End an open request as ``done`` or ``refused``. The caller tells the citizen ``note``.

        Raises:
            NotFound: there is no such request.
            Conflict: code ``ended``; it is not open any more.
        """
        async with self._database.write() as session:
            row = await session.get(RightsRequest, request_id, with_for_update=True)
            if row is None:
                raise NotFound("没有这个请求")
            if row.state != "open":
                raise Conflict("这个请求已经办过了", code="ended")
            row.state, row.ended_at, row.ended_by, row.note = state, now(), by, note[:500]
            return _request(row)

    async def _open(self, conversation_id: str, right: Right) -> bool:
        """Store a request; whether the same one is open already."""
        async with self._database.write() as session:
            row = await store.get_conversation(session, conversation_id, lock=True)
            if await _is_open(session, conversation_id, right):
                return True
            request = RightsRequest(conversation_id=conversation_id, kind=right)
            if right is Right.WITHDRAW:
                await consents.withdraw(session, Citizen(row.channel, row.user_id, row.account))
                request.state, request.ended_at = "done", now()
            session.add(request)
        return False

    def _about(self) -> Reply:
        if self._notice is None:
            return Reply(
                "您说的话和留的联系方式只用来答复您、办理您的诉求。想知道存了什么，说“你们有我什么信息”；想删，说“删除我的信息”。"
            )
        where = f"\n全文：{self._link}" if self._link else ""
        return Reply(self._notice.short.strip() + where, _WAYS)


_BACK = Button("不用了，撤回这个请求", TAKE_BACK)
_WAYS = (Button("你们有我什么信息", ""), Button("删除我的信息", ""))
_SAID = {
    Right.SEE: "{again}：您要查看、复制您的个人信息。工作人员核实是您本人后，会把保存的内容整理出来给您。",
    Right.CORRECT: "{again}：您要更正您的个人信息。请接着说哪一项不对、应该是什么，工作人员核实后改。",
    Right.ERASE: (
        "{again}：您要删除您的个人信息。工作人员核实是您本人后办理，办完在这里告诉您。\n"
        "对话、照片、联系方式会删掉；正在办的诉求办完之前要留着，法律规定必须保存的也要留着，留了什么、为什么，会跟您说明。"
    ),
}


async def open_too_long(database: Database) -> int:
    """How many requests are open for longer than :data:`RIGHTS_DAYS`."""
    async with database.read() as session:
        late = RightsRequest.asked_at < now() - timedelta(days=RIGHTS_DAYS)
        found = select(func.count()).select_from(RightsRequest).where(RightsRequest.state == "open", late)
        return await session.scalar(found) or 0


async def _is_open(session: AsyncSession, conversation_id: str, right: Right) -> bool:
    same = select(RightsRequest.id).where(
        RightsRequest.conversation_id == conversation_id,
        RightsRequest.kind == right,
        RightsRequest.state == "open",
    )
    return await session.scalar(same.limit(1)) is not None


def _request(row: RightsRequest) -> Request:
    return Request(
        row.id,
        row.conversation_id,
        Right(row.kind),
        row.state,
        row.asked_at,
        row.ended_at,
        row.ended_by,
        row.note,
    )
