"""Cuts what is owed into texts within WeChat's limit, with choices as a numbered list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.wechat.text import showable
from conversations.types import Button, Message, Owed

LIMIT = 2_048
"""Most UTF-8 bytes of a text. The platform refuses more (45002)."""
FullEntry = Callable[[str], str]
"""Returns the address of an entry's page for the entry's id; empty when there is no page."""
MORE = "\n…（没说完，回复“继续”看后面）"
"""End of a cut text when the citizen has to ask for the rest."""
MORE_OR_LINK = "\n…（没说完，回复“继续”看后面，或者看全文：{}）"
"""The same with the address of the whole entry."""
FOLLOWS = "\n…（没说完，后面接着发给您）"
"""End of a cut text when the rest is pushed."""
MORE_OR_LINK_FOLLOWS = "\n…（没说完，后面接着发给您，也可以看全文：{}）"
"""The same with the address of the whole entry."""
_LINK = "\n全文和依据：{}"
DOUBTFUL = "（刚才网络不太稳，下面这段您可能已经收到过。）\n"
"""Beginning of a text that the citizen may already have."""
_CHOICES = "\n\n回复数字选择："
_CHOICES_BESIDE = "\n\n回复数字选择，还有："
_CHOICES_ABOVE = "\n\n回复上面的数字选择。"
_MAX_CHOICES = 800
"""Most UTF-8 bytes of the list of choices."""
_MAX_TITLE = 60
"""Most characters of a choice's title."""
_WORTH_BEGINNING = 300
"""Fewest UTF-8 bytes of room in which a further message is begun. With less room it goes to the next page."""

_SENTENCE_END = re.compile(r"[。！？!?；;…][”』」）)]*|\n")
_PAUSE = re.compile(r"[，,、：: ]")


def no_page(_: str) -> str:
    """A :data:`FullEntry` for entries without pages. It always returns an empty text."""
    return ""


