"""What happens by the clock is a job (:mod:`core.jobs`); whatever else waits by itself is here, with its reason."""

from __future__ import annotations

import ast

from core.settings import ROOT

PACKAGES = ("bot", "channels", "conversations", "core", "desk", "gaps", "kb_index", "service", "tickets")
WAITS = {
    "channels/wechat/api/tokens.py": "within a call, for another process that fetches the token",
    "channels/wechat/inbound/exchange.py": "within a request of the platform's, for it to let go",
    "conversations/turns.py": "keeps the leases of the turns this process works on",
    "core/following.py": "this process's own copy of the city's facts, and of the knowledge base",
    "core/heap.py": "gives back this process's own memory",
    "core/inline_sqlite.py": "within a statement, for the write lock",
    "core/jobs/runner.py": "keeps the leases of the jobs this process runs",
    "core/processes.py": "this process's own sign of life",
    "core/redis_events.py": "this process's own line to Redis",
    "desk/live.py": "keeps this process's agents present while their pages are open",
    "service/renewal.py": "within a job, for other processes to read the new keys",
    "tickets/imports.py": "within an import, to let those who only read have their turn",
    "tickets/listing.py": "within a search, to let others have their turn",
    "tickets/shown.py": "within a run of the job, to let others write",
    "tickets/sweep.py": "within a run of the job, to let others have their turn",
    "core/resealing.py": "within the upgrade or a job, to let others write",
    "core/retention.py": "within a run of the job, to let others write",
    "kb_index/publishing/watch.py": "a command, for another build to end",
    "service/announce.py": "start-up, for the app to be ready",
    "desk/seals.py": "a job, a moment after each batch, so that others get their turn",
    "service/doctor.py": "a command, for a process to give a sign of life",
    "service/measured.py": "measuring, no part of the app",
}
SLEEPS = {
    ("asyncio", "sleep"),
    ("time", "sleep"),
    ("loop", "call_later"),
    ("loop", "call_at"),
    ("threading", "Timer"),
}


def waiting(source: str) -> bool:
    """Whether a module lets time pass, or has something done later, other than by a job."""
    return any(f"{name}(" in source for _, name in SLEEPS) and any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in SLEEPS
        for node in ast.walk(ast.parse(source))
    )


def test_nothing_waits_by_itself_without_a_reason() -> None:
    files = {
        str(file.relative_to(ROOT)): file.read_text("utf-8")
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
    }
    found = {name for name, source in files.items() if waiting(source)}
    without = sorted(found - set(WAITS))
    assert without == [], "make it a job, or say here why every process must do it for itself"
    assert set(WAITS) <= found
