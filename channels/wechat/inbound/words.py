"""Texts the account says without a turn, and the words of a citizen that begin none."""

from __future__ import annotations

import unicodedata

PATIENCE = "正在为您查，请稍等一会儿再发任意一句（比如“好了吗”），我把结果给您。"
"""The last delivery's answer when the reply is not ready and the account can't push it."""
STILL_BUSY = "还在为您查，请再等一会儿，过后发一句“好了吗”，我把结果给您。"
"""The answer to a nudge when the reply is still not ready."""
PICTURE_LATER = "照片收到了，还在保存，保存好了会继续。您可以接着用文字说明情况。"
"""Told when a picture is not kept within the delivery's time."""
TOO_LONG = "您发的内容太长了，我这里一次收不下。请分成几段发给我。"
"""Told when a text is over the limit."""
NOT_KEPT = "抱歉，刚才系统有点忙，您这条消息没能收下，请过一会儿再发一次。"
"""Told when the message could not be stored."""
TEXT_ONLY = {
    "image": "收到您的图片了，不过我暂时还看不了图片，请用文字说说您要问的或者要反映的事情。",
    "voice": "抱歉，这段语音我没能听清，请再说一遍，或者直接打字告诉我。",
    "video": "收到您的视频了，不过我暂时还看不了视频，请用文字说说您要问的或者要反映的事情。",
    "location": "收到您的位置了，不过上面没有写地址，请用文字告诉我具体在哪里，比如“某某路某号”。",
    "link": "收到您的链接了，不过我暂时还打不开链接，请用文字说说您要问的或者要反映的事情。",
    "unknown": "抱歉，这种消息我暂时还看不懂，请用文字说说您要问的或者要反映的事情。",
}
"""What is said to a message without words, by its kind."""
GREETED = frozenset({"subscribe", "scan", "click", "user_enter_tempsession"})
"""Events after which the citizen looks at the conversation, so that a greeting is sent."""
TEXT_ONLY_FOR_AGENT = "坐席这边暂时看不到您发的{}，请用文字说给坐席听。"
"""The same while an agent has the conversation."""
NAMES = {
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "location": "位置",
    "link": "链接",
    "unknown": "其他消息",
}
"""Names of the kinds in that sentence."""

_CONTINUE = frozenset({"继续", "继续看", "继续说", "下一页", "接着说", "后面呢", "还有呢", "往下", "jx"})
_NUDGES = frozenset(
    [
        "好了吗",
        "好了没",
        "好了么",
        "查到了吗",
        "查到了没",
        "查好了吗",
        "有结果了吗",
        "有结果吗",
        "结果",
        "结果呢",
        "怎么样了",
        "怎么样",
        "回复呢",
        "在吗",
        "任意",
        "任意一句",
        "好",
        "好的",
        "嗯",
        "哦",
        "行",
        "可以",
        "收到",
        "继续",
        "1",
    ]
)


def greeting(city: str) -> str:
    """The greeting of a citizen who has just subscribed."""
    return (
        f"您好，这里是{city}12345政务服务便民热线智能助手。\n"
        "您可以直接打字或者说语音：\n"
        "· 问政策、问办事，比如“公积金怎么提取”\n"
        "· 反映问题，比如“我要投诉”\n"
        "· 查工单进度，比如“查进度”\n"
        "想找人工，随时说“转人工”。遇到危险请直接拨打 110、119 或 120。"
    )


def wants_more(text: str) -> bool:
    """Whether the citizen asks for the rest of a long answer."""
    return _plain(text) in _CONTINUE


def is_nudge(text: str) -> bool:
    """Whether these words, said after :data:`PATIENCE`, only ask whether it is done.

    Anything that could be a question or an answer is not a nudge: it begins a turn, and the awaited reply is
    sent with that turn's.
    """
    plain = _plain(text)
    return plain in _NUDGES or not any(c.isalnum() for c in plain)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    return folded.strip(" 。.,，!！?？~～“”\"'‘’…、")
