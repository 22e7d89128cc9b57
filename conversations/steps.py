"""What a citizen is told while a danger is open: what is new, in few words, with the numbers to tap."""

from __future__ import annotations

from dataclasses import replace

from conversations import danger
from conversations.danger import Advice
from conversations.sequels import Heard
from conversations.types import Button, Mode, QueuePlace, Reply

SIGNS = 2
"""Number of new signs (呼吸, 出不去) for which the steps of the advice are said once more. Then they are known."""
_BY_MESSAGE = "发短信到 12110 加区号后三位，写清在哪里、出了什么事"
"""Sources: 央视新闻 and 人民视频 on 12110, in ``danger.yml`` under ``crime``."""

IN_WRITING = Reply(f"您打不了电话的话：请旁边的人帮您打；身边没有人，就{_BY_MESSAGE}，请警察帮忙。")
"""Said after the advice to a citizen who can't hear or speak."""


def step(advice: Advice, heard: Heard | None, *, called: bool, steps: bool, by_text: bool = False) -> Reply:
    """The next words to a person whose danger is open. The numbers to tap come each time.

    Args:
        advice: the advice that was given.
        heard: what the message says; None when it is not known.
        called: whether the citizen has called for help. Then the reply does not ask to call.
        steps: whether to say once more what to do until help comes.
        by_text: whether the citizen can't speak on the phone now. Then the reply does not ask to call.
    """
    calls = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers)
    police = advice.numbers[0].number == "110"
    if in_despair(advice):
        text = f"我在，您慢慢说，我听着。什么时候都可以打 {calls}，电话那头有人。"
    elif heard is Heard.BLOCKED and police:
        text = f"打不通、不方便说话，就{_BY_MESSAGE}；手机先调成静音。能打通了再打：{calls}。"
    elif heard is Heard.BLOCKED:
        text = f"请接着打，也换一部电话、请旁边的人一起打：{calls}。"
    elif heard is Heard.MUTE:
        text = f"请旁边的人帮您打：{calls}。身边没有人，就{_BY_MESSAGE}，请警察帮忙。"
    elif heard is Heard.HIDING and police:
        text = f"我在。先躲好、别出声，手机调成静音；不方便打 {advice.numbers[0].number}，就{_BY_MESSAGE}。"
    elif heard is Heard.EASED and advice.label == danger.advices()["another_self_harm"].label:
        text = (
            "好，那边有人接手了。这边的人还要您守着，别让他一个人待着，药、刀、绳子收走；锁了门、没声音、已经喝了割了，"
            f"马上打：{calls}。两边都平安了，回我一声“都平安了”。"
        )
    elif heard is Heard.EASED and called:
        text = "好，听电话里的安排。人要是都平安了，回我一声“都平安了”。"
    elif heard is Heard.EASED and not by_text and advice.label == danger.advices()["missing"].label:
        text = f"我在。人找到了吗、是本人吗？还没找到就打：{calls}；找到了，回我一声“都平安了”。"
    elif heard is Heard.EASED and not by_text and police:
        text = f"我在。他还会不会再来？还不安全就打：{calls}；都平安了，回我一声“都平安了”。"
    elif heard is Heard.EASED and not by_text:
        text = f"我在。人醒着、喘气正常吗？还有谁没脱险，请马上打：{calls}；都平安了，回我一声“都平安了”。"
    elif by_text and not called:
        text = f"我在，您说的记下了。不用打电话：{_BY_MESSAGE}，手机调成静音；发过的，情况变了就再发一条。"
    elif called:
        text = "好，记下了。等人来的时候，听电话里的安排；情况变了就再打一次。"
    elif steps:
        text = f"我在。{advice.lead}"
    else:
        text = f"我在，您说的记下了。还没打电话的话，请马上打：{calls}。"
    if steps and not in_despair(advice) and heard not in (Heard.BLOCKED, Heard.MUTE, Heard.HIDING):
        text += f"\n{advice.advice}"
    return Reply(text, ways(advice), advice.card())


def not_known(advice: Advice, *, called: bool) -> Reply:
    """The reply to a question about the danger to which nothing that was read gives an answer: those who help know.

    Args:
        advice: the advice that was given.
        called: whether the citizen has called for help. Then the reply does not ask to call.
    """
    calls = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers)
    first = advice.numbers[0]
    careful = "先顾好自己的安全" if first.number == "110" else "没问清之前，先别自己动手"
    now = "" if called else f"还没打的，现在就打：{calls}。"
    text = f"这一点我没有把握，不敢乱说。请直接问 {first.number}（{first.name}）的接线员，电话别挂，照里面说的做；{careful}。{now}"
    return Reply(text, ways(advice), advice.card())


