"""Counts of the knowledge base: by department, region and topic; freshness; the version in service."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from core.errors import BadRequest, WenbanError
from kb_index.checks.entries import REVIEW_DAYS, check_entries
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder
from kb_index.index.versions import current_version, manifest, versions
from kb_index.language.text import load_synonyms

LABELS = {
    "entries": "条目",
    "departments": "承办单位",
    "variants": "相似问法",
    "sources": "来源文件",
    "synonym_groups": "同义词组",
    "questions": "标注问题",
    "unanswerable": "其中没有条目能答的",
    "by_department": "各承办单位的条目",
    "by_topic": "各主题的条目",
    "by_region": "各地区的条目",
    "newest_review": "最近一次核对",
    "oldest_review": "最早一次核对",
    "review_overdue": "该重新核对的",
    "expired": "已失效的",
    "errors": "错误",
    "warnings": "提醒",
}
"""Keys of the printed figures, in order → their names."""

BEGIN, END = "<!-- kb stats: begin -->", "<!-- kb stats: end -->"
"""The lines of a Markdown file between which :func:`write_table` writes the table."""


def stats(knowledge_dir: Path, index_dir: Path, today: dt.date | None = None) -> dict[str, Any]:
    """JSON-safe counts of the Markdown files and the state of the index.

    Args:
        knowledge_dir: the editors' folder.
        index_dir: the index folder.
        today: the day that decides freshness; None: the real day.
    """
    day = today or dt.date.today()
    parsed, problems = load_folder(knowledge_dir)
    problems += check_entries(parsed, day)
    entries = [p.entry for p in parsed]
    current = current_version(index_dir)
    details = manifest(index_dir, current) if current else None
    indexed = {f["sha256"] for f in details["files"].values()} if details else set()
    return {
        "entries": len(entries),
        "departments": len({e.department for e in entries}),
        "variants": sum(len(e.variants) for e in entries),
        **_labelled(knowledge_dir / "questions.jsonl"),
        "synonym_groups": _synonym_groups(knowledge_dir / "synonyms.yml"),
        "sources": len(_sources(entries)),
        "by_department": dict(Counter(e.department for e in entries).most_common()),
        "by_topic": dict(Counter(e.topic for e in entries).most_common()),
        "by_region": dict(Counter(r for e in entries for r in e.regions).most_common()),
        "expired": sum(e.expires is not None and e.expires < day for e in entries),
        "review_overdue": sum((day - e.reviewed).days > REVIEW_DAYS for e in entries),
        "newest_review": max((e.reviewed.isoformat() for e in entries), default=None),
        "oldest_review": min((e.reviewed.isoformat() for e in entries), default=None),
        "errors": sum(p.severity == "error" for p in problems),
        "warnings": sum(p.severity == "warning" for p in problems),
        "index": None
        if details is None
        else {
            "version": current,
            "created_at": details["created_at"],
            "entries": details["entries"],
            "questions": details["questions"],
            "model": details["model"],
            "left_out": details["left_out"],
            "up_to_date": indexed == {p.digest for p in parsed},
            "versions": versions(index_dir),
        },
    }


def _labelled(path: Path) -> dict[str, int]:
    """Number of labelled questions, and of those without an answering entry; broken rows are ignored."""
    rows = []
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.is_file() else []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "question" in row:
            rows.append(row)
    return {"questions": len(rows), "unanswerable": sum(row.get("entry") is None for row in rows)}


def _synonym_groups(path: Path) -> int:
    try:
        return len(load_synonyms(path))
    except WenbanError:
        return 0  # `kb check` reports what is wrong with the file


def _sources(entries: list[Entry]) -> set[str]:
    """The distinct source documents of the entries."""
    return {source.document for entry in entries for source in entry.sources}


def department_table(knowledge_dir: Path) -> str:
    """A Markdown table with one row for each department: entries, newest and oldest review, sources."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    entries = [p.entry for p in load_folder(knowledge_dir)[0]]
    for entry in entries:
        groups[entry.department].append(entry)
    rows = [_row(name, groups[name]) for name in sorted(groups, key=lambda name: (-len(groups[name]), name))]
    head = [
        "| 承办单位 department | 条目 entries | 最近核对 newest review | 最早核对 oldest review | 来源 sources |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, _row("合计 total", entries)])


def _row(name: str, entries: list[Entry]) -> str:
    reviews = [entry.reviewed for entry in entries]
    newest, oldest = max(reviews, default=""), min(reviews, default="")
    return f"| {name} | {len(entries)} | {newest} | {oldest} | {len(_sources(entries))} |"


def write_table(file: Path, table: str) -> bool:
    """Writes the table between the two marker lines of a Markdown file.

    Returns:
        Whether the file changed.

    Raises:
        BadRequest: when the file or its markers are missing.
    """
    try:
        text = file.read_text("utf-8")
        before, rest = text.split(BEGIN, 1)
        _, after = rest.split(END, 1)
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file} 里要有 {BEGIN} 和 {END} 两行标记", code="no_markers") from error
    changed = f"{before}{BEGIN}\n{table}\n{END}{after}"
    if changed == text:
        return False
    file.write_text(changed, "utf-8")
    return True
