"""Policy questions: answered from the knowledge base, asked back, or honestly not known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.actions.policy import articles as law_articles
from bot.actions.policy import feedback
from bot.actions.runtime.context import KnowledgeBase, parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, FILE_QUESTION, HUMAN, choice, clip, plain
from bot.actions.talk import abroad
from bot.understanding.decide import shipped
from conversations.event_kinds import Result
from conversations.types import Button, Reply
from core.city import City, Elsewhere
from core.city.nation import EVERYWHERE
from kb_index.entries.render import answer_card, to_text

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry
    from kb_index.search.searcher import SearchResult

ENTRY = "entry"
"""Key under which a conversation remembers the entry it is talking about."""

_BUTTON_TITLE = 36
_FAR_BEHIND = 0.2
"""A candidate this much less probable than the first is not worth a button."""
UNKNOWN = "这个问题我还没有把握的答案，不敢随便回答您。"
"""How an honest "I don't know" begins."""
_WAYS_ON = "我可以把您的问题登记下来，请工作人员查清楚了答复您；也可以转人工。"
_NEAR = "相近的问题也列在下面，您看看是不是。"
_TOPIC_FROM = 2
_TOPIC_TO = 6
"""Characters of a message that may be the bare name of a topic."""
_NEAREST = 2
"""Entries offered beside an honest "I don't know"."""


_LEAD_IN = re.compile(
    r"^(?:(?:等等|等一下|等下|对了|那个|哎|你好|您好|先不说这个)[，,。！!、\s]*)*"
    r"(?:我|俺)?(?:先|还|再|就)?(?:想|要)?(?:问|咨询|打听|请教)(?:一下|下|个事儿?|个问题|一个问题|你|您)?[，,：:、\s]+"
)
"""“等等我先问个事，…”: says that a question comes, and nothing about it."""
_QUESTION_FROM = 4


def without_lead_in(question: str) -> str:
    """The question itself, when words that only announce it stand before it.

    >>> without_lead_in("等等我先问个事，居住证怎么办理？")
    '居住证怎么办理？'
    """
    bare = _LEAD_IN.sub("", question)
    return bare if len(bare) >= _QUESTION_FROM else question


async def search(question: str) -> SearchResult:
    """Look a question up with the regions that hold here."""
    return await parts().kb.search(without_lead_in(question), regions=parts().city.regions)


async def answer_policy(turn: Turn) -> bool:
    """Answer a question, or the entry a button names; False when nothing is known."""
    wanted = turn.entities.get("entry")
    if wanted:
        entry = parts().kb.entry(wanted)
        if entry is not None:
            await tell(turn, entry, asked=turn.entities.get("turn", ""))
            return True
    elif not turn.pressed:
        return await tell_result(turn, await search(turn.text))
    turn.say("您想问什么政策或者办事问题？直接打字告诉我就行。", [HUMAN])
    return False


async def tell_result(turn: Turn, result: SearchResult, *, unknown: str = UNKNOWN) -> bool:
    """Say what a search came to; an unknown is said honestly, and False returned.

    Args:
        unknown: how the honest "I don't know" begins.
    """
    there = None if turn.pressed else parts().city.asks_elsewhere(turn.text)
    if there is not None:
        await _tell_abroad(turn, there, result)
        return True
    if is_sure(result):
        await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
        return True
    if await offer_topic(turn):
        return True
    if result.outcome == "ask_back":
        ask_back(turn, result)
        return True
    await feedback.keep_unanswered(turn, without_lead_in(turn.text))
    articles = await law_articles.beneath(without_lead_in(turn.text))
    near = [entry_choice(turn, entry) for entry in offered(result)]
    turn.say(
        unknown + _WAYS_ON + (_NEAR if near else "") + articles,
        [FILE_QUESTION, HUMAN, *near],
    )
    turn.set("story", turn.text)
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN, probability=likeliest(result))
    return False


async def _tell_abroad(turn: Turn, there: Elsewhere, result: SearchResult) -> None:
    """Another city's rule: what holds there as well is told, of the rest nothing is made up."""
    if is_sure(result) and holds(result.hits[0].entry, there):
        turn.say(abroad.beside_rule(there))
        await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
        return
    near = offered(result)
    said = abroad.of_rule(there)
    if near:
        list_entries(turn, near, f"{said}要是想问{parts().city.name}的，看看是不是下面这些：")
        turn.outcome(Result.ASKED_BACK, entry=near[0].id, probability=likeliest(result), about="elsewhere")
    else:
        turn.say(said, [HUMAN])
        turn.outcome(Result.UNKNOWN, probability=likeliest(result), about="elsewhere")


def holds(entry: Entry, there: Elsewhere) -> bool:
    """Whether an entry's rule holds in another city, too."""
    return EVERYWHERE in entry.regions or (there.same_province and parts().city.province in entry.regions)


def likeliest(result: SearchResult) -> float:
    """How likely the first entry found answers the question, 0 to 1."""
    return result.hits[0].probability if result.hits else 0.0


def is_sure(result: SearchResult) -> bool:
    """Whether the first entry is given as the answer: the bar is fitted on what citizens finally see."""
    return bool(result.hits) and (result.outcome == "answer" or result.hits[0].probability >= shipped().sure)


def candidates(result: SearchResult) -> list[Entry]:
    """Up to three entries that may be meant, the likeliest first; empty when nothing was found."""
    if not result.hits:
        return []
    first = result.hits[0].probability
    return [hit.entry for hit in result.hits[:3] if hit.probability >= first * _FAR_BEHIND]


