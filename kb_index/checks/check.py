"""``wenban kb check``: every problem at once, each with file, line, severity and how to mend it."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import WenbanError
from core.progress import Stage, silent
from kb_index.checks.files import check_side_files
from kb_index.checks.laws import check_laws
from kb_index.checks.regions import check_regions
from kb_index.checks.similar import check_similar
from kb_index.entries.entry import QUESTIONS, ParsedEntry
from kb_index.entries.folder import load_folder, read_folder
from kb_index.entries.links import check_links
from kb_index.entries.problems import Problem, Severity, question_line, shorten
from kb_index.language.encoder import load_encoder
from kb_index.language.text import TextPipeline

__all__ = ["check", "check_entries", "load_folder"]

REVIEW_DAYS = 365
"""An entry is compared with its sources at least once a year."""

MIN_VARIANTS = 3
MAX_QUESTION = 300
"""Longest wording of a question, in characters: a told story names its matter well before this."""

_NOWHERE = (".local", ".localhost", ".lan", ".internal", ".example", ".test", ".invalid", "example.com")
_HTML = re.compile(r"<\s*(script|iframe|style|object|embed|form|img|a|div|span|p|br|table)\b", re.IGNORECASE)


def check(
    folder: Path,
    laws: Path | None = None,
    today: dt.date | None = None,
    *,
    model: str | None = None,
    stage: Stage = silent,
) -> list[Problem]:
    """Checks every file of a knowledge folder.

    Args:
        folder: the knowledge folder.
        laws: folder of statutes in Markdown; when given, cited articles and quotes are looked up there.
        today: for dates; the real day when None.
        model: sentence-transformers folder or name; when given, questions are compared across entries with it.
        stage: makes a progress callback for each long step from its label.

    Returns:
        All findings, sorted by file and line.

    Raises:
        NotFound: when the folder is not there.
        ConfigurationError: when the model can't be loaded.
    """
    parsed, problems = read_folder(folder, stage("读取条目"))
    if not parsed and not problems:
        mend = "检查 --dir 是不是写对了；第一个条目可以用 wenban kb new 生成"
        problems.append(Problem(".", 1, "error", "no_entries", f"{folder} 里没有条目", mend))
    problems += check_entries(parsed, today)
    problems += check_links(parsed)
    problems += check_regions(parsed, folder)
    problems += check_side_files(folder, {item.entry.id for item in parsed})
    pipeline = _pipeline(folder)
    problems += _same_question(parsed, pipeline)
    if model is not None:
        problems += check_similar(parsed, pipeline, load_encoder(model, pipeline), stage("比较问法"))
    if laws is not None:
        problems += check_laws(parsed, laws)
    return sorted(problems)


def _pipeline(folder: Path) -> TextPipeline:
    """The folder's text preparation; a broken word list is reported on its own and left out here."""
    try:
        return TextPipeline.from_folder(folder)
    except (WenbanError, UnicodeDecodeError):
        return TextPipeline()


def check_entries(parsed: list[ParsedEntry], today: dt.date | None = None) -> list[Problem]:
    """Checks that need nothing but the entries: ids, dates, sources, variants, markup."""
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
        if source.opened > day:
            message = f"打开日期 {source.opened} 在今天之后"
            found.append(Problem(item.file, line, "error", "opened_in_future", message, "改成实际日期"))
    return found


def _doubt(url: str) -> str | None:
    """Why an address looks as if a reader could not open it; None when it looks fine."""
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


def _same_question(parsed: list[ParsedEntry], pipeline: TextPipeline) -> list[Problem]:
    """The same question, once normalised, in two entries that hold in the same region, or twice in one."""
    problems = []
    seen: dict[str, ParsedEntry] = {}
    for item in parsed:
        own: set[str] = set()
        for number, question in enumerate(item.entry.questions):
            key = re.sub(r"[^\w]", "", pipeline.normalise(question))
            line = question_line(item, number)
            if not key:
                severity: Severity = "error" if number == 0 else "warning"
                mend = "写成群众会问的一句话"
                message = f"问法里没有文字：{shorten(question)}"
                problems.append(Problem(item.file, line, severity, "question_empty", message, mend))
                continue
            if len(question) > MAX_QUESTION:
                message = f"问法有 {len(question)} 个字，太长：{shorten(question)}"
                mend = f"留下说到点子上的部分，不超过 {MAX_QUESTION} 字"
                problems.append(Problem(item.file, line, "warning", "question_long", message, mend))
            if key in own:
                message = f"同一个问法写了两次：{shorten(question)}"
                problems.append(Problem(item.file, line, "warning", "variant_twice", message, "删掉一个"))
                continue
            own.add(key)
            first = seen.setdefault(key, item)
            if first is not item and set(first.entry.regions) & set(item.entry.regions):
                message = f"“{shorten(question)}”在 {first.file} 里也有"
                mend = "同一个问题只留一个条目；意思不同就把问法写得更具体"
                problems.append(Problem(item.file, line, "error", "question_twice", message, mend))
    return problems
