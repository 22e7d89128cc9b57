"""Law texts in Markdown, one file for each document: which versions are in force, and their articles.

File names are ``<name>(<date adopted or amended>).md``. A line that begins like ``第十六条 …`` starts an article.
Headings name chapters. The text before ``<!-- INFO END -->``, the head, tells the document's history.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

EVERYWHERE = "全国"
"""Name of the region that means the whole country."""
LAWS_URL = "https://flk.npc.gov.cn/"
"""Address of the public database of laws and regulations."""
RULES_URL = "https://www.gov.cn/zhengce/xxgk/gjgzk/"
"""Address of the public database of rules (规章)."""

_STEM = re.compile(r"^(?P<name>.+?)(?:[(（](?P<date>\d{4}-\d{2}-\d{2})[)）])?$")
_ARTICLE = re.compile(r"^[*\s]*(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)[*\s]*")
_HEADING = re.compile(r"^#+\s*(?:第[零〇一二三四五六七八九十百]+[编章节分]+)?\s*(.+)$")
_HEAD_END = "<!-- INFO END -->"
_DAY = r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
_ADOPTED = re.compile(rf"{_DAY}[^\n]*(?:通过|公布|发布|修订|修正|修改)")
_EFFECTIVE = re.compile(rf"{_DAY}\s*起?施行")
_QUOTED = re.compile(r"《([^》]+)》")
_REPEALS = re.compile(r"[^。；;\n]*同时废止")
_REPEALED = re.compile(
    r"已(?:经)?(?:被)?(?:废止|失效)|现予废止|(?:时效性|有效性|效力)[:：]\s*(?:已?废止|已?失效)"
)
_NATION = "中华人民共和国"
_PLACE = re.compile(
    r"^(?:(?P<municipality>北京|上海|天津|重庆)"
    r"|(?P<region>[\u4e00-\u9fff]{2,6}?)(?:壮族|回族|维吾尔)?(?:省(?!级)|自治区|特别行政区|自治州|市(?![场区容政民]))"
    r"|(?P<county>[\u4e00-\u9fff]{1,4}?(?:自治县|县(?!级|以))))"
)


@dataclass(frozen=True)
class Article:
    """One article of a law.

    Args:
        number: such as 第十六条 or 第三条之一.
        chapter: the heading above the article; "" when there is none.
        text: the paragraphs, one on each line.
    """

    number: str
    chapter: str
    text: str


@dataclass(frozen=True)
class Statute:
    """One version of a document.

    Args:
        name: the file name without the date, as entries cite it.
        title: the document's full name.
        version: the day this version was adopted or amended; None when neither file name nor head gives it.
        effective: the day it came into force; None when the head does not give it.
        region: 全国, or the province, city or county that made the rule.
        url: the public database that keeps the official text.
        repealed: whether the document's head says that it is no longer in force.
        repeals: names of the documents that this document repeals.
        articles: the articles in order.
    """

    name: str
    title: str
    version: dt.date | None
    effective: dt.date | None
    region: str
    url: str
    repealed: bool
    repeals: frozenset[str]
    articles: tuple[Article, ...]

    @property
    def dated(self) -> dt.date:
        """The day that orders the versions of a document; ``date.min`` when no day is known."""
        return self.version or dt.date.min


def newest_laws(folder: Path) -> list[Path]:
    """The file of each document's newest version, in path order, judged by file names only."""
    newest: dict[str, tuple[str, Path]] = {}
    for path in sorted(folder.rglob("*.md")):
        name, dated = _stem(path)
        if name not in newest or dated > newest[name][0]:
            newest[name] = (dated, path)
    return sorted((path for _, path in newest.values()), key=str)


def read_articles(text: str) -> Iterator[Article]:
    """Reads the articles of a law text.

    >>> [(a.number, a.chapter, a.text) for a in read_articles("## 第一章 总则\\n第一条 甲。\\n乙。\\n第二条 丙。")]
    [('第一条', '总则', '甲。\\n乙。'), ('第二条', '总则', '丙。')]
    """
    chapter, number = "", ""
    lines: list[str] = []
    for raw in [*text.splitlines(), "# end"]:
        line = raw.strip()
        if not line or line.startswith("<!--"):
            continue
        heading, opening = _HEADING.match(line), _ARTICLE.match(line)
        if (heading or opening) and number:
            yield Article(number, chapter, "\n".join(part for part in lines if part))
        if heading:
            chapter, number, lines = heading.group(1).strip(), "", []
        elif opening:
            number, lines = opening.group(1), [line[opening.end() :]]
        elif number:
            lines.append(line)


def read_statute(path: Path) -> Statute:
    """Reads one law text.

    Raises:
        UnicodeDecodeError: when the file is not UTF-8.
        OSError: when the file can't be read.
    """
    text = path.read_text("utf-8-sig")
    name, dated = _stem(path)
    head, separator, body = text.partition(_HEAD_END)
    if not separator:
        head, body = "", text
    title = next(
        (m.group(1).strip() for line in text.splitlines() if (m := _HEADING.match(line.strip()))), name
    )
    adopted = _days(_ADOPTED, head)
    effective = _days(_EFFECTIVE, head)
    articles = tuple(read_articles(body))
    closing = "\n".join(article.text for article in articles)
    return Statute(
        name=name,
        title=title,
        version=dt.date.fromisoformat(dated) if dated else max(adopted, default=None),
        effective=max(effective, default=None),
        region=_region(title),
        url=RULES_URL if any("规章" in part for part in path.parts[:-1]) else LAWS_URL,
        # names of other documents in the head (《国务院关于废止和修改…的决定》) do not mean that this one is repealed
        repealed=bool(_REPEALED.search(_QUOTED.sub("", head))),
        repeals=frozenset(
            _bare(quoted) for clause in _REPEALS.findall(closing) for quoted in _QUOTED.findall(clause)
        ),
        articles=articles,
    )


def in_force(statutes: list[Statute], day: dt.date) -> list[Statute]:
    """The version of each document that is in force on a day.

    Versions that come into force later are left out; of the others only the newest counts. Documents are left
    out when their head says that they are repealed, or when a newer document repeals them
    ("《印花税暂行条例》同时废止").
    """
    started = [s for s in statutes if (s.effective or s.version or dt.date.min) <= day]
    newest: dict[str, Statute] = {}
    for statute in sorted(started, key=lambda s: s.dated):
        newest[statute.name] = statute
    ended: dict[str, dt.date] = {}
    for statute in newest.values():
        for name in statute.repeals - {_bare(statute.title), statute.name}:
            ended[name] = max(statute.dated, ended.get(name, dt.date.min))
    return [
        s
        for s in newest.values()
        if not s.repealed and s.dated >= max(ended.get(n, dt.date.min) for n in (s.name, _bare(s.title)))
    ]


def _stem(path: Path) -> tuple[str, str]:
    """The name and the date in a file name; the date is "" when the file name has none."""
    match = _STEM.match(path.stem)
    assert match is not None  # the pattern matches every name
    return match["name"], match["date"] or ""


def _days(pattern: re.Pattern[str], text: str) -> list[dt.date]:
    found = []
    for match in pattern.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        try:
            found.append(dt.date(year, month, day))
        except ValueError:  # an impossible date in the file, such as 2月30日
            continue
    return found


def _bare(title: str) -> str:
    return title.strip().removeprefix(_NATION)


def _region(title: str) -> str:
    place = _PLACE.match(_bare(title))
    return next((found for found in place.groups() if found), EVERYWHERE) if place else EVERYWHERE
