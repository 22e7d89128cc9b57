"""Signing in through the organisation's own sign-in: whom it lets in, and every way to forge it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select, update

from core.errors import Conflict
from desk.accounts import everybody
from desk.models import DeskUser
from desk.oidc import Provider
from desk.oidc_api import COOKIE, PATIENCE
from desk.policy import Policy
from desk.single_sign_on import bind
from tests.conftest import Clock
from tests.desk import identity_provider as other
from tests.desk.conftest import PASSWORD, MakeOffice, Office, Person, on_both
from tests.desk.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.desk.test_desk_second_factor import paired


@pytest.fixture
async def idp() -> AsyncIterator[IdentityProvider]:
    async with other.identity_provider() as running:
        yield running


@pytest.fixture
async def office(make_office: MakeOffice, idp: IdentityProvider) -> Office:
    return await make_office(oidc=ours(idp))


def ours(idp: IdentityProvider) -> Provider:
    return Provider(idp.issuer, CLIENT_ID, CLIENT_SECRET)


async def go(person: Person, path: str) -> str:
    """Where an address sends the browser."""
    answer = await person.client.get(path, allow_redirects=False)
    assert answer.status == 302, await answer.text()
    return answer.headers["Location"]


async def through(person: Person) -> str:
    """Go to the issuer, sign in there, and come back. Returns the way back."""
    to_issuer = await go(person, "/api/desk/oidc/start")
    answer: ClientResponse = await person.client.session.get(to_issuer, allow_redirects=False)
    return answer.headers["Location"]


async def sign_in(person: Person) -> str:
    """The whole way. Returns the page where it ends."""
    back = urlsplit(await through(person))
    return await go(person, f"{back.path}?{back.query}")


async def test_an_account_is_found_by_its_name_and_then_by_the_person(
    office: Office, idp: IdentityProvider
) -> None:
    agent = await office.hire("li.si")
    browser = office.browser()
    assert (await browser.get("/sign_in_ways")) == {"oidc": "单位账号"}
    assert await sign_in(browser) == "/desk/"
    assert (await browser.get("/me"))["user"]["id"] == agent.id
    await browser.get("/conversations")
    # From now on the person counts, and not the name, which may be given to somebody else.
    idp.who = {"sub": "s-1", "preferred_username": "renamed"}
    assert await sign_in(browser) == "/desk/"
    idp.who = {"sub": "s-2", "preferred_username": "li.si"}
    assert await sign_in(office.browser()) == "/desk/sign-in?problem=oidc_no_account"


async def test_nobody_gets_an_account_silently(office: Office) -> None:
    browser = office.browser()
    assert await sign_in(browser) == "/desk/sign-in?problem=oidc_no_account"
    await browser.get("/me", 401)
    assert await everybody(office.database) == []


async def test_where_a_setting_says_so_an_account_is_made(
    make_office: MakeOffice, idp: IdentityProvider
) -> None:
    office = await make_office(oidc=replace(ours(idp), new_role="agent"))
    browser = office.browser()
    assert await sign_in(browser) == "/desk/"
    user = (await browser.get("/me"))["user"]
    assert (user["username"], user["display_name"], user["role"]) == ("li.si", "李四", "agent")
    assert await sign_in(office.browser()) == "/desk/"
    assert len(await everybody(office.database)) == 1
    await office.browser().login("li.si", "", 400)
    await office.browser().login("li.si", "anything-at-all", 401)
    idp.who = {"sub": "s-3", "preferred_username": "李四"}
    assert await sign_in(office.browser()) == "/desk/sign-in?problem=oidc_no_account"


@pytest.mark.parametrize(
    "name",
    ["li.si\x00", "\x00", "a" * 100_000, ["li.si"], {"a": 1}, "", " ", "li.si' OR 1=1 --", "li.si\n", " li.si", "ｌｉ.ｓｉ", "admin\n", "ﬁ.si"],
)  # fmt: skip
@on_both
async def test_an_odd_name_gets_no_account_and_is_no_error_of_ours(
    make_office: MakeOffice, idp: IdentityProvider, name: Any
) -> None:
    office = await make_office(oidc=replace(ours(idp), new_role="agent"))
    await office.hire("li.si")
    idp.who = {"sub": "s-odd", "preferred_username": name, "name": "\x00" * 50}
    browser = office.browser()
    problem = "oidc_refused" if len(name) > 1_000 else "oidc_no_account"
    assert await sign_in(browser) == f"/desk/sign-in?problem={problem}"
    await browser.get("/me", 401)


async def test_a_closed_account_stays_closed(office: Office) -> None:
    await office.hire("li.si")
    assert await sign_in(office.browser()) == "/desk/"
    async with office.database.write() as session:
        await session.execute(update(DeskUser).values(active=False))
    assert await sign_in(office.browser()) == "/desk/sign-in?problem=oidc_no_account"


async def test_an_administrator_is_never_found_by_name_alone(office: Office, idp: IdentityProvider) -> None:
    await office.hire("li.si", "admin")
    await office.hire("a2")
    assert await sign_in(office.browser()) == "/desk/sign-in?problem=oidc_no_account"
    await bind(office.database, "li.si", idp.issuer, "s-1")
    assert await sign_in(office.browser()) == "/desk/"
    with pytest.raises(Conflict):
        await bind(office.database, "a2", idp.issuer, "s-1")


async def test_an_unused_one_time_password_is_no_second_way_in(office: Office) -> None:
    from desk.accounts import add_user

    password = await add_user(office.database, "li.si", "李四", "agent")
    browser = office.browser()
    assert await sign_in(browser) == "/desk/"
    assert (await browser.get("/me"))["user"]["must_change_password"] is False
    await office.browser().login("li.si", password, 401)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["another client", CLIENT_ID], "azp": "another client"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": ["s-1"]},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": [9999999999]},
        {"nbf": 99999999999},
        {"iat": 99999999999},
        {"iat": "now"},
        {"aud": []},
        {"aud": {CLIENT_ID: True}},
        {"aud": [CLIENT_ID, "another client"], "azp": None},
        {"iss": ["https://evil.example"]},
        {"nonce": ["of another sign-in"]},
        {"at_hash": "of another token"},
    ],
)
async def test_a_token_that_says_something_wrong_opens_nothing(
    office: Office, idp: IdentityProvider, wrong: dict[str, Any]
) -> None:
    await office.hire("li.si")
    idp.wrong = wrong
    browser = office.browser()
    assert await sign_in(browser) == "/desk/sign-in?problem=oidc_refused"
    await browser.get("/me", 401)


@pytest.mark.filterwarnings("ignore:JWS algorithm")
@pytest.mark.parametrize(
    "sign",
    [
        other.with_another_key,
        other.with_the_secret,
        other.with_the_public_key,
        other.unsigned,
        other.no_token,
    ],
)
async def test_a_token_with_a_wrong_signature_opens_nothing(
    office: Office, idp: IdentityProvider, sign: other.Sign
) -> None:
    await office.hire("li.si")
    idp.sign = sign
    browser = office.browser()
    assert await sign_in(browser) == "/desk/sign-in?problem=oidc_refused"
    await browser.get("/me", 401)


async def test_the_issuers_new_keys_are_fetched(office: Office, idp: IdentityProvider) -> None:
    await office.hire("li.si")
    assert await sign_in(office.browser()) == "/desk/"
    idp.key = other.rsa("k2")
    assert await sign_in(office.browser()) == "/desk/"
    assert idp.asked.count("description") == 2


async def test_a_way_back_that_another_browser_began_opens_nothing(office: Office) -> None:
    """Login CSRF: a stranger's link must not sign anybody in to the stranger's account."""
    await office.hire("li.si")
    link = urlsplit(await through(office.browser()))
    victim = office.browser()
    path = f"{link.path}?{link.query}"
    assert await go(victim, path) == "/desk/sign-in?problem=oidc_expired"
    await through(victim)  # began one itself, but the state is not that one's
    assert await go(victim, path) == "/desk/sign-in?problem=oidc_expired"
    await victim.get("/me", 401)


async def test_a_way_back_counts_once(office: Office) -> None:
    await office.hire("li.si")
    browser = office.browser()
    back = urlsplit(await through(browser))
    path = f"{back.path}?{back.query}"
    jar = browser.client.session.cookie_jar
    kept = jar.filter_cookies(office.server.make_url("/api/desk/oidc/callback"))[COOKIE].value
    assert await go(browser, path) == "/desk/"
    assert await go(browser, path) == "/desk/sign-in?problem=oidc_expired"
    again = await office.browser().client.get(path, cookies={COOKIE: kept}, allow_redirects=False)
    assert again.headers["Location"] == "/desk/sign-in?problem=oidc_refused", "the issuer knows the code"


async def test_a_stolen_code_is_worthless_without_the_verifier(office: Office) -> None:
    """PKCE: the thief has the victim's code, and a cookie of an own sign-in."""
    await office.hire("li.si")
    code = parse_qs(urlsplit(await through(office.browser())).query)["code"][0]
    thief = office.browser()
    own = parse_qs(urlsplit(await through(thief)).query)
    path = f"/api/desk/oidc/callback?code={code}&state={own['state'][0]}"
    assert await go(thief, path) == "/desk/sign-in?problem=oidc_refused"
    await thief.get("/me", 401)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("error=access_denied&state={state}", "oidc_cancelled"),
        ("state={state}", "oidc_expired"),
        ("code=x", "oidc_expired"),
        ("code=x&state=%E4%B8%AD", "oidc_expired"),
        ("code=x&state={state}&iss=https%3A%2F%2Fevil.example", "oidc_expired"),
        ("code=x&state={state}", "oidc_refused"),
    ],
)
async def test_what_comes_back_wrong_is_said_on_the_page(office: Office, query: str, code: str) -> None:
    browser = office.browser()
    state = parse_qs(urlsplit(await through(browser)).query)["state"][0]
    assert (
        await go(browser, f"/api/desk/oidc/callback?{query.format(state=state)}")
        == f"/desk/sign-in?problem={code}"
    )


