"""Checks that read only the entries: ids, dates, sources, variants, markup."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import re
from urllib.parse import urlsplit

from kb_index.entries.entry import QUESTIONS, ParsedEntry
from kb_index.entries.problems import Problem, shorten

REVIEW_DAYS = 365
"""Days after which an editor must compare an entry with its sources again: one year."""

EXPIRES_SOON_DAYS = 60
"""Days before its last day from which an entry is reported, so that an editor looks for what follows in time."""

MIN_VARIANTS = 3
"""Fewest variants (相似问法) an entry should have; an entry with fewer gets a reminder."""

_NOWHERE = (".local", ".localhost", ".lan", ".internal", ".example", ".test", ".invalid", "example.com")
_HTML = re.compile(r"<\s*(script|iframe|style|object|embed|form|img|a|div|span|p|br|table)\b", re.IGNORECASE)


def check_entries(parsed: list[ParsedEntry], today: dt.date | None = None) -> list[Problem]:
    """Problems found by reading only the entries: ids, dates, sources, variants, markup."""
    day = today or dt.date.today()
    problems: list[Problem] = []
    seen: dict[str, ParsedEntry] = {}
    for item in parsed:
        first = seen.setdefault(item.entry.id, item)
        if first is not item:
            message = f"编号 {item.entry.id} 在 {first.file} 里已经用了"
            problems.append(
                Problem(item.file, item.line("id"), "error", "duplicate_id", message, "换一个编号")
            )
        problems += _dates(item, day)
        problems += _sources(item, day)
        problems += _content(item)
    return problems


def _dates(item: ParsedEntry, day: dt.date) -> list[Problem]:
    entry, found = item.entry, []
    if entry.expires is not None and entry.expires < day:
        mend = "核对现行政策：还有效就改 expires，失效就删掉这个文件"
        message = f"已于 {entry.expires} 失效，不会再答给群众"
        found.append(Problem(item.file, item.line("expires"), "warning", "expired", message, mend))
    elif entry.expires is not None and (entry.expires - day).days <= EXPIRES_SOON_DAYS:
        mend = "查有没有新的规定：延长了就改 expires，换了就按新的改写"
        message = f"{entry.expires} 之后失效，到时候就不再答给群众了"
        found.append(Problem(item.file, item.line("expires"), "warning", "expires_soon", message, mend))
    if entry.effective > day:
        message = f"{entry.effective} 才生效，之前不会答给群众"
        found.append(
            Problem(
                item.file, item.line("effective"), "warning", "not_yet_effective", message, "日期无误就不用改"
            )
        )
    if entry.reviewed > day:
        message = f"核对日期 {entry.reviewed} 在今天之后"
        found.append(
            Problem(item.file, item.line("reviewed"), "error", "reviewed_in_future", message, "改成实际日期")
        )
    elif (day - entry.reviewed).days > REVIEW_DAYS:
        message = f"上次核对是 {entry.reviewed}，超过 {REVIEW_DAYS} 天"
        mend = "对照来源再核对一遍，把 reviewed 改成今天"
        found.append(Problem(item.file, item.line("reviewed"), "warning", "review_overdue", message, mend))
    return found


def _sources(item: ParsedEntry, day: dt.date) -> list[Problem]:
    found = []
    if not item.entry.sources:
        mend = "写上打开过的文件：document、date、url、opened"
        found.append(Problem(item.file, item.line("sources"), "error", "source_missing", "没有来源", mend))
    for index, source in enumerate(item.entry.sources):
        line = item.lines.get(f"sources.{index}.url", item.line("sources"))
        if source.url.startswith("docs/"):
            message = f"来源是本系统自己的文件 {source.url}，群众打不开，答案里不显示链接"
            found.append(
                Problem(item.file, line, "warning", "source_internal", message, "有公开网址就换成网址")
            )
            continue
        doubt = _doubt(source.url)
        if doubt:
            mend = "写公开能打开的网址，以 https:// 开头"
            message = f"来源网址像是打不开（{doubt}）：{shorten(source.url)}"
            found.append(Problem(item.file, line, "error", "source_url", message, mend))
        elif _is_front_page(source.url):
            message = f"来源网址只是网站首页：{shorten(source.url)}，群众打开了也找不到这份文件"
            mend = "写这份文件自己的网页地址；没有的话，在 document、number、date 里写清楚是哪份文件"
            found.append(Problem(item.file, line, "warning", "source_front_page", message, mend))
        if source.opened > day:
            message = f"打开日期 {source.opened} 在今天之后"
            found.append(Problem(item.file, line, "error", "opened_in_future", message, "改成实际日期"))
    return found


def _is_front_page(url: str) -> bool:
    """Whether the address names a site only: no path, no query, and no fragment that leads further."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query and not parts.fragment


def _doubt(url: str) -> str | None:
    """Why readers probably can't open this address; None when it looks usable."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "不是网址"
    if parts.scheme not in {"http", "https"}:
        return "不是 http 或 https"
    if re.search(r"[\s…，。；、（）《》]", url):
        return "里面有空格或中文标点"
    if parts.username is not None:
        return "里面带着用户名"
    if "." not in host or not re.search(r"\w\.\w", host) or host.endswith(_NOWHERE):
        return "没有完整的域名"
    with contextlib.suppress(ValueError):
        if not ipaddress.ip_address(host).is_global:
            return "是内网地址"
    return None


def _content(item: ParsedEntry) -> list[Problem]:
    entry, found = item.entry, []
    if len(entry.variants) < MIN_VARIANTS:
        message = f"只有 {len(entry.variants)} 个相似问法"
        mend = f"至少写 {MIN_VARIANTS} 个，口语、关键词、长句都要有"
        found.append(Problem(item.file, item.line(QUESTIONS), "warning", "few_variants", message, mend))
    for name, text in {"答案": entry.answer, **entry.sections}.items():
        if _HTML.search(text):
            mend = "用 Markdown 写；HTML 会被去掉"
            found.append(Problem(item.file, item.line(name), "warning", "html", f"“{name}”里有 HTML", mend))
    return found
