"""``/progress``: the progress of a ticket by number and query code, and what its citizen may do with it.

Number and code come with each request, and nothing is kept in the browser: no cookie, no address that opens a ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil

from aiohttp import web

from core.errors import BadRequest, Conflict, RateLimited, WenbanError
from core.rates import Rates
from core.text import written
from public import forms, progress_page
from public.forms import Form
from public.progress_page import MAX_WORDS, PATH
from public.progress_photos import ProgressPhotos
from tickets.lookup import Tried
from tickets.needs import MAX_REASON
from tickets.public import PublicTickets, Seen
from tickets.service import Tickets
from tickets.states import State
from tickets.types import CITIZEN, Ticket

LOOKS_PER_MINUTE = 30
"""Requests from one address. Wrong codes are counted besides (:mod:`tickets.lookup`)."""
DONE_PER_MINUTE = 6
"""What may be done to one ticket, from wherever. What is refused, or was done before, is not counted."""
_MAX_KEY = 60
NOT_FOUND = "没有查到。请核对工单号和查询码，两个都要对才能查。"
"""Whether the number or the code is wrong is not told, and so not whether the number exists."""
_WHERE = "在进度查询页"
_DONE = {
    "add": "已经补充到工单上，承办的工作人员能看到。",
    "urge": "已经记下催办，办理这件事的工作人员能看到。",
    "withdraw": "记下了：您想撤回。为了不让别人替您撤，要在登记时的那个聊天窗口里点一下确认，我们已经到那里问了；也可以打 12345，"
    "坐席核实后帮您撤。没确认以前，事情照常在办。",
    "photo": "照片已经放到工单上，承办的工作人员能看到。",
    "rate": "",
}
"""What can be done → what is said then; empty: it depends on what comes of it."""
_MOVES = {"rate": "callback", "urge": "urge", "withdraw": "withdraw"}
"""What can be done and is a move of the ticket → its code."""

Source = Callable[[web.Request], str]
"""A keyed hash of the address of a request, the same as in the web channel, so that its wrong codes count together."""


class Progress:
    """The handlers of the page.

    Args:
        tickets: the tickets.
        seen: the tickets as citizens see them.
        rates: counts. When it is shared by all processes, the limits are, too.
        source: tells addresses apart.
        photos: takes photos.
        city: full name of the city.
    """

    def __init__(
        self,
        tickets: Tickets,
        seen: PublicTickets,
        rates: Rates,
        source: Source,
        photos: ProgressPhotos,
        city: str,
    ) -> None:
        self._tickets = tickets
        self._seen = seen
        self._rates = rates
        self._source = source
        self._photos = photos
        self._city = city

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of the page."""
        return [web.get(PATH, self.ask), web.post(PATH, self.show)]

    async def ask(self, request: web.Request) -> web.Response:
        """GET: the form. ``number`` in the address fills its first field; a code is never taken from an address."""
        return _page(progress_page.asked(self._city, request.query.get("number", "")[:40]))

    async def show(self, request: web.Request) -> web.Response:
        """POST ``number``, ``code``, and perhaps ``act`` (add, photo, rate, urge, withdraw) with ``key`` and what it needs.

        ``add``: ``words``. ``photo``: files, with ``agree``. ``rate``: ``solved`` (yes, no), ``mark`` (1 to 5), ``why``. The answer is always a page: the ticket, or the form with what is wrong.
        """
        number = ""
        try:
            source = self._source(request) or "unknown"
            await self._limited("progress", source, LOOKS_PER_MINUTE)
            sent = await forms.read(request)
            given = sent.fields
            number, code = given.get("number", "").strip()[:40], given.get("code", "").strip()[:40]
            seen = await self._seen.opened(number, code, Tried(source=source))
        except WenbanError as error:
            return _page(progress_page.asked(self._city, number, _for_page(error)), error)
        if seen is None:
            return _page(progress_page.asked(self._city, number, NOT_FOUND))
        return await self._opened(seen, code, sent, source)

    async def _opened(self, seen: Seen, code: str, sent: Form, source: str) -> web.Response:
        act, agrees = sent.fields.get("act", ""), self._photos.question
        if not act:
            return _page(progress_page.shown(self._city, seen, code, agrees=agrees))
        try:
            ticket = await self._do(seen, act, sent, source)
        except WenbanError as error:
            kept = {act: sent.fields.get("words", "") or sent.fields.get("why", "")}
            again = await self._seen.seen(await self._tickets.get(seen.ticket.number))
            problem = _for_page(error)
            shown = progress_page.shown(self._city, again, code, problem=problem, kept=kept, agrees=agrees)
            return _page(shown, error)
        said, now = _DONE[act] or _rated(ticket), await self._seen.seen(ticket)
        return _page(progress_page.shown(self._city, now, code, said=said, agrees=agrees))

    async def _do(self, seen: Seen, act: str, sent: Form, source: str) -> Ticket:
        given, ticket = sent.fields, seen.ticket
        if act not in _DONE:
            raise BadRequest("没有这种操作")

        async def counted() -> None:
            await self._limited("progress-done", ticket.number, DONE_PER_MINUTE)

        # The page's own key: the same form sent twice, as by a reload, is done once.
        key = f"progress:{given['key']}" if 0 < len(given.get("key", "")) <= _MAX_KEY else None
        if act == "photo":
            return await self._photos.add(ticket, sent, source, key, counted)
        if act in _MOVES:
            rating = _rating(given) if act == "rate" else {}
            if seen.ways.get(_MOVES[act], "no such move now") is None:
                await counted()  # else it is refused below, or was done before with the same key
            if act == "urge":
                return await self._tickets.urge(ticket.number, key=key)
            if (
                act == "withdraw"
            ):  # who knows number and code need not be the citizen, who is asked where it was filed
                return await self._tickets.wish_withdrawn(ticket.number, _WHERE)
            return await self._tickets.by_citizen(ticket.number, _MOVES[act], rating, key)
        words = given.get("words", "")
        if not written(words):
            raise BadRequest("请写下要补充的内容，现在是空的")
        if len(words) > MAX_WORDS:
            raise BadRequest(f"内容太长了，请控制在 {MAX_WORDS} 字以内")
        if ticket.state.is_final:
            raise Conflict(f"这张工单已经是“{ticket.state.label}”，不能再补充了。")
        await counted()
        return await self._tickets.note(ticket.number, CITIZEN, words, key=key)

    async def _limited(self, kind: str, key: str, per_minute: int) -> None:
        wait_s = await self._rates.take(kind, key, per_minute)
        if wait_s:
            raise RateLimited("操作太频繁了，请过一会儿再试。", retry_after_s=ceil(wait_s))


