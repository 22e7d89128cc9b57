"""How long the desk's records are kept."""

from __future__ import annotations

TABLES = {
    "desk_users": "kept: an account is part of the record of who did what; it names staff, not citizens",
    "desk_audit": "kept: the law asks for six months at least; it names no citizen",
    "login_failures": "desk.lockout removes them by itself after minutes",
}
"""The decisions for the tables of this package."""
