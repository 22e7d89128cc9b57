"""The roles of the desk, and the sets of roles that may do something."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of an account. It decides what the account may do. No role may do everything.

    Who has two duties in a small city has two accounts, one for each, so that the audit says in which of them
    something was done.
    """

    AGENT = "agent"
    """话务员: answers citizens, files tickets."""
    DEPARTMENT = "department"
    """承办单位: handles the tickets of its department."""
    SUPERVISOR = "supervisor"
    """班长: may do all that an agent may, and watches service quality."""
    EDITOR = "editor"
    """知识库编辑: writes the knowledge base."""
    ADMIN = "admin"
    """管理员: manages accounts; reads no conversation, no ticket and no citizen's phone."""
    AUDITOR = "auditor"
    """审计员: reads the audit, and nothing else."""


EVERYBODY = frozenset(Role)
"""All roles."""
ANSWERING = frozenset({Role.AGENT, Role.SUPERVISOR})
"""Roles that may see and take conversations."""
SUPERVISING = frozenset({Role.SUPERVISOR})
"""Roles that may take a conversation over from an agent who is at the desk."""
TICKETS = ANSWERING | {Role.DEPARTMENT}
"""Roles that may see tickets; a department sees only its own."""
KNOWLEDGE = ANSWERING | {Role.EDITOR}
"""Roles that may see the state of the knowledge base and the citizens' questions, and try a question."""
ACCOUNTS = frozenset({Role.ADMIN})
"""Roles that may manage accounts."""
EDITING = frozenset({Role.EDITOR, Role.SUPERVISOR})
"""Roles that may draft entries and set questions aside."""
AUDITING = frozenset({Role.AUDITOR})
"""Roles that may read the audit."""
