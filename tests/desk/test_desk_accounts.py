"""Accounts: an administrator adds, changes and closes them, and who is concerned is out at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import WSMsgType
from sqlalchemy import select

from core.clock import now
from core.errors import BadRequest, Conflict
from desk.accounts import Accounts, everybody
from desk.models import DeskAudit
from desk.users import ONE_TIME, Users
from tests.conftest import Clock
from tests.desk.conftest import PASSWORD, Office, on_both

OWN = "blue-kettle-window"


async def recorded(office: Office) -> list[tuple[str, str, str]]:
    async with office.database.read() as session:
        rows = await session.scalars(
            select(DeskAudit)
            .where(DeskAudit.action.startswith("account_"), DeskAudit.result == "allowed")
            .order_by(DeskAudit.seq)
        )
        return [(row.action, row.subject, row.reason) for row in rows]


async def test_an_administrator_sees_every_account_and_every_department(office: Office) -> None:
    boss = await office.hire("boss", "admin")
    bureau = await office.department("甲局")
    await office.hire("jia", "department", name="甲局小李", department=bureau)
    shown = await boss.get("/accounts")
    assert shown["departments"] == [{"id": bureau, "name": "甲局"}]
    assert [one["username"] for one in shown["accounts"]] == ["boss", "jia"]
    jia = shown["accounts"][1]
    assert (jia["display_name"], jia["role"], jia["department"], jia["active"]) == (
        "甲局小李",
        "department",
        "甲局",
        True,
    )
    assert not [key for key in jia if "hash" in key or "secret" in key or "password" in key]


async def test_a_new_account_gets_a_one_time_password_that_expires(office: Office, clock: Clock) -> None:
    boss = await office.hire("boss", "admin")
    body = {"username": "zuoxi9", "display_name": "坐席 9 号", "role": "agent"}
    made = await boss.post("/accounts", body, 201)
    assert (await boss.post("/accounts", body, 409))["error"]["code"] == "username_taken"
    newcomer = office.browser()
    assert (await newcomer.login("zuoxi9", made["password"]))["user"]["must_change_password"] is True
    clock.forward(seconds=ONE_TIME.total_seconds() - 60)
    await newcomer.login("zuoxi9", made["password"])
    clock.forward(minutes=2)
    late = await newcomer.login("zuoxi9", made["password"], 401)
    assert late["error"]["code"] == "password_expired"
    # Who does not know the password is not told that there is one.
    assert (await newcomer.login("zuoxi9", "something-else", 401))["error"]["code"] == "wrong_credentials"
    await boss.login("boss")
    [account] = [one for one in await everybody(office.database) if one.username == "zuoxi9"]
    assert account.remark == "一次性密码过期了"
    fresh = (await boss.post(f"/accounts/{account.id}/reset_password"))["password"]
    await newcomer.login("zuoxi9", fresh)
    await newcomer.post("/password", {"old": fresh, "new": OWN})
    clock.forward(seconds=2 * ONE_TIME.total_seconds())
    await newcomer.login("zuoxi9", OWN)


@pytest.mark.parametrize("deed", ["close", "change", "reset_password", "remove_second_factor"])
async def test_whose_account_changes_is_out_at_once_open_desk_included(office: Office, deed: str) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    socket = await agent.client.ws_connect("/api/desk/live")
    body = {"display_name": "坐席 1 号", "role": "supervisor"} if deed == "change" else {}
    path = f"/accounts/{agent.id}" if deed == "change" else f"/accounts/{agent.id}/{deed}"
    await boss.post(path, body)
    closing = await socket.receive(timeout=1.5)  # sooner than the next look at the database
    assert (closing.type, closing.data) == (WSMsgType.CLOSE, 4401)
    await agent.get("/conversations", 401)
    await boss.get("/accounts")


async def test_a_closed_account_signs_in_no_more_until_it_is_opened_with_a_new_password(
    office: Office,
) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    await boss.post(f"/accounts/{agent.id}/close")
    await agent.login("a1", status=401)
    opened = await boss.post(f"/accounts/{agent.id}/open")
    await agent.login("a1", PASSWORD, 401)
    assert (await agent.login("a1", opened["password"]))["user"]["must_change_password"] is True


async def test_another_role_counts_from_the_next_sign_in(office: Office) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    bureau = await office.department("甲局")
    change = {"display_name": "甲局小王", "role": "department", "department_id": bureau}
    await boss.post(f"/accounts/{agent.id}", change)
    user = (await agent.login("a1"))["user"]
    assert (user["role"], user["department"], user["display_name"]) == ("department", "甲局", "甲局小王")
    await agent.get("/conversations", 403)
    await agent.get("/tickets")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "boss"}, "bad_role"),
        *(
            ({"display_name": one}, "bad_display_name")
            for one in (" ", "问办小助手", "王副市长", "书记", "坐席13912345678")
        ),
        ({"role": "department"}, "department_needed"),
        ({"department_id": "no-such"}, "department_not_allowed"),
        ({"role": "department", "department_id": "no-such"}, "bad_department"),
        ({"role": 5}, "bad_request"),
        ({"active": False}, "bad_request"),
    ],
)
async def test_nonsense_changes_nothing(office: Office, change: dict[str, Any], code: str) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1")
    body = {"display_name": "坐席 1 号", "role": "agent"} | change
    assert (await boss.post(f"/accounts/{agent.id}", body, 400))["error"]["code"] == code
    assert (await boss.post("/accounts", {"username": "new1"} | body, 400))["error"]["code"] == code
    await agent.get("/me")
    assert len(await everybody(office.database)) == 2
    assert await recorded(office) == []


async def test_nobody_shuts_themselves_out(office: Office) -> None:
    boss = await office.hire("boss", "admin")
    for path in ("", "/close", "/open", "/reset_password", "/remove_second_factor"):
        body = {"display_name": "甲", "role": "agent"} if not path else {}
        refused = await boss.post(f"/accounts/{boss.id}{path}", body, 409)
        assert refused["error"]["code"] == "own_account"
        await boss.post(f"/accounts/01990000-0000-7000-8000-000000000001{path}", body, 404)
    await boss.get("/me")


@on_both
async def test_there_is_always_an_administrator(office: Office) -> None:
    """Also when two close each other's account at the same moment."""
    await office.hire("boss1", "admin")
    await office.hire("boss2", "admin")
    accounts = Accounts(office.database, Users(office.database))
    done = await asyncio.gather(
        accounts.close("boss1"),
        accounts.change("boss2", display_name="乙", role="agent", department_id=None),
        return_exceptions=True,
    )
    refused = [one for one in done if one is not None]
    assert [type(one) for one in refused] == [Conflict]
    open_admins = [one for one in await everybody(office.database) if one.active and one.role == "admin"]
    assert len(open_admins) == 1


