"""A file that an operator, an editor or an office wrote is read, or its fault is named, whatever it holds."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.city import load_city
from core.city.facts.hours import Hours
from core.city.facts.reading import FACTS, files_in
from core.city.loading import DEADLINES, FILES, HANDLING
from core.errors import BadRequest, ConfigurationError
from core.installation_keys import KEY_FILE, Secrets, load_ring
from core.keyring import read_keys
from core.settings import Settings, load_settings
from kb_index.checks.entries import check_entries
from kb_index.entries.draft import write_new
from kb_index.entries.entry import parse_file
from kb_index.entries.writing import place_of, to_markdown
from kb_index.tables import importing, sheets
from service import city_tables
from tests.cities import HUAINAN
from tests.properties.words import anything, few, storable, told, values

ROOT = Path(__file__).parents[2]
PROFILE = ROOT / "city" / "huainan"
ENTRY = next(iter(sorted((ROOT / "knowledge_base").rglob("*.md"))))
TODAY = dt.date(2026, 11, 30)
line = st.text("-: []{}'\"#&*!|>@%09一二名称", max_size=30) | anything.map(lambda said: said[:40])


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def damaged(text: str) -> st.SearchStrategy[bytes]:
    """A file with a line replaced, taken out or put in twice, or cut off anywhere, or of any bytes."""
    lines = text.splitlines(keepends=True)
    at = st.integers(0, len(lines) - 1)
    other = st.tuples(at, line.map(lambda said: [f"{said}\n"]) | at.map(lambda n: [lines[n]]) | st.just([]))
    values_of = at.flatmap(
        lambda n: line.map(lambda said: (n, [re.sub(r"(?<=: ).*", lambda _: said, lines[n])]))
    )
    replaced = (other | values_of).map(lambda one: "".join([*lines[: one[0]], *one[1], *lines[one[0] + 1 :]]))
    cut = st.integers(0, len(text)).map(lambda end: text[:end])
    return (replaced | cut).map(lambda found: found.encode("utf-8", "replace")) | st.binary(max_size=60)


@few
@given(st.data())
def test_a_city_is_loaded_or_its_fault_named(data: st.DataObject) -> None:
    with folder() as made:
        city = made / "town"
        shutil.copytree(PROFILE, city, ignore=shutil.ignore_patterns(FACTS))
        name = data.draw(st.sampled_from([*FILES, DEADLINES, HANDLING]))
        (city / name).write_bytes(data.draw(damaged((PROFILE / name).read_text("utf-8"))))
        try:
            found = load_city(str(city))
        except ConfigurationError as error:
            assert str(error)
        else:
            assert found.districts and found.departments


@few
@given(values | st.fixed_dictionaries({}, optional={"weekly": values, "note": values, "holidays": values}))
def test_opening_hours_hold_or_are_refused(found: object) -> None:
    with contextlib.suppress(ValidationError):
        hours = Hours.model_validate(found)
        assert hours.words() or hours.on(TODAY) is None


@few
@given(
    st.dictionaries(
        st.sampled_from([f"WENBAN_{name.upper()}" for name in Settings.model_fields]),
        (line | storable | values.map(lambda one: json.dumps(one))).filter(lambda said: "\0" not in said),
        max_size=3,
    )
)
def test_settings_are_taken_or_refused_by_name(given_: dict[str, str]) -> None:
    told_ = {name: said.encode("utf-8", "replace").decode() for name, said in given_.items()}
    with mock.patch.dict(os.environ, told_):
        try:
            load_settings()
        except ConfigurationError as error:
            assert any(name in str(error) for name in given_)


@few
@given(st.binary(max_size=60) | (values | st.fixed_dictionaries({"session_key": values, "actions_secret": values})).map(
    lambda one: json.dumps(one).encode()))  # fmt: skip
def test_keys_are_read_or_named_as_unreadable(raw: bytes) -> None:
    with folder() as made:
        for name in ("secrets.json", KEY_FILE):
            (made / name).write_bytes(raw)
            (made / name).chmod(0o600)
        for read in (
            lambda: Secrets.load(made, {}),
            lambda: read_keys(made / KEY_FILE),
            lambda: load_ring(made, None, ""),
        ):
            try:
                read()
            except ConfigurationError as error:
                assert str(made) in str(error)
        assert (made / "secrets.json").read_bytes() == raw, "what can't be read is never overwritten"


@few
@given(damaged(ENTRY.read_text("utf-8")))
def test_an_entry_is_parsed_and_checked_or_its_problems_named(raw: bytes) -> None:
    with folder() as made:
        path = made / "office" / "a.md"
        path.parent.mkdir()
        path.write_bytes(raw)
        found, problems = parse_file(path, made)
        if found is not None:
            problems = check_entries([found], TODAY)
        else:
            assert problems
        assert all(problem.message and problem.line >= 0 for problem in problems)


@few
@given(
    st.lists(st.tuples(told | anything, told | anything, anything), min_size=1, max_size=4),
    st.sampled_from((".csv", ".jsonl")),
)
def test_a_row_becomes_a_draft_that_is_read_or_is_refused(
    rows: list[tuple[str, str, str]], suffix: str
) -> None:
    with folder() as made:
        table = made / f"table{suffix}"
        if suffix == ".csv":
            cells = [[sheets.plain(cell).replace("\r", "") for cell in row] for row in rows]
            sheets.write_rows(table, ["问题", "答案", "部门"], cells)
        else:
            table.write_text(
                "".join(
                    json.dumps(dict(zip(("问题", "答案", "部门"), row, strict=True))) + "\n" for row in rows
                )
            )
        knowledge = made / "knowledge"
        knowledge.mkdir()
        try:
            report = importing.import_table(table, knowledge)
        except BadRequest as error:
            assert error.message
            return
        assert len(report.taken) + len(report.refused) <= len(rows) and all(
            one.reason for one in report.refused
        )
        for one in report.taken:
            _, problems = parse_file(knowledge / one.file, knowledge)
            assert [problem for problem in problems if problem.severity != "warning"] == []


@few
@given(st.text(f"{string.ascii_lowercase}{string.digits}-./\\", max_size=30) | anything, told | storable)
def test_an_entry_is_written_where_it_belongs_and_read_as_it_was(entry_id: str, title: str) -> None:
    with folder() as made:
        try:
            path = place_of(made, entry_id)
        except BadRequest:
            return
        assert made in path.parents and path.suffix == ".md" and ".." not in path.parts
        fields = dict.fromkeys(("title", "department", "topic", "answer"), title)
        try:
            write_new(path, to_markdown({"id": entry_id, "regions": [title], **fields}), made)
        except BadRequest as error:
            assert error.code == "unreadable" and not path.exists()
            return
        _, problems = parse_file(path, made)
        assert {problem.severity for problem in problems} <= {"warning"}


@few
@given(st.data(), st.sampled_from(("offices", "values")))
def test_a_row_of_the_citys_table_is_taken_or_refused(data: st.DataObject, part: str) -> None:
    with folder() as made:
        table, facts = made / "table.csv", made / FACTS
        shutil.copytree(PROFILE / FACTS, facts)
        before = {path: path.read_bytes() for path in files_in(facts)}
        city_tables.export_table(table, facts, HUAINAN, part)  # type: ignore[arg-type]
        header, *rows = [row for _, row in sheets.read_rows(table)]
        row = list(data.draw(st.sampled_from(rows or [[""] * len(header)])))
        row += [""] * (len(header) - len(row))
        for at in data.draw(st.sets(st.integers(0, len(header) - 1), max_size=3)):
            row[at] = sheets.plain(data.draw(line | told)).replace("\r", "")
        table.unlink()
        sheets.write_rows(table, header, [row])
        try:
            report = city_tables.import_table(table, facts, HUAINAN, part, dry_run=True)  # type: ignore[arg-type]
        except BadRequest as error:
            assert error.message
        else:
            assert all(one.reason for one in report.refused)
        assert {path: path.read_bytes() for path in files_in(facts)} == before
