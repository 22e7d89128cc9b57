"""Reads for an agent what a ticket could say, with the readers of the form; and closes the form when the agent has filed it.

The desk gets these functions from :mod:`service.app`, because it may not import the assistant.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from bot.actions.complaint import draft as drafts
from bot.actions.complaint.answers import read_mined, read_unsure, without_own
from bot.actions.complaint.leaving import DROPS
from bot.actions.complaint.steps import matter_of
from bot.understanding import danger
from bot.understanding.ahead import mined as mined_facts
from bot.understanding.asking import asks_at_end
from bot.understanding.assent import assent
from bot.understanding.category import suggest
from bot.understanding.clauses import clauses
from bot.understanding.filing_wish import filing_wish, without_wish
from bot.understanding.human_wish import beside_call, may_wish_human
from bot.understanding.name import ANONYMOUS, introduced_name
from bot.understanding.office import only_place
from bot.understanding.phone import asked_phone, declared_phone, own_phone
from bot.understanding.remarks import is_laughter
from bot.understanding.ticket import without_number
from bot.understanding.to_agent import answered_name, asks_phone, is_of_the_talk, of_matter, wants_answer
from bot.understanding.wishes import Wish, read_wish, wish_beside_matter
from bot.understanding.wording import asks_somehow
from conversations.attachments import Place
from core.city import City
from core.clock import now
from core.jobs import Job
from core.phone import find
from core.simplified import simplified
from core.text import plain
from tickets.drafted import Drafted, Source, Value

_LEAST = 4
"""Fewest characters of a message that tells of a matter."""
_SHORT = 12
"""Most characters of a message that may be a wish for a human and nothing else."""
_MOST = 20
"""Most messages that are put together as the story: the last ones."""
_CATEGORY_FROM = 0.5
"""Probability (0 to 1) from which the form takes a category over unasked."""
_LIVES = re.compile(
    r"(?:住在?|家在|位于|地方[是在]|地址[是在]|(?<![现正存还不])在|(?:^|(?<=[，,。；\n]))(?![我俺你他她咱这那本该]))(?:[\u4e00-\u9fff]{2,4}[区县市])?"
    r"(?P<where>(?![这那哪什某每整])[\u4e00-\u9fff]{2,5}(?:街道|镇|乡|社区|小区|家园|花园|新村|苑|村))(?![委部长])"
)
"""Where somebody says to live or to be. No list has the names, so an agent is asked to check it."""
_SECRET = {Wish.CONFIDENTIAL: True, Wish.OPEN: False}
_COLUMNS = {
    "type": "complaint_type",
    **{
        name: name
        for name in (
            *("content", "category", "district", "address", "happened_at", "subject"),
            *("contact_name", "contact_phone", "confidential"),
        )
    },
}
"""Field of a ticket → slot of the form."""


class Dialogue(Protocol):
    """What sends a message to Rasa."""

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> object:
        """Send it; the replies are for nobody."""
        ...


def reader(
    city: City,
) -> Callable[[Sequence[str], Mapping[str, Any], Sequence[str], Sequence[bool]], Awaitable[Drafted]]:
    """A reader for agents of one city. It reads in a thread, because a long letter takes a third of a second: one at a time,
    so that no agent who sends many keeps the threads from the citizens' turns.

    Args:
        city: the city whose places are recognised.
    """

    one_at_a_time = asyncio.Lock()

    async def read(
        words: Sequence[str], slots: Mapping[str, Any], asked: Sequence[str], to_agent: Sequence[bool]
    ) -> Drafted:
        async with one_at_a_time:
            return await asyncio.to_thread(drafted, words, slots, city, asked, to_agent)

    return read


def drafted(
    words: Sequence[str],
    slots: Mapping[str, Any],
    city: City,
    asked: Sequence[str] = (),
    to_agent: Sequence[bool] = (),
) -> Drafted:
    """What a ticket could say: first what the form holds, then what the citizen's words tell beside it.

    Args:
        words: the citizen's messages, oldest first.
        slots: the slots of the form; empty when it holds nothing.
        city: the city whose places are recognised.
        asked: what was said to the citizen before each message, as many as ``words``; by default nothing.
        to_agent: of each message, whether it was left to an agent, so that the form knows nothing of it; by default none was.

    >>> from core.city import load_city
    >>> found = drafted(["转人工", "田家庵区龙湖路的路灯坏了三天，我电话13800000000"], {}, load_city("huainan"))
    >>> {name: (one.value, one.sure) for name, one in found.fields.items() if name in ("district", "contact_phone")}
    {'district': ('田家庵区', True), 'contact_phone': ('13800000000', True)}
    >>> found.fields["content"].value
    '田家庵区龙湖路的路灯坏了三天'
    """
    fields = {
        name: Value(value if isinstance(value, bool) else _in_form(str(value)), Source.FORM)
        for name, slot in _COLUMNS.items()
        if (value := slots.get(slot)) is not None and value != ""
    }
    fields = {name: one for name, one in fields.items() if one.value != ""}
    before = asked or [""] * len(words)
    matter = [_of_matter(one, said, city) for one, said in zip(words, before, strict=True)]
    told = [one for one in matter if _tells(one)][-_MOST:]
    story = "\n".join(filter(None, (without_wish(one) for one in told)))
    for name, one in _read(words, before, story, city).items():
        fields.setdefault(name, one)
    later = [one for one, left in zip(matter, to_agent, strict=False) if left and _tells(one)]
    if "content" in slots and (more := _not_held(later, fields)):
        fields["content"] = Value("\n".join((str(fields["content"].value), *more)), Source.SAID)
    there = Place.parse(str(slots.get("location") or ""))
    return Drafted(
        {name: fields[name] for name in _COLUMNS if name in fields},
        tuple(slots.get("photos") or ()),
        None if there is None else (there.lat, there.lon, there.label),
        drafts.details(slots),
    )


def _not_held(later: Sequence[str], fields: Mapping[str, Value]) -> list[str]:
    """Of what was told after the form, what stands in none of its fields."""
    held = plain("，".join(str(one.value) for one in fields.values()))
    return [left for one in later if plain(left := without_wish(one) or "") not in held]


def _in_form(value: str) -> str:
    """A slot's value as the ticket holds it: no name for 匿名."""
    return "" if value == ANONYMOUS else value


