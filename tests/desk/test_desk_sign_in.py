"""Signing in: once with the one-time password, then with one's own; and not by guessing."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from core.clock import now
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from desk import accounts, lockout, passwords
from desk.guard import COOKIE
from desk.models import DeskUser, LoginFailure
from desk.users import Users
from tests.desk.conftest import OURS, MakeOffice, Office, on_both

NEW = "my-very-own-words"


async def test_first_sign_in_leads_to_a_password_of_ones_own_and_nowhere_else(office: Office) -> None:
    password = await accounts.add_user(office.database, "Li.Si", "坐席 8 号", "agent")
    browser = office.browser()
    signed_in = (await browser.login(" LI.SI ", password))["user"]
    assert signed_in == {
        "id": signed_in["id"],
        "username": "li.si",
        "display_name": "坐席 8 号",
        "role": "agent",
        "department": None,
        "must_change_password": True,
        "second_factor": False,
        "must_set_up": False,
    }
    assert (await browser.get("/me"))["user"] == signed_in
    for path in ("/conversations", "/tickets", "/live"):
        assert (await browser.get(path, 403))["error"]["code"] == "password_change_required"

    changed = await browser.post("/password", {"old": password, "new": NEW})
    assert changed["user"]["must_change_password"] is False
    await browser.get("/conversations")
    await browser.login("li.si", password, 401)
    await browser.login("li.si", NEW)


async def test_a_changed_password_signs_other_browsers_out(office: Office) -> None:
    here = await office.hire("a1")
    there = office.browser()
    await there.login("a1")
    await here.post("/password", {"old": "first-Sign-in", "new": NEW})
    await here.get("/me")
    assert (await there.get("/me", 401))["error"]["code"] == "unauthorized"


async def test_nobody_is_told_what_was_wrong(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    wrong_password = await browser.login("a1", "nonsense", 401)
    unknown_name = await browser.login("nobody", "nonsense", 401)
    async with office.database.write() as session:
        await session.execute(update(DeskUser).values(active=False))
    closed = await browser.login("a1", status=401)
    assert wrong_password == unknown_name == closed


async def test_an_unknown_name_costs_the_same_work(
    make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that came sooner would tell which names there are."""
    against: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            against.append(str(hash))
            return super().verify(hash, password)

    cheap = partial(Noting, time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(passwords, "PasswordHasher", cheap)
    office = await make_office()
    await accounts.add_user(office.database, "a1", "坐席 1 号", "agent")
    for name in ("nobody", "a1", "nobody-else"):
        await office.browser().login(name, "nonsense", 401)
    assert len(against) == 3 and len({one.rsplit("$", 2)[0] for one in against}) == 1
    assert against[0].startswith("$argon2id$")


@pytest.mark.parametrize("shown", ["", " ", "名" * 41, "坐席\n3 号", "坐席\u202e3 号"])
async def test_a_name_that_cannot_be_shown_is_no_name(office: Office, shown: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await accounts.add_user(office.database, "a1", shown, "agent")
    assert refused.value.code == "bad_display_name"


async def test_who_is_not_there_gets_no_new_password(office: Office) -> None:
    with pytest.raises(NotFound):
        await accounts.reset_password(office.database, "nobody")


async def test_a_closed_account_is_out_at_once(office: Office) -> None:
    browser = await office.hire("a1")
    async with office.database.write() as session:
        await session.execute(update(DeskUser).values(active=False))
    await browser.get("/me", 401)


async def test_five_failures_close_the_door_for_this_name_and_address(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    for _ in range(5):
        await browser.login("a1", "nonsense", 401)
    answer = await browser.client.post(
        "/api/desk/login", json={"username": "A1", "password": "first-Sign-in"}, headers=OURS
    )
    assert answer.status == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert (await answer.json())["error"]["code"] == "too_many_logins"
    # A colleague at the same address still gets in.
    await office.hire("a2")
    # After the wait so does a1.
    async with office.database.write() as session:
        await session.execute(update(LoginFailure).values(at=now() - lockout.FIRST_WAIT))
    await browser.login("a1")


async def test_a_reset_password_opens_the_door_again(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    for _ in range(5):
        await browser.login("a1", "nonsense", 401)
    await browser.login("a1", status=429)
    await browser.login("a1", await accounts.reset_password(office.database, "a1"))


async def test_success_forgets_failures(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    for _ in range(2):
        for _ in range(4):
            await browser.login("a1", "nonsense", 401)
        await browser.login("a1")


@on_both
async def test_guesses_sent_at_once_are_still_only_five(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    body = {"username": "a1", "password": "nonsense"}
    answers = await asyncio.gather(
        *(browser.client.post("/api/desk/login", json=body, headers=OURS) for _ in range(12))
    )
    assert sorted(a.status for a in answers) == [401] * 5 + [429] * 7


async def test_guessing_the_old_password_counts_as_well(office: Office) -> None:
    browser = await office.hire("a1")
    for _ in range(5):
        refused = await browser.post("/password", {"old": "nonsense", "new": NEW}, 400)
        assert refused["error"]["code"] == "wrong_password"
    # This browser's own failures are no better than those of any other now, so five more until all must wait.
    for _ in range(5):
        await browser.post("/password", {"old": "nonsense", "new": NEW}, 400)
    await browser.post("/password", {"old": "first-Sign-in", "new": NEW}, 429)


async def test_an_old_hash_is_renewed_at_sign_in(office: Office) -> None:
    await office.hire("a1")
    weak = PasswordHasher(time_cost=1, memory_cost=512, parallelism=1).hash("first-Sign-in")
    async with office.database.write() as session:
        await session.execute(update(DeskUser).values(password_hash=weak))
    browser = office.browser()
    await browser.login("a1")
    async with office.database.read() as session:
        stored = await session.scalar(select(DeskUser.password_hash))
    assert stored is not None and stored != weak and "m=1024," in stored
    await browser.login("a1")


@pytest.mark.slow
async def test_hashes_are_as_strong_as_the_rfc_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9106 section 4, second recommended option: argon2id, 3 passes, 4 lanes, 64 MiB."""
    monkeypatch.setattr(passwords, "PasswordHasher", PasswordHasher)
    strong = passwords.Passwords()
    stored = await strong.hash("first-Sign-in")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await strong.matches(stored, "first-Sign-in")
    assert await strong.matches(stored, "ｆirst-Sign-in"), (
        "another keyboard writes the same letter full-width"
    )
    assert not await strong.matches(stored, "first-sign-in")
    assert not await strong.matches(None, "first-Sign-in")
    assert not await strong.matches("not a hash", "first-Sign-in")


async def test_forwarded_headers_count_only_behind_ones_own_proxy(office: Office) -> None:
    await office.hire("a1")
    answer = await office.browser().client.post(
        "/api/desk/login",
        json={"username": "a1", "password": "first-Sign-in"},
        headers=OURS | {"X-Forwarded-Proto": "https"},
    )
    assert not any("Secure" in one for one in answer.headers.getall("Set-Cookie"))


@pytest.mark.parametrize("cookie", ["", "garbage", "gAAAAAB-forged", "\u00e9\u00e8"])
async def test_a_bad_cookie_is_no_session(office: Office, cookie: str) -> None:
    answer = await office.browser().client.get("/api/desk/me", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert answer.status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"username": "a"}',
        b'{"username": 1, "password": "x"}',
        b'{"username": "a", "password": "\\ud800"}',
        b'{"username": "a\\u0000", "password": "x"}',
        b'{"username": "a", "password": "x", "role": "admin"}',
        b"[" * 100_000,
    ],
)
async def test_malformed_sign_ins_are_refused_politely(office: Office, body: bytes) -> None:
    answer = await office.browser().client.post("/api/desk/login", data=body, headers=OURS)
    assert answer.status == 400
    assert (await answer.json())["error"]["message"]


@on_both
async def test_first_account_is_made_once_by_whoever_is_first(database: Database) -> None:
    made = await asyncio.gather(*(accounts.ensure_first_account(database) for _ in range(5)))
    [first] = [m for m in made if m is not None]
    assert await accounts.ensure_first_account(database) is None
    user = await Users(database).sign_in(*first, address="127.0.0.1")
    assert (user.role, user.must_change_password) == ("admin", True)


async def test_accounts_from_the_command_line(office: Office) -> None:
    password = await accounts.add_user(office.database, "Wang.Wu", "坐席 5 号", "supervisor")
    assert len(password) >= 10
    with pytest.raises(Conflict):
        await accounts.add_user(office.database, "wang.wu", "又一个", "agent")
    for name, shown, role in [
        ("王五", "坐席", "agent"),
        ("x", "坐席", "agent"),
        ("ok", " ", "agent"),
        ("ok", "坐席", "boss"),
    ]:
        with pytest.raises(BadRequest):
            await accounts.add_user(office.database, name, shown, role)
    with pytest.raises(BadRequest):
        await accounts.add_user(office.database, "dept", "某局", "department", department_id="no-such")
    browser = await office.hire("a1")
    fresh = await accounts.reset_password(office.database, "A1")
    await browser.get("/me", 401)
    assert (await browser.login("a1", fresh))["user"]["must_change_password"] is True


async def test_no_password_and_no_typed_name_is_stored_in_clear(office: Office) -> None:
    await office.hire("a1")
    await office.browser().login("typed-my-Password-here", "x", 401)
    path = office.database.url.split("///")[1]
    dump = "\n".join(sqlite3.connect(path).iterdump())
    assert "$argon2id$" in dump
    assert "first-Sign-in" not in dump
    assert "typed-my-password-here" not in dump.lower()
