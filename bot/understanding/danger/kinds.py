"""What a message can be told apart into: nothing of the sort, a kind of danger, or a matter out of scope."""

from __future__ import annotations

NONE = "none"
DANGERS = (
    *("self_harm", "medical", "fire", "gas", "crime", "domestic_violence"),
    *("child_abuse", "electric", "water", "traffic", "crowd"),
)
SCOPES = (
    *("litigation", "arbitration", "reconsideration", "petition"),
    *("discipline", "disclosure", "privacy", "private"),
)
LABELS = (NONE, *DANGERS, *(f"scope_{name}" for name in SCOPES))
"""In the order of every model's outputs."""
DANGER_ROWS = slice(1, 1 + len(DANGERS))
SCOPE_ROWS = slice(1 + len(DANGERS), len(LABELS))
