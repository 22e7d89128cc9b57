"""``wenban kb check``: every problem at once, each with file, line, severity and how to mend it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from core.errors import NotFound, WenbanError
from kb_index.check_laws import check_laws
from kb_index.entries import QUESTIONS, ParsedEntry, parse_file
from kb_index.problems import Problem
from kb_index.text import TextPipeline, load_synonyms

REVIEW_DAYS = 365
"""An entry is compared with its sources at least once a year."""

MIN_VARIANTS = 3
NOT_ENTRIES = {"README.md"}

_HTML = re.compile(r"<\s*(script|iframe|style|object|embed|form|img|a|div|span|p|br|table)\b", re.IGNORECASE)


def check(folder: Path, laws: Path | None = None, today: dt.date | None = None) -> list[Problem]:
    """Checks every entry of a knowledge folder.

    Args:
        folder: the knowledge folder.
        laws: folder of statutes in Markdown; when given, cited articles and quotes are looked up there.
        today: for dates; the real day when None.

    Returns:
        All findings, sorted by file and line.

    Raises:
        NotFound: when the folder is not there.
    """
    parsed, problems = load_folder(folder)
    problems += check_entries(parsed, today)
    problems += _same_question(parsed, folder)
    problems += _synonym_problems(folder / "synonyms.yml", folder)
    if laws is not None:
        problems += check_laws(parsed, laws)
    return sorted(problems)


def load_folder(folder: Path) -> tuple[list[ParsedEntry], list[Problem]]:
    """Parses every ``*.md`` below the folder (README.md and hidden files left out), in path order.

    Raises:
        NotFound: when the folder is not there.
    """
    if not folder.is_dir():
        raise NotFound(f"没有知识库文件夹 {folder}", code="kb_folder")
    parsed: list[ParsedEntry] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.md")):
        inside = path.relative_to(folder).parts
        if (
            path.name in NOT_ENTRIES
            or any(part.startswith((".", "_")) for part in inside)
            or not path.is_file()
        ):
            continue
        entry, found = parse_file(path, folder)
        problems += found
        if entry is not None:
            parsed.append(entry)
    return parsed, problems


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
        parts = urlsplit(source.url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or "." not in host or host.endswith((".local", ".example")):
            mend = "写公开能打开的网址，以 https:// 开头"
            message = f"来源网址打不开的样子：{source.url}"
            found.append(Problem(item.file, line, "error", "source_url", message, mend))
        if source.opened > day:
            message = f"打开日期 {source.opened} 在今天之后"
            found.append(Problem(item.file, line, "error", "opened_in_future", message, "改成实际日期"))
    return found


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


def _same_question(parsed: list[ParsedEntry], folder: Path) -> list[Problem]:
    """The same question, once normalised, in two entries that hold in the same region, or twice in one."""
    try:
        pipeline = TextPipeline.from_folder(folder)
    except WenbanError:
        pipeline = TextPipeline()  # the broken synonyms file is reported on its own
    problems = []
    seen: dict[str, ParsedEntry] = {}
    for item in parsed:
        own: set[str] = set()
        for question in item.entry.questions:
            key = re.sub(r"[^\w]", "", pipeline.normalise(question))
            line = item.line("title") if question == item.entry.title else item.line(QUESTIONS)
            if key in own:
                message = f"同一个问法写了两次：{question}"
                problems.append(Problem(item.file, line, "warning", "variant_twice", message, "删掉一个"))
                continue
            own.add(key)
            first = seen.setdefault(key, item)
            if first is not item and set(first.entry.regions) & set(item.entry.regions):
                message = f"“{question}”在 {first.file} 里也有"
                mend = "同一个问题只留一个条目；意思不同就把问法写得更具体"
                problems.append(Problem(item.file, line, "error", "question_twice", message, mend))
    return problems


def _synonym_problems(file: Path, folder: Path) -> list[Problem]:
    name = file.relative_to(folder).as_posix()
    try:
        groups = load_synonyms(file)
    except (WenbanError, yaml.YAMLError) as error:
        return [Problem(name, 1, "error", "synonyms_invalid", str(error), "每行写一组：- [标准说法, 同义词]")]
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    lines = file.read_text("utf-8").split("\n") if file.is_file() else []
    for group in groups:
        for word in group:
            if word in seen:
                line = next(
                    (
                        n
                        for n, text in enumerate(lines, 1)
                        if text.startswith("-") and word in text and group[0] in text
                    ),
                    1,
                )
                message = f"“{word}”同时在“{seen[word]}”和“{group[0]}”两组里"
                problems.append(
                    Problem(name, line, "error", "synonym_twice", message, "只留在意思最近的一组")
                )
            seen[word] = group[0]
    return problems