def offered(result: SearchResult) -> list[Entry]:
    """The entries a citizen may choose from when none is sure: the candidates, or beside "I don't know" the nearest two."""
    return (
        candidates(result) if result.outcome == "ask_back" else [hit.entry for hit in result.hits[:_NEAREST]]
    )


def ask_back(turn: Turn, result: SearchResult) -> None:
    """Offer up to three entries to choose from."""
    entries = candidates(result)
    if len(entries) == 1:
        question = f"您是想问“{entries[0].title}”吗？"
        none = feedback.none_of_these(turn.turn_id)
        turn.say(question, [entry_choice(turn, entries[0], "是的"), none, HUMAN])
        turn.offer(f"entry:{entries[0].id}")
    else:
        list_entries(turn, entries, "您想问的是下面哪一个？")
    turn.outcome(Result.ASKED_BACK, entry=entries[0].id, probability=likeliest(result))


def list_entries(turn: Turn, entries: Sequence[Entry], head: str, *, asked: str = "") -> None:
    """Show entries to choose from, numbered so that a channel without buttons shows them, too.

    Args:
        head: what stands above the list.
        asked: the turn of the question, when it was an earlier one.
    """
    listed = "\n".join(f"{number}. {entry.title}" for number, entry in enumerate(entries, start=1))
    buttons = [entry_choice(turn, entry, asked=asked) for entry in entries]
    turn.say(f"{head}\n{listed}", [*buttons, feedback.none_of_these(asked or turn.turn_id), HUMAN])
    turn.offer("which")
    turn.outcome(Result.ASKED_BACK)


async def offer_topic(turn: Turn) -> bool:
    """Offer what there is about a bare topic (低保, 公积金); False when the message names none."""
    entries = () if turn.pressed else await topic_entries(turn.text)
    if not entries:
        return False
    list_entries(
        turn, entries, f"关于“{plain(turn.text)}”，您想了解下面哪一个？回复序号，或者把想问的说一句就行。"
    )
    return True


async def topic_entries(text: str) -> tuple[Entry, ...]:
    """The entries of the topic a message is the bare name of; empty when it is none."""
    if not _TOPIC_FROM <= len(plain(text)) <= _TOPIC_TO:
        return ()
    return await parts().kb.about(plain(text), parts().city.regions)


async def tell(
    turn: Turn, entry: Entry, *, buttons: bool = True, asked: str = "", probability: float | None = None
) -> None:
    """Give an entry's answer with its source, and remember that the talk is about it.

    Args:
        buttons: offer the entry's sections, a verdict and a human; not within a form, where the form's own buttons
            follow.
        asked: the turn of the question, when it was an earlier one.
        probability: how likely it is the right one, 0 to 1; None when the citizen chose it.
    """
    await parts().conversations.remember(turn.conversation_id, ENTRY, entry.id)
    sections = [choice(name, "follow_up", section=name) for name in entry.sections]
    verdict = feedback.rating(asked or turn.turn_id, entry.id)
    turn.say(answer_text(entry), [*sections, *verdict, HUMAN] if buttons else [], answer_card(entry))
    turn.outcome(Result.ANSWERED, entry=entry.id, probability=probability)


def answer_text(entry: Entry) -> str:
    """The answer with its source, for a channel that shows text alone."""
    return f"{to_text(entry.answer)}\n{_footer(entry)}"


def source_line(entry: Entry) -> str:
    """``依据：…``: the documents with their dates and the articles relied on; empty when the entry names none."""
    named = []
    for source in answer_card(entry)["sources"]:
        articles = "、".join(source["articles"])
        document = str(source["document"])
        title = document if document.startswith("《") else f"《{document}》"
        number = f"（{source['number']}）" if source["number"] else ""
        named.append(f"{title}{number}{articles}")
    return "依据：" + "；".join(named) if named else ""


def _footer(entry: Entry) -> str:
    place = "" if "全国" in entry.regions else f"　适用地区：{'、'.join(entry.regions)}"
    closing = f"承办单位：{entry.department}　核对日期：{_day(entry.reviewed)}{place}"
    return "\n".join(line for line in (source_line(entry), closing) if line)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def entry_choice(turn: Turn, entry: Entry, title: str = "", *, asked: str = "") -> Choice:
    """The button that gives an entry's answer.

    Args:
        asked: the turn of the question, when it was an earlier one.
    """
    shown = title or clip(entry.title, _BUTTON_TITLE)
    return choice(shown, "ask_policy", entry=entry.id, turn=asked or turn.turn_id)


async def sure_answer(knowledge: KnowledgeBase, question: str, city: City) -> Reply | None:
    """The answer to a question when the knowledge base is sure of it, without Rasa or a turn; else None.

    What the app says by itself while Rasa is down.
    """
    result = await knowledge.search(question, regions=city.regions)
    if result.outcome != "answer" or city.asks_elsewhere(question) is not None:
        return None
    entry = result.hits[0].entry
    return Reply(
        answer_text(entry),
        (Button(HUMAN.title, HUMAN.payload),),
        answer_card(entry),
    )


async def out_of_scope(turn: Turn) -> None:
    """Weather, jokes, shares: kindly not ours, unless the knowledge base is sure that it is."""
    if not turn.pressed:
        result = await search(turn.text)
        if result.outcome == "answer":
            await tell_result(turn, result)
            return
        if await offer_topic(turn):
            return
    turn.say(
        "这个我帮不上忙。我这里可以解答政务政策、帮您登记投诉求助、查工单进度，您有这些方面的事随时说。",
        [COMPLAIN, HUMAN],
    )
