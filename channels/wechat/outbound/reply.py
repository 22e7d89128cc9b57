"""A passive reply (被动回复) as the platform reads it: XML that nothing in it can break, or JSON."""

from __future__ import annotations

import json
import time

from channels.wechat.text import showable


def text_reply(to: str, sender: str, text: str) -> str:
    """The passive reply (被动回复) with a text.

    Args:
        to: the citizen's openid.
        sender: the account's id, ``gh_…``.
    """
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def json_reply(to: str, sender: str, text: str) -> str:
    """The same for an account whose messages come as JSON."""
    fields = {
        "ToUserName": to,
        "FromUserName": sender,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": showable(text),
    }
    return json.dumps(fields, ensure_ascii=False)


def _cdata(text: str) -> str:
    return "<![CDATA[" + showable(text).replace("]]>", "]]]]><![CDATA[>") + "]]>"