async def test_every_change_is_recorded_with_who_did_it(office: Office) -> None:
    boss, agent = await office.hire("boss", "admin"), await office.hire("a1", name="坐席 1 号")
    await boss.post("/accounts", {"username": "n1", "display_name": "新人", "role": "agent"}, 201)
    await boss.post(f"/accounts/{agent.id}", {"display_name": "坐席 1 号", "role": "supervisor"})
    await boss.post(f"/accounts/{agent.id}/reset_password")
    await boss.post(f"/accounts/{agent.id}/close")
    await boss.post(f"/accounts/{agent.id}/open")
    await boss.post(f"/accounts/{agent.id}/remove_second_factor")
    found = await recorded(office)
    assert [one[:2] for one in found] == [
        ("account_add", "n1"),
        ("account_change", agent.id),
        ("account_password", agent.id),
        ("account_close", agent.id),
        ("account_open", agent.id),
        ("account_second", agent.id),
    ]
    assert "坐席 → 班长" in found[1][2]


@pytest.mark.parametrize(
    "new",
    [
        "short",
        "aaaaaaaaaaaaaa",
        "1234567890",
        "qwertyuiop",
        "12345hotline",
        "1qaz2wsx3edc",
        "Passw0rd!2026",
        "woaizhongguo1",
        "Zhang.San-2026",
        "zhang.sanzhang.san",
        "x" * 201,
    ],
)
async def test_passwords_that_are_easy_to_guess_are_refused(office: Office, new: str) -> None:
    browser = await office.hire("zhang.san")
    refused = await browser.post("/password", {"old": PASSWORD, "new": new}, 400)
    assert refused["error"]["code"] == "weak_password"
    await office.browser().login("zhang.san")


@pytest.mark.parametrize(
    "new", ["wooden-bedroom", "blue-kettle-window", "窗边那只旧水壶又漏了", "ed" * 8 + "-kettle-Row7"]
)
async def test_a_good_password_may_hold_the_username(office: Office, new: str) -> None:
    browser = await office.hire("ed")
    await browser.post("/password", {"old": PASSWORD, "new": new})
    await office.browser().login("ed", new)


async def test_the_old_password_is_no_new_one(office: Office) -> None:
    browser = await office.hire("a1")
    refused = await browser.post("/password", {"old": PASSWORD, "new": PASSWORD}, 400)
    assert refused["error"]["code"] == "same_password"


async def test_unknown_roles_and_names_are_told(office: Office) -> None:
    accounts = Accounts(office.database, Users(office.database))
    await office.hire("boss", "admin")
    with pytest.raises(BadRequest):
        await accounts.change("boss", display_name="甲", role="king", department_id=None)
    [boss] = await everybody(office.database)
    assert boss.role == "admin" and (boss.seen_at is None or boss.seen_at <= now())
