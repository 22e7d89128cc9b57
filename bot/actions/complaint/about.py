"""Answers questions about filing itself, asked in the middle of the form: what it costs, who handles it, who sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import procedure
from bot.actions.complaint.fields import BY_NAME, FIELDS
from bot.actions.complaint.questions import EXPLAINED
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.asking import without_lead_in

_LEAD = r"(?:那|那么|请问|我想问|想问下?|问一?下|你们|您|这个?|这事|大概|一般|最快|到底|究竟|登记|投诉|反映|举报|提交|以后|之后|后|完|了|的话|还|得|要|需要|，){0,12}"
_COST = re.compile(
    rf"{_LEAD}(?:要不要|收不收|用不用|会不会|需不需要|需要|要|收|用|花)(?:我|交|收|花|给)*(?:钱|费用?|收费|付费|手续费)(?:吗|么|的|呢|啊|不)*|{_LEAD}(?:收费|要钱|免费)(?:吗|么|不|的吗)"
)
_WHO = re.compile(
    rf"{_LEAD}(?:这事)?(?:谁|哪个(?:部门|单位|局)|什么(?:部门|单位)|哪家|归谁|归哪个部门|由谁|哪里)(?:来|去|会|负责|给|能){{0,12}}(?:管|查|看|处理|负责|办理?|解决|受理)(?:的|啊|呢|呀|这个?事?|我|一下){{0,12}}"
)
_TOLD = re.compile(
    rf"{_LEAD}(?:会不会|会|能不能|不会|是不是会|要不要)(?:被|把)?(?:我|我的?(?:信息|名字|姓名|电话|号码|身份|资料))?(?:告诉|让|被|泄露|透露|跟|通知|给|暴露|说出去)(?:给)?(?:他们?|她们?|对方|物业|老板|别人|单位|公司|人家|商家|邻居|我|个人|信息|隐私|资料|身份|的|名字|姓名|电话|号码){{0,12}}(?:知道|看到|说|查到|发现)?(?:是?我(?:举报|投诉|反映|说)?的?)?(?:吗|么|吧|呢|啊|的){{0,6}}|"
    rf"{_LEAD}(?:会不会|会|不会|能不能|是不是会)(?:他们?|她们?|对方|物业|老板|别人|人家|商家|邻居|单位|公司)(?:那边|的人)?(?:会|能|也)?(?:知道|看到|查到|发现|晓得|猜到|查出)(?:是?(?:我|俺|谁).{{0,6}})?(?:吗|么|吧|呢|啊){{0,2}}|"
    rf"{_LEAD}(?:他们?|对方|物业|老板|别人|人家|商家|邻居)会(?:不会)?(?:知道|看到|发现)(?:是?我.{{0,4}}|我?的?(?:名字|电话|信息))?(?:吗|么|呢)*"
)
_WHY = re.compile(
    r"(?:为什么|为啥|凭什么|凭啥|干嘛|干吗|怎么|咋|有必要|哪来).{0,4}(?:要|得|非要|问|需要|填|写|留|非得|必须|给|收集|知道).{0,14}|(?:为什么|为啥|凭什么|凭啥|干嘛|干吗)(?:我|俺)?(?:就)?(?:告诉|跟|给|让|对)(?:你们?|您).{1,12}|"
    r"(?:问|要|填|留).{0,10}(?:干嘛|干吗|干什么|干啥|做什么|有什么用|有啥用)|"
    r"(?:问|填|要)(?:这么|那么|怎么)多.{0,8}|(?:(?:联系)?(?:名字|姓名|真名|电话号码|电话|手机号?|地址|时间)(?:也|是|都|就)*)?(?:必须|一定要|一定得|非要|非得|是不是都?要|都要|不填|不留|不说|不写|可以不|能不能不|能不|可不可以不)(?:填|写|留|说|给)?(?:名字|姓名|电话|手机号?|地址|时间|这些?|完|个|这个)*(?:行不行|行吗|可以吗|吗|么|不行吗|吧)"
)
_OF_FIELDS = (
    "名",
    "称呼",
    "电话",
    "手机",
    "号码",
    "联系",
    "地址",
    "位置",
    "时间",
    "填",
    "留",
    "多",
    "信息",
    "问",
    "写",
    "说",
    "实名",
    "这些",
    "隐私",
    "叫",
    "姓",
    "是谁",
    "身份",
)
_REASONS = {
    "contact_name": "称呼是给工作人员核实、回访时用的，不会公开。不想留，说“匿名”就行；也可以留了再要求保密。",
    "contact_phone": "电话是给工作人员核实情况、告诉您结果用的，不会公开。不想留，说“不留电话”就行，进度凭工单号和查询码自己查。",
    "district": "知道在哪个县区，才能转给管得着的单位。说不清就选“全市/说不清”。",
    "address": "有了位置，工作人员才找得到地方，说个大概就行。",
    "happened_at": "时间能帮工作人员核实，记不清说“跳过”就行。",
    "subject": "知道是哪家、哪个人，处理起来更快；不知道说“跳过”就行。",
    "confidential": "选了保密，您的姓名和电话就不给承办单位和被反映的一方看。",
}
_ALL = "这些是给工作人员找到地方、核实情况、告诉您结果用的。不想说的可以跳过，名字和电话也可以不留。"
_NAMED = (
    ("contact_phone", r"电话|手机|号码|联系"),
    ("contact_name", r"名|称呼|叫什么|叫啥|姓|是谁|身份"),
    ("address", r"地址|位置|住哪"),
    ("happened_at", r"时间|几点"),
)
_MEANS = re.compile(
    r"(?:这|那|这个|那个|上面|你说的)?(?:啥|什么|咋|怎么)(?:叫|是|算)(?P<field>[\u4e00-\u9fff]{0,6}?)(?:呀|啊|呢)?[，,。？?]*(?:我|俺)?(?:也|都)?(?:(?:看|听|弄|搞)?不(?:懂|明白))?|"
    r"(?P<named>[\u4e00-\u9fff]{0,6}?)(?:是|指的?|指)?(?:的)?(?:啥|什么|啥子)意思(?:呀|啊|呢)?|"
    r"(?:我|俺)?(?:这个?)?(?:看|听|弄|搞)?(?:不(?:太|大)?(?:懂|明白)|没(?:看|听|弄|搞)(?:懂|明白))(?:你(?:说|问)的?)?(?:啥|什么)?(?:意思)?(?:呀|啊|呢)?|"
    r"(?:这|这个|这里|这一项|我)?(?:该|要|应该)?(?:怎么|咋|咋个|如何)(?:填|写|答|回答|选|说|讲)(?:呀|啊|呢|这个)?|(?:我|俺|这里|这个)?(?:该|要|应该|得)(?:填|写|说|选)(?:啥|什么|点啥)(?:呀|啊|呢)?"
)
"""A question what is meant by the form's question."""
_OF_PROCEDURE = (
    (
        re.compile(
            rf"{_LEAD}(?:咋|怎么|咋样|怎样|如何|在哪儿?|在哪里|到哪儿?|去哪儿?|上哪儿?|能不能|可以|能)(?:能|可以|才能){{0,12}}(?:知道|看到?|查到?|晓得)(?:你们?|它|这事|到)?(?:有没有)?"
            r"(?:办|处理|解决|登记|提交)?(?:到|得|的)?(?:好|完|成|了|没有?|怎么样|咋样|哪一?步|结果|进度|情况){1,12}(?:没有?|吗|么|呢|啊|呀){0,12}"
        ),
        "提交以后会给您工单号和查询码，凭这两个号随时在这里查进度；留了电话的，工作人员也会联系您。",
    ),
    (
        re.compile(
            rf"{_LEAD}(?:我|俺)?(?:这|这个|这事|这件事|这种)?(?:事情?)?(?:算不算|算是?|是不是|属不属于|属于)(?:投诉|举报|求助|建议|咨询)(?:吗|么|呢|啊|不){{0,12}}"
        ),
        "算哪一类不要紧，登记时帮您选，工作人员还会核对。",
    ),
    (
        re.compile(
            rf"{_LEAD}(?:几点|(?:啥|什么)时候|何时)(?:钟)?(?:上班|下班|关门|休息|有人|开门)(?:啊|呀|呢|的){{0,12}}|{_LEAD}(?:周末|星期天|晚上|节假日|假期|夜里)(?:也|还)?(?:上班|有人|休息|办公)(?:吗|么|不){{0,12}}"
        ),
        "我这里什么时候都能登记、查进度；有没有人工坐席在线，点“转人工”就知道。",
    ),
)
"""Questions about how things go on, and the answers."""
_FEARS = re.compile(
    r"报复|(?:找|打|骂|整|为难|针对|威胁|骚扰|欺负|收拾)(?:我|俺)|告诉|说出去|透露|泄露|传出去|供出|捅出去|知道|看到|查到|晓得|发现|暴露"
)
_COST_SAID = "反映问题、登记工单都不收钱。"
_TOLD_SAID = "被反映的一方看不到工单。您选“保密”，姓名和电话也不给承办单位看；选“匿名”，工单上就没有您是谁。"
_LONGEST = 24
"""The longest question about filing, in characters; a longer text describes a problem."""