def _rating(given: Mapping[str, str]) -> dict[str, object]:
    """What the callback needs, of the fields of the form.

    Raises:
        BadRequest: whether it is solved, or the mark, is missing or wrong; or why it is not good is too long.
    """
    solved, mark, why = given.get("solved", ""), given.get("mark", ""), given.get("why", "")
    if solved not in ("yes", "no"):
        raise BadRequest("请选一下解决了没有")
    if mark not in ("1", "2", "3", "4", "5"):
        raise BadRequest("请打个分，1 到 5 分")
    if len(why) > MAX_REASON:
        raise BadRequest(f"原因太长了，请控制在 {MAX_REASON} 字以内")
    return {"solved": solved == "yes", "satisfied": int(mark), "why": why if written(why) else ""}


def _rated(ticket: Ticket) -> str:
    if ticket.state is State.CLOSED:
        return "谢谢您的评价！这张工单办结归档了。"
    if ticket.disputed:
        return "记下了。这件事由负责人来审核，有结果会告诉您。"
    return f"记下了，已经退给{ticket.department or '承办单位'}重新办理，负责人会盯着办。"


def _for_page(error: WenbanError) -> str:
    """An error's sentence where nobody reads what is said."""
    return error.message.replace("，或者说“转人工”请坐席帮您查", "，或者打 12345 请坐席帮您查").replace(
        "请说“转人工”", "请打 12345"
    )


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
