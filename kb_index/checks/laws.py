"""Compares entries with the statutes.

A cited article must exist, a quote must stand in it literally, and each figure of an answer must stand in a
quote.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from core.errors import NotFound
from kb_index.entries.entry import NOTES, ParsedEntry
from kb_index.entries.problems import Problem
from kb_index.language.text import numeral

_QUOTE_HEAD = re.compile(
    r"^《(?P<name>[^》]+)》(?:（[^）]*）)?(?:[^第：:]{0,12})?"
    r"(?P<article>第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)?"
    r"(?:第[一二三四五六七八九十]+[款项]|[、和及]?第?（[一二三四五六七八九十]+）项?)*\s*[：:]\s*"
)
# A quote may replace words by …… and may quote only some items of a list: 有下列情形之一的：（三）…
_GAP = re.compile(r"…+|\.{3,}|⋯+|(?=\([一二三四五六七八九十]+\))")
_UNIT = "个工作日|工作日|个月|周岁|小时|分钟|平方米|公里|分贝|年|月|日|天|岁|元|倍|次|份|级|周|人|克|米|度|期|成|折"
_ARABIC = re.compile(rf"(\d+(?:\.\d+)?)\s*(万|亿)?\s*(?=%|％|‰|个|{_UNIT})")
_CHINESE = re.compile(
    rf"(?<![\d.第零〇一二两三四五六七八九十百千万])([零〇一二两三四五六七八九十百千万]+)(?=个|{_UNIT})"
)
_PERCENT = re.compile(r"百分之([零〇一二三四五六七八九十百点]+)")
_FRACTION = re.compile(r"([一二三四五六七八九十]+)分之([一二三四五六七八九十]+)")
_CASUAL = re.compile(r"^[一两]$")
_DATE = re.compile(r"\d{4}\s*年(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?")


class LawShelf:
    """The folder of statutes: one Markdown file for each document, found by its file name without ``.md``.

    Args:
        folder: the folder; sub-folders are searched, too.

    Raises:
        NotFound: when the folder does not exist.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotFound(f"没有法规文件夹 {folder}", code="laws_folder")
        self._files = {unicodedata.normalize("NFC", p.stem): p for p in sorted(folder.rglob("*.md"))}
        self.text = lru_cache(maxsize=64)(self._text)
        self.bare = lru_cache(maxsize=64)(self._bare_text)

    def has(self, document: str) -> bool:
        """Whether the folder holds the document."""
        return unicodedata.normalize("NFC", document) in self._files

    def similar(self, document: str) -> list[str]:
        """Up to three documents with a similar name, newest first."""
        bare = re.sub(r"\(.*\)$|^中华人民共和国", "", document)
        return sorted((name for name in self._files if name.split("(")[0].endswith(bare)), reverse=True)[:3]

    def _text(self, document: str) -> str:
        return self._files[unicodedata.normalize("NFC", document)].read_text("utf-8", errors="replace")

    def _bare_text(self, document: str) -> str:
        return _bare(self._text(document))

    def has_article(self, document: str, article: str) -> bool:
        """Whether a line of the document begins with exactly this article number (第三条 is not 第三条之一)."""
        pattern = (
            rf"^(?:[#*\s]*){re.escape(article)}(?!之[一二三四五六七八九十]|[零〇一二三四五六七八九十百千])"
        )
        return re.search(pattern, self.text(document), re.MULTILINE) is not None


def check_laws(parsed: list[ParsedEntry], folder: Path) -> list[Problem]:
    """Looks up every citation and quote in the statutes.

    Args:
        parsed: the entries.
        folder: the statutes.
    """
    shelf = LawShelf(folder)
    problems: list[Problem] = []
    for item in parsed:
        documents = _cited(item, shelf, problems)
        quotes = _quotes(item)
        for line, quote in quotes:
            _check_quote(item, line, quote, documents, shelf, problems)
        if item.entry.basis:
            _check_figures(item, [q for _, q in quotes], problems)
    return problems


def _cited(item: ParsedEntry, shelf: LawShelf, problems: list[Problem]) -> list[str]:
    found = []
    for index, basis in enumerate(item.entry.basis):
        line = item.lines.get(f"basis.{index}.document", item.line("basis"))
        if not shelf.has(basis.document):
            problems.append(_missing(item.file, line, basis.document, shelf))
            continue
        found.append(basis.document)
        place = item.lines.get(f"basis.{index}.articles", line)
        for article in basis.articles:
            if not shelf.has_article(basis.document, article):
                message = f"“{basis.document}”里没有{article}"
                problems.append(Problem(item.file, place, "error", "article_missing", message, "核对条号"))
    return found


