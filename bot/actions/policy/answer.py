"""Policy questions: give the answer, ask back with candidates, or say that the answer is not known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.actions.policy import articles as law_articles
from bot.actions.policy import feedback, first_word, topics, unknown
from bot.actions.policy import subject as subjects
from bot.actions.policy.aspects import shares_subject
from bot.actions.policy.feedback import NONE_OF_THESE, USELESS
from bot.actions.runtime.context import KnowledgeBase, parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, FILE_IT, FILE_QUESTION, HUMAN, choice, clip, plain
from bot.actions.talk import abroad
from bot.understanding.asking import without_lead_in
from bot.understanding.decide import FAR_BEHIND, shipped
from bot.understanding.remarks import wants_filed
from bot.understanding.wishes import read_wish, refuses
from conversations.event_kinds import Result
from conversations.scope import KIND
from conversations.types import Button, Reply
from core.city import City, Elsewhere
from core.city.nation import EVERYWHERE
from kb_index.entries.render import answer_card, to_text

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry
    from kb_index.search.searcher import SearchResult

ENTRY = subjects.ENTRY
"""Key under which a conversation stores the id of the entry it is talking about."""
ASKED = "asked"
"""Key under which a conversation stores the last question that had no answer; follow-ups are about it."""
BEFORE = "entry_before"
"""Key under which a conversation stores the entry it was about before the last one, or before that question."""
OPENING = "opening"
"""Key under which a conversation stores the words with which that entry was asked for; follow-ups lean on them, too."""

INVITED = "invited"
"""Value of the slot ``offer`` after an answer that asks for the place, to file the matter."""
_INVITES = re.compile(r"告诉我[^。；\n]{0,16}登记|我[^。；，\n]{0,6}登记转")
"""Words of an answer that asks for the place, to file the matter."""
_STORY_FROM = 3
"""Fewest characters of the citizen's words that may be the matter."""
_BUTTON_TITLE = 36
"""Longest title of a button, in characters."""
_ASKED_KEPT = 120
"""Longest kept part of a question without an answer, in characters."""
_DOUBT = "您问的是“{title}”吧？不是的话，回复“都不是”就行。\n"
"""Said before an answer that probably, but not surely, fits the question."""
_NEAREST = 1
"""Number of entries offered together with "I don't know"."""
_BY_FAR, _ALIKE = 0.75, 0.5
"""Probability, and likeness of meaning (both 0 to 1), from one of which an entry is offered for choice after a filing."""
ANSWERING = frozenset({"action_answer_policy", "action_follow_up", "action_fallback", "action_ask_or_tell"})
"""Actions that may have answered from an entry, or offered one."""
GONE = "这一条已经更新或者失效了，您把想问的打字告诉我，我按现在的规定查。"
"""What is said when a pressed button names an entry that is no longer in service, or has expired."""
NEAR_FROM = 0.2
"""Probability (0 to 1) from which an entry is offered together with "I don't know".

Measured on 4,405 labelled questions, by probabilities of networks that had not seen them: of the first entries offered
from here, 19 of 100 are right (63 of 100, or of the same topic, where the base has an answer at all). From 0.04 it was 13,
three times as many were offered, and of the second entries that pass this bar one in 13 is right. (Measured from 0.12. On 729
of the questions in ``questions.jsonl``, 0.2 instead loses 1 of 240 right offers and 16 of 159 wrong ones.)
"""


async def search(question: str) -> SearchResult:
    """Search a question with the regions of this city, and of the district that it names."""
    return await parts().kb.search(without_lead_in(question), regions=parts().city.regions_of(question))


async def answer_policy(turn: Turn) -> bool:
    """Answer the question, or give the entry that the pressed button names; False when nothing is known."""
    wanted = turn.entities.get("entry")
    if wanted:
        entry = parts().kb.entry(wanted)
        if entry is not None:
            await tell(turn, entry, asked=turn.entities.get("turn", ""))
            return True
        turn.say(GONE, [HUMAN])
        return False
    if not turn.pressed:
        return await tell_result(turn, await search(turn.text))
    turn.say("您想问什么政策或者办事问题？直接打字告诉我就行。", [HUMAN])
    return False


