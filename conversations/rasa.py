"""The client of Rasa's REST channel: bounded, timed, and never trusting the answer."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from conversations.types import Button, Reply
from core.errors import Unavailable


class RasaDown(Unavailable):
    """Rasa did not answer in time, is not there, is overloaded, or answered nonsense."""

    default_code = "rasa_down"


class _RasaButton(BaseModel):
    model_config = ConfigDict(extra="ignore")
    title: str
    payload: str


class _RasaReply(BaseModel):
    model_config = ConfigDict(extra="ignore")
    text: str | None = None
    buttons: list[_RasaButton] = []
    custom: dict[str, Any] | None = None


_REPLIES = TypeAdapter(list[_RasaReply])


class RasaClient:
    """Talks to one Rasa address.

    Args:
        base_url: for example ``http://127.0.0.1:8013``.
        timeout_s: seconds a call may take.
        wait_s: seconds a caller may wait for its place before that. What waited in vain costs Rasa nothing; a call
            begun late and then given up on would be worked out for nobody, and keep the next one waiting.
        concurrency: calls under way at once. One Rasa process saturates at about 35 messages a second, and more
            at once only makes each slower.
        queue: callers that may wait for a place; past that :class:`RasaDown` at once.
    """

    def __init__(
        self, base_url: str, *, timeout_s: float, wait_s: float, concurrency: int, queue: int
    ) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._wait_s = wait_s
        self._places = asyncio.Semaphore(concurrency)
        self._queue = queue
        self._waiting = 0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=self._timeout_s)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        """Send one message and read the replies.

        Args:
            sender: the conversation's id.
            message: text, or a payload such as ``/affirm``.
            metadata: what actions find as ``latest_message.metadata``; ``turn`` names the turn.

        Raises:
            RasaDown: no usable answer in time.
        """
        await self._take_place()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._post({"sender": sender, "message": message, "metadata": metadata})
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise RasaDown(f"{type(error).__name__}: {error}") from error
        finally:
            self._places.release()
        return read_replies(answer)

    async def _take_place(self) -> None:
        if self._waiting >= self._queue and self._places.locked():
            raise RasaDown("too many turns are waiting for Rasa")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise RasaDown("waited for Rasa in vain") from error
        finally:
            self._waiting -= 1

    def busy(self) -> bool:
        """Whether a question asked now has to wait for others."""
        return self._places.locked()

    async def ready(self) -> bool:
        """Whether Rasa answers and has a model loaded."""
        assert self._session is not None
        try:
            async with self._session.get(
                f"{self._base_url}/", timeout=aiohttp.ClientTimeout(total=2)
            ) as response:
                return response.status == 200
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False

    async def _post(self, body: dict[str, Any]) -> Any:
        assert self._session is not None
        async with self._session.post(f"{self._base_url}/webhooks/rest/webhook", json=body) as response:
            if response.status != 200:
                raise RasaDown(f"Rasa answered {response.status}")
            try:
                return await response.json()
            except ValueError as error:
                raise RasaDown("Rasa's answer is not JSON") from error


def read_replies(answer: Any) -> list[Reply]:
    """Check Rasa's answer and make replies of it; an empty one is left out.

    Raises:
        RasaDown: it does not have the shape of the REST channel's answer.

    >>> read_replies([{"recipient_id": "x", "text": "您好"}])
    [Reply(text='您好', buttons=(), card=None)]
    """
    try:
        checked = _REPLIES.validate_python(answer)
    except ValidationError as error:
        raise RasaDown("Rasa's answer has an unknown shape") from error
    replies: list[Reply] = []
    for item in checked:
        card = item.custom.get("card") if item.custom else None
        card = card if isinstance(card, dict) else None
        buttons = tuple(Button(b.title, b.payload) for b in item.buttons)
        text = item.text or ""
        if not text and card is not None and replies and replies[-1].card is None:
            # Rasa sends text and custom JSON of one utterance as two messages; they belong together.
            last = replies.pop()
            replies.append(Reply(last.text, last.buttons + buttons, card))
        elif text or card is not None or buttons:
            replies.append(Reply(text, buttons, card))
    return replies
