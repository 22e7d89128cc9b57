"""A reply as WeChat shows it: plain text within the platform's limit, in XML that nothing in it can break."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conversations.types import Button, Message, Owed

LIMIT = 2_048
"""UTF-8 bytes a text may have; the platform refuses more (45002)."""
FullEntry = Callable[[str], str]
"""The address of an entry's page by the entry's id; empty when there is none."""
MORE = "\n…（没说完，回复“继续”看后面）"
MORE_OR_LINK = "\n…（没说完，回复“继续”看后面，或者看全文：{}）"
_LINK = "\n全文和依据：{}"
DOUBTFUL = "（刚才网络不太稳，下面这段您可能已经收到过。）\n"
_CHOICES = "\n\n回复数字选择："
_MAX_CHOICES = 800
_MAX_TITLE = 60

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SENTENCE_END = re.compile(r"[。！？!?；;…][”』」）)]*|\n")
_PAUSE = re.compile(r"[，,、：: ]")


@dataclass(frozen=True)
class Page:
    """What goes out now, and what is left for when the citizen asks for more."""

    text: str
    rest: str = ""


def no_page(_: str) -> str:
    """Entries have no pages of their own."""
    return ""


@dataclass(frozen=True)
class Text:
    """What a citizen is owed, put together.

    Args:
        body: the words.
        buttons: the choices still open.
        link: the address of the full entry; empty when no answer of the knowledge base is in it.
    """

    body: str
    buttons: tuple[Button, ...] = ()
    link: str = ""


def compose(owed: Sequence[Owed], full: FullEntry = no_page) -> Text:
    """What is owed as one text; what the citizen may have already comes first and says so."""
    doubtful = body_of([one.message for one in owed if one.doubtful])
    sure = body_of([one.message for one in owed if not one.doubtful])
    body = "\n\n".join(part for part in (DOUBTFUL + doubtful if doubtful else "", sure) if part)
    messages = [one.message for one in owed]
    entries = [m.card["entry"] for m in messages if m.card and m.card.get("kind") == "answer"]
    link = full(entries[-1]) if entries and isinstance(entries[-1], str) else ""
    return Text(body, choices_of(messages), link)


def body_of(messages: Sequence[Message]) -> str:
    """The messages' texts as one, oldest first; an agent's carry the agent's name."""
    parts = []
    for message in messages:
        text = showable(message.text).strip()
        if not text:
            continue
        named = message.sender == "agent" and message.sender_name
        parts.append(f"【{showable(message.sender_name)}】{text}" if named else text)
    return "\n\n".join(parts)


def choices_of(messages: Sequence[Message]) -> tuple[Button, ...]:
    """The buttons still open after these messages, in the order their numbers stand for.

    The same rule as the one that reads the citizen's number: those of the latest turn, unless an agent spoke
    since.
    """
    if not messages or messages[-1].sender == "agent":
        return ()
    latest = messages[-1]
    together = [m for m in messages if m.turn_id == latest.turn_id] if latest.turn_id else [latest]
    return tuple(button for message in together for button in message.buttons)


def numbered(buttons: Sequence[Button]) -> str:
    """The choices as a numbered list, to be put after a text; empty when there are none.

    >>> numbered([Button("是", "/affirm"), Button("不是", "/deny")])
    '\\n\\n回复数字选择：\\n1. 是\\n2. 不是'
    """
    lines = [
        f"\n{number}. {showable(button.title)[:_MAX_TITLE]}" for number, button in enumerate(buttons, start=1)
    ]
    while lines and len("".join(lines).encode()) > _MAX_CHOICES:
        lines.pop()
    return _CHOICES + "".join(lines) if lines else ""


def page(body: str, choices: str = "", link: str = "", limit: int = LIMIT) -> Page:
    """As much of ``body`` as fits, cut at the end of a sentence, with ``choices`` after it.

    Args:
        choices: :func:`numbered`'s list; it stays on this page even when the text goes on: it can be used now.
        link: where the whole can be read.
        limit: UTF-8 bytes of the page, at least 1,000.
    """
    whole = body + (_LINK.format(link) if link else "") + choices
    if len(whole.encode()) <= limit:
        return Page(whole.strip())
    after = (MORE_OR_LINK.format(link) if link else MORE) + choices
    first, rest = _cut(body, limit - len(after.encode()))
    return Page((first + after).strip(), rest)


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


def showable(text: str) -> str:
    """Without what XML can't carry: control characters, lone surrogates, noncharacters."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _cdata(text: str) -> str:
    return "<![CDATA[" + showable(text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _cut(text: str, budget: int) -> tuple[str, str]:
    """Split where a sentence ends, else at a pause, else anywhere; the first part has ``budget`` bytes at most."""
    fitting = text.encode()[:budget].decode("utf-8", "ignore")
    for border in (_SENTENCE_END, _PAUSE):
        ends = [match.end() for match in border.finditer(fitting)]
        # A border in the first half would waste the page.
        if ends and ends[-1] * 2 > len(fitting):
            at = ends[-1]
            break
    else:
        at = len(fitting)
        while at > 1 and _belongs_to_previous(text, at):
            at -= 1
        if at <= 1:
            at = len(fitting)
    return text[:at].rstrip(), text[at:].lstrip("\n ")


def _belongs_to_previous(text: str, at: int) -> bool:
    """Whether cutting before ``text[at]`` would take a mark, a skin tone or a joined emoji off its base."""
    if at >= len(text):
        return False
    after = text[at]
    return (
        unicodedata.combining(after) != 0
        or after in "\u200d\ufe0e\ufe0f\u20e3"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or text[at - 1] == "\u200d"
    )
