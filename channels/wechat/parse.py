"""From the platform's XML to a typed message, hostile XML included.

The guard reads first: no DTD, no entities, no depth, no crowd of elements. Only then wechatpy's parser sees it,
and whatever that raises becomes one :class:`WeChatError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from wechatpy.parser import parse_message

from channels.wechat.errors import WeChatError
from core.errors import TooLarge

MAX_XML = 262_144
"""Bytes; the longest text a phone sends is far below, also encrypted and doubled as in compatible mode."""
MAX_DEPTH = 8
"""The deepest real message (menu events with pictures) has five levels."""
MAX_ELEMENTS = 400

_MSG_ID = re.compile(r"[0-9]{1,20}")
_OPENID = re.compile(r"[\x21-\x7e]{1,64}")
_UNSHOWABLE = "【收到不支持的消息类型，暂无法显示】"
"""What the platform itself writes into a text message for stickers and other things it does not pass on."""


@dataclass(frozen=True)
class Inbound:
    """One message or event as we understand it.

    Args:
        user: openid of the citizen.
        account: the account's own id (``gh_…``), which the reply comes from.
        kind: ``text``, ``voice``, ``location``, ``image``, ``video``, ``link``, ``event`` or ``unknown``.
        message_id: MsgId, digits; empty for events, and for what can't be read if it came without.
        text: what was said: the text, the voice's transcript, the place's label; empty when there is none.
        event: the event's name in lower case; empty for messages.
        media: what else came with it.
    """

    user: str
    account: str
    kind: str
    message_id: str = ""
    text: str = ""
    event: str = ""
    media: dict[str, Any] | None = None

    @property
    def readable(self) -> bool:
        """Whether it has words that can be answered."""
        return self.kind == "text" or bool(self.text)


def encrypted_part(body: bytes) -> str:
    """The text of ``Encrypt`` in an encrypted (or compatible) body.

    Raises:
        WeChatError: it is not there, or the XML can't be read.
        TooLarge: over :data:`MAX_XML` bytes.
    """
    encrypt = _guarded(body).get("Encrypt", "")
    if not encrypt:
        raise WeChatError("消息里没有密文")
    return encrypt


def parse(body: bytes) -> Inbound:
    """Read a decrypted (or plain) body.

    Raises:
        WeChatError: not a message of the platform, or a field that must be there is missing or misshapen.
        TooLarge: over :data:`MAX_XML` bytes.
    """
    fields = _guarded(body)
    try:
        message = parse_message(body.decode("utf-8"))
        kind, user, account = message.type, message.source, message.target
    except Exception as error:  # wechatpy lets ExpatError, KeyError, TypeError, AttributeError … through.
        raise WeChatError from error
    if not all(isinstance(one, str) and _OPENID.fullmatch(one) for one in (user, account)):
        raise WeChatError("消息缺少发送人或接收账号")
    if fields.get("MsgType", "").lower() == "event":
        return Inbound(user, account, "event", event=_event(message, fields))
    kind, text, media = _READERS.get(kind, _unknown)(fields)
    found = Inbound(user, account, kind, text=text, media=media)
    number = _message_id(message)
    if not number and found.readable:
        raise WeChatError("MsgId 不对")
    return replace(found, message_id=number)


def _event(message: Any, fields: dict[str, str]) -> str:
    # wechatpy names subscribing by a scanned code its own way; unknown events keep the platform's name.
    return str(message.event if hasattr(message, "event") else fields.get("Event", "")).lower()


def _message_id(message: Any) -> str:
    try:
        number = str(message.id)  # wechatpy reads it from the XML only here, so a bad one raises here
    except (TypeError, ValueError, AttributeError):
        return ""
    return number if _MSG_ID.fullmatch(number) and number.strip("0") else ""


def _text(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    if "Content" not in fields:
        raise WeChatError("消息缺少内容")
    text = fields["Content"]
    return ("unknown", "", None) if text.strip() == _UNSHOWABLE else ("text", text, None)


def _voice(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    # The recogniser ends what it heard with a full stop or not, as it likes.
    return "voice", fields.get("Recognition", "").strip(), _some(fields, "MediaId", "Format")


def _location(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    return (
        "location",
        fields.get("Label", "").strip(),
        _some(fields, "Location_X", "Location_Y", "Scale", "Label"),
    )


def _image(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    return "image", "", _some(fields, "MediaId", "PicUrl")


def _video(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    return "video", "", _some(fields, "MediaId", "ThumbMediaId")


def _link(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    return "link", "", _some(fields, "Title", "Url")


def _unknown(fields: dict[str, str]) -> tuple[str, str, dict[str, Any] | None]:
    return "unknown", "", None


_READERS = {
    "text": _text,
    "voice": _voice,
    "location": _location,
    "image": _image,
    "video": _video,
    "shortvideo": _video,
    "link": _link,
}


def _some(fields: dict[str, str], *names: str) -> dict[str, Any] | None:
    return {name: fields[name] for name in names if fields.get(name)} or None


class _Reader:
    """A parser target that keeps the text of the root's children and gives up early on the outlandish."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._elements = 0
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        self._elements += 1
        if len(self._path) > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise WeChatError("消息结构不对")
        if len(self._path) == 2:
            if tag in self.fields:
                raise WeChatError("消息里有重复的字段")
            self._text.clear()

    def data(self, text: str) -> None:
        if len(self._path) == 2:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if len(self._path) == 2:
            self.fields[tag] = "".join(self._text)
        self._path.pop()

    def close(self) -> dict[str, str]:
        return self.fields


def _guarded(body: bytes) -> dict[str, str]:
    if len(body) > MAX_XML:
        raise TooLarge
    reader = _Reader()
    # A DTD is refused outright, and with it every kind of entity: the platform sends none.
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    try:
        # Decoded first, so that a declared encoding can't make two parsers read two things.
        parser.feed(body.decode("utf-8"))
        parser.close()
    except (ParseError, DefusedXmlException, UnicodeDecodeError, ValueError, LookupError) as error:
        raise WeChatError from error
    return reader.fields
