"""Parses the platform's XML or JSON into a typed message. Hostile bodies do no harm.

There is one reader for each format. Both return the fields of the first level as text, so that the rest is the same
for both. A DTD, entities, deep nesting, too many elements, and a field that is given twice are refused. Each fault
raises :class:`WeChatError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from channels.wechat.api.errors import WeChatError
from channels.wechat.message import Fields, Inbound, Media
from channels.wechat.text import showable
from core.errors import TooLarge

MAX_XML = 262_144
"""Most bytes of a body. The longest text that phones send is far smaller, even twice in compatible mode."""
MAX_DEPTH = 8
"""Most levels of nesting. The deepest real message (a menu event with pictures) has five."""
MAX_ELEMENTS = 400
"""Most elements of a body."""

_MSG_ID = re.compile(r"[0-9]{1,20}")
_OPENID = re.compile(r"[\x21-\x7e]{1,64}")
_TYPE = re.compile(r"[A-Za-z_]{1,40}")
_UNSHOWABLE = "【收到不支持的消息类型，暂无法显示】"
"""The text that the platform sends instead of stickers and other messages that it does not pass on."""
_SCENE = "qrscene_"
_PAID = "last_trade_no_"
"""Prefix of the EventKey after a payment. The rest is the number of the payment, not the scene of a QR code."""
_DEVICE = "device_"
"""Prefix of the types of messages about a citizen's device. In these the citizen says nothing."""
_CDATA = re.compile(r"<([A-Za-z_]+)>\s*<!\[CDATA\[")
_SPLIT = "]]]]><![CDATA[>"
_LIST = "List"
"""Field with the items of an event about subscription messages.

In XML it is inside an element that has the name of the event. In JSON it is at the top: an object when there is one
item, or else an array.
"""
_LISTED = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")


def encrypted_part(body: bytes) -> str:
    """The text of the field ``Encrypt`` in a body of safe or compatible mode.

    Raises:
        WeChatError: there is no such field, or the body can't be read.
        TooLarge: the body has more than :data:`MAX_XML` bytes.
    """
    encrypt = _fields(body)[0].get("Encrypt", "")
    if not encrypt:
        raise WeChatError("消息里没有密文")
    return encrypt


def parse(body: bytes) -> Inbound:
    """The message in a decrypted or plain body.

    Raises:
        WeChatError: it is not a message of the platform, or a necessary field is missing or not valid.
        TooLarge: the body has more than :data:`MAX_XML` bytes.
    """
    fields, items, is_json = _fields(body)
    user, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    if not _OPENID.fullmatch(user) or not _OPENID.fullmatch(account):
        raise WeChatError("消息缺少发送人或接收账号")
    kind = fields.get("MsgType", "").strip()
    if not _TYPE.fullmatch(kind):
        raise WeChatError("消息缺少类型")
    if kind.lower() == "event" or kind.lower().startswith(_DEVICE):
        return replace(_event(fields, user, account, is_json), items=tuple(items))
    kind, text, media = _READERS.get(kind.lower(), _unknown)(fields)
    number = fields.get("MsgId", "").strip()
    if not _MSG_ID.fullmatch(number) or not number.strip("0"):
        number = ""
    found = Inbound(user, account, kind, number, text, media=media, json=is_json)
    if not number and found.readable:
        raise WeChatError("MsgId 不对")
    return found


def _event(fields: Fields, user: str, account: str, is_json: bool) -> Inbound:
    kind = fields.get("MsgType", "").strip().lower()
    event = fields.get("Event", "").strip().lower()
    if kind.startswith(_DEVICE):
        event = f"{_DEVICE}{event}" if event else kind
    if not _TYPE.fullmatch(event):
        raise WeChatError("事件缺少名称")
    key = fields.get("EventKey", "").strip()[:200]
    media: Media = None
    if event == "subscribe":
        key = key.removeprefix(_SCENE)
        if key.startswith(_PAID):
            key = ""
    elif event == "user_enter_tempsession":
        key = fields.get("SessionFrom", "").strip()[:200]
    elif event == "templatesendjobfinish":
        # The id of a template message comes as MsgID; that of a citizen's message as MsgId.
        media = _some(fields, "MsgID", "Status")
    moment = fields.get("CreateTime", "").strip()
    name = f"event:{moment if moment.isdigit() else '0'}:{event}"[:51]
    if event == "click" and key:
        # Two different buttons tapped within one second are two events. The same button is one event told twice.
        name += ":" + sha256(key.encode()).hexdigest()[:12]
    return Inbound(user, account, "event", name, event=event, key=key, media=media, json=is_json)


def _text(fields: Fields) -> tuple[str, str, Media]:
    if "Content" not in fields:
        raise WeChatError("消息缺少内容")
    text = fields["Content"]
    return ("unknown", "", None) if text.strip() == _UNSHOWABLE else ("text", text, None)


def _voice(fields: Fields) -> tuple[str, str, Media]:
    # The words are from the platform's speech recognition.
    return "voice", fields.get("Recognition", "").strip(), _some(fields, "MediaId", "Format")


