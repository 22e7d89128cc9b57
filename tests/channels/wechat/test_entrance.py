"""The platform's check, signatures and modes."""

from __future__ import annotations

import base64

import pytest

from conversations.listing import Wanted
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import (
    CITIZEN,
    HOSTILE,
    OLD_KEY,
    Platform,
    payload,
    text_xml,
)

MODES = ["plain", "compatible", "safe"]


@pytest.mark.parametrize("mode", MODES)
async def test_echostr_comes_back_in_the_clear_in_every_mode(running: Running, mode: str) -> None:
    platform = running.platform(mode)
    query = {**platform.signed(), "echostr": "4375120948345356249"}
    async with running.client.get(platform.path, params=query) as response:
        assert (response.status, await response.text()) == (200, "4375120948345356249")


async def test_the_documented_example_of_a_signature() -> None:
    from channels.wechat.api.crypto import check_signature, signature
    from channels.wechat.api.errors import BadSignature

    # https://developers.weixin.qq.com/doc/oplatform/Mobile_App/WeChat_Login/message_push.html
    known = "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert signature("AAAAA", "1714036504", "1514711492") == known
    check_signature(known, "AAAAA", "1714036504", "1514711492", now_s=1714036504 + 599)
    for moment in (1714036504 + 601, 1714036504 - 601):
        with pytest.raises(BadSignature):
            check_signature(known, "AAAAA", "1714036504", "1514711492", now_s=moment)


async def test_the_check_refuses_a_forged_signature_and_a_missing_echostr(running: Running) -> None:
    query = {**running.platform().signed(), "echostr": "1"}
    for changed, status in [
        ({"signature": "0" * 40}, 403),
        ({"signature": ""}, 403),
        ({"signature": "签名"}, 403),
        ({"nonce": "2"}, 403),
        ({"timestamp": "abc"}, 403),
        ({"echostr": ""}, 400),
    ]:
        async with running.client.get("/wechat/main", params={**query, **changed}) as response:
            assert response.status == status, changed
            assert (await response.json())["error"]["code"] in ("bad_signature", "wechat_bad_message")
    async with running.client.get("/wechat/main") as response:
        assert response.status == 403


async def test_an_account_that_is_not_there(running: Running) -> None:
    said = await running.platform(path="/wechat/nobody").say("您好")
    assert said.status == 404


@pytest.mark.parametrize("mode", MODES)
async def test_a_text_is_answered_in_every_mode(running: Running, mode: str) -> None:
    said = await running.platform(mode).push(payload("text"))
    assert (said.status, said.text, said.to) == (200, "您说的是：公积金怎么提取", CITIZEN)
    assert said.encrypted is (mode != "plain")


async def test_compatible_mode_still_takes_plain_requests_and_safe_mode_does_not(running: Running) -> None:
    plain_to_compatible = Platform(running.client, path="/wechat/compatible")
    assert (await plain_to_compatible.say("您好")).text == "您说的是：您好"
    plain_to_safe = Platform(running.client, path="/wechat/safe")
    assert (await plain_to_safe.say("您好")).status == 403
    encrypted_to_plain = Platform(running.client, mode="safe", path="/wechat/main")
    assert (await encrypted_to_plain.say("您好")).status == 400


async def test_compatible_mode_believes_the_ciphertext_not_the_text_beside_it(running: Running) -> None:
    platform = running.platform("compatible")
    query, body = platform.request(text_xml("真的"))
    changed = body.replace("真的".encode(), "假的".encode())
    assert changed != body
    async with running.client.post(platform.path, params=query, data=changed) as response:
        said = platform.read(response.status, await response.text())
    assert said.text == "您说的是：真的"


async def test_while_the_key_changes_the_old_one_opens_and_seals(running: Running) -> None:
    old = running.platform("safe", key=OLD_KEY)
    # `read` decrypts with the old key only, so this passes only if the reply was sealed with it.
    assert (await old.say("旧钥匙")).text == "您说的是：旧钥匙"
    assert (await running.platform("safe").say("新钥匙")).text == "您说的是：新钥匙"


async def test_a_key_that_is_neither_is_refused(running: Running) -> None:
    stranger = running.platform("safe", key="Z" * 43)
    said = await stranger.say("您好")
    assert said.status == 400 and "wechat_bad_message" in said.body


async def test_a_message_made_for_another_app_is_refused(running: Running) -> None:
    said = await running.platform("safe", app_id="wxffffffffffffffff").say("您好")
    assert said.status == 400
    assert running.dialogue.asked == []


@pytest.mark.parametrize("mode", MODES)
async def test_forged_and_stale_signatures_are_refused_and_nothing_is_stored(
    running: Running, mode: str
) -> None:
    forger = running.platform(mode, token="another")
    assert (await forger.say("您好")).status == 403
    assert (await running.platform(mode).push(text_xml("您好"), age_s=601)).status == 403
    assert (await running.platform(mode).push(text_xml("您好"), age_s=-700)).status == 403
    assert running.dialogue.asked == []
    assert (await running.conversations.list(Wanted())).views == []


async def test_a_changed_ciphertext_fails_its_signature(running: Running) -> None:
    platform = running.platform("safe")
    query, body = platform.request(text_xml("您好"))
    swapped = body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA")
    async with running.client.post(platform.path, params=query, data=swapped) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "encrypted",
    ["", "不是Base64", "====", "QUJD", "A" * 44, base64.b64encode(bytes(32)).decode(), base64.b64encode(bytes(33)).decode(),
     base64.b64encode(bytes(range(256)) * 4).decode(), "A" * 100_000],
)  # fmt: skip
async def test_every_malformed_ciphertext_is_one_and_the_same_error(running: Running, encrypted: str) -> None:
    platform = running.platform("safe")
    query = platform.signed(encrypted)
    query |= {"encrypt_type": "aes", "msg_signature": query["signature"]}
    body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    async with running.client.post(platform.path, params=query, data=body.encode()) as response:
        assert response.status == 400
        assert (await response.json())["error"]["code"] == "wechat_bad_message"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.xml")), ids=lambda path: path.stem)
async def test_hostile_bodies_are_refused_and_nothing_is_stored(
    running: Running, mode: str, path: object
) -> None:
    body = path.read_bytes()  # type: ignore[attr-defined]
    if mode == "compatible":
        platform = Platform(running.client, mode="safe", path="/wechat/compatible")
    else:
        platform = running.platform(mode)
    said = await platform.push(body)
    assert said.status == 400, said
    assert '"wechat_bad_message"' in said.body and "Traceback" not in said.body and "root:" not in said.body
    assert running.dialogue.asked == []
    assert (await running.conversations.list(Wanted())).views == []


@pytest.mark.parametrize("size", [300_000, 1_048_000, 1_200_000])
async def test_a_body_over_the_limit_is_413(running: Running, size: int) -> None:
    said = await running.platform().push(text_xml("啊" * (size // 3)))
    assert said.status == 413
    assert running.dialogue.asked == []


async def test_a_body_over_the_limit_sent_in_pieces_is_413_too(running: Running) -> None:
    async def pieces():  # type: ignore[no-untyped-def]
        for _ in range(30):
            yield b"<x>" + b"a" * 10_000

    platform = running.platform()
    async with running.client.post(platform.path, params=platform.signed(), data=pieces()) as response:
        assert response.status == 413


async def test_a_mini_program_is_acknowledged_and_not_answered(running: Running) -> None:
    said = await running.platform(path="/wechat/mini").say("您好")
    assert (said.status, said.body) == (200, "success")
