"""Personal data: encrypts it in storage, masks it on screen and in logs, and removes it from kept text."""

from __future__ import annotations

import hmac
import re
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from core.errors import ConfigurationError

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\w)")

_fernet: Fernet | None = None
_lookup: bytes | None = None


def use_data_key(key: str) -> None:
    """Set the key that encrypts personal data.

    Args:
        key: 32 bytes in url-safe base64, as returned by ``Fernet.generate_key``.

    Raises:
        ConfigurationError: the key has another format.
    """
    global _fernet, _lookup
    try:
        _fernet = Fernet(key.encode("ascii"))
        _lookup = hmac.digest(key.encode("ascii"), b"wenban lookup key v1", "sha256")
    except (ValueError, UnicodeEncodeError) as error:
        raise ConfigurationError(
            "WENBAN_DATA_KEY：要填 Fernet 密钥（44 个字符）；不填就在数据文件夹里自动生成一个。"
        ) from error


def encrypt(text: str) -> str:
    """``text`` in encrypted form, for storage.

    Raises:
        ConfigurationError: no key is set.
    """
    return _key().encrypt(text.encode("utf-8")).decode("ascii")


def decrypt(token: str) -> str:
    """The clear text of a result of :func:`encrypt`.

    Raises:
        ConfigurationError: the text was encrypted with another key, or no key is set.
    """
    try:
        return _key().decrypt(token.encode("ascii")).decode("utf-8")
    except InvalidToken as error:
        raise ConfigurationError(
            "已经加密的姓名和电话解不开：WENBAN_DATA_KEY 不是当时用的那一个。"
        ) from error


def lookup_key(text: str) -> str:
    """A keyed digest (64 hexadecimal digits) to find equal texts without storing them. It depends on the data key.

    Raises:
        ConfigurationError: no key is set.

    >>> lookup_key("13800000000") == lookup_key("13800000000")
    True
    """
    if _lookup is None:
        raise ConfigurationError("No data key is set; start through the `wenban` command.")
    return hmac.digest(_lookup, text.encode("utf-8"), "sha256").hex()


def _key() -> Fernet:
    if _fernet is None:
        raise ConfigurationError("No data key is set; start through the `wenban` command.")
    return _fernet


class EncryptedText(TypeDecorator[str]):
    """A text column that is encrypted in the database and clear in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt a value before it is written."""
        return None if value is None else encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt a value after it was read."""
        return None if value is None else decrypt(value)


def mask_phone(phone: str) -> str:
    """Hide all but the first three and last four digits. With less than 9 characters, hide all but the last two.

    >>> mask_phone("13800000000")
    '138****0000'
    """
    if len(phone) >= 9:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_name(name: str) -> str:
    """Hide all but the family name: 张某某 → 张**.

    >>> mask_name("张某某")
    '张**'
    """
    return name[:1] + "*" * (len(name) - 1)


def mask_text(text: str) -> str:
    """Hide mobile numbers and identity-card numbers in free text, for logs and statistics.

    >>> mask_text("我的电话是13800000000")
    '我的电话是138****0000'
    """
    text = _ID_CARD.sub(lambda m: f"{m[1]}********{m[2]}", text)
    return _MOBILE.sub(lambda m: f"{m[1]}****{m[3]}", text)


GONE = "***"
"""Text that replaces personal data."""

_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_SURNAMES = (
    "欧阳|上官|司马|诸葛|皇甫|令狐|东方|慕容|司徒|夏侯|尉迟|公孙|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓韩冯曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪"
    "范廖石韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱严武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛翁冉骆路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟"
    "艾尤阳穆卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎]"
)
# A given name ends before a word that continues the sentence: "我叫王伟想问一下".
_GIVEN = "[\u4e00-\u9fff](?:(?![想要问在是的来去有住家今现咨反，])[\u4e00-\u9fff])?"
_NAME = f"(?:{_SURNAMES}){_GIVEN}"
_END = "(?=[^\u4e00-\u9fff]|$)"
_STREET = "路|街|巷|弄|道|里|村|庄|组|队|园|苑|城|区|府|湾|庭|墅"
_REDACTED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), GONE),
    (re.compile(r"(微信|wx|vx|qq|扣扣)(号码?)?\s{0,9}(是|[:：])?\s{0,9}[a-z0-9][-\w]{4,19}", re.I | re.ASCII), rf"\1{GONE}"),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·•.\s-]?[a-z0-9]{4,6}[挂学警港澳]?"
            r"(?![a-z0-9])",
            re.I,
        ),
        GONE,
    ),
    # Identity cards, bank cards, mobile and landline numbers, with or without spaces.
    (re.compile(r"(?<![\d.])\d{6}[\s-]?\d{8}[\s-]?\d{3}[\dXx]"), GONE),
    (re.compile(r"(?<!\d)\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?(?!\d)"), GONE),
    (re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"), GONE),
    (re.compile(r"(?<!\d)0\d{2,3}[\s-]\d{7,8}(?!\d)"), GONE),
    # Any other long number: ticket numbers, query codes, accounts. Amounts of money are not personal data.
    (re.compile(r"(?<![\d.])(?:[A-Za-z]{1,3})?\d{6,}[Xx]?(?!\s*[\d元块万%％平])"), GONE),
    # Numbers written as they are read out: 幺三八零零零零…
    (re.compile(r"[零〇一二两三四五六七八九幺]{7,}"), GONE),
    (re.compile(rf"({_STREET})\s*\d+(?:[-—]\d+)*\s*号(?!线|文|令|公告|楼)"), rf"\1{GONE}号"),
    (re.compile(r"(?<!\d)\d+(?:[-—]\d+){0,4}\s{0,9}(号楼|栋|幢|单元|弄)"), rf"{GONE}\1"),
    (re.compile(r"(?<!\d)\d{3,4}\s*(室|户|房间)(?![一二两三\d])"), rf"{GONE}\1"),
    (re.compile(r"(\d{1,2}|\*{3})\s*(楼|层)\s*\d{3,4}(?!\d|\s*[元块年米平人万])"), rf"{GONE}\2"),
    (
        re.compile(rf"((?:我|名字|姓名|本人|儿子|女儿|孩子|小孩|爸爸?|妈妈?|父亲|母亲|老公|老婆|丈夫|妻子|爷爷|奶奶|对方)"
                   rf"(?:是叫|就叫|叫做?)|(?:姓名|联系人|户主|法人|收件人|当事人)\s*[:：是])\s*{_NAME}"),
        rf"\1{GONE}",
    ),
    # "我是高中生" and "我是林场职工" are not names. After 我是 a name counts only when it ends there.
    (re.compile(rf"((?:我是|本人是?))(?:{_SURNAMES})(?!中)[\u4e00-\u9fff]{{1,2}}{_END}"), rf"\1{GONE}"),
    (re.compile(rf"(?:{_SURNAMES})[\u4e00-\u9fff]{{1,2}}(?=先生|女士|小姐)"), GONE),
)  # fmt: skip


def redact(text: str) -> str:
    """Remove personal data from free text that is kept for statistics. It can't be restored later.

    Removed are phone, identity-card, bank-card and ticket numbers, number plates, e-mail addresses, WeChat
    and QQ names, house and flat numbers, and names that the surrounding words show to be names. Figures of a
    rule (年限, 金额, 文号) stay.

    >>> redact("我叫王小明，电话13800001234，住洞山路12号3栋502室，怎么办居住证？")
    '我叫***，电话***，住洞山路***号***栋***室，怎么办居住证？'
    """
    text = text.translate(_WIDE)
    for pattern, instead in _REDACTED:
        text = pattern.sub(instead, text)
    return text
