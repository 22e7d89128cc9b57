"""What can be wrong with a request that says it comes from the WeChat platform."""

from __future__ import annotations

from core.errors import BadRequest, Forbidden


class WeChatError(BadRequest):
    """The body can't be read: not the platform's XML, not decryptable, or something is missing in it."""

    default_code = "wechat_bad_message"
    default_message = "消息格式不对"


class BadSignature(Forbidden):
    """The request is not signed with the account's token, or the signature is too old."""

    default_code = "bad_signature"
    default_message = "签名不对或已过期"