def _missing(file: str, line: int, document: str, shelf: LawShelf) -> Problem:
    """The problem for a document that the folder lacks.

    It is an error when the folder holds this or a later version under another name. Otherwise it is a
    warning, because the citation can't be checked.
    """
    near = [n for n in shelf.similar(document) if _date_of(n) >= _date_of(document)]
    if near:
        message = f"法规文件夹里没有“{document}”，有 {'、'.join(near)}"
        return Problem(file, line, "error", "law_missing", message, "写文件名，不带 .md")
    message = f"法规文件夹里没有“{document}”，条号和引文没法核对"
    return Problem(file, line, "warning", "law_not_in_folder", message, "人工对照官方文本核对")


def _date_of(document: str) -> str:
    match = re.search(r"\((\d{4}-\d{2}-\d{2})\)$", document)
    return match.group(1) if match else ""


def _quotes(item: ParsedEntry) -> list[tuple[int, str]]:
    """The Markdown quotes in 编辑备注: (line, text) of each paragraph of a quote block."""
    found = []
    for offset, line in enumerate(item.notes.split("\n")):
        if line.startswith(">") and line.strip("> ").strip():
            found.append((item.line(NOTES) + 1 + offset, line.lstrip("> ").strip()))
    return found


def _check_quote(
    item: ParsedEntry, line: int, quote: str, documents: list[str], shelf: LawShelf, problems: list[Problem]
) -> None:
    head = _QUOTE_HEAD.match(quote)
    body = quote[head.end() :] if head else quote
    if head and _of_missing_law(head["name"], item, shelf):
        return  # already reported as law_not_in_folder
    texts = [shelf.bare(d) for d in documents]
    parts = [part for part in _GAP.split(_bare(body)) if part]
    if not any(_in_order(parts, text) for text in texts):
        message = f"引文和原文不一致：{body[:30]}…"
        mend = "从法规原文复制，一个字都不改；中间省略写“……”"
        problems.append(Problem(item.file, line, "error", "quote_not_literal", message, mend))
    if head and head["article"]:
        cited = {a for b in item.entry.basis for a in b.articles}
        if head["article"] not in cited:
            message = f"引用了{head['article']}，basis 里没有写"
            problems.append(
                Problem(
                    item.file, line, "warning", "article_not_in_basis", message, "补到 basis 的 articles 里"
                )
            )


def _of_missing_law(name: str, item: ParsedEntry, shelf: LawShelf) -> bool:
    """Whether a quote comes from a document that the entry cites and the folder does not hold."""
    bare = name.removeprefix("中华人民共和国")
    held = [b.document for b in item.entry.basis if shelf.has(b.document)]
    if any(document.split("(")[0] in bare or bare in document for document in held):
        return False
    return len(held) < len(item.entry.basis)


def _in_order(parts: list[str], text: str) -> bool:
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def _bare(text: str) -> str:
    """The text for literal comparison: no blanks, no Markdown marks, punctuation in one width."""
    return re.sub(r"[\s*>#]|<!--.*?-->", "", unicodedata.normalize("NFKC", text))


def figures(text: str, *, casual: bool = False) -> set[float]:
    """The values of a text's figures that have a unit, in Arabic or Chinese numerals.

    Args:
        text: any text.
        casual: also count 一 and 两. In an answer these are mostly not figures of a rule (一个, 两边).

    >>> sorted(figures("十五日内，工资的百分之八十，最多2万元"))
    [15.0, 80.0, 20000.0]
    """
    found: set[float] = set()
    text = unicodedata.normalize("NFKC", text).replace("半年", "6个月")
    for match in _PERCENT.finditer(text):
        whole, _, rest = match.group(1).partition("点")
        value = numeral(whole)
        if value is not None:
            found.add(float(f"{value}.{''.join(str(numeral(c)) for c in rest)}") if rest else float(value))
    for match in _FRACTION.finditer(text):
        below, above = numeral(match.group(1)), numeral(match.group(2))
        if below and above:
            found.add(round(above / below, 4))
    text = _FRACTION.sub("", _PERCENT.sub("", text))
    for match in _ARABIC.finditer(text):
        found.add(float(match.group(1)) * {"万": 1e4, "亿": 1e8}.get(match.group(2) or "", 1))
    for match in _CHINESE.finditer(text):
        if casual or not _CASUAL.match(match.group(1)):
            value = numeral(match.group(1))
            if value is not None:
                found.add(float(value))
    return found


def _check_figures(item: ParsedEntry, quotes: list[str], problems: list[Problem]) -> None:
    known = figures("\n".join(quotes), casual=True)
    parts = {"答案": item.entry.answer, **item.entry.sections}
    for name, text in parts.items():
        text = _DATE.sub("", text)  # the dates of documents are in the front matter, not in a quote
        for value in sorted(figures(text) - known):
            shown = f"{value:g}"
            message = f"“{name}”里的数字 {shown} 在引文里找不到"
            mend = "把写有这个数字的条文引到“## 编辑备注”里；没有依据就删掉"
            problems.append(
                Problem(item.file, item.line(name), "error", "figure_without_quote", message, mend)
            )
