"""Sessions: how long they last, what ends them, what the cookie allows, and where one is signed in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from sqlalchemy import select, update

from core.errors import Unauthorized
from core.redis_events import RedisEvents
from desk import sessions, watch
from desk.guard import COOKIE
from desk.models import DeskSession, DeskUser
from desk.policy import Policy
from desk.sessions import Second, Sessions
from desk.users import Users
from tests.conftest import Clock
from tests.desk.conftest import OURS, MakeOffice, Office, Person, on_both
from tests.redis_server import redis

BODY = {"username": "a1", "password": "first-Sign-in"}


async def live(person: Person) -> ClientWebSocketResponse:
    return await person.client.ws_connect("/api/desk/live")


async def closed(socket: ClientWebSocketResponse, within: float = 5) -> int | None:
    """The close code, once the server closes the connection."""
    message = await socket.receive(timeout=within)
    assert message.type is WSMsgType.CLOSE
    code: int = message.data
    return code


def cookie_of(office: Office, person: Person) -> str:
    found = person.client.session.cookie_jar.filter_cookies(office.server.make_url("/api/desk/me"))
    return found[COOKIE].value


async def test_signing_out_makes_a_copied_cookie_worthless_and_leaves_other_browsers(office: Office) -> None:
    browser = await office.hire("a1")
    elsewhere = office.browser()
    await elsewhere.login("a1")
    stolen = {COOKIE: cookie_of(office, browser)}
    await browser.post("/logout")
    await browser.get("/me", 401)
    answer = await office.browser().client.get("/api/desk/me", cookies=stolen)
    assert answer.status == 401
    await elsewhere.get("/me")


async def test_a_second_sign_in_in_the_same_browser_ends_the_first(office: Office) -> None:
    browser = await office.hire("a1")
    former = {COOKIE: cookie_of(office, browser)}
    await browser.login("a1")
    assert cookie_of(office, browser) != former[COOKIE]
    answer = await office.browser().client.get("/api/desk/me", cookies=former)
    assert answer.status == 401
    assert len((await browser.get("/sessions"))["sessions"]) == 1


async def test_thirty_minutes_without_an_action_end_a_session(office: Office, clock: Clock) -> None:
    browser = await office.hire("a1")
    clock.forward(minutes=29)
    await browser.post("/active")
    clock.forward(minutes=29)
    await browser.get("/me")  # the page reads by itself: that is nobody's action
    clock.forward(minutes=2)
    await browser.get("/me", 401)
    await browser.post("/active", status=401)


async def test_twelve_hours_end_a_session_in_any_case(office: Office, clock: Clock) -> None:
    browser = await office.hire("a1")
    for _ in range(24):
        clock.forward(minutes=29)
        await browser.post("/active")
    clock.forward(minutes=25)
    await browser.post("/active", status=401)


async def test_the_times_are_settings(make_office: MakeOffice, clock: Clock) -> None:
    office = await make_office(policy=Policy(idle=timedelta(minutes=5), longest=timedelta(minutes=8)))
    browser = await office.hire("a1")
    clock.forward(minutes=4)
    await browser.post("/active")
    clock.forward(minutes=3)
    await browser.post("/active")
    clock.forward(minutes=2)
    await browser.post("/active", status=401)
    await browser.login("a1")
    clock.forward(minutes=6)
    await browser.get("/me", 401)


async def test_an_open_socket_keeps_no_session_alive_and_closes_with_it(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_S", 0.05)
    browser = await office.hire("a1")
    socket = await live(browser)
    clock.forward(minutes=29)
    await socket.send_json({"type": "ping"})
    assert (await socket.receive_json(timeout=5))["type"] == "pong"
    clock.forward(minutes=2)
    assert await closed(socket) == 4401
    await browser.get("/me", 401)


async def test_an_action_keeps_the_socket(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_S", 0.05)
    browser = await office.hire("a1")
    socket = await live(browser)
    clock.forward(minutes=29)
    await browser.post("/active")
    clock.forward(minutes=2)
    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.3)  # six looks later it is still open


async def test_all_but_this_browser_are_signed_out_sockets_too(office: Office) -> None:
    here = await office.hire("a1")
    there, colleague = office.browser(), await office.hire("a2")
    there.client.session.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Edg/140.0"
    await there.login("a1")
    sockets = [await live(one) for one in (here, there, colleague)]
    listed = (await here.get("/sessions"))["sessions"]
    assert [one["here"] for one in listed].count(True) == 1 and len(listed) == 2
    assert {one["browser"] for one in listed} >= {"Edge，Windows"}
    assert all(one["address"] == "127.0.0.1" for one in listed)
    assert (await here.post("/sessions/end_others"))["ended"] == 1
    assert await closed(sockets[1]) == 4401
    await there.get("/me", 401)
    for socket in (sockets[0], sockets[2]):
        await socket.send_json({"type": "ping"})
        assert (await socket.receive_json(timeout=5))["type"] == "pong"
    assert len((await here.get("/sessions"))["sessions"]) == 1


async def test_who_still_has_an_open_desk_elsewhere_is_not_gone(office: Office) -> None:
    here = await office.hire("a1")
    there = office.browser()
    await there.login("a1")
    await live(there)

    async def seen() -> bool:
        async with office.database.read() as session:
            return await session.scalar(select(DeskUser.seen_at)) is not None

    await here.post("/logout")
    assert await seen()
    await there.post("/logout")
    assert not await seen()


@pytest.mark.slow
async def test_a_lost_event_leaves_no_socket_open(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is another process, and nothing tells this one."""
    socket = await live(await office.hire("a1"))
    async with office.database.write() as session:
        await sessions.end_all(session, (await session.scalars(select(DeskUser.id))).one())
    assert await closed(socket, watch.LOOK_S + 3) == 4401