async def tell_result(turn: Turn, result: SearchResult, *, opening: str = unknown.FIRST) -> bool:
    """Tell the result of a search; returns False when the result is "I don't know".

    Args:
        opening: the sentence with which "I don't know" begins, the first time.
    """
    there = None if turn.pressed else parts().city.asks_elsewhere(turn.text)
    if there is not None:
        await _tell_abroad(turn, there, result)
        return True
    if await offer_topic(turn):
        return True
    if is_known(result):
        first = result.hits[0]
        await tell(turn, first.entry, probability=first.probability, doubt=not is_sure(result))
        return True
    if await may_offer(turn, result):
        ask_back(turn, result)
        return True
    await feedback.keep_unanswered(turn, without_lead_in(turn.text))
    await _talk_of_unknown(turn)
    articles = await law_articles.beneath(without_lead_in(turn.text))
    near = near_entries(result, turn.text) if result.outcome != "ask_back" else []
    turn.say(
        unknown.words(turn, near, first=opening) + articles,
        [FILE_QUESTION, HUMAN, *(entry_choice(turn, entry) for entry in near)],
    )
    turn.set("story", turn.text)
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN, probability=likeliest(result))
    return False


async def _talk_of_unknown(turn: Turn) -> None:
    """Store that the conversation is about a question without an answer, and no longer about an entry."""
    conversations = parts().conversations
    known = await conversations.recall(turn.conversation_id)
    facts = {
        BEFORE: known.get(ENTRY),
        ENTRY: None,
        ASKED: clip(turn.text, _ASKED_KEPT),
        **subjects.since(known),
    }
    await conversations.remember_all(turn.conversation_id, facts)


async def _tell_abroad(turn: Turn, there: Elsewhere, result: SearchResult) -> None:
    """Answer a question about another city: give only entries that also hold there, and invent nothing."""
    if is_sure(result) and holds(result.hits[0].entry, there):
        turn.say(abroad.beside_rule(there))
        await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
        return
    near = near_entries(result, turn.text)
    said = abroad.of_rule(there)
    if near:
        list_entries(turn, near, f"{said}要是想问{parts().city.name}的，看看是不是下面这些：")
        turn.outcome(Result.ASKED_BACK, entry=near[0].id, probability=likeliest(result), about="elsewhere")
    else:
        turn.say(said, [HUMAN])
        turn.outcome(Result.UNKNOWN, probability=likeliest(result), about="elsewhere")


def holds(entry: Entry, there: Elsewhere) -> bool:
    """Whether an entry also holds in another city."""
    return EVERYWHERE in entry.regions or (there.same_province and parts().city.province in entry.regions)


def likeliest(result: SearchResult) -> float:
    """Probability that the first found entry answers the question, 0 to 1."""
    return result.hits[0].probability if result.hits else 0.0


def is_sure(result: SearchResult) -> bool:
    """Whether the first entry is given as the answer."""
    return result.outcome == "answer"


def is_likely(result: SearchResult) -> bool:
    """Whether the first entry is likely and the only candidate. It is then given, and the citizen can reject it."""
    return (
        result.outcome == "ask_back"
        and likeliest(result) >= shipped().likely
        and len(candidates(result)) == 1
    )


def is_known(result: SearchResult) -> bool:
    """Whether the first entry is given as the answer, surely or with the question whether it is meant."""
    return is_sure(result) or is_likely(result)


def candidates(result: SearchResult) -> list[Entry]:
    """Up to three candidate entries, most probable first; empty when nothing was found."""
    if not result.hits:
        return []
    first = result.hits[0].probability
    return [hit.entry for hit in result.hits[:3] if hit.probability >= first * FAR_BEHIND]


