"""What a follow-up question asks for, and what a sentence of an entry tells: an amount, a time, a place, papers …"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DIGIT = r"[\d一二两三四五六七八九十百千万半]"
_AMOUNT = rf"{_DIGIT}(?:多)?(?:元|块|万元)|\d%|{_DIGIT}倍|免费|不收|免收|不交|不用交|免交|不要钱|[收交]钱|工本费|费用|收费|全额|减半|[多少]退|双倍"
_SPAN = rf"{_DIGIT}{{1,8}}(?:个)?(?:半)?(?:工作日|日|天|个?月|年|周岁|岁|小时|分钟|点|周|星期)|当场|当天|当日|马上|立即|每年|每月|截止|到期|时候|期限"
_OFFICE = r"局|所|窗口|中心|大厅|部门|街道|乡镇|社区|村|机构|医院|法院|银行|政府|平台|网站|系统|单位|机关|热线|登记处"
_POINTS: tuple[tuple[str, str, str], ...] = (
    (
        "amount",
        r"多少钱|几块|几个点|几万|几倍|几成|几折|多少[元倍]|[要收交花]钱|收费|免费|费用|价|贵|[罚赔补发扣退减报给领取付出]多少|多少[罚赔补]|标准|利息|税",
        _AMOUNT,
    ),
    (
        "span",
        r"多久|几天|几[号点年月岁]|几个月|多长|多少[天年岁月日]|什么时候|啥时候|何时|时限|期限|截止|多大|最[长晚早迟]|提前",
        _SPAN,
    ),
    ("share", r"几成|几个点|比例|几折|百分之", r"%|倍|成"),
    ("phone", r"电话|号码|打哪个|热线|打多少", r"\d{3,12}|热线|电话"),
    ("place", r"哪[里儿]|去哪|在哪|到哪|上哪|搁哪|地址|窗口|找谁|交给谁|归谁|谁管|哪个部门|哪家", _OFFICE),
    (
        "papers",
        r"带[啥什哪]|要[啥什]么?(?:材料|东西|证|手续)?$|材料|证件|证明|准备|提供|原件|复印|户口本|身份证|证据|[写留存]啥|要留|取证",
        r"证|材料|申请书|照片|原件|票|合同|记录|单|凭|资料",
    ),
    (
        "penalty",
        r"罚|拘留|抓|坐牢|判|处分|处罚|吊销|没收|征信|后果|关店",
        r"罚|拘留|吊销|没收|警告|责令|追究|处分|停业|刑",
    ),
    ("redress", r"赔|补偿|退[钱款不]?|要回来|还我|返还|违约金", r"赔|补偿|退|返还|违约"),
    ("online", r"网上|手机|线上|小程序|APP|app|皖事通", r"网上|手机|线上|网站|小程序|系统|APP"),
    ("proxy", r"代办|替|本人|别人|家里人|家属|一个人|代", r"代|委托|本人|亲自|亲属|家属|家人|单方|一方|自己"),
    (
        "elsewhere",
        r"外地|异地|外省|老家|别的(?:市|城市|地方)|户口不在|搬家|不是本地",
        r"外地|异地|户籍|居住地|任何|各地|现在住|核发地|常住",
    ),
    (
        "may",
        r"[能行要用算会可肯]不|不[行能可]|[行能可要会]吗|可以|能不能|行吗|行不|能.{1,12}[吗不没]$|可[以不]|允许|合法|有效",
        r"可以|不得|不能|禁止|应当|必须|不用|能|不许|除外|有权|准",
    ),
    (
        "else",
        r"不[给理肯来让办改收管交退同].{0,3}(?:呢|咋|怎|$)|拒|咋办|怎么办|咋整",
        r"拒|不[给理肯来让改听收管]|投诉|起诉|复议|仲裁|报警|登记转|申请强制",
    ),
    (
        "missed",
        r"忘|过了|过期|超[过期了]|逾期|晚了|没[报办交签]|错过|来不及|丢",
        r"逾期|到期|忘|超过|没报|补|过了|满|不[报办交签]|丢",
    ),
    ("secret", r"知道是我|暴露|保密|匿名|报复|泄露", r"保密|匿名|泄露"),
    ("who", r"谁(?!管)", r"由|方|人"),
)
NAMES = tuple(name for name, _, _ in _POINTS)
"""The points, in the order of the arrays."""
_ASKED = tuple(re.compile(asked) for _, asked, _ in _POINTS)
_TOLD = tuple(re.compile(told) for _, _, told in _POINTS)
_NUMBER_ASKED = re.compile(r"多少(?!$)|几[天号点年月岁倍万块成折个分]|多少$|多久|多长|多大|电话")
_NUMBER_TOLD = re.compile(
    rf"\d|{_DIGIT}(?:个|元|日|天|月|年|倍|成|分|岁)|双倍|减半|全额|当场|当天|免费|不收|不交|不用交|免交|每年|马上|立即"
)


_PRISON_ASKED = re.compile(r"坐牢|判刑|判几年|判多久|蹲(?:大牢|监狱|号子|几年)|吃牢饭")
_PRISON_TOLD = re.compile(r"刑|有罪|犯罪|拘役|监禁|坐牢")


def asked(text: str) -> tuple[bool, ...]:
    """Which of :data:`NAMES` a question asks for."""
    return tuple(one.search(text) is not None for one in _ASKED)


def told(text: str) -> tuple[bool, ...]:
    """Which of :data:`NAMES` a sentence tells."""
    return tuple(one.search(text) is not None for one in _TOLD)


def wants_number(text: str) -> bool:
    """Whether only a sentence with a number answers (罚多少, 几天, 电话多少).

    >>> wants_number("罚多少"), wants_number("能罚款吗")
    (True, False)
    """
    return _NUMBER_ASKED.search(text) is not None


def has_number(text: str) -> bool:
    """Whether a sentence has a number, or words in its place (当场, 免费)."""
    return _NUMBER_TOLD.search(text) is not None


def misses_prison(text: str, sentences: Sequence[str]) -> bool:
    """Whether a question asks for prison, and sentences tell of no crime and no sentence.

    >>> misses_prison("他会坐牢吗", ["遭受家庭暴力的，不看经济条件"]), misses_prison("他会坐牢吗", ["处三年以下有期徒刑"])
    (True, False)
    """
    return _PRISON_ASKED.search(text) is not None and not any(_PRISON_TOLD.search(one) for one in sentences)
