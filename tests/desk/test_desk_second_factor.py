"""The second factor: set up with a real app's arithmetic, asked for at each sign-in, and hard to get around."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from core.errors import ConfigurationError
from desk.policy import Policy, second_factor_roles
from tests.conftest import Clock
from tests.desk.conftest import PASSWORD, MakeOffice, Office, Person, on_both


class Phone:
    """The app on somebody's phone, which has scanned the QR code."""

    def __init__(self, uri: str, clock: Clock) -> None:
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
        asked = parse_qs(parts.query)
        assert unquote(parts.path).startswith(f"/{asked['issuer'][0]}:")
        self._maker, self._clock = pyotp.TOTP(asked["secret"][0]), clock

    def code(self, steps: int = 0) -> str:
        return self._maker.at(self._clock.now() + steps * timedelta(seconds=30))


async def paired(person: Person, clock: Clock, password: str = PASSWORD) -> tuple[Phone, list[str]]:
    """Set a second factor up. Returns the phone and the recovery codes."""
    shown = await person.post("/second_factor/set_up", {"password": password})
    svg = unquote(shown["svg"])
    assert svg.startswith("data:image/svg+xml") and "<path" in svg
    phone = Phone(shown["uri"], clock)
    done = await person.post("/second_factor/confirm", {"code": phone.code()})
    assert done["user"]["second_factor"] is True
    clock.forward(seconds=60)
    return phone, done["codes"]


async def test_after_the_password_the_code_is_needed_and_nothing_opens_without_it(
    office: Office, clock: Clock
) -> None:
    agent = await office.hire("a1")
    phone, _ = await paired(agent, clock)
    await agent.get("/conversations")

    browser = office.browser()
    assert await browser.login("a1") == {"second_factor": True}
    for path in ("/me", "/conversations", "/tickets", "/live", "/sessions", "/second_factor"):
        assert (await browser.get(path, 401))["error"]["code"] == "second_factor_needed"
    for path in ("/second_factor/set_up", "/password", "/logout"):
        await browser.post(path, {}, 401)
    user = (await browser.post("/login/code", {"code": phone.code()}))["user"]
    assert user["username"] == "a1"
    await browser.get("/conversations")


async def test_the_code_step_needs_the_password_step(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    phone, _ = await paired(agent, clock)
    await office.browser().post("/login/code", {"code": phone.code()}, 401)
    await agent.post("/login/code", {"code": phone.code()}, 401)  # signed in already
    late = office.browser()
    await late.login("a1")
    clock.forward(minutes=6)
    await late.post("/login/code", {"code": phone.code()}, 401)


async def test_the_half_way_cookie_is_replaced(office: Office, clock: Clock) -> None:
    phone, _ = await paired(await office.hire("a1"), clock)
    browser = office.browser()
    await browser.login("a1")
    jar = browser.client.session.cookie_jar
    half = jar.filter_cookies(office.server.make_url("/api/desk/me"))["wenban_desk_session"].value
    await browser.post("/login/code", {"code": phone.code()})
    answer = await office.browser().client.get("/api/desk/me", cookies={"wenban_desk_session": half})
    assert answer.status == 401


@on_both
async def test_a_code_counts_once_also_when_sent_twice_at_once(office: Office, clock: Clock) -> None:
    phone, _ = await paired(await office.hire("a1"), clock)
    browsers = [office.browser(), office.browser()]
    for browser in browsers:
        await browser.login("a1")
    code = phone.code()

    async def enter(browser: Person) -> int:
        answer = await browser.client.post(
            "/api/desk/login/code", json={"code": code}, headers={"X-Requested-With": "wenban"}
        )
        return answer.status

    assert sorted(await asyncio.gather(*map(enter, browsers))) == [200, 401]


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (1, True), (2, False)])
async def test_a_phone_may_be_half_a_minute_wrong(
    office: Office, clock: Clock, steps: int, right: bool
) -> None:
    phone, _ = await paired(await office.hire("a1"), clock)
    clock.forward(seconds=60)
    browser = office.browser()
    await browser.login("a1")
    await browser.post("/login/code", {"code": phone.code(steps)}, 200 if right else 401)


async def test_guessing_codes_ends_although_the_password_is_known(office: Office, clock: Clock) -> None:
    """A right password in between must not begin the count anew."""
    phone, _ = await paired(await office.hire("a1"), clock)
    thief = office.browser()
    statuses = []
    for guess in range(6):
        answer = await thief.client.post(
            "/api/desk/login",
            json={"username": "a1", "password": PASSWORD},
            headers={"X-Requested-With": "wenban"},
        )
        statuses.append(answer.status)
        if answer.status == 200:
            answer = await thief.client.post(
                "/api/desk/login/code",
                json={"code": f"{guess:06}"},
                headers={"X-Requested-With": "wenban"},
            )
            statuses.append(answer.status)
    assert statuses.count(401) <= 3 and statuses[-1] == 429
    await thief.post("/login/code", {"code": phone.code()}, 429)


