"""Consents to subscription messages (订阅消息): who agreed to which template, and to how many messages.

For a one-time template (一次性订阅) the platform sends one message for each consent, and refuses all others with 43101.
For a lasting template (长期订阅), which government services may have, it sends any number. No call tells how many
consents are left. The platform sends an event for each choice, and they are counted here
(https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html,
https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.html).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from channels.wechat.message import CHANNEL, Inbound
from channels.wechat.models import WeChatEvent
from core.clock import now
from core.consents import Citizen, Consent, Purpose
from core.database import Database
from core.locks import one_at_a_time

CHOICES = frozenset({"subscribe_msg_popup_event", "subscribe_msg_change_event"})
"""Events that tell what a citizen chose: when the platform asked, or later in the settings."""
_MAX_TEMPLATE = 64
"""Most characters of a template's id."""


@dataclass(frozen=True)
class Asked:
    """One citizen's consent to one template.

    Args:
        account: the account's name.
        user: the citizen's openid.
        template: the template's id.
        lasting: whether the template is 长期订阅, so that a consent is not used up.
    """

    account: str
    user: str
    template: str
    lasting: bool = False

    @property
    def row(self) -> ColumnElement[bool]:
        """SQL condition that selects its row."""
        citizen = Citizen(CHANNEL, self.user, self.account)
        return citizen.row & (Consent.purpose == Purpose.MESSAGES) & (Consent.subject == self.template)


class Consents:
    """Counts consents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chosen(self, account: str, message: Inbound) -> None:
        """Count what a citizen chose for one or several templates. The same event again changes nothing.

        ``accept`` allows one more message. ``reject`` sets the count to none. Other words are ignored.
        """
        try:
            async with self._database.write() as session:
                session.add(
                    WeChatEvent(
                        account=account, user_id=message.user, key=message.message_id, event=message.event
                    )
                )
                await session.flush()
                for item in message.items:
                    template, choice = item.get("TemplateId", ""), item.get("SubscribeStatusString", "")
                    if not 0 < len(template) <= _MAX_TEMPLATE or choice not in ("accept", "reject"):
                        continue
                    asked = Asked(account, message.user, template)
                    await _add(session, asked, 1) if choice == "accept" else await _clear(session, asked)
        except IntegrityError:
            pass  # The platform has sent this event before.

    async def use(self, asked: Asked) -> bool:
        """Use one consent. A lasting consent is not used up.

        A lasting consent may be older than this count, so a message to a citizen who never chose is tried.

        Returns:
            Whether the message may be sent.
        """
        if asked.lasting:
            async with self._database.read() as session:
                left = await session.scalar(select(Consent.left).where(asked.row))
            return left is None or left > 0
        async with self._database.write() as session:
            used = await session.scalar(
                update(Consent)
                .where(asked.row, Consent.left > 0)
                .values(left=Consent.left - 1, changed_at=now())
                .returning(Consent.left)
                .execution_options(synchronize_session=False)
            )
        return used is not None

    async def give_back(self, asked: Asked) -> None:
        """Give a used consent back, because its message was certainly not sent."""
        if asked.lasting:
            return
        async with self._database.write() as session:
            await _add(session, asked, 1)

    async def none_left(self, asked: Asked) -> None:
        """Set the count to none, because the platform refused a message for lack of consent."""
        async with self._database.write() as session:
            await _clear(session, asked)


async def _add(session: AsyncSession, asked: Asked, more: int) -> None:
    await _change(session, asked, func.coalesce(Consent.left, 0) + more, more)


async def _clear(session: AsyncSession, asked: Asked) -> None:
    await _change(session, asked, 0, 0)


async def _change(session: AsyncSession, asked: Asked, left: object, first: int) -> None:
    """Store how many consents are left: ``left`` when there is a row, or else ``first``."""
    await one_at_a_time(session, f"wechat-consent:{asked.account}:{asked.user}")
    found = await session.scalar(
        update(Consent)
        .where(asked.row)
        .values(left=left, changed_at=now(), withdrawn_at=None)
        .returning(Consent.left)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        session.add(
            Consent(
                channel=CHANNEL,
                account=asked.account,
                user_id=asked.user,
                purpose=Purpose.MESSAGES,
                subject=asked.template,
                left=first,
            )
        )
        await session.flush()
