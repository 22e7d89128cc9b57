"""Writes a draft entry for a group of questions into the knowledge folder."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from pypinyin import lazy_pinyin

from core.errors import Conflict
from gaps.types import Draft, Group
from kb_index.entries.draft import draft
from kb_index.language.spelling import know_phrases
from kb_index.search.searcher import Searcher

_WORDS = 5
"""Number of words of the title that go into the file's name."""
_LONGEST = 60
"""Most characters of the file's name that come from the title."""
_TRIES = 20
"""Number of file names that are tried."""
_NEW = "new"
"""Folder of drafts for a department without entries."""
MOST_VARIANTS = 20
"""Most wordings that become variants of a draft, the most asked first."""


def write_draft(folder: Path, searcher: Searcher, group: Group, title: str, department: str) -> Draft:
    """Write a draft with the group's wordings as variants. It is published only after an editor finishes it.

    Args:
        folder: the knowledge folder.
        searcher: the version in service; it tells the folder of the department, and the words of the title.
        group: the group.
        title: the question as a citizen would ask it.
        department: 承办单位. The draft goes into the folder of its entries.

    Raises:
        Conflict: the folder can't be written, or too many drafts have this name.
    """
    stem = f"{_folder_of(searcher, department)}-{_slug(searcher, title)}"
    variants = [text for text, _ in group.wordings if text != title][:MOST_VARIANTS]
    for number in range(1, _TRIES + 1):
        entry_id = stem if number == 1 else f"{stem}-{number}"
        try:
            path = draft(folder, entry_id, title, department, variants=variants)
            return Draft(entry_id, path.relative_to(folder).as_posix())
        except Conflict:  # There is a file with this name.
            continue
        except OSError as error:
            raise Conflict(
                f"知识库文件夹写不进去（{error.strerror or error}），草稿没有生成。请联系管理员检查文件夹权限",
                code="knowledge_not_writable",
            ) from error
    raise Conflict("同名的草稿太多了，请换一个标题", code="entry_exists")


def _folder_of(searcher: Searcher, department: str) -> str:
    """The folder that holds most of the department's entries."""
    store = searcher.shelf.store
    entries = (store.at(place) for place in range(len(store)))
    used = Counter(e.id.partition("-")[0] for e in entries if e.department == department and "-" in e.id)
    return used.most_common(1)[0][0] if used else _NEW


def _slug(searcher: Searcher, title: str) -> str:
    know_phrases()
    words = searcher.pipeline.words_of(searcher.pipeline.normalise(title))[:_WORDS]
    parts = (re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(word)).lower()) for word in words)
    return "-".join(filter(None, parts))[:_LONGEST].strip("-") or "question"
