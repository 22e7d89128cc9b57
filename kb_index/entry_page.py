"""``/kb/{id}``: an entry as a web page, for channels that can't show the whole entry."""

from __future__ import annotations

from html import escape
from typing import Any

from aiohttp import web

from core.clock import local, now
from core.errors import NotFound
from kb_index.entries.entry import Entry
from kb_index.entries.render import answer_card, to_html
from kb_index.service import KnowledgeBase

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""Content security policy of these pages: no scripts, nothing is loaded."""
_STYLE = """
body{margin:0 auto;max-width:42rem;padding:1.2rem 1rem 3rem;font:17px/1.75 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;
color:#1f2a37;background:#fff}h1{font-size:1.35rem;line-height:1.45}h2{font-size:1.08rem;margin:1.6rem 0 .3rem}
.note{color:#5b6675;font-size:.88rem}.old{background:#fff3e6;border-left:4px solid #d9730d;padding:.6rem .8rem}
a{color:#1457a8;word-break:break-all}table{border-collapse:collapse}td,th{border:1px solid #d5dbe3;padding:.3rem .6rem}
"""


def routes(knowledge: KnowledgeBase, city: str) -> list[web.AbstractRouteDef]:
    """The HTTP route of the entry pages.

    Args:
        knowledge: the knowledge base that holds the entries.
        city: the city's name as citizens read it.
    """

    async def show(request: web.Request) -> web.Response:
        entry = knowledge.stored(request.match_info["id"])
        if entry is None:
            raise NotFound("没有这条政策解答，它可能已经更新或者撤下，请回到会话里再问一次")
        response = web.Response(text=page(entry, city), content_type="text/html")
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-cache"
        return response

    return [web.get("/kb/{id:.+}", show)]


def page(entry: Entry, city: str) -> str:
    """The page as HTML. All parts of the entry are escaped or sanitised."""
    card = answer_card(entry)
    parts = [f"<h1>{escape(entry.title)}</h1>", f'<p class="note">{escape(entry.department)}</p>']
    if entry.expires is not None and entry.expires < local(now()).date():
        parts.append(
            f'<p class="old">这条解答的依据已于 {entry.expires.isoformat()} 失效，请不要据此办理。</p>'
        )
    parts.append(card["html"])
    parts += [f"<h2>{escape(name)}</h2>{to_html(text)}" for name, text in entry.sections.items()]
    parts.append("<h2>依据</h2><ul>")
    parts += [f"<li>{_source(source)}</li>" for source in card["sources"]]
    parts.append(
        f'</ul><p class="note">{escape(card["reviewed"])} 核对 · {escape(city)}12345政务服务便民热线</p>'
    )
    return framed(entry.title, "".join(parts))


def framed(title: str, html: str) -> str:
    """A whole page around sanitised HTML.

    Args:
        title: its title, as plain text.
        html: what it shows, sanitised.
    """
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{html}</main></body></html>"
    )


def _source(source: dict[str, Any]) -> str:
    words = " ".join(
        str(part) for part in (source["document"], source["number"], *source["articles"]) if part
    )
    if source["url"]:
        return f'<a href="{escape(source["url"])}" rel="noopener noreferrer">{escape(words)}</a>'
    return escape(words)