def offered(result: SearchResult) -> list[Entry]:
    """The entries offered for choice when none is sure: the candidates, or one with "I don't know"."""
    return (
        candidates(result)
        if result.outcome == "ask_back"
        else [hit.entry for hit in result.hits[:_NEAREST] if hit.probability >= NEAR_FROM]
    )


def near_entries(result: SearchResult, question: str) -> list[Entry]:
    """:func:`offered`, without those that stand beside "I don't know" and share no word with the question.

    Args:
        question: the citizen's words, with those before them that were searched, too.
    """
    near = offered(result)
    if result.outcome == "ask_back":
        return near
    return [entry for entry in near if shares_subject(question, entry)]


async def may_offer(turn: Turn, result: SearchResult) -> bool:
    """Whether the entries found may be offered for choice.

    Once a ticket was filed, a question that no entry is meant by is mostly about the ticket (他不给咋办, 名字能去掉吗). Then what
    is only likely by a word is not offered. Measured on the talks in ``bot/understanding/within/examples``: of 824 offers
    below ``_BY_FAR``, 108 of the 321 that are this little alike are right, 194 of the 503 others.
    """
    if result.outcome != "ask_back" or turn.pressed:
        return result.outcome == "ask_back"
    first = result.hits[0]
    if first.probability >= _BY_FAR or first.dense >= _ALIKE:
        return True
    return not subjects.is_of_ticket(await parts().conversations.recall(turn.conversation_id))


def ask_back(turn: Turn, result: SearchResult) -> None:
    """Ask back: offer up to three entries for choice, and to file the message, because it may be a matter."""
    entries = candidates(result)
    theirs = "" if turn.pressed else abroad.beside_answer(turn.text)
    if len(entries) == 1:
        question = f"{theirs}您是想问“{entries[0].title}”吗？"
        none = feedback.none_of_these(turn.turn_id)
        turn.say(question, [entry_choice(turn, entries[0], "是的"), none, FILE_IT, HUMAN])
        turn.offer(f"entry:{entries[0].id}")
    else:
        list_entries(turn, entries, f"{theirs}您想问的是下面哪一个？", beside=[FILE_IT])
    turn.set("story", turn.text)
    turn.outcome(Result.ASKED_BACK, entry=entries[0].id, probability=likeliest(result))


def list_entries(
    turn: Turn, entries: Sequence[Entry], head: str, *, asked: str = "", beside: Sequence[Choice] = ()
) -> None:
    """Show a numbered list of entries for choice; the numbers also work in channels without buttons.

    Args:
        entries: the entries, in the order shown.
        head: the text above the list.
        asked: id of the turn in which the question was asked, if that was an earlier turn.
        beside: further buttons.
    """
    listed = "\n".join(f"{number}. {entry.title}" for number, entry in enumerate(entries, start=1))
    buttons = [entry_choice(turn, entry, asked=asked) for entry in entries]
    turn.say(f"{head}\n{listed}", [*buttons, feedback.none_of_these(asked or turn.turn_id), *beside, HUMAN])
    turn.offer("which")
    turn.outcome(Result.ASKED_BACK)


async def offer_topic(turn: Turn) -> bool:
    """Offer the entries about a bare topic (低保, 公积金); False when the message names no topic."""
    entries = await topics.named(turn)
    if not entries:
        return False
    head = f"关于“{plain(turn.text)}”，您想了解下面哪一个？回复序号，或者把想问的说一句就行。"
    list_entries(turn, entries, head)
    return True