async def test_the_cookie_of_the_way_is_closed_and_short_lived(office: Office, clock: Clock) -> None:
    answer = await office.browser().client.get("/api/desk/oidc/start", allow_redirects=False)
    header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header and "SameSite=Lax" in header
    assert f"Max-Age={round(PATIENCE.total_seconds())}" in header
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    for secret in ("state", "nonce"):
        assert len(asked[secret][0]) > 40 and asked[secret][0] not in header
    assert asked["redirect_uri"][0].endswith("/api/desk/oidc/callback")


async def test_an_issuer_that_is_away_is_said(office: Office, idp: IdentityProvider) -> None:
    idp.up = False
    assert await go(office.browser(), "/api/desk/oidc/start") == "/desk/sign-in?problem=oidc_unavailable"
    idp.up, idp.issuer = True, "https://another.example"
    assert await go(office.browser(), "/api/desk/oidc/start") == "/desk/sign-in?problem=oidc_unavailable"


async def test_a_client_may_authenticate_in_the_form(office: Office, idp: IdentityProvider) -> None:
    idp.basic = False
    await office.hire("li.si")
    assert await sign_in(office.browser()) == "/desk/"


async def test_the_desks_own_second_factor_is_asked_for_after_it(
    make_office: MakeOffice, idp: IdentityProvider, clock: Clock
) -> None:
    office = await make_office(oidc=ours(idp), policy=Policy(second_factor=frozenset({"agent"})))
    agent = await office.hire("li.si")
    phone, _ = await paired(agent, clock, PASSWORD)
    browser = office.browser()
    assert await sign_in(browser) == "/desk/sign-in?step=code"
    assert (await browser.get("/me", 401))["error"]["code"] == "second_factor_needed"
    await browser.post("/login/code", {"code": phone.code()})
    await browser.get("/conversations")


async def test_an_issuer_that_checks_a_second_factor_is_believed(
    make_office: MakeOffice, idp: IdentityProvider
) -> None:
    policy = Policy(second_factor=frozenset({"agent"}))
    office = await make_office(oidc=replace(ours(idp), second_factor=True), policy=policy)
    await office.hire("li.si")
    browser = office.browser()
    assert await sign_in(browser) == "/desk/"
    await browser.get("/conversations")


async def test_without_an_issuer_there_is_no_way(make_office: MakeOffice) -> None:
    office = await make_office()
    browser = office.browser()
    assert await browser.get("/sign_in_ways") == {"oidc": None}
    await browser.get("/oidc/start", 404)
    await browser.get("/oidc/callback", 404)


async def test_the_table_names_nobody(office: Office) -> None:
    await office.hire("li.si")
    await sign_in(office.browser())
    async with office.database.read() as session:
        key = await session.scalar(select(DeskUser.oidc_key))
    assert key is not None and len(key) == 64 and "s-1" not in key
