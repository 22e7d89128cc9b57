"""How long the desk's records are kept."""

from __future__ import annotations

TABLES = {
    "desk_users": "kept: an account is part of the record of who did what; it names staff, not citizens",
    "desk_audit": "kept: the law asks for six months at least; it names no citizen",
    "desk_audit_marks": "kept: places in the chain of the audit",
    "desk_reveals": "kept: who saw masked data and why belongs to the record of who did what; it names no citizen",
    "desk_recovery_codes": "used once, or replaced; digests only",
    "desk_sessions": "desk.sessions removes one that is over when it is next shown",
    "desk_views": "kept until its owner or a supervisor removes it, 30 an account; encrypted, because its words may name a citizen",
    "login_failures": "desk.lockout removes them by itself after minutes",
}
"""The decisions for the tables of this package."""
