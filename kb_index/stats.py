"""What the knowledge base holds: counts by department, region and topic, freshness, the version in service."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from kb_index.check import REVIEW_DAYS, check_entries, load_folder
from kb_index.index import current_version, manifest, versions


def stats(knowledge_dir: Path, index_dir: Path, today: dt.date | None = None) -> dict[str, Any]:
    """Counts over the Markdown and the state of the index, JSON-safe.

    Args:
        knowledge_dir: the editors' folder.
        index_dir: where versions live.
        today: for freshness; the real day when None.
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
        "questions": sum(len(e.questions) for e in entries),
        "by_department": dict(Counter(e.department for e in entries).most_common()),
        "by_topic": dict(Counter(e.topic for e in entries).most_common()),
        "by_region": dict(Counter(r for e in entries for r in e.regions).most_common()),
        "expired": sum(e.expires is not None and e.expires < day for e in entries),
        "review_overdue": sum((day - e.reviewed).days > REVIEW_DAYS for e in entries),
        "oldest_review": min((e.reviewed for e in entries), default=day).isoformat(),
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
