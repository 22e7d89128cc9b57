"""Judges whether a message tells of danger, or of a matter out of the hotline's scope."""

from bot.understanding.danger.judging import Judge, judge, shipped

__all__ = ["Judge", "judge", "shipped"]
