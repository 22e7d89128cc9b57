"""The platform's API over real HTTP: one token for everybody, an end to every call, and nothing sent twice."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError
from sqlalchemy import select, text, update

from channels.wechat.api.client import Client
from channels.wechat.api.errors import NotSent, PlatformError, Refused, Unclear
from channels.wechat.models import WeChatAccess
from core.clock import now
from core.database import Database
from core.sealing import use_data_key
from core.settings import ROOT, Settings
from tests.channels.wechat.api import PUSHING_ID, Api
from tests.channels.wechat.senders import ACCOUNT

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with Api(quota=False) as running:
        yield running


@pytest.fixture
async def client(database: Database, api: Api) -> AsyncIterator[Client]:
    async with Client(ACCOUNT, database, api.url, timeout_s=1, pause_s=0.01) as made:
        yield made


async def test_a_text_goes_out_as_it_is(client: Client, api: Api) -> None:
    await client.send_text("o1", "您好 👍🏽 ]]> <a>'")
    assert api.sent == [{"touser": "o1", "msgtype": "text", "text": {"content": "您好 👍🏽 ]]> <a>'"}}]
    assert api.calls["stable_token"] == 1


async def test_a_menu_goes_out_with_its_choices(client: Client, api: Api) -> None:
    await client.send_menu("o1", "请问是哪一类？", [("1", "投诉"), ("2", "求助")])
    (sent,) = api.sent
    assert sent["msgmenu"]["list"] == [{"id": "1", "content": "投诉"}, {"id": "2", "content": "求助"}]


@pytest.mark.parametrize("errcode", [40001, 42001, 40014])
async def test_a_stale_token_is_renewed_once_and_the_call_made_once_more(
    client: Client, api: Api, errcode: int
) -> None:
    await client.send_text("o1", "一")
    api.expire_tokens()
    await client.send_text("o1", "二")
    assert api.texts() == ["一", "二"] and api.calls["new_token"] == 2
    # A platform that never likes a token is not asked for ever.
    api.fail(SEND, errcode=errcode, times=10)
    with pytest.raises(Refused):
        await client.send_text("o1", "三")
    assert api.calls[SEND] == 3 + 2 and api.texts() == ["一", "二"]


async def test_a_token_the_platform_takes_for_good_and_refuses_all_the_same_is_forced(
    client: Client, api: Api
) -> None:
    await client.send_text("o1", "一")
    api.fail(SEND, errcode=40001)
    await client.send_text("o1", "二")
    assert api.texts() == ["一", "二"]
    assert (api.calls["stable_token"], api.calls["new_token"]) == (3, 2)


async def test_fifty_senders_with_an_expired_token_renew_it_once(database: Database, api: Api) -> None:
    # Fifty at once, on a machine busy with other tests: a second for each call would be too short.
    async with Client(ACCOUNT, database, api.url, timeout_s=20, pause_s=0.01) as client:
        await client.send_text("o", "热身")
        api.expire_tokens()
        api.token_takes_s = 0.2
        before = api.calls["stable_token"]
        await asyncio.gather(*(client.send_text(f"o{n}", f"第{n}句") for n in range(50)))
    assert api.calls["stable_token"] == before + 1
    assert Counter(api.texts()[1:]) == Counter(f"第{n}句" for n in range(50))


@pytest.mark.slow
async def test_fifty_senders_in_two_processes_renew_an_expired_token_once(
    database: Database, api: Api
) -> None:
    key = Fernet.generate_key().decode()
    use_data_key(key)
    senders = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.channels.wechat.senders", database.url, api.url, key, name, "25",
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for name in ("a", "b")
    ]  # fmt: skip
    try:
        for sender in senders:
            assert sender.stdout is not None
            assert await asyncio.wait_for(sender.stdout.readline(), 60) == b"ready\n"
        assert api.calls["stable_token"] == 1
        api.expire_tokens()
        api.token_takes_s = 0.3
        for sender in senders:
            assert sender.stdin is not None
            sender.stdin.write(b"go\n")
            await sender.stdin.drain()
        assert [await asyncio.wait_for(sender.wait(), 60) for sender in senders] == [0, 0]
    finally:
        for sender in senders:
            if sender.returncode is None:
                sender.kill()
    assert api.calls["stable_token"] == 2
    assert len(api.sent) == len({m["touser"] for m in api.sent}) == 50


async def test_a_process_that_died_while_fetching_a_token_is_taken_over(
    client: Client, api: Api, database: Database
) -> None:
    async with database.write() as session:
        session.add(
            WeChatAccess(
                app_id=PUSHING_ID, lease_owner="dead", lease_until=now() + timedelta(milliseconds=300)
            )
        )
    await client.send_text("o1", "一")
    assert api.texts() == ["一"] and api.calls["stable_token"] == 1


async def test_a_token_about_to_run_out_is_fetched_anew(client: Client, api: Api, database: Database) -> None:
    await client.send_text("o1", "一")
    async with database.write() as session:
        await session.execute(update(WeChatAccess).values(expires_at=now()))
    client.tokens._known = None
    await client.send_text("o1", "二")
    assert api.calls["stable_token"] == 2


async def test_the_token_lies_encrypted(client: Client, api: Api, database: Database) -> None:
    await client.send_text("o1", "一")
    (token,) = api.tokens
    async with database.read() as session:
        stored = await session.scalar(text("SELECT token FROM wechat_access"))
        assert await session.scalar(select(WeChatAccess.token)) == token
    assert isinstance(stored, str) and token not in stored


async def test_what_certainly_did_not_go_out_says_so(database: Database) -> None:
    async with Client(ACCOUNT, database, "http://127.0.0.1:9", timeout_s=1, pause_s=0.01) as nowhere:
        with pytest.raises(NotSent):
            await nowhere.send_text("o1", "一")


@pytest.mark.parametrize("fault", [{"lost": True}, {"slow_s": 3}, {"status": 502}, {"status": 500}])
@pytest.mark.slow
async def test_what_may_have_gone_out_is_unclear_and_not_repeated(
    client: Client, api: Api, fault: dict[str, float]
) -> None:
    api.fail(SEND, **fault)
    with pytest.raises(Unclear):
        await client.send_text("o1", "一")
    assert api.calls[SEND] == 1


async def test_a_call_that_does_no_harm_twice_is_made_again(client: Client, api: Api) -> None:
    path = "/cgi-bin/get_api_domain_ip"
    api.fail(path, status=502)
    api.fail(path, lost=True)
    assert await client.call(path, None) == {"ip_list": ["101.226.62.77"]}
    assert api.calls[path] == 3
    api.fail(path, status=503, times=9)
    with pytest.raises(PlatformError):
        await client.call(path, None)
    assert api.calls[path] == 6, "and not for ever"


@pytest.mark.parametrize("errcode", [45009, 48001])
async def test_what_the_platform_refuses_is_not_tried_again_at_once(
    client: Client, api: Api, errcode: int
) -> None:
    api.fail(SEND, errcode=errcode)
    with pytest.raises(Refused) as refused:
        await client.send_text("o1", "一")
    assert refused.value.number == errcode and api.calls[SEND] == 1


async def test_when_no_token_is_to_be_had_fifty_senders_do_not_queue_up_for_it(
    client: Client, api: Api
) -> None:
    api.fail("/cgi-bin/stable_token", status=502, times=1000)
    failed = await asyncio.gather(
        *(client.send_text(f"o{n}", "一") for n in range(50)), return_exceptions=True
    )
    assert all(isinstance(one, NotSent) for one in failed)
    assert api.calls["stable_token"] <= 6


async def test_a_wrong_secret_is_refused_in_one_call(database: Database, api: Api) -> None:
    wrong = ACCOUNT.model_copy(update={"app_secret": "wrong"})
    async with Client(wrong, database, api.url, pause_s=0.01) as client:
        with pytest.raises(Refused) as refused:
            await client.send_text("o1", "一")
    assert refused.value.number == 40125 and api.calls["stable_token"] == 1


async def test_media_come_as_bytes_or_as_a_refusal(client: Client, api: Api) -> None:
    api.media["m1"] = b"\xff\xd8jpeg"
    assert await client.media("m1") == b"\xff\xd8jpeg"
    with pytest.raises(Refused):
        await client.media("gone")


async def test_errors_never_name_the_token(client: Client, api: Api) -> None:
    await client.send_text("o1", "一")
    (token,) = api.tokens
    api.fail(SEND, lost=True)
    with pytest.raises(Unclear) as unclear:
        await client.send_text("o1", "二")
    assert token not in repr(unclear.value) and "access_token" not in unclear.value.message


@pytest.mark.parametrize(
    ("base", "good"),
    [
        ("https://api.weixin.qq.com/", True),
        ("http://127.0.0.1:8099", True),
        ("http://localhost:8099", True),
        ("http://api.weixin.qq.com", False),
        ("http://127.0.0.1.example.com", False),
        ("ftp://127.0.0.1", False),
        ("api.weixin.qq.com", False),
    ],
)
def test_the_secret_goes_nowhere_in_the_clear(base: str, good: bool) -> None:
    if good:
        assert not Settings(wechat_api_base=base).wechat_api_base.endswith("/")
    else:
        with pytest.raises(ValidationError):
            Settings(wechat_api_base=base)
