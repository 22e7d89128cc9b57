"""Replies when a matter or a question belongs to another city; they name that city's own 12345."""

from __future__ import annotations

from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from core.city import Elsewhere

_ANSWER_TO = 12
"""Longest answer that may be the bare name of a place, in characters."""


def of_story(story: str) -> str:
    """Text before the next question when a story happened in another city; "" when it did not."""
    there = parts().city.elsewhere(story)
    return (
        f"{_theirs(there)}要是事情就发生在{parts().city.name}，我们接着登记；不是的话点“取消”就行。"
        if there
        else ""
    )


def of_answer(text: str) -> str:
    """Text when the answer to "which district" names another city; "" when it does not."""
    city = parts().city
    bare = len(plain(text)) <= _ANSWER_TO
    there = city.elsewhere(text) or (city.elsewhere(f"在{plain(text)}") if bare else None)
    return (
        f"{_theirs(there)}要是事情发生在{city.name}，请在下面选县区；不是的话点“取消”就行。" if there else ""
    )


def of_talk(text: str) -> str:
    """Reply to a message that only says that the citizen is, or something lies, in another city; "" for any other."""
    city = parts().city
    bare = plain(text).removeprefix(city.province).removeprefix("省")
    there = city.elsewhere(text) or (city.elsewhere(f"在{bare}") if len(bare) <= _ANSWER_TO else None)
    return f"{_theirs(there)}要问、要反映{city.name}的事，直接说给我听就行。" if there else ""


def beside_answer(text: str) -> str:
    """Text before what is offered for a message that tells of another city; "" when it does not."""
    there = parts().city.elsewhere(text)
    return _theirs(there) if there else ""


def of_rule(there: Elsewhere) -> str:
    """Text when a question is about another city and no known entry holds there."""
    city = parts().city
    return f"{there.name}的情况我这里没有，只有国家、{city.province}和{city.name}的政策，说不准；{_call(there)}问当地最稳妥。"


def beside_rule(there: Elsewhere) -> str:
    """Text before an entry that also holds in the other city."""
    return f"{there.name}的具体做法以当地为准，{_call(there)}可以核实。下面这条规定两地都适用："


def _theirs(there: Elsewhere) -> str:
    return f"您说的地方好像在{there.name}，那边的事由当地的 12345 受理，{_call(there)}反映更快。"


def _call(there: Elsewhere) -> str:
    return f"打 {there.hotline} " if there.hotline else "打当地区号加 12345 "
