"""``wenban kb new``: writes a draft entry for an editor to fill in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.errors import BadRequest, Conflict
from core.text import written
from kb_index.entries.reading import encoding_problem
from kb_index.entries.writing import one_line, place_of, scalar

TEMPLATE = """\
---
draft: true
id: {id}
title: {title}
department: {department}
topic: {topic}
regions: [{region}]
tags: []
basis:
  - document: {hint}
    articles: [第一条]
sources:
  - document: {hint}
    number: null
    date: {today}
    url: https://
    opened: {today}
effective: {today}
expires: null
reviewed: {today}
---
## 相似问法
{variants}
## 答案


## 办理材料


## 办理流程


## 编辑备注
> 《文件名》第一条：照抄原文
"""
"""The text of a draft, in which the fields are filled in."""


def draft(
    folder: Path,
    entry_id: str,
    title: str,
    department: str,
    topic: str = "",
    region: str = "全国",
    variants: list[str] | None = None,
    today: dt.date | None = None,
) -> Path:
    """Writes a draft entry. It is not published until an editor removes its line ``draft: true``.

    ``wenban kb check`` lists the parts that are still empty.

    Args:
        folder: the knowledge folder.
        entry_id: ``<folder>-<slug>``; the part before the slug is the name of the department's folder.
        title: the question as a citizen asks it.
        department: 承办单位.
        topic: subject heading.
        region: the region where the entry holds.
        variants: known other wordings of the question, such as unanswered questions of citizens.
        today: the day written into the draft; None: the real day.

    Returns:
        Path of the new file.

    Raises:
        BadRequest: when the id can't be used as a file name, or title or department have less than two
            characters that are seen.
        Conflict: when the file exists already.
    """
    for label, text in (("标题", title), ("承办单位", department)):
        if written(text) < 2:
            raise BadRequest(f"{label}至少要 2 个字", code="bad_draft")
    path = place_of(folder, entry_id)
    lines = "".join(f"- {one_line(v)}\n" for v in variants or []) or "- \n"
    text = TEMPLATE.format(
        id=scalar(entry_id),
        title=scalar(title),
        department=scalar(department),
        topic=scalar(topic or department),
        region=scalar(region),
        hint="文件名(年-月-日)",
        today=(today or dt.date.today()).isoformat(),
        variants=lines,
    )
    write_new(path, text, folder)
    return path


def write_new(path: Path, text: str, folder: Path) -> None:
    """Writes a new file; an existing file is never overwritten.

    Raises:
        BadRequest: when the file could not be read again (:func:`as_bytes`).
        Conflict: when the file exists already.
    """
    raw = as_bytes(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(raw)
    except FileExistsError as error:
        raise Conflict(f"{path.relative_to(folder)} 已经有了", code="entry_exists") from error


def as_bytes(text: str) -> bytes:
    """The bytes of an entry's file.

    Raises:
        BadRequest: when it holds characters that nobody sees, with which it would not be read, and the build would stop.
    """
    raw = text.encode("utf-8", "surrogatepass")
    if problem := encoding_problem(raw, ""):
        raise BadRequest(f"{problem.message}，请删掉后再试", code="unreadable")
    return raw
