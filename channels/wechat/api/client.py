"""Calls to the platform's API. Each has a time limit, renews the access token at most once, and is repeated rarely.

Only calls that do no harm when they are made twice are repeated. A customer-service message whose answer got lost
is not repeated. It raises :class:`~channels.wechat.api.errors.Unclear`, and :mod:`channels.wechat.outbound.settle`
finds out later whether it was sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from channels.wechat.api.errors import NotSent, PlatformError, Refused, Unclear
from channels.wechat.api.tokens import Tokens
from core.database import Database
from core.wechat_accounts import WeChatAccount

log = logging.getLogger(__name__)

_T = TypeVar("_T")

TIMEOUT_S = 10.0
"""Most seconds of one call."""
CONNECT_S = 4.0
"""Most seconds for connecting; they are part of the seconds of the call."""
ATTEMPTS = 3
"""Most tries of a call that may be repeated."""
MAX_MEDIA = 20 * 1_048_576
"""Most bytes of a picture or recording. The platform's own limit for a picture is 10 MB."""
_RECORDS_A_PAGE = 10_000
"""Most lines of its record that the platform gives at once."""


class Client:
    """The API of one account.

    Args:
        account: the account.
        database: where the access token is.
        base_url: ``https://api.weixin.qq.com``, or the address of a stand-in in tests.
        timeout_s: most seconds of one call.
        pause_s: the first pause between two tries in seconds, roughly. It doubles each time.

    >>> async with Client(account, database, base_url) as client:                      # doctest: +SKIP
    ...     await client.send_text(openid, "您好")
    """

    def __init__(
        self,
        account: WeChatAccount,
        database: Database,
        base_url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        pause_s: float = 0.5,
    ) -> None:
        self._account = account
        self._base_url = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, timeout_s))
        self._pause_s = pause_s
        self._session: aiohttp.ClientSession | None = None
        self.tokens = Tokens(database, account.app_id, self._fetch_token, lease_s=ATTEMPTS * timeout_s)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send_text(self, openid: str, text: str) -> None:
        """Send one customer-service message (客服消息) with a text.

        Raises:
            NotSent: it was certainly not sent.
            Refused: the platform answered with an error, so it was not sent.
            Unclear: there was no usable answer, so it may have been sent.
        """
        await self._send({"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def send_menu(self, openid: str, head: str, choices: Sequence[tuple[str, str]]) -> None:
        """Send one customer-service message with choices to tap (msgmenu).

        Args:
            openid: the citizen.
            head: the text above the choices.
            choices: id and words of each choice.

        Raises:
            NotSent, Refused, Unclear: as :meth:`send_text`.
        """
        listed = [{"id": key, "content": words} for key, words in choices]
        menu = {"head_content": head, "list": listed, "tail_content": ""}
        await self._send({"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})

    async def typing(self, openid: str) -> None:
        """Show 对方正在输入 to the citizen until the next message.

        Raises:
            PlatformError: the call did not succeed.
        """
        await self._post("/cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"})

    async def records(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The platform's own record of customer-service messages (聊天记录) between two moments.

        Args:
            since: the first moment.
            until: the last moment, at most 24 hours later.

        Raises:
            PlatformError: the record can't be read. Accounts without the customer-service feature have no record.
        """
        found: list[dict[str, Any]] = []
        first = 1
        while True:
            body = {
                "starttime": int(since.timestamp()),
                "endtime": int(until.timestamp()) + 1,
                "msgid": first,
                "number": _RECORDS_A_PAGE,
            }
            page = await self.call("/customservice/msgrecord/getmsglist", body)
            lines = page.get("recordlist")
            if not isinstance(lines, list):
                raise Unclear("the record has an unknown shape")
            found += [line for line in lines if isinstance(line, dict)]
            if len(lines) < _RECORDS_A_PAGE or not isinstance(page.get("msgid"), int):
                return found
            first = page["msgid"]

    async def media(self, media_id: str) -> bytes:
        """The bytes of a picture or recording that a citizen sent.

        Raises:
            Refused: it is gone (the platform keeps it for three days), or has more than :data:`MAX_MEDIA` bytes.
            PlatformError: it can't be fetched now.
        """
        async for attempt in self._attempts():
            with attempt:
                return await self._with_token(lambda token: self._fetch_media(media_id, token))
        raise AssertionError("unreachable")

    async def notice(self, kind: str, body: dict[str, Any]) -> str:
        """Send a template message or a subscription message.

        Args:
            kind: ``template``; ``subscribe`` (subscription message of an official account); ``mini`` (of a mini
                program).
            body: the message as the platform takes it.

        Returns:
            The platform's id of the message; empty when it gives none.

        Raises:
            NotSent, Refused, Unclear: as :meth:`send_text`.
        """
        path = {
            "template": "/cgi-bin/message/template/send",
            "subscribe": "/cgi-bin/message/subscribe/bizsend",
            "mini": "/cgi-bin/message/subscribe/send",
        }[kind]
        answer = await self._post(path, body)
        return str(answer.get("msgid", ""))

    async def call(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Make a call that does no harm when it is made twice.

        Args:
            path: path of the API.
            body: the JSON of a POST; None makes a GET.

        Returns:
            The platform's answer.

        Raises:
            PlatformError: it did not succeed within :data:`ATTEMPTS` tries.
        """
        async for attempt in self._attempts():
            with attempt:
                return await self._post(path, body)
        raise AssertionError("unreachable")

    def _attempts(self) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception(_passing),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=self._pause_s, max=5),
            reraise=True,
        )

    async def _send(self, message: dict[str, Any]) -> None:
        # Only what was certainly not sent is tried again at once. For the rest the outbox decides.
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, NotSent)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=self._pause_s, max=2),
            reraise=True,
        ):
            with attempt:
                await self._post("/cgi-bin/message/custom/send", message)

    async def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        async def once(token: str) -> dict[str, Any]:
            return _checked(await self._request(path, {"access_token": token}, body))

        return await self._with_token(once)

    async def _with_token(self, once: Callable[[str], Awaitable[_T]]) -> _T:
        """Make a call. When the platform refuses the token, make it once more with another token."""
        token = await self._token()
        try:
            return await once(token)
        except Refused as error:
            if error.number not in Refused.STALE:
                raise
        return await once(await self._token(bad=token))

    async def _token(self, bad: str | None = None) -> str:
        try:
            return await self.tokens.get(bad)
        except Unclear as error:
            raise NotSent(f"no access token: {error.message}") from error

    async def _fetch_token(self, force: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.app_secret or "",
            "force_refresh": force,
        }
        async for attempt in self._attempts():
            with attempt:
                answer = _checked(await self._request("/cgi-bin/stable_token", {}, body))
        token, lasts_s = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int) or lasts_s < 1:
            raise Unclear("the answer holds no access token")
        return token, lasts_s

    async def _request(self, path: str, query: dict[str, str], body: dict[str, Any] | None) -> bytes:
        """One HTTP exchange.

        Raises:
            NotSent, Refused: the call had no effect.
            Unclear: it may have had one.
        """
        assert self._session is not None, "use the client in `async with`"
        # The platform would show escapes (\\uXXXX) to the citizen as they are.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            async with self._session.request(
                "GET" if data is None else "POST",
                self._base_url + path,
                params=query,
                data=data,
                headers={"Content-Type": "application/json; charset=utf-8"},
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    raise Unclear(f"HTTP {response.status}")
                return await _limited(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"{type(error).__name__}: {_without_token(error)}") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unclear(f"{type(error).__name__}: {_without_token(error)}") from error

    async def _fetch_media(self, media_id: str, token: str) -> bytes:
        body = await self._request("/cgi-bin/media/get", {"access_token": token, "media_id": media_id}, None)
        if body[:1] == b"{":
            _checked(body)
        return body


def _checked(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unclear("the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise Unclear("the answer is no object")
    number = answer.get("errcode", 0)
    if number != 0:
        raise Refused(number if isinstance(number, int) else 0, str(answer.get("errmsg", ""))[:300])
    return answer


def _passing(error: BaseException) -> bool:
    """Whether the same call may succeed a moment later."""
    if isinstance(error, Refused):
        return error.number == -1
    return isinstance(error, PlatformError)


def _without_token(error: BaseException) -> str:
    """The words of an error for the log. The address is left out, because it holds the access token."""
    return "" if "access_token" in str(error) else str(error)[:200]


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_chunked(65_536):
        body += piece
        if len(body) > MAX_MEDIA:
            raise Refused(0, "larger than a picture may be")
    return bytes(body)