@pytest.mark.slow
async def test_an_end_reaches_the_sockets_of_another_process_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_S", 60)  # so that only the event can tell
    browser = await office.hire("a1")
    async with office.database.read() as session:
        row = (await session.scalars(select(DeskSession))).one()
    with redis() as running:
        async with RedisEvents(running.url, "t") as here, RedisEvents(running.url, "t") as there:
            watching = watch.Watch(Sessions(office.database, Policy()), here)
            with watching.over(row.id) as over:
                await asyncio.sleep(0)
                await Users(office.database, there).reset_password("a1")
                await asyncio.wait_for(over.wait(), 5)
    await browser.get("/me", 401)


@on_both
async def test_a_sign_in_under_way_when_the_account_changes_begins_no_session(office: Office) -> None:
    await office.hire("a1")
    users = Users(office.database)
    user = await users.sign_in("a1", "first-Sign-in", "127.0.0.1")
    await users.reset_password("a1")
    with pytest.raises(Unauthorized):
        await Sessions(office.database, Policy()).begin(user.id, user.session_epoch, Second.NONE, "", "")


async def test_rows_of_ended_sessions_do_not_pile_up(office: Office, clock: Clock) -> None:
    browser = await office.hire("a1")
    for _ in range(3):
        clock.forward(hours=13)
        await browser.login("a1")
    async with office.database.read() as session:
        assert len(list(await session.scalars(select(DeskSession)))) == 1


async def test_the_cookie_is_closed_to_scripts_and_other_sites(office: Office) -> None:
    await office.hire("a1")
    plain = await office.browser().client.post("/api/desk/login", json=BODY, headers=OURS)
    header = plain.headers["Set-Cookie"]
    assert header.startswith(f"{COOKIE}=")
    assert "HttpOnly" in header and "SameSite=Strict" in header and "Max-Age=43200" in header
    assert "Secure" not in header and "Domain" not in header


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"public_url": "https://12345.example.gov.cn"}, {}),
        ({"trust_proxy": True}, {"X-Forwarded-Proto": "https"}),
    ],
)
async def test_under_https_the_cookie_is_this_hosts_own(
    make_office: MakeOffice, options: dict[str, object], headers: dict[str, str]
) -> None:
    office = await make_office(**options)
    await Users(office.database).create("a1", "坐席", "agent", None, "first-Sign-in")
    signed_in = await office.browser().client.post("/api/desk/login", json=BODY, headers=OURS | headers)
    header = signed_in.headers["Set-Cookie"]
    assert header.startswith(f"__Host-{COOKIE}=")
    # The three that the prefix asks for: browsers refuse the cookie otherwise.
    assert "Secure" in header and "Path=/;" in f"{header};" and "Domain" not in header
    value = signed_in.cookies[f"__Host-{COOKIE}"].value
    for name, status in ((f"__Host-{COOKIE}", 200), (COOKIE, 401)):
        answer = await office.browser().client.get(
            "/api/desk/me", headers=headers | {"Cookie": f"{name}={value}"}
        )
        assert answer.status == status, "a neighbouring host may plant the plain name"


async def test_nobody_signs_in_with_what_stands_in_the_database(office: Office) -> None:
    await office.hire("a1")
    async with office.database.read() as session:
        row = (await session.scalars(select(DeskSession))).one()
    for value in (row.id, row.token_hash):
        answer = await office.browser().client.get("/api/desk/me", cookies={COOKIE: value})
        assert answer.status == 401


async def test_what_a_browser_calls_itself_is_kept_short_and_printable(office: Office) -> None:
    person = await office.hire("a1")
    for name in ("x" * 3000, "\u202eMozilla\u200b"):
        await person.client.post(
            "/api/desk/login", json=BODY, headers=OURS | {"User-Agent": name.encode().decode("latin-1")}
        )
    async with office.database.read() as session:
        kept = list(await session.scalars(select(DeskSession.browser)))
    assert all(len(one) <= 200 and one.isprintable() for one in kept)


async def test_a_closed_account_has_no_session(office: Office) -> None:
    browser = await office.hire("a1")
    async with office.database.write() as session:
        await session.execute(update(DeskUser).values(active=False))
    await browser.get("/me", 401)


async def test_a_new_password_changes_the_cookie_and_keeps_this_browsers_socket(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await office.hire("a1")
    there = office.browser()
    await there.login("a1")
    sockets = [await live(here), await live(there)]
    before = cookie_of(office, here)
    monkeypatch.setattr(watch, "LOOK_S", 0.05)
    await here.post("/password", {"old": "first-Sign-in", "new": "blue-kettle-window"})
    assert await closed(sockets[1]) == 4401
    await sockets[0].send_json({"type": "ping"})
    assert (await sockets[0].receive_json(timeout=5))["type"] == "pong"
    assert cookie_of(office, here) != before
    stolen = await office.browser().client.get("/api/desk/me", cookies={COOKIE: before})
    assert stolen.status == 401
    # The change begins no new twelve hours.
    for _ in range(24):
        clock.forward(minutes=29)
        await here.post("/active")
    clock.forward(minutes=25)
    await here.get("/me", 401)


async def test_two_changes_at_once_leave_no_half_open_session(office: Office) -> None:
    here = await office.hire("a1")
    users = Users(office.database)
    user = await users.get(here.id)
    assert user is not None
    sessions_now = Sessions(office.database, Policy())
    [session] = await sessions_now.of(here.id)
    await users.reset_password("a1")
    with pytest.raises(Unauthorized):
        await sessions_now.renew(session, user.session_epoch, Second.NONE)
    await here.get("/me", 401)