_OTHERWISE = (("我在", "我在听"), ("好，记下了", "好，记下了，我一直在"), ("", "我一直在。"))
"""How words begin that may be the same as the last ones → how they begin then."""


def varied(reply: Reply, last: str) -> Reply:
    """A reply in other words than the last one.

    >>> varied(Reply("我在，您慢慢说。"), "我在，您慢慢说。").text, varied(Reply("我在。"), "").text
    ('我在听，您慢慢说。', '我在。')
    """
    if reply.text != last:
        return reply
    begins, instead = next(pair for pair in _OTHERWISE if reply.text.startswith(pair[0]))
    return replace(reply, text=instead + reply.text.removeprefix(begins))


def again(advice: Advice, *, by_text: bool) -> Reply:
    """The short reply to a person who tells of the same danger again."""
    if by_text and not in_despair(advice):
        text = f"您说的我记下了。不用打电话：{_BY_MESSAGE}，手机调成静音；能安全离开就先离开。"
        return Reply(text, ways(advice), advice.card())
    return replace(advice.again("您说的我记下了。"), buttons=ways(advice))


def human(advice: Advice, place: QueuePlace, *, again: bool, by_text: bool) -> Reply:
    """The reply to a person in danger who asks for a human, and was put in front.

    Args:
        again: whether the person has asked before.
    """
    if place.mode is Mode.HUMAN:
        told = "坐席已经在了，您直接说。"
    elif place.mode is Mode.BOT:
        told = "您说的话都给坐席留着；打电话最快，我一直在，您接着说。"
    elif place.agents_online:
        told = "已经请坐席优先接您的对话，接入之前我一直在，您接着说。"
    elif again:
        told = "人工还在替您找，位置一直排着；坐席还没上线，上线就先看您的。您接着说，我在听。"
    else:
        told = "已经替您找人工了，按紧急的排；现在没有坐席在线，一上线就先看您的。我一直在，您接着说。"
    calls = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers)
    now = f"不用等，可以先{_BY_MESSAGE}。" if by_text else f"不用等，现在就能打：{calls}。"
    return Reply(f"{told}\n{now}", ways(advice), advice.card())


def taken_down(advice: Advice, *, by_text: bool) -> Reply:
    """The reply to a person in danger who says who they are, and where help must come."""
    calls = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers if n.number != "12356")
    come = f"要人马上过来，{_BY_MESSAGE}" if by_text else f"要人马上过来，请打 {calls}，把这些话告诉他们"
    why = "我这里派不了人，" if in_despair(advice) else ""
    near = "身边有人就叫一声，别一个人待着。" if in_despair(advice) else ""
    return Reply(f"记下了，您说的姓名、地址坐席都看得到。{why}{come}。{near}", ways(advice), advice.card())


def glad(*, answers: bool) -> Reply:
    """The reply to a person who takes back that they want to die. It believes, and leaves a door open.

    Args:
        answers: whether the answer to what they asked follows.
    """
    then = "您问的这件事：" if answers else "您接着说，我在听。"
    return Reply(f"好，您没事我就放心了。哪天心里难受了，随时可以打 12356，有人听您说。{then}")


def first(advice: Advice, *, by_text: bool = False) -> Reply:
    """The line in front of an answer to something else, such as a question or a withdrawal."""
    if by_text and not in_despair(advice):
        return Reply(f"人还有危险的话，先{_BY_MESSAGE}。您说的这件事：", (), advice.card())
    calls = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers)
    said = "难受了随时可以打" if in_despair(advice) else "人还有危险的话，先打"
    return Reply(f"{said}：{calls}。您说的这件事：", (), advice.card())


def heard_so() -> Reply:
    """The line to a person who says, beside an order about a ticket, that the danger is over."""
    return Reply("好，有人照看了就好；情况要是又变了，请马上再打电话。")


def left_form(advice: Advice) -> Reply:
    """The line after a form that was left while a danger is open: the danger is not."""
    calls = "、".join(f"{n.number}（{n.name}）" for n in advice.numbers)
    if in_despair(advice):
        text = f"登记先放一放，您这个人最要紧。我在，您现在在哪儿、身边有没有人，跟我说说。{calls}，什么时候都可以打。"
    else:
        text = f"登记先放一放，人要紧。现在怎么样了？还没打电话的话，请马上打：{calls}。"
    return Reply(text, ways(advice), advice.card())


