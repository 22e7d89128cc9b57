"""The telephone as a channel: a CTI tells calls by a signed webhook, and asks what to say to callers whom it hears."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

from channels.phone.messages import Happened, Heard, read
from conversations.channels import Shows
from conversations.service import Conversations
from conversations.types import ConversationView, InboundMessage, Message, Reach
from core import signatures
from core.bodies import whole
from core.clock import now
from core.errors import BadRequest, Unauthorized
from core.ids import new_id
from core.news import News
from core.phone import canonical
from core.privacy import lookup_key
from core.rates import LocalRates, Rates
from telephony import CHANNEL
from telephony.calls import CTI, Calls, CallState, Happens, Told

PATH = "/api/phone/events"
"""Where the telephone system sends its messages."""
AHEAD = timedelta(minutes=5)
"""How far in the future an event may be, by a clock that is not ours."""
BEHIND = timedelta(days=366)
"""How old an event may be: calls are counted for at most so long."""
LONGEST = timedelta(hours=4)
"""Longest call: later, one whose end was never told is over."""

_DELIVERY = re.compile(r"[!-~]{1,80}")

AgentOf = Callable[[str], Awaitable[str]]
"""Username at the desk → id of the account; empty when there is none."""


class PhoneChannel:
    """The telephone: a :class:`conversations.channels.Channel` whose other side asks for its messages.

    An agent who talks with a caller needs no conversation: calls, tickets and callbacks are at the desk's page 来电. A
    conversation begins only when the telephone system itself hears words (a speech assistant) and wants to know what to say.

    Args:
        conversations: the conversations. The channel adds itself to their channels.
        calls: the calls.
        secret: the secret that signs messages; empty: there is no telephone system, and every message is refused.
        agent_of: finds the agents whom messages name.
        wait_s: seconds for which a message with words waits for its answer.
        rates: remembers which signatures were used; None: within this process.
    """

    name = CHANNEL
    label = "来电群众"
    delivers = False

    def __init__(
        self,
        conversations: Conversations,
        calls: Calls,
        *,
        secret: str,
        agent_of: AgentOf,
        wait_s: float = 10.0,
        rates: Rates | None = None,
    ) -> None:
        self._conversations = conversations
        self._calls = calls
        self._secret = secret
        self._agent_of = agent_of
        self._wait_s = wait_s
        self._rates = rates or LocalRates()
        conversations.channels.add(self)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The one route."""
        return [web.post(PATH, self.message)]

    async def message(self, request: web.Request) -> web.Response:
        """Take one message. What happened and was told before is answered in the same way, and changes nothing.

        Raises:
            Unauthorized: the signature is missing, wrong or old, there is no telephone system, or (code ``used``) a question for
                words comes under a signature that came before.
            BadRequest: the message is none.
        """
        body = await whole(request)
        if not self._secret:
            raise Unauthorized("没有接电话系统（WENBAN_PHONE_SECRET）", code="no_phone_system")
        signature = request.headers.get(signatures.SIGNATURE, "")
        signatures.check(self._secret, signature, body, now())
        message = read(body)
        if not now() - BEHIND <= message.at <= now() + AHEAD:
            raise BadRequest("事件的时间在将来，或者太早了，请核对两边的时钟", code="bad_message")
        if isinstance(message, Heard):
            # Its answer holds what the caller is told, so nobody gets it a second time by a copy. A signature counts in no other time.
            if await self._rates.place("phone-signature", signature, new_id(), 2 * signatures.OLDEST_S) > 1:
                raise Unauthorized("这个签名已经用过了，请重新签名再发", code="used")
            return await self._heard(message)
        delivery = request.headers.get(signatures.DELIVERY, "")
        if not _DELIVERY.fullmatch(delivery):
            raise BadRequest(
                f"请带上消息编号（{signatures.DELIVERY}，1 到 80 个英文、数字或符号，中间没有空格）",
                code="no_delivery",
            )
        return await self._happened(message, delivery, body)

    async def _happened(self, message: Happened, delivery: str, body: bytes) -> web.Response:
        # A number that nobody could call back is not worth losing the call for: it is kept without it.
        number = canonical(message.number) or ""
        told = Told(
            external_id=message.call,
            kind=Happens(message.event),
            at=message.at,
            phone=number,
            agent_id=(await self._agent_of(message.agent) or None) if message.agent else None,
            seconds=message.seconds,
            delivery=delivery,
            body=body.decode("utf-8", "replace"),
        )
        call = await self._calls.tell(CTI, told)
        return web.json_response({"call": call.id, "state": str(call.state)})

    async def _heard(self, message: Heard) -> web.Response:
        """Take what the caller said, and answer what is to be said to them."""
        user = _user(message.call)
        if message.event == "said":
            receipt = await self._conversations.receive(
                InboundMessage(
                    CHANNEL,
                    user,
                    f"{message.call}:{message.nth}",
                    message.text,
                    source=_source(message.number),
                )
            )
            await self._conversations.wait(receipt.turn_id, self._wait_s)
            conversation_id = receipt.conversation_id
        else:
            found = await self._conversations.find(CHANNEL, "", user)
            if found is None:  # a call that said nothing yet, or is none: to listen begins no conversation
                return web.json_response({"say": [], "after": message.after})
            conversation_id = found.id
        said = await self._conversations.history(conversation_id, after=message.after)
        shown = await self._conversations.told.messages(
            conversation_id, [one.to_json() for one in said if one.direction == "out"]
        )
        words = [
            {"seq": one.seq, "text": _spoken(one, text["text"])}
            for one, text in zip((one for one in said if one.direction == "out"), shown, strict=True)
        ]
        return web.json_response(
            {"say": words, "after": max((one.seq for one in said), default=message.after)}
        )

    def shows(self, account: str) -> Shows:
        """Nothing is shown, all is said; choices are made by their words."""
        return Shows(buttons=0, cards=False, photos=False)

    async def ready_at(self, account: str) -> datetime | None:
        """None, because the telephone system asks for its messages."""
        return None

    async def deliver(self, conversation_id: str) -> None:
        """Do nothing, because the outbox never holds messages of this channel."""

    async def reach(self, view: ConversationView) -> Reach | None:
        """Words reach a caller as long as the call goes on."""
        found = await self._calls.told_as(CTI, view.user_id.removeprefix("call:"))
        talks = found is not None and found.state in (CallState.RINGING, CallState.TALKING)
        return Reach(talks and found is not None and found.began_at > now() - LONGEST)

    async def notify(self, view: ConversationView, news: News) -> bool:
        """False, because nobody is called by a machine. It is said in the conversation, when the citizen calls again."""
        return False


def _user(call: str) -> str:
    """Who calls, within the channel: the call itself. A number can be forged or shared, so it opens no earlier talk."""
    return f"call:{call}"


def _source(number: str) -> str:
    """Where a call comes from, of which only so many go before others: the number, or all withheld ones together."""
    stored = canonical(number)
    return lookup_key(stored) if stored else "withheld"


def _spoken(message: Message, text: str) -> str:
    """A message as it is spoken: the choices are named."""
    choices = "、".join(button.title for button in message.buttons)
    return f"{text}您可以说：{choices}。" if choices else text
