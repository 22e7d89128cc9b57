"""``wenban kb new``: a draft an editor only has to fill in."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from core.errors import BadRequest, Conflict

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

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")


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
    """Writes a draft entry, which is not published before its line ``draft: true`` is taken out.

    ``wenban kb check`` lists what is still to be filled in.

    Args:
        folder: the knowledge folder.
        entry_id: ``<folder>-<slug>``; the part before the first hyphen becomes the department's folder.
        title: the question as a citizen asks it.
        department: 承办单位.
        topic: subject heading.
        region: where it holds.
        variants: other ways of asking already known, such as questions nobody could answer.
        today: for dates; the real day when None.

    Returns:
        The new file.

    Raises:
        BadRequest: when the id is not usable as a file name.
        Conflict: when the file is there already.
    """
    if not _ID.match(entry_id):
        raise BadRequest("编号用小写字母、数字和连字符，如 hrss-pension-minimum-years", code="bad_id")
    prefix, _, slug = entry_id.partition("-")
    path = folder / prefix / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"- {_one_line(v)}\n" for v in variants or []) or "- \n"
    text = TEMPLATE.format(
        id=entry_id,
        title=_scalar(title),
        department=_scalar(department),
        topic=_scalar(topic or department),
        region=_scalar(region),
        hint="文件名(年-月-日)",
        today=(today or dt.date.today()).isoformat(),
        variants=lines,
    )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Conflict(f"{path.relative_to(folder)} 已经有了", code="entry_exists") from error
    return path


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _scalar(text: str) -> str:
    """A YAML scalar, quoted when it needs to be."""
    text = _one_line(text)
    if not text or re.search(
        r"[:#\[\]{},&*!|>'\"%@`]|^[-?\s]|^(null|true|false|yes|no|on|off|~)$", text, re.I
    ):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text
