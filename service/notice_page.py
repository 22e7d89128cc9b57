"""``/privacy``: the notice about personal data as a web page, for channels that can't show it by themselves."""

from __future__ import annotations

import re
from html import escape

from aiohttp import web

from channels.web.notice import ShownNotice
from core.city.notice import PrivacyNotice
from core.errors import NotFound
from kb_index.entries.render import to_html
from kb_index.entry_page import POLICY, framed

_SECTION = re.compile(r"^##(?= )", re.M)


def _html(notice: PrivacyNotice) -> str:
    """The text as HTML. Its sections become headings of the third level: those above belong to the page around it."""
    return to_html(_SECTION.sub("###", notice.text))


def shown(notice: PrivacyNotice) -> ShownNotice:
    """The notice as the widget shows it."""
    return ShownNotice(notice, _html(notice))


def routes(notice: PrivacyNotice | None, city: str) -> list[web.AbstractRouteDef]:
    """The route of the page.

    Args:
        notice: the city's notice; None: the page does not exist.
        city: full name of the city.
    """

    async def page(_: web.Request) -> web.Response:
        if notice is None:
            raise NotFound("还没有发布个人信息处理告知")
        head = f'<h1>{escape(notice.title)}</h1><p class="note">版本 {notice.number}</p>'
        foot = f'<p class="note">{escape(city)}12345政务服务便民热线</p>'
        response = web.Response(
            text=framed(notice.title, head + _html(notice) + foot), content_type="text/html"
        )
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-cache"
        return response

    return [web.get("/privacy", page)]
