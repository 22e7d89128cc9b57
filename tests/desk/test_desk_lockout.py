"""Guessing passwords becomes slow, and nobody is shut out because of what others guess."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from core.clock import now
from desk import devices, lockout
from desk.models import LoginFailure
from tests.conftest import Clock
from tests.desk.conftest import OURS, PASSWORD, MakeOffice, Office

Client = TestClient[web.Request, web.Application]


async def sign_in(client: Client, password: str, address: str, name: str = "a1") -> tuple[int, int]:
    """Try to sign in from an address. Returns the status, and the seconds to wait."""
    answer = await client.post(
        "/api/desk/login",
        json={"username": name, "password": password},
        # Only the last address was seen by our own proxy; the first is what the guesser claims.
        headers=OURS | {"X-Forwarded-For": f"203.0.113.250, {address}"},
    )
    return answer.status, int(answer.headers.get("Retry-After", 0))


@pytest.fixture
async def office(make_office: MakeOffice) -> Office:
    return await make_office(trust_proxy=True)


async def guess(office: Office, count: int, address: str, name: str = "a1") -> list[int]:
    """Wrong passwords, each from a browser that keeps no cookie."""
    return [(await sign_in(office.browser().client, "nonsense", address, name))[0] for _ in range(count)]


@pytest.mark.slow
async def test_an_agent_gets_in_while_strangers_guess_from_everywhere(office: Office) -> None:
    """20 wrong passwords from four addresses shut the right agent out for a quarter of an hour, again and again."""
    agent = await office.hire("a1")
    for network in range(40):
        await guess(office, 6, f"198.51.100.{network}")
    assert await sign_in(agent.client, PASSWORD, "192.0.2.1") == (200, 0)
    # Also in a new browser at an address from which nobody guesses.
    assert await sign_in(office.browser().client, PASSWORD, "192.0.2.2") == (200, 0)
    # And in the usual browser when somebody guesses from the same address, behind the same router.
    await guess(office, 6, "192.0.2.1")
    assert (await sign_in(office.browser().client, PASSWORD, "192.0.2.1"))[0] == 429
    assert await sign_in(agent.client, PASSWORD, "192.0.2.1") == (200, 0)


async def test_each_further_guess_waits_twice_as_long_but_no_longer_than_a_quarter_of_an_hour(
    office: Office, clock: Clock
) -> None:
    await office.hire("a1")
    assert await guess(office, 5, "198.51.100.1") == [401] * 5
    waits = []
    for _ in range(8):
        status, wait = await sign_in(office.browser().client, "nonsense", "198.51.100.1")
        assert status == 429
        waits.append(wait)
        clock.forward(seconds=wait)
        assert await guess(office, 1, "198.51.100.1") == [401]
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


async def test_all_addresses_of_one_ipv6_customer_are_one(office: Office) -> None:
    await office.hire("a1")
    statuses = [status for n in range(8) for status in await guess(office, 1, f"2001:db8:1:2::{n}")]
    assert statuses == [401] * 5 + [429] * 3
    assert await guess(office, 1, "2001:db8:1:3::1") == [401]


async def test_one_account_can_be_guessed_at_a_hundred_times_an_hour_from_unknown_browsers(
    office: Office,
) -> None:
    await office.hire("a1")
    async with office.database.write() as session:
        session.add_all(
            LoginFailure(name_hash=lockout._hash("a1"), address=f"203.0.113.{n}", at=now())
            for n in range(lockout.PER_USER)
        )
    assert await guess(office, 3, "198.51.100.1") == [401] * lockout.ALWAYS + [429]


async def test_one_network_can_not_try_all_names(office: Office) -> None:
    async with office.database.write() as session:
        session.add_all(
            LoginFailure(name_hash=f"{n:064}", address="198.51.100.7", at=now())
            for n in range(lockout.PER_NETWORK - 1)
        )
    assert await guess(office, 1, "198.51.100.7", "other") == [401]
    assert await guess(office, 1, "198.51.100.7", "another") == [429]


async def test_a_stolen_device_cookie_has_its_own_budget_and_no_more(office: Office) -> None:
    agent = await office.hire("a1")
    jar = agent.client.session.cookie_jar.filter_cookies(office.server.make_url("/api/desk/login"))
    stolen = {devices.COOKIE: jar[devices.COOKIE].value}
    thief = office.browser().client
    thief.session.cookie_jar.update_cookies(stolen)
    tries = [(await sign_in(thief, "nonsense", "198.51.100.9"))[0] for _ in range(11)]
    assert tries == [401] * 10 + [429]
    # The owner of the cookie is then like anybody at an address of their own.
    assert await sign_in(agent.client, PASSWORD, "192.0.2.1") == (200, 0)


@pytest.mark.parametrize("cookie", ["", "garbage", "é", "gAAAAAB-forged"])
async def test_a_forged_device_cookie_is_none(office: Office, cookie: str) -> None:
    await office.hire("a1")
    await guess(office, 5, "198.51.100.1")
    headers = OURS | {"X-Forwarded-For": "198.51.100.1", "Cookie": f"{devices.COOKIE}={cookie}"}
    body = {"username": "a1", "password": PASSWORD}
    answer = await office.browser().client.post("/api/desk/login", json=body, headers=headers)
    assert answer.status == 429


async def test_a_browser_is_known_for_the_names_that_signed_in_there_only(office: Office) -> None:
    first = await office.hire("a1")
    await office.hire("a2")
    await guess(office, 5, "198.51.100.1", "a2")
    assert (await sign_in(first.client, PASSWORD, "198.51.100.1", "a2"))[0] == 429
    assert (await sign_in(first.client, PASSWORD, "192.0.2.1", "a2"))[0] == 200
    await guess(office, 1, "198.51.100.1", "a2")
    for name in ("a2", "a1"):  # a shared computer knows both now
        assert (await sign_in(first.client, PASSWORD, "198.51.100.1", name))[0] == 200
