"""What citizens say about the further matters of their message: fetch one, it is one matter, only the first."""

from __future__ import annotations

import pytest

from bot.understanding.further import fetched, is_one_matter, wants_first_only
from tests import pumping

MATTERS = ["我们村的垃圾没人清运", "镇上的公交车不按点发车"]
FETCH = [
    "刚才说的垃圾也登记一下",
    "垃圾那个也要登记",
    "我说的那个垃圾的事也帮我登记吧",
    "垃圾的事也给登一下呗",
    "还有公交车那个也报一下",
    "把垃圾那件也记上",
    "垃圾的也弄一个吧",
    "第二件也登记吧",
    "另一件也登记",
    "那个也登记一下",
    "剩下那件也办了吧",
    "还有刚才那个垃圾的事呢",
    "公交的事接着登记",
    "刚才垃圾那个 再登记一下",
    "公交车晚点那个事也一起投诉",
]
FETCH_NOTHING = [
    "垃圾登记了没",
    "垃圾分类也要登记吗",
    "路灯也登记一下",
    "我还要投诉物业",
    "这个也登记一下",
    "垃圾也没人清",
    "公交车也不来",
    "要登记什么",
    "还要登记",
    "还有别的要登记",
    "垃圾那个不用登记了",
    "再登记一件",
    "刚才那个工单办得怎么样",
    "公交卡怎么办",
    "我也要反映",
    "登记一下",
    "垃圾袋也要收钱",
    "公交也涨价了",
    "也给我办一下吧",
    "刚才登记的撤了",
]
ONE = [
    "这是一件事",
    "就一件事",
    "都是一回事",
    "别分开登记",
    "不用分开",
    "写在一起吧",
    "登记成一张就行",
    "不是两件事",
    "我说的是一个事",
    "合在一起报",
    "不要拆成两个单",
]
NOT_ONE = [
    "这是两件事",
    "不是一件",
    "不是同一件事",
    "分开登记",
    "我要说一件事",
    "另外一件事",
    "一个单元的事",
    "一起登记两个",
    "还有一件事",
    "这一件先办",
    "两件事都要办",
    "一个月了",
    "都坏了",
    "是的",
    "不是",
    "没有",
    "一起住的",
    "不分开不行吗",
    "一张照片",
    "两个问题",
]
FIRST = [
    "先登记这个吧",
    "就先这一件",
    "另外那个不用了",
    "先办这一件",
    "先只办这个",
    "一件就行",
    "只登记这一件就好",
    "先弄前面那个",
    "后面那件先不登记",
    "那就先这个",
    "先这个吧",
    "就先报第一个",
]
NOT_FIRST = [
    "先这样",
    "先登记吧",
    "不用了",
    "先等等",
    "先不说",
    "就这里",
    "先到这",
    "这一件事发生在昨天",
    "先报警了",
    "就一个人",
    "一个月就好了",
    "那个不行",
    "只有一个灯坏了",
    "先跳过",
    "别登记了",
    "就是这一栋",
    "那件事算了",
    "先去的社区",
    "光这一条街就坏了五个",
    "一件也没收到",
]


@pytest.mark.parametrize("said", FETCH)
def test_a_matter_told_before_is_fetched(said: str) -> None:
    at = fetched(said, MATTERS)
    assert at == (1 if "公交" in said else 0)
    assert fetched(said, []) is None


@pytest.mark.parametrize("said", FETCH_NOTHING)
def test_other_words_fetch_nothing(said: str) -> None:
    assert fetched(said, MATTERS) is None


@pytest.mark.parametrize("said", ONE)
def test_it_is_one_matter(said: str) -> None:
    assert is_one_matter(said)


@pytest.mark.parametrize("said", NOT_ONE)
def test_it_is_not_said_to_be_one_matter(said: str) -> None:
    assert not is_one_matter(said)


@pytest.mark.parametrize("said", FIRST)
def test_only_the_first_is_wanted(said: str) -> None:
    assert wants_first_only(said)


@pytest.mark.parametrize("said", NOT_FIRST)
def test_the_first_is_not_chosen(said: str) -> None:
    assert not wants_first_only(said)


@pytest.mark.parametrize("piece", ["那", "我", "登记", "一件", "不", "也", "就先", "的", "先只", "不分开"])
def test_repeated_words_are_read_at_once(piece: str) -> None:
    for read in (lambda said: fetched(said, MATTERS), is_one_matter, wants_first_only):
        assert pumping.least(read, piece * 15, 0.05) <= 0.05
