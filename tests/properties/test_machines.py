"""What machines, browsers and files send is taken or refused by one named error, whatever it is."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import string
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from channels.phone import messages as phone_messages
from channels.web import messages as web_messages
from channels.web import notice as web_notice
from channels.web.origin import normal
from channels.web.socket import _object
from channels.wechat.api import menu
from conversations.images import clean_picture
from conversations.rasa import RasaDown, read_replies
from core import bodies as core_bodies
from core import codes, pages, sealing, signatures
from core.city import load_city, notice
from core.city.facts.reading import read_file
from core.clock import now
from core.errors import BadRequest, ConfigurationError, TooLarge, Unauthorized, WenbanError
from core.networks import customer_of
from core.settings_faults import from_json
from desk import audit, body
from desk.ticket_filter import TicketFilter, _day
from desk.ticket_sheets import read as read_sheet
from kb_index.entries.reading import read_text
from kb_index.tables import sheets
from partners import schemas
from partners.api import _checked as partner_checked
from tests.properties.words import anything, bodies, few, storable, values
from tickets import needs
from tickets.catalog import load as load_catalog
from tickets.numbers import plain_number

CALL = {
    "event": "said",
    "call": "c-1",
    "at": "2026-11-30T09:00:00+08:00",
    "number": "13800000000",
    "text": "您好",
    "nth": 1,
}
SAID = {
    "client_id": "abcdefgh",
    "text": "您好",
    "button": None,
    "photo": None,
    "location": {"lat": 32.6, "lon": 117.0},
}


@few
@given(bodies(CALL, {**CALL, "event": "rung"}))
def test_a_body_is_json_or_one_error(raw: bytes) -> None:
    try:
        found = core_bodies.parsed(raw)
    except (ValueError, RecursionError):
        found = None
    if found is not None and core_bodies.storable(found):
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    try:
        message = phone_messages.read(raw)
    except BadRequest as error:
        assert error.code == "bad_message"
    else:
        assert message.at.tzinfo is not None and len(message.call) <= 80
    with contextlib.suppress(BadRequest):
        assert isinstance(_object(raw.decode("utf-8", "surrogateescape")), dict)


@few
@given(bodies(SAID, {"purpose": "photos", "version": "2026-11-30"}))
def test_a_browsers_message_is_whole_or_refused(raw: bytes) -> None:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return
    try:
        said = web_messages.read(data)
    except (BadRequest, TooLarge):
        pass
    else:
        said.text.encode("utf-8")
        assert len(said.text) <= web_messages.MAX_TEXT and "\0" not in said.text
        assert said.location is None or -90 <= said.location.lat <= 90
    with contextlib.suppress(ValidationError):
        web_notice.Given.model_validate(data)


@few
@given(st.dictionaries(st.sampled_from(("limit", "after", "q", "since", "state", "令")), values, max_size=4))
def test_a_query_and_a_partners_body_fit_or_name_their_fields(found: dict[str, object]) -> None:
    for check in (lambda: body._checked(found, body.Paged, strict=False), lambda: body._checked(found, TicketFilter, strict=False),
                  lambda: partner_checked(found, schemas.ListQuery)):  # fmt: skip
        try:
            check()
        except BadRequest as error:
            assert error.code == "bad_characters" or error.details["fields"] or error.message
    for action in ("dispatch", "reply"):
        with contextlib.suppress(WenbanError):
            needs.read(action, found)


@few
@given(anything)
def test_typed_days_places_origins_and_addresses(text: str) -> None:
    with contextlib.suppress(BadRequest):
        _day("since", text)
    try:
        moment, row = pages.behind(text)
    except BadRequest:
        pass
    else:
        assert pages.behind(pages.place(moment, row))[0] == moment
    origin = normal(text)
    assert origin is None or normal(origin) == origin
    assert customer_of(customer_of(text)) == customer_of(text)
    with contextlib.suppress(ValueError):
        core_bodies.written_moment(text)
    assert audit.shown(audit.shown(text)) == audit.shown(text)
    try:
        from_json(text)
    except ValueError as error:
        assert "JSON" in str(error)


@few
@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)), st.uuids())
def test_a_place_in_a_list_comes_back(at: datetime, row: object) -> None:
    assert pages.behind(pages.place(at.replace(tzinfo=UTC), str(row))) == (at.replace(tzinfo=UTC), str(row))


@few
@given(st.text(f"{codes.ALPHABET}{string.ascii_lowercase} -0123456789４８", max_size=20) | anything)
def test_codes_and_numbers_have_one_form(text: str) -> None:
    for form in (codes.plain, plain_number):
        stored = form(text)
        assert stored is None or (form(stored) == stored and stored.isascii() and len(stored) <= 22)
    made = codes.new()
    assert codes.plain(f" {made[:4].lower()}-{made[4:]} ") == made


@few
@given(st.binary(max_size=60), anything, st.integers(-600, 600))
def test_a_signature_is_right_only_for_its_body_and_time(raw: bytes, header: str, away: int) -> None:
    at = now()
    made = signatures.sign("secret", raw, at)
    signatures.check("secret", made, raw, at)
    for wrong in (lambda: signatures.check("secret", header, raw, at), lambda: signatures.check("other", made, raw, at),
                  lambda: signatures.check("secret", made, raw + b"x", at)):  # fmt: skip
        with pytest.raises(Unauthorized):
            wrong()


@few
@given(anything, storable)
def test_what_is_sealed_opens_only_as_it_was_sealed(value: str, text: str) -> None:
    with pytest.raises(ConfigurationError):
        sealing.unseal(value, "messages.text")
    made = sealing.seal(text, "messages.text")
    assert sealing.unseal(made, "messages.text") == text
    with pytest.raises(sealing.NotSealed):
        sealing.unseal(made, "tickets.content")
    with pytest.raises(ConfigurationError):
        sealing.unseal_file(value.encode("utf-8", "replace"), "media")


@few
@given(
    values
    | st.lists(
        st.fixed_dictionaries(
            {}, optional={"text": anything, "custom": values, "buttons": values, "image": values}
        ),
        max_size=3,
    )
)
def test_rasas_answer_is_replies_or_rasa_is_down(answer: object) -> None:
    try:
        replies = read_replies(answer)
    except RasaDown:
        return
    assert all(one.text or one.card is not None or one.buttons for one in replies)


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (12, 9), "red").save(out, "PNG")
    return out.getvalue()


@few
@given(st.binary(max_size=200) | st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=4)).map(
    lambda damage: _png()[: damage[0]] + damage[1] + _png()[damage[0] + len(damage[1]) :]))  # fmt: skip
def test_bytes_are_a_safe_picture_or_refused(raw: bytes) -> None:
    try:
        picture = clean_picture(raw)
    except (BadRequest, TooLarge):
        return
    assert picture.data.startswith(b"\xff\xd8") and picture.width * picture.height < 10_000_000


@few
@given(
    st.lists(st.lists(storable, min_size=2, max_size=4), min_size=1, max_size=4),
    st.binary(max_size=120),
    st.sampled_from((".csv", ".xlsx", ".jsonl")),
)
def test_a_table_is_read_or_refused_in_words(rows: list[list[str]], raw: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / f"raw{suffix}").write_bytes(raw)
        try:
            read = sheets.read_objects if suffix == ".jsonl" else sheets.read_rows
            list(read(folder / f"raw{suffix}"))
        except BadRequest as error:
            assert error.message
        try:
            read_sheet(raw)
        except BadRequest as error:
            assert error.message
        table = folder / "table.csv"
        clean = [[sheets.plain(cell).replace("\r", "") for cell in row] for row in rows]
        sheets.write_rows(table, ["问题", "答案"], clean)
        kept = [[cell.strip(" \u3000\ufeff") for cell in row] for row in clean]
        back = [row for _, row in sheets.read_rows(table)][1:]
        assert back == [row for row in kept if any(row)]
        assert all(
            not cell.startswith(("=", "+", "@"))
            for row in csv.reader(io.StringIO(table.read_text("utf-8-sig")))
            for cell in row
        )


@few
@given(anything | st.text("-: []{}'\"#&*!|>\n 名称version", max_size=120), st.binary(max_size=80))
def test_an_operators_file_is_read_or_named(text: str, raw: bytes) -> None:
    city = load_city("huainan")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for content in (
            text.encode("utf-8", "replace"),
            b"---\n" + text.encode("utf-8", "replace") + b"\n---\nbody",
            raw,
        ):
            for name, read in (
                ("menu.yml", lambda path: menu.read(path)),
                (notice.FILE, lambda path: notice.load(path.parent)),
                ("facts.yml", lambda path: read_file(path, folder, city)),
                ("catalogue.yml", lambda path: load_catalog(path)),
            ):
                path = folder / name
                path.write_bytes(content)
                try:
                    read(path)
                except ConfigurationError as error:
                    assert str(error)
            found, digest, problems = read_text(path, "a.md")
            assert (found is None) == bool(problems) and len(digest) == 64
