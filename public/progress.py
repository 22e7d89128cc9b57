"""``/progress``: the progress of a ticket by number and query code, and what its citizen may do with it.

Number and code come with each request, and nothing is kept in the browser: no cookie, no address that opens a ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from urllib.parse import parse_qsl

from aiohttp import web

from core.bodies import whole
from core.errors import BadRequest, Conflict, RateLimited, TooLarge, WenbanError
from core.rates import Rates
from core.text import written
from public import progress_page
from public.progress_page import MAX_WORDS, PATH
from tickets.lookup import Tried
from tickets.public import PublicTickets, Seen
from tickets.service import Tickets
from tickets.types import CITIZEN, Ticket

LOOKS_PER_MINUTE = 30
"""Requests from one address. Wrong codes are counted besides (:mod:`tickets.lookup`)."""
DONE_PER_MINUTE = 6
"""What may be done to one ticket, from wherever."""
MAX_BODY = 32_768
"""Most bytes of a form. :data:`public.progress_page.MAX_WORDS` characters fit, each written as nine."""
_MAX_FIELDS = 8
_MAX_KEY = 60
NOT_FOUND = "没有查到。请核对工单号和查询码，两个都要对才能查。"
"""Whether the number or the code is wrong is not told, and so not whether the number exists."""
_WITHDRAWN = "群众要求撤回：在进度查询页撤回"
_DONE = {
    "add": "已经补充到工单上，承办的工作人员能看到。",
    "urge": "已经记下催办，办理这件事的工作人员能看到。",
    "withdraw": "已经撤回，不再办理。以后还有事，随时再说。",
}
"""What can be done → what is said then."""

Source = Callable[[web.Request], str]
"""A keyed hash of the address of a request, the same as in the web channel, so that its wrong codes count together."""


class Progress:
    """The handlers of the page.

    Args:
        tickets: the tickets.
        seen: the tickets as citizens see them.
        rates: counts. When it is shared by all processes, the limits are, too.
        source: tells addresses apart.
        city: full name of the city.
    """

    def __init__(
        self, tickets: Tickets, seen: PublicTickets, rates: Rates, source: Source, city: str
    ) -> None:
        self._tickets = tickets
        self._seen = seen
        self._rates = rates
        self._source = source
        self._city = city

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of the page."""
        return [web.get(PATH, self.ask), web.post(PATH, self.show)]

    async def ask(self, request: web.Request) -> web.Response:
        """GET: the form. ``number`` in the address fills its first field; a code is never taken from an address."""
        return _page(progress_page.asked(self._city, request.query.get("number", "")[:40]))

    async def show(self, request: web.Request) -> web.Response:
        """POST ``number``, ``code``, and perhaps ``act`` (add, urge, withdraw) with ``key`` and ``words``.

        The answer is always a page: the ticket, or the form with what is wrong.
        """
        number = ""
        try:
            source = self._source(request) or "unknown"
            await self._limited("progress", source, LOOKS_PER_MINUTE)
            given = await _form(request)
            number, code = given.get("number", "").strip()[:40], given.get("code", "").strip()[:40]
            seen = await self._seen.opened(number, code, Tried(source=source))
        except WenbanError as error:
            return _page(progress_page.asked(self._city, number, _for_page(error)), error)
        if seen is None:
            return _page(progress_page.asked(self._city, number, NOT_FOUND))
        return await self._opened(seen, code, given)

    async def _opened(self, seen: Seen, code: str, given: Mapping[str, str]) -> web.Response:
        act = given.get("act", "")
        if not act:
            return _page(progress_page.shown(self._city, seen, code))
        try:
            ticket = await self._do(seen.ticket, act, given)
        except WenbanError as error:
            kept = given.get("words", "") if act == "add" else ""
            again = await self._seen.seen(await self._tickets.get(seen.ticket.number))
            shown = progress_page.shown(self._city, again, code, problem=_for_page(error), kept=kept)
            return _page(shown, error)
        return _page(progress_page.shown(self._city, await self._seen.seen(ticket), code, said=_DONE[act]))

    async def _do(self, ticket: Ticket, act: str, given: Mapping[str, str]) -> Ticket:
        if act not in _DONE:
            raise BadRequest("没有这种操作")
        await self._limited("progress-done", ticket.number, DONE_PER_MINUTE)
        # The page's own key: the same form sent twice, as by a reload, is done once.
        key = f"progress:{given['key']}" if 0 < len(given.get("key", "")) <= _MAX_KEY else None
        if act == "urge":
            return await self._tickets.urge(ticket.number, key=key)
        if act == "withdraw":
            return await self._tickets.by_citizen(ticket.number, act, {"reason": _WITHDRAWN}, key)
        words = given.get("words", "")
        if not written(words):
            raise BadRequest("请写下要补充的内容，现在是空的")
        if len(words) > MAX_WORDS:
            raise BadRequest(f"内容太长了，请控制在 {MAX_WORDS} 字以内")
        if ticket.state.is_final:
            raise Conflict(f"这张工单已经是“{ticket.state.label}”，不能再补充了。")
        return await self._tickets.note(ticket.number, CITIZEN, words, key=key)

    async def _limited(self, kind: str, key: str, per_minute: int) -> None:
        wait_s = await self._rates.take(kind, key, per_minute)
        if wait_s:
            raise RateLimited("操作太频繁了，请过一会儿再试。", retry_after_s=ceil(wait_s))


def _for_page(error: WenbanError) -> str:
    """An error's sentence where nobody reads what is said."""
    return error.message.replace("，或者说“转人工”请坐席帮您查", "，或者打 12345 请坐席帮您查").replace(
        "请说“转人工”", "请打 12345"
    )


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form.

    Raises:
        TooLarge: it has more than :data:`MAX_BODY` bytes.
        BadRequest: it is no form.
    """
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge
    raw = await whole(request)
    if len(raw) > MAX_BODY:
        raise TooLarge
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadRequest from error
    fields = dict(pairs)
    if any("\0" in value for value in fields.values()):
        raise BadRequest
    # A browser sends each end of a line as two characters, and counts it as one.
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


def _page(html: str, error: WenbanError | None = None) -> web.Response:
    headers = {
        "Content-Security-Policy": progress_page.POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    if error is not None and error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    status = error.status if error is not None else 200
    return web.Response(text=html, content_type="text/html", headers=headers, status=status)