async def tell(
    turn: Turn,
    entry: Entry,
    *,
    buttons: bool = True,
    asked: str = "",
    probability: float | None = None,
    doubt: bool = False,
) -> None:
    """Give an entry's answer with its source, and store that the conversation is about this entry.

    Args:
        buttons: add buttons for the entry's sections, a verdict and a human. False within a form, because the
            form's own buttons follow.
        asked: id of the turn in which the question was asked, if that was an earlier turn.
        probability: probability that the entry is right, 0 to 1; None when the citizen chose it.
        doubt: say which question is answered, and offer 都不是 in place of 没用.
    """
    known = await parts().conversations.recall(turn.conversation_id)
    last = known.get(ENTRY) or known.get(BEFORE)
    said = feedback.words_of(turn, asked) if asked else "" if turn.pressed else turn.text
    facts = {
        ENTRY: entry.id,
        BEFORE: known.get(BEFORE) if last == entry.id else last,
        OPENING: clip(said, _ASKED_KEPT),
        KIND: None,
        subjects.REJECTED: None,
        **subjects.since(known),
    }
    await parts().conversations.remember_all(turn.conversation_id, facts)
    sections = [choice(name, "follow_up", section=name) for name in entry.sections]
    verdict = feedback.rating(asked or turn.turn_id, entry.id, useless=NONE_OF_THESE if doubt else USELESS)
    head = _DOUBT.format(title=entry.title.rstrip("？?")) if doubt else ""
    chosen = turn.pressed or bool(asked) or probability is None
    shown = entry if chosen else first_word.fitting(entry, turn.text)
    turn.say(head + answer_text(shown), [*sections, *verdict, HUMAN] if buttons else [], answer_card(shown))
    if buttons and _INVITES.search(to_text(entry.answer)):
        _invite(turn, asked)
    turn.outcome(Result.ANSWERED, entry=entry.id, probability=probability, about="likely" if doubt else None)


def _invite(turn: Turn, asked: str) -> None:
    """Keep the citizen's own words as the matter that a place, or 还是登记吧, files next.

    Args:
        asked: id of the turn in which the question was asked, if that was an earlier turn.
    """
    said = [feedback.words_of(turn, asked) if asked else "", "" if turn.pressed else turn.text]
    told = "，".join(dict.fromkeys(one for one in said if len(plain(one)) >= _STORY_FROM))
    if told:
        turn.set("story", told)
        turn.offer(INVITED)


def answer_text(entry: Entry) -> str:
    """The answer with its source as plain text, for channels that show only text."""
    return f"{to_text(entry.answer)}\n{_footer(entry)}"


def source_line(entry: Entry) -> str:
    """The line ``依据：…`` with the source documents, their dates and the articles; empty without sources."""
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
    """A button that gives an entry's answer.

    Args:
        asked: id of the turn in which the question was asked, if that was an earlier turn.
    """
    shown = title or clip(entry.title, _BUTTON_TITLE)
    return choice(shown, "ask_policy", entry=entry.id, turn=asked or turn.turn_id)


async def sure_answer(knowledge: KnowledgeBase, question: str, city: City) -> Reply | None:
    """The answer to a question if the knowledge base is sure of it; else None.

    It needs neither Rasa nor a turn: the app uses it while Rasa is down.
    """
    if (
        read_wish(question) or refuses(question) or wants_filed(question)
    ):  # an answer to the form, which is Rasa's
        return None
    result = await knowledge.search(question, regions=city.regions_of(question))
    if not is_sure(result) or city.asks_elsewhere(question) is not None:
        return None
    entry = first_word.fitting(result.hits[0].entry, question)
    return Reply(
        answer_text(entry),
        (Button(HUMAN.title, HUMAN.payload),),
        answer_card(entry),
    )


async def out_of_scope(turn: Turn) -> None:
    """Kindly decline weather, jokes, shares and the like, unless the knowledge base is sure of an answer."""
    if not turn.pressed:
        result = await search(turn.text)
        if is_sure(result):
            await tell_result(turn, result)
            return
        if await offer_topic(turn):
            return
    turn.say(
        "这个我帮不上忙。要问政策、反映问题或者查工单进度，随时跟我说。",
        [COMPLAIN, HUMAN],
    )
