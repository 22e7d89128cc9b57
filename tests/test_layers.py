"""Who may import whom: the two tables of docs/architecture.md, "Where things are", held."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest

from core.settings import ROOT

_ROW = re.compile(r"^\| (?P<places>`[^|]+) \| [^|]+ \| (?P<may>[^|]+) \|$", re.MULTILINE)
NOTHING, ABOVE, NOT_HELD = {"nothing", "nothing of ours"}, "all of the above", "–"


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Args:
        places: folders (``kb_index/index/``), a folder's own modules (``kb_index/*.py``) or files.
        may: what they may import besides themselves, as places; None when the row is not held to anything.
    """

    places: tuple[str, ...]
    may: tuple[str, ...] | None


def _table(text: str, *, rooms: bool) -> list[Row]:
    found: list[Row] = []
    for row in _ROW.finditer(text):
        places = tuple(re.findall(r"`([^`]+)`", row["places"]))
        words = row["may"].strip()
        if words == NOT_HELD:
            found.append(Row(places, None))
        elif words == ABOVE:
            found.append(Row(places, tuple(place for above in found for place in above.places)))
        else:
            names = [] if words in NOTHING else words.split(", ")
            base = f"{places[0].split('/')[0]}/" if rooms else ""
            found.append(Row(places, tuple(base + n + "/" * (not n.endswith(".py")) for n in names)))
    return found


def _tables() -> tuple[list[Row], list[Row]]:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages, rooms = page.split("## Where things are")[1].split("\n## ")[0].split("\n| room |")
    return _table(packages, rooms=False), _table(rooms, rooms=True)


PACKAGES, ROOMS = _tables()
OURS = sorted({place.split("/")[0] for row in PACKAGES if row.may is not None for place in row.places})
WITH_ROOMS = sorted({place.split("/")[0] for row in ROOMS for place in row.places})
ALL = [place for table in (PACKAGES, ROOMS) for row in table if row.may is not None for place in row.places]


def within(file: str, place: str) -> bool:
    """Whether a file lies in a place."""
    if place.endswith("*.py"):
        return file.rpartition("/")[0] == place.removesuffix("/*.py")
    return file.startswith(place) if place.endswith("/") else file == place


def row_of(file: str, table: list[Row]) -> Row | None:
    """The row that says most exactly where a file belongs: its own, or that of the innermost folder."""
    fitting = {place: row for row in table for place in row.places if within(file, place)}
    return fitting.get(file) or (fitting[max(fitting, key=len)] if fitting else None)


@cache
def files(package: str) -> tuple[str, ...]:
    """Modules of a package, as paths below the project."""
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py")))


def _file(module: str) -> str | None:
    path = module.replace(".", "/")
    return next((f for f in (f"{path}.py", f"{path}/__init__.py") if (ROOT / f).is_file()), None)


@cache
def imported(file: str) -> frozenset[str]:
    """Our modules that a file imports, at its head or within functions, as paths below the project."""
    found: set[str | None] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {_file(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module and node.level == 0, f"{file}:{node.lineno}: a relative import"
            found |= {_file(f"{node.module}.{alias.name}") or _file(node.module) for alias in node.names}
    return frozenset(f for f in found if f is not None and f.split("/")[0] in OURS) - {file}


def test_every_package_is_in_the_table() -> None:
    listed = {place.split("/")[0] for row in PACKAGES for place in row.places}
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} - listed == set()
    assert [
        place for place in ALL if not list(ROOT.glob(f"{place}**/*.py" if place[-1] == "/" else place))
    ] == []


@pytest.mark.parametrize("table", [PACKAGES, ROOMS], ids=["packages", "rooms"])
def test_a_row_allows_only_what_stands_above_it(table: list[Row]) -> None:
    above: list[str] = []
    for row in table:
        for name in row.may or ():
            known = any(name == place or name.startswith(place) for place in above)
            assert known, f"{row.places[0]} may not import {name}, which does not stand above it"
        above += row.places


@pytest.mark.parametrize("package", OURS)
def test_imports_of_other_packages(package: str) -> None:
    wrong: dict[str, list[str]] = {}
    for file in files(package):
        row = row_of(file, PACKAGES)
        assert row is not None and row.may is not None, file
        others = {other for other in imported(file) if other.split("/")[0] != package}
        if strange := {o for o in others if not any(within(o, place) for place in row.may)}:
            wrong[file] = sorted(strange)
    assert wrong == {}


@pytest.mark.parametrize("package", WITH_ROOMS)
def test_imports_of_rooms_beside(package: str) -> None:
    wrong: dict[str, list[str]] = {}
    for file in files(package):
        row = row_of(file, ROOMS)
        own = {other for other in imported(file) if other.split("/")[0] == package}
        allowed = [] if row is None else [*(row.may or ())]
        strange = {
            other
            for other in own
            if (row is None or row_of(other, ROOMS) is not row) and not _allowed(other, allowed)
        }
        if strange:
            wrong[file] = sorted(strange)
    assert wrong == {}


def _allowed(file: str, places: list[str]) -> bool:
    """Whether a file may be imported: ``channels/wechat/*.py`` is not ``service.py``, which has a row of its own."""
    row = row_of(file, ROOMS)
    return file in places or (row is not None and any(place in places for place in row.places))


def test_no_modules_import_each_other_in_a_circle() -> None:
    sorter = TopologicalSorter({file: imported(file) for package in OURS for file in files(package)})
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_a_channel_reads_no_table_of_others() -> None:
    tables = {f"{package}/models.py" for package in ("conversations", "tickets", "desk", "gaps")}
    wrong = {file: sorted(found) for file in files("channels") if (found := imported(file) & tables)}
    assert wrong == {}


def test_no_channel_is_known_by_name_outside_the_channels() -> None:
    """Whoever asks *is it WeChat?* breaks with the next channel; :class:`conversations.channels.Channel` says what counts."""
    named = {
        f"{file}:{node.lineno}"
        for package in OURS
        if package != "channels"
        for file in files(package)
        if file != "service/cli.py"  # a command has the channel's name
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value == "wechat"
    }
    assert named == set()
