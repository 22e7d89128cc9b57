"""Decides what a message within a form is: an answer to the question, or something else.

Rasa's model alone can't tell. It takes a story for a new complaint, "为什么没人管？" for a policy question, and does not
know addresses. So three things decide together: the slot asked for, fixed rules about the words, and the model's intent
with its confidence.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.actions.complaint.fields import FIELDS, SKIPPABLE
from bot.actions.policy.aspects import only_follows
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding import asking
from bot.understanding.clauses import clauses
from bot.understanding.confidential import read_confidential
from bot.understanding.giving_up import gives_up
from bot.understanding.groping import only_gropes
from bot.understanding.how_long import asks_how_long
from bot.understanding.lasting import may_be_time
from bot.understanding.midway import counts_people
from bot.understanding.remarks import is_unknown, wants_filed
from bot.understanding.ticket import find_number
from bot.understanding.whereabouts import is_whereabouts


class Move(StrEnum):
    """What a citizen does within a form.

    ``POLICY`` asks a question that the knowledge base may answer; ``FOLLOW_UP`` asks more about the last answer;
    ``HOW_LONG`` asks how long this matter takes; ``ABILITIES`` asks what the assistant is; ``PROGRESS`` asks about
    another ticket; ``TALK`` greets, thanks or says goodbye; ``UNCLEAR`` is none of the others.
    """

    ANSWER = "answer"
    CANCEL = "cancel"
    HUMAN = "human"
    SKIP = "skip"
    BACK = "back"
    REPEAT = "repeat"
    CORRECT = "correct"
    AFFIRM = "affirm"
    DENY = "deny"
    POLICY = "policy"
    FOLLOW_UP = "follow_up"
    HOW_LONG = "how_long"
    ABILITIES = "abilities"
    PROGRESS = "progress"
    ABUSE = "abuse"
    TALK = "talk"
    UNCLEAR = "unclear"


FREE = frozenset({*(field.name for field in FIELDS if field.answer.free), "supplement", "reason"})
"""Slots whose answer may be any words."""

_WORDS_FOR_STAFF = frozenset({"supplement", "reason"})
"""Slots whose text, including questions, goes to the staff unchanged."""

_OF_INTENT: dict[str, Move] = {
    "cancel": Move.CANCEL,
    "request_human": Move.HUMAN,
    "skip": Move.SKIP,
    "go_back": Move.BACK,
    "repeat": Move.REPEAT,
    "correct": Move.CORRECT,
    "affirm": Move.AFFIRM,
    "deny": Move.DENY,
    "ask_policy": Move.POLICY,
    "ask_with_matter": Move.POLICY,
    "follow_up": Move.FOLLOW_UP,
    "what_can_you_do": Move.ABILITIES,
    "ask_progress": Move.PROGRESS,
    "urge": Move.PROGRESS,
    "abuse": Move.ABUSE,
    "greet": Move.TALK,
    "thank": Move.TALK,
    "goodbye": Move.TALK,
    "bot_challenge": Move.ABILITIES,
}
_WORDS: tuple[tuple[Move, re.Pattern[str]], ...] = (
    (
        Move.HUMAN,
        re.compile(
            r"(我?要|请|帮我|给我|麻烦|快)?(转接?|找|接|要)?(人工|真人)(客服|服务|坐席)?(吧|啊|呀|谢谢)?|转工人"
        ),
    ),
    (
        Move.CANCEL,
        re.compile(r"(我?(要|想))?(取消|退出)(吧|了|投诉|填写|登记|查询)?"),
    ),
    (
        Move.SKIP,
        re.compile(r"(先)?(跳过|略过)(吧|这个|这项)?|下一(个|步|题|项)|(这个)?不填(这个)?|空着(吧)?"),
    ),
    (
        Move.AFFIRM,
        re.compile(
            r"是的?|对的?|对对对?|嗯+|好的?|好吧|行吧?|可以的?|没问题|没错|都对(的)?|确认(提交|无误)?|提交吧?|确定|"
            r"(信息|内容)?(都)?正确|同意|ok|管|中|照|"
            r"(得劲|管|中|行|好的?|可以|嗯)?[，,]?(就)?(这样|这么)?(提交|报|报上去|交上去)?(吧|了|啦)?(?<=..)|(得劲|管|中|行)(了|啊|就这样)"
        ),
    ),
    (
        Move.DENY,
        re.compile(
            r"不是的?|不对|不行|不要|不用了?|不需要|没有|否|错了|(有|写)错了?|先?别提交|不提交|修改|要改|改一下"
        ),
    ),
    (Move.BACK, re.compile(r"(返回|回到)?上一(步|个|题|项|个问题)|返回|退回去?|后退")),
    (
        Move.REPEAT,
        re.compile(
            r"(?:不|别)(?:撤|取消|退出)了?[，,]?|(?:(?:不|别)(?:撤|取消|退出)了?[，,]?)?(?:那|就|还是|我们?|你们?|[，,]){0,3}(?:接着|继续)(?:往下)?(?:办|填|登记|来|弄|说|问)?(?:刚才|前面|上面|之前)?(?:的|那个|那件事?|这个)?(?:吧|了|呗)?"
        ),
    ),
    (Move.REPEAT, re.compile(r"(请)?(再说|重复|再讲)一?(遍|次|下)?|没(听|看)(清|懂|明白)|(什么|啥)意思")),
)
_ASIDE = re.compile(r"(先|想|还想)?(问|咨询|打听)(一?下|一?哈|个事|个问题|你)|顺便问|请问|我问")
_EXPLICIT = re.compile(r"(等等|等一下|等会|稍等|慢着).{0,6}(问|咨询)|先问|先咨询|顺便问|插一句|问个(事|问题)")
_QUESTION = re.compile(
    r"[?？]\s*$|(吗|么|呢|不|没有|多少|多久|几天|哪里|哪儿|啥|什么|怎么办|咋办|咋弄|怎么弄|流程|材料|条件|标准)[啊呀哈\s。]*$"
    r"|怎么(补?办理?|申请|算|交|领|提取|报销|查|弄|开|换|迁|退)|多少钱|可能|可要|可以.{0,6}吗|能不能|要不要|是不是要"
)
_DIGITS = re.compile(r"\d{4}")
_PLACE = re.compile(r"[路街巷弄村镇乡庄湾桥站园场店校院楼栋幢号厦城区县]|小区|附近|旁边|对面|门口|路口|交叉")
_PLACES = frozenset({"district", "address"})
"""Slots whose answer is a place."""
_SKIPPED_UNKNOWN = frozenset({"address", "complaint_type"})
"""Slots that are no free choice, and still may stay open where the citizen does not know them."""
_ANY_KIND = re.compile(
    r"(?:我|你们?|您|那|就|都)*(?:随便|哪(?:个|类|种)都(?:行|可以)|都行|都可以|看着(?:办|定|选)|帮我选)(?:吧|了|一个|哪个|的)*"
)
_WONT_SAY = re.compile(r"(我|俺)?(就)?不(想|愿意|方便)?(说|讲|告诉你们?|提供|透露)(了)?")

_NO_NUMBER = re.compile(
    r"(我|俺)?(也|就|都)?(没有?|木有|冇|不(知道|记得|晓得)|忘(记)?了?|找不(到|着)|丢了?|弄丢了?)"
    r"(这个|那个)?(工单|单)?(编?号|查询码|密码)?(了|啊|呀|呢)?|"
    r"(那个|我的?|这个)*(工单|单)?(编?号码?|查询码|条子|单子|短信)(也|都|早就?|又)*"
    r"(找不(到|着)|丢|忘(记)?|没(有|了|记(住|下)?|留)|不(知道|记得|见)|删)(了|掉|啦|啊|呀)*"
)

_THUMB = re.compile("(?:[\U0001f44c\U0001f44d\U0001f197\u2705][\U0001f3fb-\U0001f3ff\ufe0f]?)+")
"""Pictures that mean yes."""
_ASKING = re.compile(r"[?？]|什么|啥|怎么|吗|区别")
_COMMANDS = frozenset({Move.CANCEL, Move.HUMAN, Move.SKIP, Move.BACK})
"""Moves that bring no value."""
_SURE = 0.6
"""Confidence (0 to 1) from which an intent decides, although any words may be the answer."""
_LIKELY = 0.4
"""Confidence (0 to 1) from which an intent decides when the words hold no value."""
_SHORT = 12
"""Most characters of a message that can be a command (取消, 上一步) where any words may be the answer."""


def decide(turn: Turn, slot: str) -> Move:
    """What the message is, when the form has asked for ``slot``.

    :attr:`Move.POLICY` for a free slot is only a guess. The caller searches the knowledge base; when that does not know
    the question, the words are the answer.
    """
    if turn.pressed:
        if turn.intent == "inform" and "slot" in turn.entities:
            return Move.ANSWER
        return _OF_INTENT.get(turn.intent, Move.UNCLEAR)
    said = plain(turn.text)
    if _THUMB.fullmatch(turn.text.strip()):
        return Move.AFFIRM
    if slot not in _WORDS_FOR_STAFF and asks_how_long(turn.text, anything=True):
        return Move.HOW_LONG
    if slot == "confidential" and gives_up(turn.text):  # 不了 先不登记 refuses no secrecy
        return Move.CANCEL
    if slot == "confidential" and read_confidential(said) is not None and not _ASKING.search(said):
        return Move.ANSWER
    if (slot in SKIPPABLE or slot in _SKIPPED_UNKNOWN) and (is_unknown(said) or only_gropes(turn.text)):
        return Move.SKIP
    if slot == "complaint_type" and _ANY_KIND.fullmatch(said):
        return Move.SKIP
    if (slot in SKIPPABLE or slot == "address") and _WONT_SAY.fullmatch(said):
        return Move.SKIP
    if slot in ("ticket_number", "query_code") and any(
        _NO_NUMBER.fullmatch(one) for one in (said, *map(plain, clauses(turn.text)))
    ):
        return Move.SKIP
    if slot not in FREE and said.isdigit():  # meant as a value that can't be used, never as small talk ("88")
        return Move.UNCLEAR
    move = named(said)
    if move is not None:
        return move
    if counts_people(said):  # "三个人" calls for nobody
        return Move.ANSWER if slot in FREE else Move.UNCLEAR
    if wants_filed(said):
        return Move.AFFIRM
    if find_number(turn.text) and slot not in ("ticket_number", "query_code") and len(said) <= 40:
        return Move.PROGRESS
    if slot in _PLACES and is_whereabouts(turn.text, parts().city):
        return Move.ANSWER if slot in FREE else Move.UNCLEAR
    if slot not in FREE and only_follows(turn.text):
        return Move.FOLLOW_UP
    return _in_free(turn, slot, said) if slot in FREE else _in_closed(turn)


_GOES_BACK = re.compile("上一|上个|上面|返|退|回|前面?|刚才|之前|重")
"""Words of a wish to go back to an earlier question."""


def named(text: str) -> Move | None:
    """The move that the words alone name, whatever was asked for; None when they name none.

    >>> named("跳过吧"), named("停水了")
    (<Move.SKIP: 'skip'>, None)
    """
    said = plain(text)
    found = next((move for move, pattern in _WORDS if pattern.fullmatch(said)), None)
    return Move.CANCEL if found is None and gives_up(text) else found


def is_aside(text: str) -> bool:
    """Whether the words announce a question in between.

    >>> is_aside("等等我先问下，身份证丢了怎么补办")
    True
    """
    return _EXPLICIT.search(text) is not None


def _in_free(turn: Turn, slot: str, said: str) -> Move:
    intended = _OF_INTENT.get(turn.intent, Move.ANSWER)
    short = len(said) <= _SHORT
    if (
        slot == "happened_at"
        and intended is Move.PROGRESS
        and may_be_time(turn.text)
        and not asking.asks(turn.text)
    ):
        return Move.ANSWER  # 打春就开始咧，都快一年喽
    if is_aside(turn.text):
        return Move.POLICY
    if intended is Move.POLICY or _ASIDE.search(turn.text):
        asks = _QUESTION.search(turn.text) is not None
        sure = turn.confidence >= _SURE or _ASIDE.search(turn.text) is not None
        placed = slot == "address" and _PLACE.search(turn.text) is not None and not _ASIDE.search(turn.text)
        return Move.POLICY if asks and sure and not placed else Move.ANSWER
    if (
        intended in (Move.PROGRESS, Move.ABILITIES, Move.CORRECT)
        and turn.confidence >= _SURE
        and len(said) <= 20
    ):
        return intended
    if intended is Move.ABUSE and turn.confidence >= _SURE and short:
        return intended
    if intended in (Move.CANCEL, Move.HUMAN, Move.SKIP, Move.BACK, Move.REPEAT):
        return intended if short and turn.confidence >= _SURE else Move.ANSWER
    if intended in (Move.TALK, Move.AFFIRM, Move.DENY) and turn.confidence >= _SURE and len(said) <= 6:
        return Move.UNCLEAR if slot in ("content", "address") else intended
    if turn.intent == "nonsense" and turn.confidence >= _LIKELY and not _PLACE.search(turn.text):
        return Move.UNCLEAR
    return Move.ANSWER


def _in_closed(turn: Turn) -> Move:
    """The move for a slot that only certain words can fill."""
    if _ASIDE.search(turn.text) and turn.intent in ("ask_policy", "follow_up", "nlu_fallback", "complain"):
        return Move.POLICY
    intended = _OF_INTENT.get(turn.intent)
    if intended is None or turn.confidence < _LIKELY:
        return Move.UNCLEAR
    # "13511112222，说错了是13511113333" and "算了留一个吧，13511112222" bring a value.
    unlike = intended is Move.BACK and not (turn.pressed or _GOES_BACK.search(turn.text))
    if intended in _COMMANDS and (unlike or _DIGITS.search(turn.text)):
        return Move.UNCLEAR  # 颍上 is a place
    return intended
