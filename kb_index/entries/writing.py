"""Writes an entry as Markdown, for drafts and imports, in the same form that editors use."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from core.errors import BadRequest
from core.yaml_loader import SafeLoader
from kb_index.entries.entry import ANSWER, NOTES, OPTIONAL_SECTIONS, QUESTIONS

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")
_HEADING = re.compile(r"^##(?=\s)", re.MULTILINE)


def place_of(folder: Path, entry_id: str) -> Path:
    """The path for an entry with this id: ``<department's folder>/<rest of the id>.md``.

    Args:
        folder: the knowledge folder. An existing department folder that matches more of the id is preferred
            (medical-insurance).
        entry_id: ``<folder>-<slug>``.

    Raises:
        BadRequest: when the id can't be used as a file name.
    """
    if not _ID.match(entry_id) or len(entry_id) > 80:
        raise BadRequest(
            "编号用小写字母、数字和连字符，至少两段，如 hrss-pension-minimum-years", code="bad_id"
        )
    parts = entry_id.split("-")
    splits = [("-".join(parts[:n]), "-".join(parts[n:])) for n in range(len(parts) - 1, 0, -1)]
    prefix, slug = next((s for s in splits if (folder / s[0]).is_dir()), splits[-1])
    return folder / prefix / f"{slug}.md"


def to_markdown(data: Mapping[str, Any], notes: str = "") -> str:
    """The text of an entry's file, made from its fields and marked as a draft.

    Args:
        data: the fields of :class:`~kb_index.entries.entry.Entry`. An unknown date may be None;
            ``wenban kb check`` then asks for it.
        notes: the editorial notes (编辑备注).
    """
    head = [
        "draft: true",
        f"id: {scalar(data['id'])}",
        f"title: {scalar(data['title'])}",
        f"department: {scalar(data['department'])}",
        f"topic: {scalar(data['topic'])}",
        f"regions: {_flow(data['regions'])}",
        f"tags: {_flow(data.get('tags', ()))}",
        *_block("basis", [_basis(b) for b in data.get("basis", ())]),
        *_block("sources", [_source(s) for s in data.get("sources", ())]),
        f"effective: {_date(data.get('effective'))}",
        f"expires: {_date(data.get('expires'))}",
        f"reviewed: {_date(data.get('reviewed'))}",
    ]
    variants = "".join(f"- {one_line(v)}\n" for v in data.get("variants", ())) or "- \n"
    sections = {ANSWER: data.get("answer", "")} | {
        name: text for name in OPTIONAL_SECTIONS if (text := data.get("sections", {}).get(name))
    }
    if notes.strip():
        sections[NOTES] = notes
    body = "\n".join(f"## {name}\n{_HEADING.sub('###', text).strip()}\n" for name, text in sections.items())
    return "---\n" + "\n".join(head) + f"\n---\n## {QUESTIONS}\n{variants}\n{body}"


def scalar(text: str) -> str:
    """The text as a YAML scalar, quoted when YAML would otherwise read a different value.

    >>> scalar("身份证丢了怎么办？"), scalar("2026-01-01"), scalar("个税: 怎么退")
    ('身份证丢了怎么办？', '"2026-01-01"', '"个税: 怎么退"')
    """
    text = one_line(text)
    try:
        plain = yaml.load(f"- [{text}]\n- k: {text}\n", Loader=SafeLoader) == [[text], {"k": text}]  # noqa: S506
    except (yaml.YAMLError, ValueError):
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)


def one_line(text: str) -> str:
    """The text on one line: each run of blanks and line ends becomes one blank."""
    return " ".join(text.split())


def _flow(items: Iterable[str]) -> str:
    return f"[{', '.join(scalar(item) for item in items)}]"


def _date(value: dt.date | None) -> str:
    return value.isoformat() if value else "null"


def _block(name: str, items: list[list[str]]) -> list[str]:
    if not items:
        return [f"{name}: []"]
    rows = [f"{'  - ' if first else '    '}{row}" for item in items for first, row in _marked(item)]
    return [f"{name}:", *rows]


def _marked(rows: list[str]) -> list[tuple[bool, str]]:
    return [(number == 0, row) for number, row in enumerate(rows)]


def _basis(basis: Mapping[str, Any]) -> list[str]:
    return [f"document: {scalar(basis['document'])}", f"articles: {_flow(basis['articles'])}"]


def _source(source: Mapping[str, Any]) -> list[str]:
    number = source.get("number")
    return [
        f"document: {scalar(source['document'])}",
        f"number: {scalar(number) if number else 'null'}",
        f"date: {_date(source.get('date'))}",
        f"url: {scalar(source['url'])}",
        f"opened: {_date(source.get('opened'))}",
    ]
