"""Finds numbers that name or open something of a person in a text: telephone, identity card, bank card, query code,
and the name in WeChat or QQ.

:mod:`core.phone` is the only reader of telephone numbers; this module adds the other kinds and hides all of them.
Hotlines and other service numbers stay readable, because nobody is behind them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from core import codes, phone

UNSEEN: dict[int, None] = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x20E3, 0xFE0F, 0xFEFF)
)
"""Characters that nobody sees, for ``str.translate``: zero width, direction, soft hyphen, parts of emoji. Within a number they
would keep it from being found."""
SPOKEN = str.maketrans({**dict(zip("零〇幺一二三四五六七八九", "001123456789", strict=True)), **phone.FORMAL})
"""Chinese figures → digits, for ``str.translate``."""
_RUN = re.compile(r"\d[\d \-·./]*[Xx]?")
_BETWEEN = " -·./"
_APP = r"(?:微\s?信|v信|薇信|威信|wx|vx|weixin|wechat)"
_NUMBER = r"(?:号码?|账号|帐号|账户|\s?id号?)"
_SAID = r"(?:就?是|为|叫|[:：=(（])"
_ACCOUNT = re.compile(
    rf"(?<![a-z])(?:(?:{_APP}{_NUMBER}?{_SAID}?|(?:加|\+)\s?我?\s?[v薇威微]{_SAID}?|v[:：])\s{{0,3}}(?P<name>[a-z][-_a-z\d]{{5,19}})|"
    rf"(?:{_APP}(?:{_NUMBER}{_SAID}?|{_SAID})|(?:qq|扣扣){_NUMBER}?{_SAID}?)\s{{0,3}}(?P<figures>\d{{5,12}}))"
    r"(?![-_a-z\d]|\s?[元块万千百%个人条次.])",
    re.I | re.ASCII,
)
"""A name in WeChat or QQ behind the word that says so. A name begins with a letter; figures alone may be an amount (微信12000元)."""
_FIGURE = f"[\\d零〇幺一二三四五六七八九{''.join(phone.FORMAL)}]"
_SIGN = r"(?:[^\w\n]|_)"
_WORDS = "空一?格|空|横杠?|杠|减号?|星号?|点|加号?|再加|接着?|再|然后是?|中间是?|后面是?|最后是?|跟着|连着|逗号|顿号|乘|斜杠"
_PART = rf"(?:{_SIGN}{{1,6}}|{_SIGN}{{0,3}}(?:{_WORDS}){_SIGN}{{0,3}})"
_DISGUISED = re.compile(
    rf"(?<!{_FIGURE})[1幺一壹](?:{_FIGURE}{{2}}{_PART}{_FIGURE}{{4}}{_PART}{_FIGURE}{{4}}|"
    rf"{_FIGURE}{{2}}{_SIGN}{{1,6}}{_FIGURE}{{8}}|{_FIGURE}{{6}}{_SIGN}{{1,6}}{_FIGURE}{{4}}|{_FIGURE}{{3}}{_SIGN}{{1,6}}{_FIGURE}{{4}}{_SIGN}{{1,6}}{_FIGURE}{{3}}|"
    rf"(?:{_SIGN}{{1,4}}{_FIGURE}){{10}})(?!{_FIGURE})"
)
"""A mobile number in groups as they are read out, or in single figures, with any signs between them, or words for signs. The reader
of telephone numbers knows only the usual signs, as it must not take two amounts for a number that is called."""
_MOBILE = re.compile(r"1[3-9]\d{9}")
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_SHORT_DATE = re.compile(r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CARD_SAID = re.compile(r"(?:卡号?|账号|帐号|账户|帐户)(?:是|为|[:：])?\s{0,3}$")
_ISSUED = re.compile(r"[69]\d{15,18}|4\d{12}(?:\d{3}){0,2}|5\d{15}|3\d{14,15}")
"""First digits and lengths of bank cards (ISO/IEC 7812): without them every tenth order or ticket number has a fitting check digit."""
_MOST_DIGITS = 19
_SIX = r"\d{3}[ -]?\d{3}"
_EIGHT = rf"[{codes.ALPHABET}]{{4}}[ -]?[{codes.ALPHABET}]{{4}}"
_CODE_SAID = re.compile(
    rf"(?:查询码|查询密码|查单密码|校验码|验证码)[^\w]{{0,4}}(?:就?是|为|改成)?[^\w]{{0,4}}(?P<code>{_EIGHT}|{_SIX})(?![A-Z\d])",
    re.I,
)
_AFTER_NUMBER = re.compile(
    rf"(?<![A-Z])[A-Z]{{2,6}}[\s-]{{0,3}}20\d{{2}}[\s-]{{0,3}}\d{{4}}[\s-]{{0,3}}\d{{5,6}}(?!\d)[^\w]{{0,4}}(?:和|跟|码)?[^\w]{{0,4}}(?P<code>{_EIGHT}|{_SIX})(?![A-Z\d])",
    re.I,
)
_ALONE = re.compile(rf"[^\w]{{0,3}}(?P<code>{_SIX})[^\w]{{0,3}}")
_LOOKS = re.compile(rf"(?<![A-Za-z0-9])(?P<code>{_EIGHT})(?![A-Za-z0-9])", re.I)


class Kind(StrEnum):
    """What a number is."""

    PHONE = "phone"
    IDENTITY = "identity"
    CARD = "card"
    CODE = "code"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Span:
    """A number in a text: ``text[start:end]``, with its digits as they are kept."""

    start: int
    end: int
    kind: Kind
    digits: str


def numbers(text: str) -> list[Span]:
    """All telephone, identity-card and bank-card numbers, query codes and names in WeChat and QQ, in order and apart from each other.

    >>> [(one.kind.value, one.digits) for one in numbers("我13800001234，身份证34040019000101001X，查询码482913")]
    [('phone', '13800001234'), ('identity', '34040019000101001X'), ('code', '482913')]
    """
    said = phone.fold(text)
    found = [*_long(said), *_codes(said)]
    taken = [one for one in phone.everywhere(text) if not one.service]
    found += [Span(one.start, one.end, Kind.PHONE, one.number) for one in taken]
    found += _disguised(said)
    found += [_account(match) for match in _ACCOUNT.finditer(said)]
    return _apart(found)


def hide(text: str, kinds: Collection[Kind] = tuple(Kind)) -> str:
    """The text with its numbers of some kinds hidden so far that nobody can use them, but its owner would recognise them.

    >>> hide("我13800001234，身份证34040019000101001X，查询码482913，12345打不通")
    '我138****1234，身份证340*************1X，查询码******，12345打不通'
    """
    text = text.translate(UNSEEN)
    for one in reversed(numbers(text)):
        if one.kind in kinds:
            text = text[: one.start] + hidden(one) + text[one.end :]
    return text


def hidden(one: Span) -> str:
    """A number as :func:`hide` shows it.

    >>> hidden(numbers("我13800001234")[0])
    '138****1234'
    """
    if one.kind is Kind.CODE:
        return "*" * len(one.digits)
    if one.kind is Kind.ACCOUNT:
        return f"{one.digits[:2]}****"
    if one.kind is Kind.CARD:
        return f"**** **** **** {one.digits[-4:]}"
    if one.kind is Kind.IDENTITY:
        return f"{one.digits[:3]}{'*' * (len(one.digits) - 5)}{one.digits[-2:]}"
    number, _, extension = one.digits.partition("-")
    shown = f"{number[:3]}****{number[-4:]}" if len(number) >= 9 else "*" * (len(number) - 2) + number[-2:]
    return f"{shown}-**" if extension else shown


def _apart(found: Iterable[Span]) -> list[Span]:
    """The spans without those that overlap an earlier kind of the list: an identity card is no telephone number."""
    kept: list[Span] = []
    for one in found:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _long(said: str) -> list[Span]:
    plain = said.translate(SPOKEN)
    found: list[Span] = []
    for run in _RUN.finditer(plain):
        if plain[run.start() - 1 : run.start()].isascii() and plain[run.start() - 1 : run.start()].isalpha():
            continue  # part of a ticket number
        places = [at for at in range(*run.span()) if plain[at] not in _BETWEEN]
        at = 0
        while at < len(places):
            taken = _longest(plain, places, at)
            if taken is None:
                at += 1
                continue
            found.append(taken)
            while at < len(places) and places[at] < taken.end:
                at += 1
    return found


def _longest(plain: str, places: list[int], at: int) -> Span | None:
    """The identity or bank card that begins at figure ``at``; None when there is none."""
    if at and places[at] == places[at - 1] + 1:
        return None
    for used in range(min(_MOST_DIGITS, len(places) - at), 12, -1):
        end = places[at + used - 1] + 1
        if at + used < len(places) and places[at + used] == end:
            continue  # more figures follow directly
        digits = "".join(plain[one] for one in places[at : at + used]).upper()
        kind = _kind(digits, plain[max(places[at] - 12, 0) : places[at]])
        if kind is Kind.CARD and phone.of_matter(plain, places[at]):
            continue
        if kind is Kind.CARD and set(plain[places[at] : end]) & set("./"):
            continue  # a date with its time, an amount
        if kind is not None:
            return Span(places[at], end, kind, digits)
    return None


def _kind(digits: str, before: str) -> Kind | None:
    if len(digits) == 18 and _DATE.match(digits, 6):
        return Kind.IDENTITY
    if not digits.isdecimal():
        return None
    if len(digits) == 15 and digits[0] in "12345678" and _SHORT_DATE.match(digits, 6):
        return Kind.IDENTITY
    if len(digits) < 13:
        return None
    return Kind.CARD if (_ISSUED.fullmatch(digits) and _luhn(digits)) or _CARD_SAID.search(before) else None


def _luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on bank cards (ISO/IEC 7812).

    >>> _luhn("4111111111111111"), _luhn("4111111111111112")
    (True, False)
    """
    doubled = "0246813579"
    figures = [doubled[int(c)] if nth % 2 else c for nth, c in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(map(int, figures)) % 10 == 0


def _codes(said: str) -> list[Span]:
    found = [_code(match) for pattern in (_CODE_SAID, _AFTER_NUMBER) for match in pattern.finditer(said)]
    alone = _ALONE.fullmatch(said)
    found += [_code(alone)] if alone else []
    found += [one for one in map(_code, _LOOKS.finditer(said)) if codes.is_new(one.digits)]
    found += [Span(*match.span(), Kind.CODE, "*" * codes.LENGTH) for match in codes.PLACE.finditer(said)]
    return found


def _disguised(said: str) -> list[Span]:
    found = []
    for match in _DISGUISED.finditer(said):
        digits = re.sub(r"\D", "", match[0].translate(SPOKEN))
        if _MOBILE.fullmatch(digits) and not phone.of_matter(said, match.start()):
            found.append(Span(*match.span(), Kind.PHONE, digits))
    return found


def _account(match: re.Match[str]) -> Span:
    group = "name" if match["name"] else "figures"
    return Span(*match.span(group), Kind.ACCOUNT, match[group])


def _code(match: re.Match[str]) -> Span:
    return Span(*match.span("code"), Kind.CODE, re.sub(r"[ -]", "", match["code"]).upper())