def answer(text: str, slot: str, slots: Mapping[str, Any]) -> str | None:
    """The answer to a question about filing; None when the message asks something else.

    Args:
        text: the message.
        slot: the slot that was asked for.
        slots: the current slots; the category decides which department is named.
    """
    said = plain(without_lead_in(text))
    if len(said) > _LONGEST:
        return None
    if (told := procedure.answer(said)) is not None:
        return told
    if _COST.fullmatch(said):
        return _COST_SAID
    if _WHO.fullmatch(said):
        return _who(slots)
    if _TOLD.fullmatch(said):
        return _TOLD_SAID
    for pattern, told in _OF_PROCEDURE:
        if pattern.fullmatch(said):
            return told
    meant = _MEANS.fullmatch(said)
    if meant is not None and (told := _meaning(meant["field"] or meant["named"] or "", slot)):
        return told
    if _WHY.fullmatch(said) and any(word in said for word in _OF_FIELDS) and slot != "content":
        named = next((name for name, words in _NAMED if re.search(words, said)), None)
        return _REASONS.get(named or ("" if re.search("多|这些|信息", said) else slot), _ALL)
    return None


def fears_exposure(text: str) -> bool:
    """Whether a message only asks whether it becomes known who told, in whatever words it is announced.

    >>> [fears_exposure(said) for said in ("会不会泄露我的名字", "那会不会物业知道是我告的", "我的信息被泄露了")]
    [True, True, False]
    """
    said = plain(without_lead_in(text))
    return len(said) <= _LONGEST and _TOLD.fullmatch(said) is not None


