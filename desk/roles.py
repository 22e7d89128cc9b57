"""Who may do what at the desk: the roles, and the sets of them that capabilities ask for."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    AGENT = "agent"
    """话务员: talks with citizens, files tickets."""
    DEPARTMENT = "department"
    """承办单位: handles its own tickets."""
    SUPERVISOR = "supervisor"
    """班长: all an agent may, and oversight."""
    EDITOR = "editor"
    """知识库编辑: the knowledge base."""
    ADMIN = "admin"
    """管理员: everything."""


EVERYBODY = frozenset(Role)
ANSWERING = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
"""May see and take conversations."""
TICKETS = ANSWERING | {Role.DEPARTMENT}
"""May see tickets; a department only its own."""
KNOWLEDGE = ANSWERING | {Role.EDITOR}
"""May see the knowledge base's state, what citizens asked, and try a question."""
EDITING = frozenset({Role.EDITOR, Role.SUPERVISOR, Role.ADMIN})
"""May draft entries and set questions aside."""
