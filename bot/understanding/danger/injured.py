"""Emergencies of the body that two plain parts tell together, where each by itself sounds harmless: a blow to the head
and drowsiness after it (摔着后脑勺了，现在老犯困), blood and how long it has run.

The scores see such a message as a small fall and a tired child. So from a low probability on, these words make the
danger clear (:mod:`bot.understanding.danger.judging`).
"""

from __future__ import annotations

import re

from bot.understanding.danger.asked import long_ago

_LONGEST = 120
"""Most characters that are read. In a letter the two parts may belong to different things."""
_HEAD = r"(?:后脑勺?|脑袋|脑门|脑壳|脑瓜|额头|前额|太阳穴|头部?(?![发像版绳盔条目儿子绪]))"
_BLOW = r"(?:摔|磕|碰|撞|砸|栽|跌|掉下|打|敲|夯|拍|闷)"
_HIT = re.compile(
    rf"{_BLOW}[^。！!；;]{{0,8}}{_HEAD}|{_HEAD}[^。！!；;]{{0,6}}(?:{_BLOW}|着地|朝下|落地|先着)"
)
_SIGN = re.compile(
    r"犯困|发困|嗜睡|瞌睡|打盹|没(?:有)?精神|精神(?:不好|很?差|萎靡)|前言不搭|语无伦次|不(?:太|大|怎么)?清醒|神志|意识(?:不|模)|喂不进|"
    r"问[^，,。]{0,6}(?:不知道|不晓得|说不[出上])|(?:想|要|老|光|总|一直|还)(?:是)?(?:在)?睡|昏睡|睡不醒|叫不醒|困得|蔫|吐(?![槽痰司口])|恶心|迷糊|糊涂|犯糊|糊里|懵|"
    r"认不(?:得|出|清)|不认(?:得|识)|颠三倒四|说(?:话)?(?:不清|不利|不明白|胡)|胡话|含糊|答非所问|反应(?:很|有点|变)?(?:慢|迟)|瞳孔|"
    r"(?:鼻|耳)[^，,。]{0,4}(?:流|淌|出|冒)[^，,。]{0,3}[水血清]|抽搐|抽筋|抽了|重影|看(?:东西|人)?(?:都)?(?:模糊|不清|不见)|"
    r"[疼痛]得(?:厉害|要命|受不了|像炸|炸|打滚|直哭)|越来越(?:疼|痛|晕|困)|站不(?:稳|住|起)|走(?:路|不)(?:不稳|歪|晃|稳)|没劲|"
    r"记不(?:得|起|住|清)|不记得|想不起来|眼神?(?:发)?(?:呆|直)|发呆|翻白眼|眼睛(?:往上|上)翻|昏过去|晕过去|晕了"
)
"""Signs of a hurt brain after a blow: drowsy, sick, confused, speech, sight, pupils, fluid from nose or ear."""
_DENIED = re.compile(
    r"(?:没有?|不|未)(?:再|怎么|出现|觉得|说|是)?(?:犯困|嗜睡|想睡|呕?吐|恶心|迷糊|糊涂|抽|昏|晕|头晕)+"
)
_SETTLED = re.compile(
    r"[评伤]残|鉴定|赔|拆线|缝了?.{0,3}针|复查|康复|好了|没事了|不要紧|医生说没|检查(?:过|了|完)?.{0,4}(?:没事|正常)|片子"
)
"""Words of an injury that was looked after."""
_BLEEDS = re.compile(
    r"血[^，,。]{0,8}(?:止不住|不停|停不下|压不住|按不住|堵不住|没停)|(?:止不住|停不下来?)[^，,。]{0,3}血|"
    r"(?:流|淌|出|冒|吐|拉)(?:的|了|着|血|好多|全是){0,4}(?:一|半|两|三|几|好几|\d{1,2})(?:多)?个?(?:小时|钟头|晚上?|夜|天)[^。]{0,8}(?:止不住|不停|停不|还在|没停|不见停)"
)
_BLOOD = re.compile("血")
_FELL = re.compile(
    r"(?:从|打|在)[^，,。]{0,8}(?:楼|脚手架|房顶|屋顶|树|梯|架|墙头|墙上|床|桌|车上|台|坡|阳台|窗)[^，,。]{0,6}(?:掉|摔|跌|栽|滚|坠)"
)
_WATER = re.compile("水(?!泥)|河|塘|江|湖|井|池|沟|淹|溺|浪|洪|涝|电梯|困|卡|埋")
_VEHICLE = re.compile("车|司机|驾|马路|公路|路口|高速|肇事")
_MILD = re.compile(
    r"(?:起|肿|鼓)(?:了)?(?:个|一个)?(?:小)?[包疙]|有点(?:儿)?[疼痛]|不(?:怎么|太)?[疼痛]|擦破|破(?:了)?(?:点|一点)皮|一点(?:小)?伤"
)
_HARM = re.compile("血|昏|晕|倒|抽|不动|没反应|叫不")


def hurt(read: str) -> bool:
    """Whether a plain text tells of a blow to the head with a sign of a hurt brain after it, or of blood that does not stop.

    >>> hurt("摔着后脑勺了,现在老犯困"), hurt("老人头着地,说话颠三倒四的"), hurt("鼻血流了一个小时停不下来")
    (True, True, True)
    >>> hurt("头磕了一下,没吐也不犯困"), hurt("去年摔着头,现在老犯困能不能评残"), hurt("上课老犯困头疼")
    (False, False, False)
    """
    if len(read) > _LONGEST or _SETTLED.search(read) or long_ago(read):
        return False
    if _BLOOD.search(read) and _BLEEDS.search(read):
        return True
    return _HIT.search(read) is not None and _SIGN.search(_DENIED.sub("", read)) is not None


def kind_of(read: str, kind: str) -> str:
    """The kind of danger, where somebody fell or was hit, and the suspected kind speaks of water or of traffic.

    >>> kind_of("从三楼掉下来,动不了", "water"), kind_of("撞到头以后耳朵流水", "traffic"), kind_of("掉井里了", "water")
    ('medical', 'medical', 'water')
    """
    if kind not in ("water", "traffic") or len(read) > _LONGEST:
        return kind
    fell = _HIT.search(read) is not None or _FELL.search(read) is not None
    other = _VEHICLE if kind == "traffic" else _WATER
    fluid = re.sub("(?:鼻|耳)[^，,。]{0,6}水|流[^，,。]{0,2}水", "", read)
    return "medical" if fell and other.search(fluid) is None else kind


def mild(read: str) -> bool:
    """Whether a plain text tells of a bump and of no sign of a hurt brain: it is only asked about.

    >>> mild("头撞了一下,起个包不疼了"), mild("头撞了一下,起个包,老想睡")
    (True, False)
    """
    told = _DENIED.sub("", read)
    harm = _SIGN.search(told) or _HARM.search(told)
    return _HIT.search(read) is not None and _MILD.search(read) is not None and harm is None
