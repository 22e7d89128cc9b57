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


ROOMS = {
    "channels/web": set(),
    "channels/wechat/inbound": {"channels.wechat.outbound", "channels.wechat.api"},
    "channels/wechat/outbound": {"channels.wechat.api"},
    "channels/wechat/api": set(),
}
"""Rooms of a package, and the rooms beside them they may import; what lies at the package's own level they all may."""


def modules(file: Path) -> set[str]:
    """Every module a file imports, by its whole name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_beside_each_other_form_no_circle(room: str) -> None:
    beside = {name.replace("/", ".") for name in ROOMS} - {room.replace("/", ".")} - ROOMS[room]
    wrong = {
        str(file.relative_to(ROOT)): sorted(found)
        for file in (ROOT / room).rglob("*.py")
        if (found := {name for name in modules(file) if any(f"{name}.".startswith(f"{b}.") for b in beside)})
    }
    assert wrong == {}


def test_a_channel_reads_no_table_of_others() -> None:
    tables = ("conversations.models", "tickets.models", "desk.models", "gaps.models")
    wrong = {
        str(file.relative_to(ROOT)): sorted(found)
        for file in (ROOT / "channels").rglob("*.py")
        if (found := {name for name in modules(file) if name.startswith(tables)})
    }
    assert wrong == {}


def test_no_channel_is_known_by_name_outside_the_channels() -> None:
    """Whoever asks *is it WeChat?* breaks with the next channel; :class:`conversations.channels.Channel` says what counts."""
    named = {
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for package in sorted(set(ALLOWED) - {"channels"})
        for file in (ROOT / package).rglob("*.py")
        if file != ROOT / "service" / "cli.py"  # a command has the channel's name
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value == "wechat"
    }
    assert named == set()
