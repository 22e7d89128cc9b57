"""The lines below a citizen's own words that tell what was corrected, so that the content contradicts no field of its ticket."""

from __future__ import annotations

LABELS = {"district": "所在县区", "address": "发生地点", "happened_at": "发生时间", "subject": "涉及对象"}
"""The fields that can be corrected, in the order of the ticket, as staff read them. The phone number has its own way,
because no text may hold it."""
IN_FORM, AFTER_FILING = "市民更正：", "市民登记后更正："
"""How a line begins that tells of a correction: before the ticket was filed, and after it. A mark in the desk's lists
shows the latter, because a department may have read the ticket already."""


BY_STAFF = "话务员修改："
"""How a line of the history begins that tells what the staff changed in a filed ticket (:mod:`tickets.editing`)."""


def with_line(content: str, field: str, value: str, begins: str) -> str:
    """The content with a line that tells the right value; an earlier line about the same field goes.

    The citizen's own words stay as they are, also where they tell the old value.

    Args:
        content: the content so far.
        field: one of :data:`LABELS`.
        value: the right value.
        begins: :data:`IN_FORM` or :data:`AFTER_FILING`.

    >>> with_line("国庆路路灯坏了", "address", "龙湖路8号", IN_FORM)
    '国庆路路灯坏了\\n市民更正：发生地点是龙湖路8号'
    """
    about = f"{begins}{LABELS[field]}是"
    kept = [line for line in content.split("\n") if not line.startswith(about)]
    return "\n".join([*kept, f"{about}{value}"])


def is_correction(line: str) -> bool:
    """Whether a line of a content or a history tells of a correction."""
    return line.startswith((IN_FORM, AFTER_FILING, BY_STAFF))


def is_corrected(content: str) -> bool:
    """Whether the citizen corrected something after the ticket was filed."""
    return f"\n{AFTER_FILING}" in content