def _location(fields: Fields) -> tuple[str, str, Media]:
    media = _some(fields, "Location_X", "Location_Y", "Scale", "Label")
    return "location", fields.get("Label", "").strip(), media


def _image(fields: Fields) -> tuple[str, str, Media]:
    return "image", "", _some(fields, "MediaId", "PicUrl")


def _video(fields: Fields) -> tuple[str, str, Media]:
    return "video", "", _some(fields, "MediaId", "ThumbMediaId")


def _link(fields: Fields) -> tuple[str, str, Media]:
    return "link", "", _some(fields, "Title", "Url")


def _unknown(fields: Fields) -> tuple[str, str, Media]:
    return "unknown", "", None


_READERS: dict[str, Callable[[Fields], tuple[str, str, Media]]] = {
    "text": _text,
    "voice": _voice,
    "location": _location,
    "image": _image,
    "video": _video,
    "shortvideo": _video,
    "link": _link,
}


def _some(fields: Fields, *names: str) -> Media:
    return {name: fields[name] for name in names if fields.get(name)} or None


def _fields(body: bytes) -> tuple[Fields, list[Fields], bool]:
    """The fields of the first level, the items of its list, and whether the body is JSON."""
    if len(body) > MAX_XML:
        raise TooLarge
    if body.lstrip()[:1] == b"{":
        return *_json_fields(body), True
    return *_xml_fields(body), False


def _json_fields(body: bytes) -> tuple[Fields, list[Fields]]:
    members = 0

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal members
        members += len(pairs)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise WeChatError("消息里有重复的字段")
        if members > MAX_ELEMENTS:
            raise WeChatError("消息结构不对")
        return found

    try:
        read = json.loads(body.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise WeChatError from error
    if not isinstance(read, dict):
        raise WeChatError
    items: list[Fields] = []
    for holder in (read, *(read.get(name) for name in _LISTED)):
        listed = holder.get(_LIST) if isinstance(holder, dict) else holder
        items += [
            _texts(one) for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)
        ]
    return _texts(read), items


def _mended(text: str) -> str:
    """The body, in which a ``]]>`` in a citizen's words is made valid XML.

    The platform puts a citizen's words into CDATA without a change, so a ``]]>`` in them ends the CDATA too early.
    The real end is the ``]]>`` before the closing tag of the element.
    """
    if "]]>" not in text:
        return text
    pieces, at = [], 0
    while begins := _CDATA.search(text, at):
        ends = text.find(f"]]></{begins[1]}>", begins.end())
        if ends < 0:
            break
        words = text[begins.end() : ends].replace(_SPLIT, "]]>").replace("]]>", _SPLIT)
        pieces += [text[at : begins.end()], words]
        at = ends
    return "".join([*pieces, text[at:]])


def _texts(read: dict[str, Any]) -> Fields:
    """The fields as text, because numbers are numbers in JSON and text in XML. Nested values are left out."""
    return {
        name: str(value)
        for name, value in read.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


class _Reader:
    """A target of the XML parser. It keeps the texts of the root's children, and of the items of a ``List``.

    A ``List`` is an element with this name two levels below the root.

    Raises:
        WeChatError: the body is nested too deep, has too many elements, or has a field twice.
    """

    def __init__(self) -> None:
        self.fields: Fields = {}
        self.items: list[Fields] = []
        self._path: list[str] = []
        self._elements = 0
        self._text: list[str] = []
        self._nested = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        self._elements += 1
        if len(self._path) > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise WeChatError("消息结构不对")
        if len(self._path) == 1 and tag != "xml":
            raise WeChatError("消息结构不对")
        if len(self._path) == 2:
            if tag in self.fields:
                raise WeChatError("消息里有重复的字段")
            self._text.clear()
            self._nested = False
        elif len(self._path) > 2:
            self._nested = True
            if len(self._path) == 3 and tag == _LIST:
                self.items.append({})
            elif self._in_item:
                if tag in self.items[-1]:
                    raise WeChatError("消息里有重复的字段")
                self._text.clear()

    @property
    def _in_item(self) -> bool:
        return len(self._path) == 4 and self._path[2] == _LIST

    def data(self, text: str) -> None:
        if len(self._path) == 2 or self._in_item:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if len(self._path) == 2:
            # An element with children has no text. It is kept, so that a second one with its name is refused.
            self.fields[tag] = "" if self._nested else "".join(self._text)
        elif self._in_item:
            self.items[-1][tag] = "".join(self._text)
        self._path.pop()

    def close(self) -> Fields:
        return self.fields


def _xml_fields(body: bytes) -> tuple[Fields, list[Fields]]:
    reader = _Reader()
    # The platform sends no DTD. Without a DTD there can be no entities, which could be dangerous.
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    try:
        # Decoded here, so that the encoding that an XML declares is not used. A citizen may paste control
        # characters, which XML may not have. They are removed, so that the message can be read.
        parser.feed(_mended(showable(body.decode("utf-8"))))
        parser.close()
    except (ParseError, DefusedXmlException, UnicodeDecodeError, ValueError, LookupError) as error:
        raise WeChatError from error
    return reader.fields, reader.items
