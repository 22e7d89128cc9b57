"""The client of Rasa's REST channel. It limits calls in number and time, and checks each answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from conversations.types import Button, Reply
from core.errors import Unavailable


class RasaDown(Unavailable):
    """Rasa did not answer in time, can't be reached, is overloaded, or gave an invalid answer."""

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
    """Calls Rasa at one address.

    Args:
        base_url: for example ``http://127.0.0.1:8013``.
        timeout_s: longest duration of a call in seconds.
        wait_s: longest time in seconds that a caller waits before its call may start. Waiting costs Rasa
            nothing. A call that is started late and then abandoned would still use Rasa and delay the next
            one.
        concurrency: most calls at the same time. One Rasa process is saturated at about 35 messages a second;
            more calls at once only make each slower.
        queue: most callers that may wait. Further callers get :class:`RasaDown` at once.
        headers: HTTP headers of each message: the secret that Rasa's channel asks for.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float,
        wait_s: float,
        concurrency: int,
        queue: int,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._headers = headers
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
        """Send one message and return the replies.

        Args:
            sender: id of the conversation.
            message: text, or a payload such as ``/affirm``.
            metadata: actions find it as ``latest_message.metadata``; ``turn`` holds the id of the turn.

        Raises:
            RasaDown: there was no valid answer in time.
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
        """Whether a call made now would have to wait for others."""
        return self._places.locked()

    async def ready(self) -> bool:
        """Whether Rasa answers within 2 seconds and has loaded a model."""
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
        async with self._session.post(
            f"{self._base_url}/webhooks/rest/webhook", json=body, headers=self._headers
        ) as response:
            if response.status != 200:
                raise RasaDown(f"Rasa answered {response.status}")
            try:
                return await response.json()
            except ValueError as error:
                raise RasaDown("Rasa's answer is not JSON") from error


def read_replies(answer: Any) -> list[Reply]:
    """Check Rasa's answer and convert it to replies. Empty replies are left out.

    Raises:
        RasaDown: the answer does not have the format of the REST channel.

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
            # Rasa sends text and custom JSON of one utterance as two messages. They are joined here.
            last = replies.pop()
            replies.append(Reply(last.text, last.buttons + buttons, card))
        elif text or card is not None or buttons:
            replies.append(Reply(text, buttons, card))
    return replies
