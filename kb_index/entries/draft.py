"""``wenban kb new``: a draft an editor only has to fill in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.errors import Conflict
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
        entry_id: ``<folder>-<slug>``; what comes before the slug becomes the department's folder.
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
    """Writes a file that must not be there yet.

    Raises:
        Conflict: when it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Conflict(f"{path.relative_to(folder)} 已经有了", code="entry_exists") from error