def arrived() -> Reply:
    """The reply to a person who says that help is there."""
    return Reply(
        "好，人到了就听他们的安排。有别的要问、要反映的，直接跟我说；情况要是又变了，请马上再打电话。",
        (danger.FILE_IT,),
    )


def ended(advice: Advice) -> Reply:
    """The reply to a person who says that the danger is over. Who was violent may come back."""
    back = "门锁好；他再来，或者您还是怕，马上打 110。" if advice.numbers[0].number == "110" else ""
    return Reply(
        f"太好了，人没事就好。{back}要把这件事登记下来请部门处理，点下面就行；还有别的要问、要反映的，直接说。"
        "情况要是又变了，请马上再打电话。",
        (danger.FILE_IT,),
    )


def lies_behind() -> Reply:
    """The reply to a person who says that the danger was on a day before."""
    return Reply(
        "好，这会儿没有危险我就放心了；情况要是又变了，请马上打电话。这件事要登记下来请部门处理，点下面就行；还有别的，您接着说。",
        (danger.FILE_IT,),
    )


def gone() -> Reply:
    """The reply to a person who says that the one in danger has gone: home, or for ever. It fits both."""
    return Reply(
        "我知道了，您多保重。后面有要问的、要反映的，直接跟我说；身边还有人需要帮助，随时再打电话。",
        (danger.FILE_IT,),
    )


def relieved(*, goes_on: bool) -> Reply:
    """The line to a person who was asked whether there is danger, and says that it is over.

    Args:
        goes_on: whether what was told before is taken up again in the same turn.
    """
    then = "您刚才说的，我接着办。" if goes_on else "还有要问的、要反映的，您接着说。"
    return Reply(f"好，这会儿没有危险我就放心了。{then}")


def kept() -> Reply:
    """The line in front of the answer to who asks something else instead of saying whether there is danger."""
    return Reply("您刚才说的那件事我记着，要登记随时点下面。您问的这句：", (danger.FILE_IT,))


def done_with(heard: Heard, advice: Advice) -> Reply:
    """The reply to a person who says that the danger is not open any more (:data:`conversations.sequels.DONE_WITH`)."""
    if heard is Heard.PAST:
        return lies_behind()
    if heard is Heard.GONE:
        return gone()
    return ended(advice) if heard is Heard.OVER else arrived()


def sorry(*, answers: bool) -> Reply:
    """The reply to a person who is tired of being told to phone.

    Args:
        answers: whether the answer to what they asked follows.
    """
    then = "您问的这件事：" if answers else "您想问哪一点，说一句就行，我来查。"
    return Reply(f"不好意思，刚才是怕您有危险，电话的事不再提了。{then}")


def misread(text: str) -> Reply:
    """The reply to a person who said that it is not urgent, and whose earlier words ``text`` were not understood."""
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return Reply(f"好的，没有危险就好。您刚才说的“{shown}”，要登记下来请部门处理吗？", (danger.FILE_IT,))


def in_despair(advice: Advice) -> bool:
    """Whether the advice is for a person who speaks of their own despair."""
    return advice.label == danger.advices()["self_harm"].label


def ways(advice: Advice) -> tuple[Button, ...]:
    """The buttons under an advice: to file the matter, and out of an alarm that is none."""
    return (danger.FILE_IT, danger.FINE if in_despair(advice) else danger.NOT_URGENT)


def comes(place: QueuePlace, *, first: bool, left: bool = False) -> str:
    """Whether an agent will come. The sentence promises nothing that may not happen.

    Args:
        first: whether the conversation goes before those that are not urgent.
        left: whether an agent had the conversation, and has left the desk.
    """
    if left and place.mode is not Mode.HUMAN:
        return f"刚才接待您的坐席离开了。{comes(place, first=first)}"
    if place.mode is Mode.HUMAN:
        # The agent who has the conversation may have left the desk. Whether anybody reads it is not known here.
        return "您的话也留给坐席了；请先打上面的电话，不要等回复。"
    if place.mode is Mode.BOT:
        # Nobody in danger has to hear why the queue is closed: the conversation stays readable for the agents.
        return "上面的电话最快，请先打。您说的话都给坐席留着；我会一直在，您可以接着跟我说。"
    if place.agents_online == 0:
        return "现在没有坐席在线，请直接打上面的电话。我会一直在，您可以接着跟我说。"
    before = "优先接您的对话" if first else "接您的对话，前面还有人，请先打上面的电话"
    return f"我已经请坐席{before}；接入之前我一直在，您可以接着跟我说。"
