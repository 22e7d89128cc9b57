"""Follow-up questions (那要带什么材料？): answered only from the entry that the conversation is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.actions.policy import feedback
from bot.actions.policy.answer import ENTRY, is_sure, search, source_line, tell, tell_result
from bot.actions.policy.choosing import offered
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, choice
from conversations.event_kinds import Result
from kb_index.entries.render import to_text

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_SECTIONS: tuple[tuple[str, str], ...] = (
    ("收费标准", r"钱|收费|费用|免费|交费|缴费|价格|工本"),
    ("办理材料", r"材料|证件|带什么|带啥|带哪些|要带|原件|复印件|身份证|户口本|准备(什么|啥|哪些)"),
    ("办理地点", r"哪[里儿]?办|去哪|到哪|在哪|搁哪|地址|地点|窗口|哪里"),
    ("办理时限", r"多久|几天|多少天|多长时间|工作日|时限|期限|等多|什么时候|啥时候"),
    ("办理流程", r"流程|步骤|怎么办|怎么操作|咋办|咋弄|怎么弄|第一步|网上|手机|线上|预约|代办|本人|替"),
    ("办理条件", r"条件|符合|限制|资格|要求"),
)
_DEPARTMENT = re.compile(r"部门|单位|归谁|谁管|找谁|找哪|电话")
_SOURCE = re.compile(r"依据|规定|文件|哪条|第几条|法律|出处|来源")
_MORE = re.compile(r"还有|然后|详细|具体|继续|多说|展开")
_SHORT = 12
"""Up to this number of characters a question counts as a follow-up without a search for other entries."""


def wanted_section(text: str) -> str | None:
    """The section of an entry that a follow-up question asks for.

    >>> wanted_section("那要带啥东西")
    '办理材料'
    """
    return next((name for name, pattern in _SECTIONS if re.search(pattern, text)), None)


async def follow_up(turn: Turn) -> None:
    """Answer from the entry that the conversation is about; an independent question is searched as usual."""
    known = await parts().conversations.recall(turn.conversation_id)
    entry = parts().kb.entry(str(known[ENTRY])) if known.get(ENTRY) else None
    pressed = turn.entities.get("section")
    asked_back = [] if turn.pressed else offered(turn)
    if asked_back and wanted_section(turn.text) and len(turn.text) <= _SHORT:
        # After 您是想问…吗？ the citizen writes 要带什么材料: this accepts the first candidate as the new subject.
        entry = asked_back[0]
        await parts().conversations.remember(turn.conversation_id, ENTRY, entry.id)
    if entry is None:
        if turn.pressed:
            turn.say("您想问哪件事的办理情况？请说完整一点，比如“办居住证要什么材料”。", [HUMAN])
        else:
            await tell_result(turn, await search(turn.text))
        return
    if not pressed and len(turn.text) > _SHORT:
        result = await search(turn.text)
        if is_sure(result) and result.hits[0].entry.id != entry.id:
            await tell(turn, result.hits[0].entry, probability=result.hits[0].probability)
            return
    await _within(turn, entry, pressed or wanted_section(turn.text))


async def _within(turn: Turn, entry: Entry, section: str | None) -> None:
    rest = [choice(name, "follow_up", section=name) for name in entry.sections if name != section]
    verdict = feedback.rating_again(turn)
    if section and section in entry.sections:
        said = f"{entry.title}——{section}：\n{to_text(entry.sections[section])}"
        turn.say(said, [*rest, *verdict, HUMAN])
        turn.outcome(Result.ANSWERED, entry=entry.id, about=section)
        return
    if section is None and _SOURCE.search(turn.text) and source_line(entry):
        turn.say(source_line(entry), [*rest, *verdict, HUMAN])
        turn.outcome(Result.ANSWERED, entry=entry.id, about="依据")
        return
    if section is None and _DEPARTMENT.search(turn.text):
        turn.say(
            f"这件事由{entry.department}负责。具体的窗口和电话我这里没有记载，需要的话我帮您转人工问。",
            [*rest, HUMAN],
        )
        turn.offer("human")
        turn.outcome(Result.ANSWERED, entry=entry.id, about="承办单位")
        return
    if section is None and _MORE.search(turn.text) and entry.sections:
        turn.say(f"关于“{entry.title}”，您还可以看下面这些：", [*rest, HUMAN])
        turn.outcome(Result.ASKED_BACK, entry=entry.id)
        return
    await feedback.keep_unanswered(turn, f"{entry.title}——{section if turn.pressed else turn.text}")
    asked = f"{section}" if section else "您问的这一点"
    turn.say(
        f"关于“{entry.title}”，{asked}我手头的资料没有写，不能乱说。要不要我帮您转人工问一下？",
        [*rest, HUMAN],
    )
    turn.offer("human")
    turn.outcome(Result.UNKNOWN, entry=entry.id, about=section)