async def test_a_recovery_code_opens_once(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    _, codes = await paired(agent, clock)
    assert len(set(codes)) == 10
    browser = office.browser()
    await browser.login("a1")
    await browser.post("/login/code", {"code": f" {codes[0].upper()} "})
    assert (await browser.get("/second_factor")) == {"on": True, "codes_left": 9}
    await browser.post("/logout")
    await browser.login("a1")
    await browser.post("/login/code", {"code": codes[0]}, 401)
    await browser.post("/login/code", {"code": codes[1].replace("-", " ")})


async def test_new_recovery_codes_replace_the_old_ones(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    phone, old = await paired(agent, clock)
    await agent.post("/second_factor/codes", {"code": "000000"}, 401)
    fresh = (await agent.post("/second_factor/codes", {"code": phone.code()}))["codes"]
    assert not set(fresh) & set(old)
    browser = office.browser()
    await browser.login("a1")
    await browser.post("/login/code", {"code": old[0]}, 401)
    await browser.post("/login/code", {"code": fresh[0]})


async def test_setting_up_needs_the_password_and_a_right_code(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    assert (await agent.post("/second_factor/confirm", {"code": "123456"}, 409))["error"][
        "code"
    ] == "not_set_up"
    await agent.post("/second_factor/set_up", {}, 400)
    await agent.post("/second_factor/set_up", {"password": "nonsense"}, 400)
    shown = await agent.post("/second_factor/set_up", {"password": PASSWORD})
    for wrong in ("000000", "abcdef", "１２３４５６", "123"):
        refused = await agent.post("/second_factor/confirm", {"code": wrong}, 400)
        assert refused["error"]["code"] == "wrong_code"
    # A secret that no right code has confirmed asks for nothing.
    await office.browser().login("a1")
    await agent.post("/second_factor/confirm", {"code": Phone(shown["uri"], clock).code()})


async def test_a_second_factor_ends_what_was_open_before(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    elsewhere = office.browser()
    await elsewhere.login("a1")
    await paired(agent, clock)
    await elsewhere.get("/me", 401)
    await agent.get("/me")


async def test_a_new_phone_replaces_the_old_one_only_when_it_works(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    old, _ = await paired(agent, clock)
    await agent.post("/second_factor/set_up", {"password": PASSWORD})
    browser = office.browser()
    await browser.login("a1")
    await browser.post("/login/code", {"code": old.code()})
    clock.forward(seconds=60)
    new, _ = await paired(agent, clock)
    await browser.login("a1")
    await browser.post("/login/code", {"code": old.code()}, 401)
    await browser.post("/login/code", {"code": new.code()})


async def test_who_must_have_one_sets_it_up_before_anything_else(
    make_office: MakeOffice, clock: Clock
) -> None:
    office = await make_office(policy=Policy(second_factor=frozenset({"admin"})))
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    assert (await boss.get("/me"))["user"]["must_set_up"] is True
    for path in ("/accounts", "/conversations", "/tickets", "/live"):
        assert (await boss.get(path, 403))["error"]["code"] == "second_factor_required"
    await agent.get("/conversations")
    phone, _ = await paired(boss, clock)
    assert (await boss.get("/me"))["user"]["must_set_up"] is False
    await boss.get("/accounts")
    again = office.browser()
    await again.login("boss")
    await again.post("/login/code", {"code": phone.code()})
    await again.get("/accounts")


async def test_an_administrator_removes_it_for_who_lost_everything(office: Office, clock: Clock) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    await paired(agent, clock)
    await boss.post(f"/accounts/{agent.id}/remove_second_factor")
    await agent.get("/me", 401)
    assert "user" in await agent.login("a1")
    assert await agent.get("/second_factor") == {"on": False, "codes_left": 0}


async def test_a_new_password_is_no_way_around_it(office: Office, clock: Clock) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    await paired(agent, clock)
    fresh = (await boss.post(f"/accounts/{agent.id}/reset_password"))["password"]
    assert await agent.login("a1", fresh) == {"second_factor": True}
    await agent.post("/password", {"old": fresh, "new": "blue-kettle-window"}, 401)


async def test_changing_the_password_keeps_the_factor_of_the_session(
    make_office: MakeOffice, clock: Clock
) -> None:
    office = await make_office(policy=Policy(second_factor=frozenset({"agent"})))
    agent = await office.hire("a1")
    await paired(agent, clock)
    await agent.post("/password", {"old": PASSWORD, "new": "blue-kettle-window"})
    await agent.get("/conversations")


async def test_secrets_and_codes_are_not_stored_in_clear(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    shown = await agent.post("/second_factor/set_up", {"password": PASSWORD})
    phone = Phone(shown["uri"], clock)
    codes = (await agent.post("/second_factor/confirm", {"code": phone.code()}))["codes"]
    dump = "\n".join(sqlite3.connect(office.database.url.split("///")[1]).iterdump())
    secret = shown["secret"].replace(" ", "")
    assert len(base64.b32decode(secret)) == 20
    for clear in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert clear not in dump


def test_which_roles_need_one() -> None:
    assert second_factor_roles([], https=False) == frozenset()
    assert second_factor_roles([], https=True) == {"admin", "auditor"}
    assert second_factor_roles(["agent", "admin"], https=False) == {"agent", "admin"}
    assert second_factor_roles(["none"], https=True) == frozenset()
    with pytest.raises(ConfigurationError, match="king"):
        second_factor_roles(["king"], https=True)
