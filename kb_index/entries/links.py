"""Cross-references between entries: ``[[hrss-pension-minimum-years]]`` in an answer names another entry.

Citizens read the other entry's title in quotation marks. References are replaced when the folder is read, so
the index, the channels and the desk never see these ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kb_index.entries.entry import ANSWER, ParsedEntry
from kb_index.entries.problems import Problem

_LINK = re.compile(r"\[\[\s*([^\[\]\n]{1,120}?)\s*\]\]")


MARK = "[["
"""The characters that begin a reference."""


def expand(parsed: list[ParsedEntry], others: Mapping[str, str] | None = None) -> list[ParsedEntry]:
    """Replaces every reference by the title of the entry it names, and removes references to missing entries.

    Args:
        parsed: the entries.
        others: id → title of further entries that may be referred to.

    "也可以看[[police-id-lost]]" becomes "也可以看“身份证丢了怎么补办？”".
    """
    titles = {**(others or {}), **{item.entry.id: item.entry.title for item in parsed}}

    def shown(text: str) -> str:
        return _LINK.sub(lambda m: f"“{titles[m[1]]}”" if m[1] in titles else "", text)

    found = []
    for item in parsed:
        entry = item.entry
        if MARK in entry.answer or any(MARK in text for text in entry.sections.values()):
            sections = {name: shown(text) for name, text in entry.sections.items()}
            item = replace(
                item, entry=entry.model_copy(update={"answer": shown(entry.answer), "sections": sections})
            )
        found.append(item)
    return found


def check_links(parsed: list[ParsedEntry]) -> list[Problem]:
    """Problems of references that name a missing entry or the entry itself, in any text of an entry."""
    ids = {item.entry.id for item in parsed}
    problems = []
    for item in parsed:
        for name, text in {ANSWER: item.entry.answer, **item.entry.sections}.items():
            for line, row in enumerate(text.split("\n"), item.line(f"{name}.text")):
                for match in _LINK.finditer(row):
                    target = match[1]
                    if target == item.entry.id:
                        message, mend = "引用了自己", "删掉这处引用"
                    elif target not in ids:
                        message = f"引用的条目 {target} 不在"
                        mend = "改成现有条目的编号（id），或删掉这处引用"
                    else:
                        continue
                    problems.append(Problem(item.file, line, "error", "dead_reference", message, mend))
    return problems
