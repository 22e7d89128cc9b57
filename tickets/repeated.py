"""Codes of the lines of a history that say who else told the same matter (:mod:`tickets.repeats`)."""

AGAIN = "repeated"
"""The same citizen told it in another ticket."""
AGAIN_APART = "repeated_apart"
"""The same, of which one has 保密: told to the hotline's staff only."""
MANY = "reported_by_many"
"""Several citizens told it."""
