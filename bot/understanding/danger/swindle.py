"""Recognises a swindle by somebody who poses as an authority, a bank or a shop's service, and whether money is about to go.

The learned scores see that money is gone, but not that a transfer which a false office asks for is the danger itself. What
the posers say, and that no office asks for a transfer to a 安全账户, is in the sources of ``fraud`` in ``danger.yml``.
"""

from __future__ import annotations

import re

_OFFICE = (
    r"公检法|公安|派出所|警察|民警|警官|刑警|网警|经侦|法院|法官|检察|海关|通信?管(?:理)?局|社保局|医保局|税务局|民政局|教育局|疾控|移民局|银监|银保监|央行|"
    r"银行|信用卡中心|京东|淘宝|天猫|拼多多|抖音|快手|支付宝|微信|美团|闲鱼|客服|快递|理赔|航空公司|贷款公司|领导|老板|老师|班主任|校长|孙子|儿子|女儿|亲戚|战友|部队"
)
_POSES = re.compile(
    rf"(?:冒充|自称|假冒|假装|冒名|假扮|谎称|声称)[^，,。！？!?]{{0,8}}(?:{_OFFICE})|假(?:警察|民警|公安|法官|客服)|"
    rf"(?:说|讲|称)(?:他|她|他们|自己|对方|那边|那人|人家)?(?:就)?(?:是|叫)[^，,。！？!?]{{0,8}}(?:{_OFFICE})|骗子|"
    rf"(?:电话|短信|微信|视频|QQ|qq|信息|来电)[^，,。！？!?]{{0,10}}(?:说|称|讲)?(?:是)?(?:{_OFFICE})(?:的|打来|发来)|"
    rf"(?:{_OFFICE})(?:的人|的|那边)?(?:给我|跟我|给俺|跟俺|给我妈|给我爸)?(?:打(?:来)?(?:了)?(?:个|一个)?电话|打电话|来电话?|发(?:来|了)?(?:个|条)?短信|发(?:来)?(?:了)?信息|加(?:了)?我)"
)
"""Somebody says to be an office or a service, which the citizen can't see."""
_CASE = re.compile(
    r"涉案|涉嫌|洗钱|通缉|逮捕令|拘捕令|资金(?:清查|核查|审查|核验)|安全账户|监管账户|保证金|清白|百万保障|(?:注销|关闭|关掉|开通)[^，,。]{0,6}(?:白条|会员|校园贷|花呗|金条|直播|保障)|"
    r"开(?:了|通了?)(?:白条|会员|直播)|刷单|解冻(?:费|金)|(?:快递|退款|航班)[^，,。]{0,4}理赔|屏幕共享|共享屏幕|(?:影响|修复|消除)[^，,。]{0,4}征信|卡[^，,。]{0,6}(?:被盗用|冻结)|"
    r"(?:客服|对方|那人|他们?)(?:叫|让|要|说)[^。！？!?]{0,12}验证码[^。！？!?]{0,20}(?:没了|少了|转走|被转|扣了|刷走)"
)
"""What such people threaten with, or promise."""
_MOVES = (
    r"(?:转账|转钱|转款|转给|转到|转过去|转了|转走|转出|转\d|汇款|汇钱|汇给|汇到|汇了|打钱|打款|打过去|"
    r"打到[^，,。]{0,6}(?:账户|卡)|垫付|充值|充钱|扫码付|(?:转|汇|打)(?:他|她)?[一二两三四五六七八九十几\d]+(?:多|来)?[千万百]|再转|验证码|共享屏幕|屏幕共享|安全账户|密码)"
)
_DEMANDS = re.compile(
    rf"(?:让|叫|要|要求|喊|催|教|逼|骗|不)(?:我|俺|咱|他|她|我们|我[爸妈爷奶]|老人|老[公婆伴头妈爸]|爸|妈|人|群众)?[^，,。！？!?]{{0,14}}{_MOVES}|安全账户|[给跟](?:他|她|对方|一个|那)[^，,。！？!?]{{0,12}}{_MOVES}"
)
"""Money, or what opens the account, is asked for."""
_GOES = re.compile(
    rf"(?:正|准备|马上|这就|正准备|打算|快要|刚|刚刚|刚才|已经|都|全|把(?:钱|存款|积蓄|卡里|[^，,。]{{0,6}}万)[^，,。！？!?]{{0,6}})[^，,。！？!?]{{0,10}}{_MOVES}|"
    rf"{_MOVES}(?:过去)?(?:了|完|过去)|(?:钱|款|万块?|万元?)[^，,。！？!?]{{0,8}}(?:转|汇|打)(?:过去|给|了|走)|(?:正在|在)(?:转|汇)|告诉(?:他|她|对方)了|(?:钱|余额)(?:都|全|就)?没了"
)
"""Money goes, or has gone."""
_GOING = re.compile(
    r"正在?(?:转|汇|给|跟|准备|要)|准备(?:转|汇|去|打)|正(?:要|准备)|马上(?:就)?(?:要)?(?:转|汇)|拦(?:都)?(?:拦)?不住|刚|刚才|现在|还在(?:催|打|等|通话|线)"
)
_REFUSED = re.compile(
    r"(?:没|没有|没敢|还没)(?:给|转|汇|信|理|上当|说|打|接|点)|不(?:信|理|上当)|挂(?:了|断|掉)|拉黑|识破|没(?:有)?(?:上当|损失|被骗)"
)
"""The citizen has not gone along."""
_PAST = re.compile(
    r"[前去]年|上(?:上)?个?(?:月|周|星期|礼拜)|上[次回]|那年|那[次回]|几年前|年前|月前|以前|之前|曾经|前[天几]|昨[天晚]|已经(?:报|立)(?:了)?(?:警|案)|报过警|立案了|破案|判了|\d月\d|半个?月|个月了"
)
_GENERAL = re.compile(
    r"怎么(?:识别|分辨|防|辨别|判断)|如何(?:识别|防|辨)|防范|预防|宣传|讲座|培训|演练|新闻|抖音上|电视|什么是|是什么意思|是不是诈骗$|判几年|判多少|量刑|奖励|群里发"
)
_FALSE = re.compile(r"冒充|自称|假冒|假装|冒名|假扮|骗子|诈骗|涉案|安全账户|洗钱")

