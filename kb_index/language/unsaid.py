"""What a question names that an entry never mentions: another deed, another paper, another number.

怎么注销优待证 shares nearly all its words with the entry that tells how to apply for that card, so likeness alone gives that
entry. But the entry says nothing of ending anything. Each deed and each thing below is a pair of patterns: the words
with which a question names it, and the words of which an entry that tells of it has at least one. The second are
wider, so that an entry is doubted only when it says nothing of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHORT = 30
"""Most characters of a question of which every word counts. A longer one tells a story, and names much in passing."""
_DEEDS: tuple[tuple[str, str, str], ...] = (
    (
        "close",
        r"注销|销户|作废|退保|停保|停掉|取消|退出",
        r"注销|销户|销掉|作废|退保|停保|停掉|停了|取消|退出|终止|关停",
    ),
    ("withdraw", r"撤[回诉]|撤掉|撤销", r"撤|取消|反悔|收回|不想提交"),
    ("dissolve", r"终止|解除|解约", r"终止|解除|解约|取消|注销|提前"),
    ("renounce", r"放弃", r"放弃|不要"),
    ("take a name off", r"(?:去|除|拿|减|删)掉.{0,8}名", r"[去除拿减删]掉|除名|减名"),
    ("move out", r"迁[出走]", r"迁[出走]|转出|迁移"),
    ("move back", r"迁回", r"迁回|回迁"),
    (
        "replace",
        r"弄丢|丢了|遗失|不见了|找不到了|掉了.{0,4}补|补办|补领|挂失",
        r"丢|遗失|不见|找不|掉了|没了|补办|补领|补发|补一|补[换证]|挂失|被偷|毁|损",
    ),
    (
        "expire",
        r"到期|过期|换证|年审|续签",
        r"到期|过期|届满|期满|有效期|期限|换|年审|审验|年检|检验|车检|续|签注|延",
    ),
    ("correct", r"(?:写|登记|填|选|申报|打|录)错", r"错|更正|改|变更|不符|不一致"),
    ("refund", r"退税|退费|退款|退钱|[能可][以不]?退|退回来", r"退|返还|要回"),
    ("restore", r"恢复|启封|解封|重新激活", r"恢复|启封|解封|重新|补缴|续"),
    ("give", r"赠[与予送]", r"赠"),
    ("mortgage", r"抵押", r"抵押"),
    ("delay", r"延期还|缓[缴交]|延后|推迟|晚点还", r"延|缓|推迟|展期|分期"),
    ("early", r"提前(?:还|退|取|支|领|结|清)", r"提前|提早|早"),
    ("lower", r"降低|减少|降级|减资|调低", r"降|减|调|下浮"),
    ("exam", r"(?:怎么|去哪|在哪|哪里|如何|咋)(?:报)?考|报考", r"考"),
    ("buy", r"(?:在哪|去哪|哪里|怎么|咋)(?:能)?买", r"买|投保|参保|参加|购"),
    ("payday", r"几号[发到打给]|哪天[发到打]", r"\d{1,2}[日号]|工作日|按月|每月"),
    ("hurry", r"加急", r"急"),
    ("turn", r"转(?:成|为|换成)|改成|变更为|变成", r"转|改成|改为|变|换"),
    ("continue", r"(?:还|又)能(?:继续|接着)", r"继续|接着|再|还"),
)
_THINGS: tuple[tuple[str, str, str], ...] = (
    ("motorcycle", r"摩托", r"摩托|(?<!非)机动车"),
    ("tractor", r"拖拉机|收割机", r"拖拉机|农机|农业机械"),
    ("lorry", r"货车|大车", r"货|大车|载|(?<!非)机动车"),
    ("drone", r"无人机", r"无人机"),
    ("charger", r"充电桩", r"充电桩|充电设施"),
    ("car", r"汽车|车子|轿车|私家车|小车|车贷", r"车(?!位|库|间|站)"),
    ("cat", r"养猫|猫咪", r"猫|宠物"),
    ("pigeon", r"鸽", r"鸽|家禽|禽"),
    ("foreigner", r"外国人|老外|外籍", r"外国|老外|外籍|境外"),
    ("hong kong", r"港澳居民|香港人|澳门人", r"港澳|香港|澳门"),
    ("taiwan", r"台湾人|台胞|台湾居民", r"台湾|台胞|港澳台"),
    ("serving soldier", r"现役|在部队的|军官", r"现役|军人|部队|军官|当兵|入伍"),
    ("civil servant", r"公务员|事业编|事业单位", r"公务员|事业|编制|机关"),
    ("trainee", r"实习生", r"实习|见习|学徒"),
    ("rehired", r"返聘", r"返聘|退休"),
    ("domestic help", r"保姆|钟点工|家政", r"保姆|钟点工|家政|小时工|雇"),
    ("rider", r"骑手|外卖员|送外卖|跑外卖", r"骑手|外卖|平台|新就业"),
    ("cooperative", r"合作社", r"合作社"),
    ("branch", r"分公司|子公司", r"分公司|分支|子公司"),
    ("guesthouse", r"民宿", r"民宿|旅馆"),
    ("pharmacy", r"开药店|药店许可", r"药店|药房|药品经营"),
    ("employees' insurance", r"职工医保", r"职工|单位|在职"),
    ("residents' insurance", r"居民医保|新农合", r"居民|新农合|合作医疗|城乡"),
    ("bank loan", r"商贷|商业(?:房)?贷", r"商贷|商业"),
    ("meter", r"(?:燃气|煤气|水|电)表", r"表(?![示明达现格])"),
    ("bus card", r"公交卡|乘车卡", r"公交卡|乘车卡|IC卡|刷卡|优待"),
    ("bank card", r"银行卡.{0,4}(?:丢|补|挂)", r"银行卡"),
    ("only-child card", r"独生子女证|光荣证", r"独生子女(?:父母光荣)?证|光荣证"),
    ("student card", r"学生证", r"学生证"),
    ("teacher's certificate", r"教师资格", r"教师资格"),
    (
        "trade certificate",
        r"会计证|会计(?:资格)?证书|电工证|厨师证|焊工证|叉车证|导游证|技能证书",
        r"技能|资格证|职业资格|特种作业|考证",
    ),
    ("temporary one", r"临时(?:的|证|身份证|居住|牌|号牌|驾)", r"临时"),
    ("sign language", r"手语", r"手语"),
    ("debt collectors", r"催收|爆通讯录", r"催收|讨债|追债"),
    ("dibao card", r"低保证", r"低保证"),
    ("contract certificate", r"承包经营权证|土地证", r"经营权证|土地证|权属证|确权"),
    ("licence", r"驾照|驾驶证", r"驾照|驾驶证|驾驶人|驾驶资格|准驾|驾驶"),
    ("vehicle licence", r"行驶证", r"行驶证"),
    ("passport", r"护照", r"护照|出境|出国"),
    ("hurt by others", r"伤情|验伤|轻伤", r"伤情|验伤|轻伤|轻微伤|打伤|殴打|家庭暴力|家暴|挨打|打架"),
    ("divorce", r"(?<!没)(?<!没有)离婚", r"离婚|离了婚|分手"),
    ("marriage", r"结婚|领证", r"结婚|婚姻|婚前|复婚|领证"),
    ("remarriage", r"复婚", r"复婚|再婚"),
    ("household book", r"户口[本簿]", r"户口"),
    ("tobacco", r"烟草|卖烟", r"烟"),
    ("hygiene permit", r"卫生许可", r"卫生许可"),
)
_AMOUNT = re.compile(r"多少钱|几块钱|多少元|收费多少|花多少|多少费用")
_TELLS_AMOUNT = re.compile(
    r"[\d一二三四五六七八九十百千万两](?:\.\d{1,4})?\s?多?(?:元|块|万|%|％|倍|折)|百分之|免费|不收|免收|不要钱|不用[交花]钱|不花钱|工本费|收费|标准|费用|全额|倍|政府定价|市场调节|协商"
)
_HOTLINE = re.compile(
    r"(?<![\d.\-])(?!12345)(1[12]\d|12[1-9]\d{2}|9[56]\d{3,4})(?=(?:这个)?(?:[是管能干]|电话|热线|号码)|$)"
)
"""Numbers of hotlines that a question is about (96110是干嘛的). Not our own."""


def _compiled(
    pairs: Sequence[tuple[str, str, str]],
) -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((name, re.compile(asked), re.compile(told)) for name, asked, told in pairs)


_PAIRS = _compiled((*_DEEDS, *_THINGS))


def missing(question: str, text: str) -> tuple[str, ...]:
    """What a short question names that a text does not mention.

    Args:
        question: the citizen's words; nothing is said of more than :data:`_SHORT` characters.
        text: what would be given as the answer, with its title.

    Returns:
        Names of deeds and things, and numbers of hotlines; empty when nothing speaks against the text.

    >>> missing("优待证怎么注销", "优待证怎么申请：带身份证去服务站申请"), missing("96119是干嘛的", "被骗了打96110")
    (('close',), ('96119',))
    >>> missing("优待证怎么申请", "优待证怎么申请：带身份证去服务站申请")
    ()
    """
    asked = question.strip()
    if len(asked) > _SHORT:
        return ()
    found = [name for name, names, tells in _PAIRS if names.search(asked) and not tells.search(text)]
    found += [number for number in _HOTLINE.findall(asked) if number not in text]
    return tuple(dict.fromkeys(found))


def untold_amount(question: str, answer: str) -> bool:
    """Whether a short question asks how much, and an answer names no amount, nor who sets it.

    >>> untold_amount("公证一份多少钱", "带身份证去公证处申请"), untold_amount("补一张多少钱", "工本费 40 元")
    (True, False)
    """
    short = len(question.strip()) <= _SHORT
    return short and _AMOUNT.search(question) is not None and _TELLS_AMOUNT.search(answer) is None
