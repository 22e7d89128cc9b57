"""Who may import whom: docs/architecture.md's table, held."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from core.settings import ROOT

ALLOWED = {
    "core": set(),
    "conversations": {"core"},
    "tickets": {"core"},
    "kb_index": {"core"},
    "gaps": {"core", "kb_index"},
    "channels": {"core", "conversations"},
    "desk": {"core", "conversations", "tickets", "kb_index", "gaps"},
    "bot": {"core", "conversations", "tickets", "kb_index", "gaps"},
    "service": {"core", "conversations", "tickets", "kb_index", "gaps", "channels", "desk", "bot"},
}


def imported(file: Path) -> set[str]:
    """The top-level packages a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports_only_downwards(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    wrong = {
        str(file.relative_to(ROOT)): sorted(found)
        for file in files
        if (found := (imported(file) & set(ALLOWED)) - ALLOWED[package] - {package})
    }
    assert wrong == {}
