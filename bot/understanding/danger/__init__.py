"""Danger and scope, judged from a message's words: :func:`judge` and :class:`judging.Judge`."""

from bot.understanding.danger.judging import Judge, judge, shipped

__all__ = ["Judge", "judge", "shipped"]