@dataclass(frozen=True)
class Page:
    """One text for a citizen, and the parts of the outbox that it shows.

    Args:
        body: the words, without the choices.
        choices: the numbered list of ``buttons``; empty when there are none.
        buttons: the choices that are open after these words.
        parts: ids of the parts that this page shows, and of those that have nothing to show.
        cut: when a message is cut: the message, the shown piece of its text, and the rest.
        left: ids of the parts that do not fit on this page.
    """

    body: str
    choices: str = ""
    buttons: tuple[Button, ...] = ()
    parts: tuple[str, ...] = ()
    cut: tuple[Owed, str, str] | None = None
    left: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Words and choices as one text."""
        return (self.body + self.choices).strip()

    @property
    def more(self) -> bool:
        """Whether something is left for another page."""
        return self.cut is not None or bool(self.left)


def choices_of(messages: Sequence[Message]) -> tuple[Button, ...]:
    """The buttons that are open after these messages, in the order of their numbers.

    They are those of the latest turn; none after an agent has written. A number from the citizen is read in the same
    way.
    """
    if not messages or messages[-1].sender == "agent":
        return ()
    latest = messages[-1]
    together = [m for m in messages if m.turn_id == latest.turn_id] if latest.turn_id else [latest]
    return tuple(button for message in together for button in message.buttons)


def numbered(buttons: Sequence[Button], said: str = "") -> str:
    """The choices as a numbered list, to be put after a text; empty when there are none.

    Args:
        buttons: the choices.
        said: the text. What it lists itself under the same numbers is not listed again.

    >>> numbered([Button("是", "/affirm"), Button("不是", "/deny")])
    '\\n\\n回复数字选择：\\n1. 是\\n2. 不是'
    >>> numbered([Button("落户", "/a"), Button("都不是", "/b")], "哪一个？\\n1. 落户")
    '\\n\\n回复数字选择，还有：\\n2. 都不是'
    """
    lines = [f"{number}. {showable(button.title)[:_MAX_TITLE]}" for number, button in enumerate(buttons, 1)]
    listed = set(said.split("\n"))
    left = [f"\n{line}" for line in lines if line not in listed]
    if lines and not left:
        return _CHOICES_ABOVE
    head = _CHOICES if len(left) == len(lines) else _CHOICES_BESIDE
    while left and len("".join(left).encode()) > _MAX_CHOICES:
        left.pop()
    return head + "".join(left) if left else ""


def page(
    owed: Sequence[Owed],
    full: FullEntry = no_page,
    *,
    after: str = "",
    follows: bool = False,
    limit: int = LIMIT,
) -> Page:
    """A page with as much of what is owed as fits, in order. The last message is cut at the end of a sentence.

    Each page that shows some of the newest message has its choices, because the citizen can use them now.

    Args:
        owed: messages in the order of the outbox. A doubtful one, which the citizen may already have, is marked.
        full: returns the address of an entry's page.
        after: words at the end, when everything else fits.
        follows: whether the next page is pushed; otherwise the citizen is told to ask for it.
        limit: most UTF-8 bytes of the page, at least 1,000.
    """
    newest = max((one.message for one in owed), key=lambda message: message.seq, default=None)
    buttons = choices_of(sorted({o.message.id: o.message for o in owed}.values(), key=lambda m: m.seq))
    choices = numbered(buttons)
    link = _link([one.message for one in owed], full)
    body = _joined([*_bodies(owed), after])
    whole = body + (_LINK.format(link) if link else "")
    everything = tuple(part for one in owed for part in one.parts)
    beside = numbered(buttons, body)
    if len((whole + beside).encode()) <= limit:
        return Page(whole.strip(), beside, buttons, everything)
    if link:
        goes_on = (MORE_OR_LINK_FOLLOWS if follows else MORE_OR_LINK).format(link)
    else:
        goes_on = FOLLOWS if follows else MORE
    room = limit - len(goes_on.encode())
    body, with_choices = "", False
    parts: list[str] = []
    cut: tuple[Owed, str, str] | None = None
    rest = list(owed)
    while rest and cut is None:
        one = rest[0]
        mine = newest is not None and one.message.id == newest.id and bool(choices)
        budget = room - (len(choices.encode()) if mine or with_choices else 0)
        (words,) = _bodies([one], doubtful_before=bool(parts) and one.doubtful)
        longer = _joined([body, words])
        if len(longer.encode()) > budget:
            said = showable(one.message.text)
            head = words.removesuffix(said.strip())
            begun = _joined([body, head + "|"])[:-1] if words else body
            left = budget - len(begun.encode())
            if left < (_WORTH_BEGINNING if body else 1):
                break
            shown, after_it = _cut(said.strip(), left)
            longer, cut = begun + shown.strip(), (one, shown, after_it)
        body, with_choices = longer, with_choices or mine
        parts += one.parts if cut is None else one.parts[:1]
        rest.pop(0)
    left_over = tuple(part for one in rest for part in one.parts)
    if cut or left_over:
        marker = goes_on
    else:
        marker = ""
    if not with_choices:
        choices, buttons = "", ()
    return Page((body + marker).strip(), choices, buttons, tuple(parts), cut, left_over)


def _link(messages: Sequence[Message], full: FullEntry) -> str:
    entries = [m.card["entry"] for m in messages if m.card and m.card.get("kind") == "answer"]
    return full(entries[-1]) if entries and isinstance(entries[-1], str) else ""


def _bodies(owed: Sequence[Owed], *, doubtful_before: bool = False) -> list[str]:
    """The words of each message. Those of an agent begin with the name, the first doubtful ones with :data:`DOUBTFUL`.

    Args:
        owed: the messages.
        doubtful_before: whether an earlier message on the page was already marked as doubtful.
    """
    found = []
    for one in owed:
        message = one.message
        text = showable(message.text).strip()
        if text and message.sender == "agent" and message.sender_name:
            text = f"【{showable(message.sender_name)}】{text}"
        if text and one.doubtful and not doubtful_before:
            text, doubtful_before = DOUBTFUL + text, True
        found.append(text)
    return found


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _cut(text: str, budget: int) -> tuple[str, str]:
    """Split a text at the end of a sentence, or else at a comma or blank, or else anywhere.

    Args:
        text: the text.
        budget: most UTF-8 bytes of the first part.
    """
    fitting = text.encode()[:budget].decode("utf-8", "ignore")
    for border in (_SENTENCE_END, _PAUSE):
        ends = [match.end() for match in border.finditer(fitting)]
        # A cut in the first half would waste the page.
        if ends and ends[-1] * 2 > len(fitting):
            at = ends[-1]
            break
    else:
        at = len(fitting)
        while at > 1 and _belongs_to_previous(text, at):
            at -= 1
        if at <= 1:
            at = len(fitting)
    return text[:at], text[at:]


def _belongs_to_previous(text: str, at: int) -> bool:
    """Whether a cut before ``text[at]`` would separate a mark, a skin tone or a joined emoji from its base."""
    if at >= len(text):
        return False
    after = text[at]
    return (
        unicodedata.combining(after) != 0
        or after in "\u200d\ufe0e\ufe0f\u20e3"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or text[at - 1] == "\u200d"
    )
