"""Says in one sentence what to do about a hole without its cover; its ticket is urgent (紧急)."""

from __future__ import annotations

from bot.understanding.open_hole import is_open_hole

_OPEN_HOLE = "这个口子请先绕开走，工单我按紧急登记；要是有人掉下去，马上打 119 和 120。"
"""Nothing but what the entry on manhole covers (注意绕行) and the advice for a fall into a well (conversations/danger.yml) say."""


def advice(content: str) -> str:
    """What to do until somebody comes; "" for any other matter.

    >>> advice("下水道井盖没了，一个大窟窿")[:10], advice("路灯坏了")
    ('这个口子请先绕开走，', '')
    """
    return _OPEN_HOLE if is_open_hole(content) else ""