def about_privacy(text: str = "") -> str:
    """The answer to a citizen who asks whether they may stay anonymous, or fears that it becomes known who told.

    Args:
        text: the question.

    >>> about_privacy("会不会被报复啊").startswith("被反映的一方看不到工单")
    True
    """
    if not _FEARS.search(text):
        return f"可以。{EXPLAINED}"
    return _TOLD_SAID + (
        "真有人为这事找您麻烦，随时再告诉我们，急的打 110。"
        if re.search("报复|找|打|骂|整|为难|针对|威胁|骚扰|欺负|收拾", text)
        else ""
    )


def _meaning(named: str, slot: str) -> str:
    """What a question of the form is about; "" when the words name none of them.

    Args:
        named: the words asked about, maybe none.
        slot: the slot that was asked for.
    """
    if named:
        slot = next((one.name for one in FIELDS if one.means and re.search(one.words, named)), "")
    return BY_NAME[slot].means if slot in BY_NAME else ""


def _who(slots: Mapping[str, Any]) -> str:
    lead = parts().city.lead(str(slots.get("category") or ""))
    if lead is None:
        return "登记后由 12345 的工作人员看归哪个单位管，再转过去办，您不用自己去找。"
    return f"这类事一般由{lead.name}牵头，最后以工作人员派单为准，您不用自己去找。"
