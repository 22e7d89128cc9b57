"""The quota: how many customer-service messages a citizen may be sent now.

The platform's rule (https://developers.weixin.qq.com/doc/service/guide/product/message/Service_Center_messages.html,
https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/send.html): each step of a
citizen, such as a message or a tap on the menu, opens a window. Within the window a number of messages may be sent.
The numbers of several windows do not add up; the largest holds. So for each open window, the messages sent since it
opened are subtracted from its number, and the largest result is what is left. All messages that may have been sent
count, also those whose outcome is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.wechat.models import WeChatAnswer, WeChatEvent
from conversations import store
from conversations.types import ConversationView
from core.clock import now


@dataclass(frozen=True)
class _Rule:
    allows: int
    lasts: timedelta


_MESSAGE = _Rule(5, timedelta(hours=48) - timedelta(minutes=5))
"""Window of a message. It is a little shorter than the platform's 48 hours, because our clock may be slow."""
_STEP = _Rule(3, timedelta(minutes=1) - timedelta(seconds=5))
"""Window of another step."""
WROTE = "message"
"""Event that is stored for a message that is not stored itself, such as a sticker, or a picture that still comes."""
_EVENTS = {
    WROTE: _MESSAGE,
    "subscribe": _STEP,
    "scan": _STEP,
    "click": _STEP,
    "scancode_push": _STEP,
    "scancode_waitmsg": _STEP,
    "user_enter_tempsession": _Rule(2, timedelta(minutes=1) - timedelta(seconds=5)),
}
GONE = "unsubscribe"
"""Event of a citizen who unsubscribed. Then nothing may be pushed."""
OPENS = frozenset(_EVENTS)
"""Events that open a window."""
NOTED = OPENS | {GONE}
"""Events that are stored."""


@dataclass(frozen=True)
class Room:
    """How many messages may be pushed to one citizen now.

    Args:
        left: number of messages; 0 when all windows are closed or used up.
        until: when the last open window closes; None when ``left`` is 0.
    """

    left: int
    until: datetime | None = None


async def room(session: AsyncSession, view: ConversationView, moment: datetime | None = None) -> Room:
    """How many messages the platform allows now.

    A window counts as closed once the platform has refused a push in it for that reason.

    Args:
        session: the caller's session.
        view: the citizen's conversation.
        moment: the present moment; None: the clock's.
    """
    moment = moment or now()
    wrote_at = await store.last_heard(session, view.id)
    opened = [] if wrote_at is None else [(wrote_at, _MESSAGE)]
    events = await session.execute(
        select(WeChatEvent.event, func.max(WeChatEvent.received_at))
        .where(
            WeChatEvent.account == view.account,
            WeChatEvent.user_id == view.user_id,
            WeChatEvent.event.in_(NOTED),
        )
        .group_by(WeChatEvent.event)
    )
    gone_at = None
    for event, at in events:
        if event == GONE:
            gone_at = at
        else:
            opened.append((at, _EVENTS[event]))
    # The newest event decides whether a citizen who unsubscribed has come back.
    if gone_at is not None and all(at < gone_at for at, _ in opened):
        return Room(0)
    still = [(at, rule) for at, rule in opened if at + rule.lasts > moment]
    if not still:
        return Room(0)
    pushes = (
        await session.execute(
            select(WeChatAnswer.created_at, WeChatAnswer.state, WeChatAnswer.error).where(
                WeChatAnswer.conversation_id == view.id,
                WeChatAnswer.route == "push",
                WeChatAnswer.created_at >= min(at for at, _ in still),
            )
        )
    ).all()
    left = 0
    for at, rule in still:
        since = [push for push in pushes if push.created_at >= at]
        if not any(push.state == "refused" and push.error == CLOSED for push in since):
            left = max(left, rule.allows - sum(push.state != "refused" for push in since))
    until = max(at + rule.lasts for at, rule in still)
    return Room(left, until if left else None)


CLOSED = "closed"
"""``error`` of a push that the platform refused because the window was closed or used up."""
