"""Keeps the form closed for details of an open danger (门打不开, 八十二了糊涂): they ask for help, and for no ticket."""

from __future__ import annotations

import re

from bot.actions.complaint.leaving import takes_up_again
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, plain
from bot.understanding.elliptic import may_ask
from bot.understanding.filing_wish import filing_wish
from bot.understanding.kind import named_type
from bot.understanding.ordered import without_orders
from bot.understanding.remarks import wants_filed
from bot.understanding.requests import reproaches, subject_words
from conversations.danger_state import FACT, TOLD_IN_FORM, is_open, known_of_late, of_facts, read_as
from conversations.event_kinds import Result
from conversations.scope import DECLINED
from core.simplified import simplified

_LONGEST = 12
"""Most characters of a detail. A longer message may tell a matter of its own, but in despair."""

_SAFE = re.compile(
    r"(?:脱离(?:了)?(?:生命)?危险|没(?:有)?(?:什么|啥)?生命危险|(?<!我)没(?:什么|啥)?大?事(?=了)|(?<![没不])醒(?:了|过来)|救(?:回|过)来)(?:了|啦|啊|呀|哈)*$"
)
_BESIDE_SAFE = re.compile(r"医院|送到|抢救|救护车|120|稳定|谢谢|多谢")
_PARTS = re.compile(r"[，,。.！!；;～~\s]")
_LOOKED = 24
"""Number of the newest messages of a conversation among which the matter is looked for."""
_LONG_CLAUSE = 12
"""Most characters of a clause that only says where the saved person is."""


def told_safe(turn: Turn) -> bool:
    """Answer a message that only tells that somebody is safe (我爸在医院了，脱离危险了); False for any other.

    Such news is no matter to file, however long ago the alarm was.
    """
    said = [] if turn.pressed else [one for one in _PARTS.split(turn.text) if one]
    if any(len(one) > _LONG_CLAUSE for one in said):
        return False
    rest = [one for one in said if not _SAFE.search(one)]
    if len(rest) == len(said):
        return False
    if not all(map(_BESIDE_SAFE.search, rest)) or any(map(may_ask, rest)) or reproaches(turn.text):
        return False
    turn.say("太好了，人没事就好。报销、转院这些要问的，或者有事要反映，直接跟我说。", [HUMAN])
    turn.outcome(Result.TALK)
    return True


async def told_to_file(turn: Turn) -> str | None:
    """The matter that was told in a danger, if a message asks to file it (那催收的我能在你这登记吗); else None.

    What is said in a danger is answered without Rasa, so that its tracker does not know it. Words that name the matter mean what
    was said of it; others what raised the alarm.
    """
    wish = None if turn.pressed else filing_wish(simplified(turn.text))
    if wish is None or wish.sends:
        return None
    facts = await parts().conversations.recall(turn.conversation_id)
    fact = facts.get(FACT)
    if not isinstance(fact, dict) or not known_of_late(fact):
        return None
    if not wish.what:
        told = str(facts.get(DECLINED) or "")
        return "，".join([told, *wish.rest]) if told else None
    said = [
        message.text
        for message in await parts().conversations.history(turn.conversation_id, limit=_LOOKED)
        if message.direction == "in" and message.text.strip() != turn.text.strip()
    ]
    about = [one for one in said if subject_words(simplified(one)) & subject_words(wish.what)]
    kept = dict.fromkeys(one for one in about if filing_wish(simplified(one)) is None)
    return "\n".join(kept) or f"{wish.what}的事"  # too little to file: the form asks for more


async def listens(turn: Turn) -> bool:
    """Take a message for a part of the danger that is open in the conversation, and open no form.

    Of most dangers only a short one; of one's own despair any (你们谁能帮我还钱, 我没脸了): what drives somebody to it is no
    matter to file, unless they ask for that. The reply is small talk, before which the next step of the advice is put.
    """
    said = plain(turn.text)
    asks = named_type(said) is not None or wants_filed(said) or takes_up_again(said)
    asks = asks or filing_wish(said) is not None
    if turn.pressed or asks:
        return False
    fact = of_facts(await parts().conversations.recall(turn.conversation_id))
    if not is_open(fact) or fact.get("filing"):
        return False
    if len(said) > _LONGEST and read_as(fact) != "self_harm":
        return False
    turn.say("我在，您接着说。")
    turn.outcome(Result.TALK)
    turn.set("requested_slot", None)
    return True


async def keep_told(turn: Turn, ran: bool) -> None:
    """Put words of danger that were said while the form asked into the content. They were answered with advice only.

    Args:
        turn: a message within the form, or the one that opens it.
        ran: whether the form was open before. Words told in a form that was left do not belong into the next one.
    """
    told = (await parts().conversations.recall(turn.conversation_id)).get(TOLD_IN_FORM)
    if not told:
        return
    content = str(turn.slot("content") or "")
    told = [without_orders(str(words)) for words in told]
    new = [words for words in told if ran and words and words not in content]
    if new:
        turn.set("content", "\n补充：".join([*([content] if content else []), *new]))
    await parts().conversations.remember(turn.conversation_id, TOLD_IN_FORM, None)
