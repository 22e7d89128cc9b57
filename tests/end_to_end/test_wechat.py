"""The WeChat protocol against the whole system: signed payloads in, passive replies out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4
from xml.etree import ElementTree

import httpx
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from tests.system import WECHAT_AES_KEY, WECHAT_APP_ID, WECHAT_TOKEN, System

TEXT = """<xml><ToUserName><![CDATA[gh_0000000000]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>\
<MsgId>{message_id}</MsgId></xml>"""


def signature(timestamp: str, nonce: str) -> str:
    signer = WeChatSigner()
    signer.add_data(WECHAT_TOKEN, timestamp, nonce)
    return str(signer.signature)


class Follower:
    """A citizen in WeChat, with the platform between."""

    def __init__(self, url: str, account: str) -> None:
        self.url = f"{url}/wechat/{account}"
        self.openid = f"o{uuid4().hex}"
        self.crypto = WeChatCrypto(WECHAT_TOKEN, WECHAT_AES_KEY, WECHAT_APP_ID) if account == "safe" else None

    def deliver(self, text: str, message_id: int) -> httpx.Response:
        """One delivery of one message, as the platform makes it."""
        timestamp, nonce = str(int(time.time())), uuid4().hex[:10]
        body = TEXT.format(openid=self.openid, created=timestamp, text=text, message_id=message_id)
        query = {"timestamp": timestamp, "nonce": nonce, "signature": signature(timestamp, nonce)}
        if self.crypto:
            body = self.crypto.encrypt_message(body, nonce, timestamp)
            tree = ElementTree.fromstring(body)
            query |= {"encrypt_type": "aes", "msg_signature": tree.findtext("MsgSignature") or ""}
            body = (
                f"<xml><ToUserName><![CDATA[gh_0000000000]]></ToUserName>"
                f"<Encrypt><![CDATA[{tree.findtext('Encrypt')}]]></Encrypt></xml>"
            )
        return httpx.post(self.url, params=query, content=body.encode(), timeout=20)

    def read(self, response: httpx.Response) -> str:
        """The text of a passive reply."""
        assert response.status_code == 200, response.text
        body = response.text
        if self.crypto:
            outer = ElementTree.fromstring(body)
            body = self.crypto.decrypt_message(
                body,
                outer.findtext("MsgSignature") or "",
                outer.findtext("TimeStamp") or "",
                outer.findtext("Nonce") or "",
            )
            body = body if isinstance(body, str) else body.decode()
        tree = ElementTree.fromstring(body)
        assert tree.findtext("ToUserName") == self.openid
        return tree.findtext("Content") or ""

    def say(self, text: str) -> str:
        return self.read(self.deliver(text, uuid4().int >> 66))


def test_a_policy_question_in_plain_and_in_safe_mode(system: System) -> None:
    for account in ("main", "safe"):
        said = Follower(system.url, account).say("公积金什么情况下能取出来")
        assert "公积金" in said
        assert "依据" in said
        assert len(said.encode()) <= 2048


def test_the_platforms_repeats_in_parallel_give_one_reply(system: System) -> None:
    follower = Follower(system.url, "main")
    message_id = uuid4().int >> 66
    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: follower.deliver("失业金怎么领", message_id), range(3)))
    texts = {follower.read(r) for r in replies}
    assert len(texts) == 1


def test_a_forged_signature_is_refused(system: System) -> None:
    response = httpx.post(
        f"{system.url}/wechat/main",
        params={"timestamp": str(int(time.time())), "nonce": "n", "signature": "0" * 40},
        content=b"<xml/>",
    )
    assert 400 <= response.status_code < 500
    assert "error" in response.json()


def test_the_platform_can_verify_the_address(system: System) -> None:
    timestamp, nonce = str(int(time.time())), "nonce"
    query = {
        "timestamp": timestamp,
        "nonce": nonce,
        "signature": signature(timestamp, nonce),
        "echostr": "5932471",
    }
    assert httpx.get(f"{system.url}/wechat/main", params=query).text == "5932471"