_LONGEST = 1_500
"""Most characters that are read, so that a hostile text takes no time."""


def poses(read: str) -> bool:
    """Whether a plain text tells of somebody who poses as an office, or of a case that only came by telephone or message.

    Such a text is about a swindle, and no lawsuit, whatever office it names.

    >>> [poses(said) for said in ("收到冒充法院的短信", "法院发短信说我涉案", "法院判了还不执行", "银行转账转错了")]
    [True, True, False, False]
    """
    read = read[:_LONGEST]
    return _FALSE.search(read) is not None and (
        _POSES.search(read) is not None or re.search("电话|短信|微信|信息", read) is not None
    )


def under_way(read: str) -> bool:
    """Whether a plain text tells of a swindle in which money is asked for, or goes, at this time.

    What was refused, what lies behind, and what is only asked in general is no emergency.

    >>> under_way("有人冒充法院的给我发短信说我涉案，让我转账"), under_way("自称公安的让我转账，我没理他")
    (True, False)
    >>> under_way("对方说是公检法的，钱转过去了"), under_way("上个月被冒充客服的骗着转了两万"), under_way("单位转账转错了")
    (True, False, False)
    """
    read = read[:_LONGEST]
    case = _POSES.search(read) is not None or _CASE.search(read) is not None
    money = _DEMANDS.search(read) is not None or _GOES.search(read) is not None
    if not case or not money or _GENERAL.search(read) is not None:
        return False
    # A real office, or a bank that the citizen went to, is named without these words and without a threat.
    if _CASE.search(read) is None and _FALSE.search(read) is None and not _says_to_be(read):
        return False
    now = _GOING.search(read) is not None
    if not now and re.search("举报|反映|表扬|感谢|锦旗", read) is not None:
        return False  # a report of what is done to others, or thanks for who stopped it
    return (now or _PAST.search(read) is None) and (now or _REFUSED.search(read) is None)


def _says_to_be(read: str) -> bool:
    """Whether somebody says to be an office (对方说是公检法的)."""
    return (
        re.search(rf"(?:说|讲|称)[^，,。！？!?]{{0,4}}是[^，,。！？!?]{{0,8}}(?:{_OFFICE})", read) is not None
    )
