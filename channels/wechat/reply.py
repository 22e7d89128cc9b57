"""A reply as WeChat shows it: plain text within the platform's limit, in XML that nothing in it can break."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from conversations.types import Button, Message

LIMIT = 2_048
"""UTF-8 bytes a text may have; the platform refuses more (45002)."""
MORE = "\n…（没说完，回复“继续”看后面）"
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


def page(body: str, choices: str = "", limit: int = LIMIT) -> Page:
    """As much of ``body`` as fits, cut at the end of a sentence, with ``choices`` after it.

    Args:
        choices: :func:`numbered`'s list; it stays on this page even when the text goes on: it can be used now.
        limit: UTF-8 bytes of the page, at least 1,000.
    """
    if len((body + choices).encode()) <= limit:
        return Page((body + choices).strip())
    first, rest = _cut(body, limit - len((MORE + choices).encode()))
    return Page((first + MORE + choices).strip(), rest)


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
