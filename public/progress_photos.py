"""Photos that a citizen adds to a ticket on ``/progress``: the limits of the widget, and the same consent.

A photo belongs to the conversation in which the ticket was filed. A ticket without one, as of a caller, takes no photos here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from conversations.media import Media
from conversations.service import Conversations
from core import consents
from core.city.notice import PrivacyNotice
from core.consents import Citizen, Purpose
from core.database import Database
from core.errors import BadRequest, Conflict, Unavailable
from public.forms import Form
from tickets.service import Tickets
from tickets.types import CITIZEN, Ticket

_AT_ONCE = 4
"""Most forms with photos that a process reads at once: each may hold 30 MB of memory."""
NOT_AGREED = "请先勾选同意，再发照片；不同意也没关系，用文字补充一样办理。"


class ProgressPhotos:
    """Takes photos for a ticket.

    Args:
        database: where consents are.
        tickets: the tickets.
        conversations: those in which they were filed.
        media: the photos.
        notice: the notice about personal data, whose question is asked before; None: there is none to agree to.
    """

    def __init__(
        self,
        database: Database,
        tickets: Tickets,
        conversations: Conversations,
        media: Media,
        notice: PrivacyNotice | None,
    ) -> None:
        self._database = database
        self._tickets = tickets
        self._conversations = conversations
        self._media = media
        self._notice = notice
        self._reading = 0

    @property
    def question(self) -> str:
        """What the citizen agrees to; empty when nothing has to be agreed to."""
        return self._notice.photos if self._notice else ""

    async def add(
        self, ticket: Ticket, form: Form, source: str, key: str | None, counted: Callable[[], Awaitable[None]]
    ) -> Ticket:
        """Add the photos of a form to a ticket, which its sender may see.

        Args:
            ticket: the ticket.
            form: what was sent.
            source: see :data:`public.progress.Source`.
            key: the same key again adds nothing.
            counted: counts what is done, and refuses too much of it; called when nothing in the form is against it.

        Raises:
            BadRequest: no photo was chosen, one is none, or (code ``consent_needed``) the citizen has not agreed.
            Conflict: the ticket is finished, or belongs to no conversation.
            TooLarge: one is too large.
            RateLimited: there were too many today.
            Unavailable: there is no room, or too many are sent at once.
        """
        if ticket.state.is_final:
            raise Conflict(f"这张工单已经是“{ticket.state.label}”，不能再补充了。")
        if ticket.conversation_id is None:
            raise Conflict("这张工单不是在网上登记的，照片请打 12345，请坐席告诉您怎么发。")
        if self._notice is not None and form.fields.get("agree") != "1":
            raise BadRequest(NOT_AGREED, code="consent_needed")
        if self._reading >= _AT_ONCE:
            raise Unavailable("现在发照片的人多，请过一会儿再发。", code="photos_busy")
        self._reading += 1
        try:
            photos = await form.photos()
            if not photos:
                raise BadRequest("请先选照片，再发送")
            await counted()
            kept = await self._keep(ticket.conversation_id, photos, source)
        finally:
            self._reading -= 1
        note = f"群众在进度查询页补充了 {len(kept)} 张照片"
        return await self._tickets.note(ticket.number, CITIZEN, note, key, kept)

    async def _keep(self, conversation_id: str, photos: Sequence[bytes], source: str) -> list[str]:
        if self._notice is not None:
            view = await self._conversations.view(conversation_id)
            citizen = Citizen(view.channel, view.user_id, view.account)
            await consents.give(self._database, citizen, Purpose.PHOTOS, self._notice.number)
        kept = [(await self._media.keep(conversation_id, data, source)).id for data in photos]
        await self._media.hold(kept)
        return kept