def _of_matter(text: str, asked: str, city: City) -> str:
    """What of a message tells of the matter. A district alone, beside the name, stands in its own field."""
    left = of_matter(text, asked)
    return "" if left != text and only_place(left, city) else left


def _tells(text: str) -> bool:
    """Whether a message may tell of the matter: it is no greeting, no wish for a human, no bare number or name."""
    said = plain(text)
    if len(said) < _LEAST or is_laughter(text) or (len(said) <= _SHORT and may_wish_human(text)):
        return False
    if find(text) and len(said) <= _SHORT + 8 and suggest(text) is None:
        return False
    wish = filing_wish(simplified(text))
    return read_wish(text) is None and (wish is None or bool(wish.rest))


def asks(text: str) -> str:
    """What of a citizen's message asks or tells something: without calls for a human, courtesies, names, numbers and assent.

    Words of danger are left out whole: what helps then is no entry of the knowledge base.

    >>> asks("我电话13800000000，公积金怎么提取，转人工"), asks("我叫李明，转人工"), asks("好的谢谢")
    ('公积金怎么提取', '', '')
    """
    if is_of_the_talk(text) or danger.shipped().judge(text) is not None:
        return ""
    return "，".join(one for one in clauses(beside_call(text)) if not _asks_nothing(one))


def says(text: str) -> str:
    """What of a citizen's message tells or asks something, also words of danger; empty when nothing does.

    >>> [says(said) for said in ("人呢", "确认提交", "都不是。我问换证能不能上门", "家里着火了", "谢谢")]
    ['', '', '我问换证能不能上门', '家里着火了', '']
    """
    left = of_matter(text)
    return left if left and _tells(left) else ""


