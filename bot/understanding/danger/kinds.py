"""The labels of a message: no danger, a kind of danger, or a kind of matter out of the hotline's scope."""

from __future__ import annotations

NONE = "none"
"""Label of a message without danger and within the hotline's scope."""
DANGERS = (
    *("self_harm", "medical", "fire", "gas", "crime", "domestic_violence"),
    *("child_abuse", "electric", "water", "traffic", "crowd"),
)
"""Labels of the kinds of danger."""
SCOPES = (
    *("litigation", "arbitration", "reconsideration", "petition"),
    *("discipline", "disclosure", "privacy", "private"),
)
"""Kinds of matters out of the hotline's scope; their labels begin with ``scope_``."""
LABELS = (NONE, *DANGERS, *(f"scope_{name}" for name in SCOPES))
"""All labels, in the order of every model's outputs."""
DANGER_ROWS = slice(1, 1 + len(DANGERS))
"""Positions of the kinds of danger in :data:`LABELS`."""
SCOPE_ROWS = slice(1 + len(DANGERS), len(LABELS))
"""Positions of the matters out of scope in :data:`LABELS`."""
