"""Which files of tests come first: those that take longest, so that no worker ends long after the others.

By itself, pytest-xdist begins with the files that have most tests; the longest have few, and came last.
"""

from __future__ import annotations

LONGEST = (
    "end_to_end/test_resilience.py",
    "end_to_end/test_older_processor.py",
    "end_to_end/test_sixty.py",
    "end_to_end/test_browser_tickets.py",
    "end_to_end/test_browser_presence.py",
    "end_to_end/test_two_processes.py",
    "end_to_end/test_county.py",
    "end_to_end/test_audit_page.py",
    "end_to_end/test_knowledge_page.py",
    "kb_index/test_shipped.py",
    "bot/test_bot_dialogues.py",
    "channels/wechat/test_kill.py",
    "end_to_end/test_commands.py",
    "service/test_odd_values.py",
    "end_to_end/test_second_city.py",
    "end_to_end/test_browser.py",
    "end_to_end/test_questions.py",
    "end_to_end/test_browser_talk.py",
    "core/test_heap.py",
    "end_to_end/test_wechat_life.py",
    "end_to_end/test_browser_reveal.py",
    "end_to_end/test_privacy.py",
)
"""The files that took a worker half a minute and more, the longest first (two quiet cores, 2026-11-30)."""
_PLACE = {name: place for place, name in enumerate(LONGEST)}


def place(file: str) -> int:
    """Place of a file in the order; files that are not in :data:`LONGEST` share the last, and stay in the order they had.

    Args:
        file: path of the file below ``tests/``.

    Example:
        >>> place("end_to_end/test_resilience.py") < place("core/test_heap.py") < place("test_docs.py")
        True
    """
    return _PLACE.get(file, len(LONGEST))