def awaits(text: str) -> bool:
    """Whether a citizen's message to an agent wants an answer; see :func:`~bot.understanding.to_agent.wants_answer`."""
    return wants_answer(text)


def questions(text: str) -> bool:
    """Whether words ask something.

    >>> [questions(said) for said in ("残疾证换证去哪换", "高龄补贴能领不", "楼上漏水漏了半个月了")]
    [True, True, False]
    """
    return asks_somehow(text) or asks_at_end(text)


def _asks_nothing(clause: str) -> bool:
    if introduced_name(clause) or assent(clause) is not None or is_laughter(clause):
        return True
    told = find(clause)
    left = clause
    for one in reversed(told):
        left = left[: one.start] + left[one.end :]
    return bool(told) and len(plain(left)) <= _LEAST


def _read(words: Sequence[str], before: Sequence[str], story: str, city: City) -> dict[str, Value]:
    """What the words alone tell."""
    whole = simplified("\n".join(words[-_MOST:]))
    mined = read_mined(whole, {}, city)
    mined.pop("town", None)
    mined_type = mined.pop("complaint_type", "")
    sure_type = mined_facts(whole, now(), city).complaint_type
    found = {name: Value(value, Source.SAID) for name, value in mined.items()}
    if sure_type:
        found["type"] = Value(sure_type, Source.SAID)
    if phone := _phone(words, before, city):
        found["contact_phone"] = Value(phone, Source.SAID)
    if named := _name(words, before):
        found["contact_name"] = Value(named, Source.SAID)
    for name, value in read_unsure(whole, city).items():
        found.setdefault(name, Value(value, Source.GUESSED))
    if where := _LIVES.search(whole):
        found.setdefault("address", Value(where["where"], Source.GUESSED))
    if not story:
        return {name: one for name, one in found.items() if name in ("contact_name", "contact_phone")}
    content = without_own(story, {"contact_phone": phone})
    found["content"] = Value(content, Source.SAID)
    if not sure_type:  # read_mined takes an unsure one, too
        found["type"] = Value(mined_type or drafts.likely_type(content), Source.GUESSED)
    if (likely := suggest(matter_of(content))) is not None:
        sure = likely.confidence >= _CATEGORY_FROM
        found["category"] = Value(likely.category, Source.SAID if sure else Source.GUESSED, likely.confidence)
    for one in words:
        wish = read_wish(one) or wish_beside_matter(one)
        if wish in _SECRET:
            found["confidential"] = Value(_SECRET[wish], Source.SAID)
    return found


def _name(words: Sequence[str], before: Sequence[str]) -> str:
    """The name that the citizen gave last, unasked or as the answer to a question for it; "" when none was given."""
    for one, asked in zip(reversed(words), reversed(before), strict=True):
        if name := introduced_name(one) or answered_name(one, asked):
            return name
    return ""


def _phone(words: Sequence[str], before: Sequence[str], city: City) -> str:
    """The number that the citizen gave last as the own one; "" when none was given.

    Each message is read by itself: beside the number of somebody else, told before, none would be sure.
    """
    for one, asked in zip(reversed(words), reversed(before), strict=True):
        said = without_number(one)
        number = declared_phone(said, city.hotline_numbers) or own_phone(said, city.hotline_numbers)
        if not number and asks_phone(asked):
            number = asked_phone(said, city.hotline_numbers)
        if number:
            return number
    return ""


def closer(dialogue: Dialogue) -> Callable[[Job], Awaitable[None]]:
    """The handler of the job :data:`conversations.filed.FORM_CLOSED`: Rasa hears the button 不要了, and its replies reach nobody.

    So the form that the citizen had begun is over when the assistant has the conversation again, and nobody is asked to go on
    with a matter that is on file. While Rasa is down the job is tried again.

    Args:
        dialogue: sends messages to Rasa.
    """

    async def close(job: Job) -> None:
        await dialogue.ask(job.key.split(":")[0], DROPS, {})

    return close
