"""Writes a passive reply (被动回复) as the platform's XML or JSON."""

from __future__ import annotations

import json
import time

from channels.wechat.text import showable


def text_reply(to: str, sender: str, text: str) -> str:
    """The passive reply with a text, as XML.

    Args:
        to: the citizen's openid.
        sender: the account's id, ``gh_…``.
        text: the words. They are escaped.
    """
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def json_reply(to: str, sender: str, text: str) -> str:
    """The same as JSON, for accounts whose messages come as JSON."""
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
