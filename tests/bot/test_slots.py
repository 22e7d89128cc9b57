"""How the words for a field are found, chosen and believed."""

from __future__ import annotations

import random
from datetime import datetime

import numpy as np
import pytest

from bot.evaluation.rows import StoryRow
from bot.evaluation.slots import evaluate
from bot.understanding.encoding.reading import plain
from bot.understanding.mine import _without_measure, mine, readings
from bot.understanding.name import introduced_name
from bot.understanding.slots import fit_chooser
from bot.understanding.slots.agreement import alike, same_time
from bot.understanding.slots.candidates import candidates
from bot.understanding.slots.choosing import best, together
from bot.understanding.slots.examples import Story, labels, stories
from bot.understanding.slots.features import Context, described
from bot.understanding.slots.fit_types import bars
from bot.understanding.slots.tagging import LABELS, spans
from tests.cities import HUAINAN

NOW = datetime.fromisoformat("2026-11-24T14:00:00+08:00")
CONTEXT = Context(NOW, HUAINAN)


def nothing_tagged(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """The tagger's probabilities when it sees nothing at all."""
    shares = np.zeros((len(text), len(LABELS)), np.float32)
    shares[:, 0] = 1
    return shares


def words_of(text: str, kind: str) -> list[str]:
    """The words of the candidates that rules alone find."""
    read = plain(text)
    found = candidates(read, readings(text, NOW, HUAINAN), nothing_tagged(read), HUAINAN)
    return [read[one.start : one.end] for one in found[kind]]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("在田家庵区陈洞路锦绣花园7号楼的地下车库", "place", "陈洞路锦绣花园7号楼"),
        ("电梯坏了快三个月了", "time", "三个月"),
        ("在“花嫁礼”交了定金，门锁了", "subject", "花嫁礼"),
        ("俺是陶店乡的", "town", "陶店乡"),
        ("贺疃街上路灯不亮", "district", "贺疃"),
        ("会计电话13800000412，我的是13800000413", "phone", "13800000412"),
    ],
)
def test_what_a_field_may_hold_is_among_the_candidates(text: str, kind: str, words: str) -> None:
    assert words in words_of(text, kind)


def test_names_of_towns_mean_town_and_district() -> None:
    read = "李冲乡派出所的小魏"
    some = candidates(read, readings(read, NOW, HUAINAN), nothing_tagged(read), HUAINAN)
    town = described("town", read, some["town"], nothing_tagged(read), CONTEXT)
    district = described("district", read, some["district"], nothing_tagged(read), CONTEXT)
    assert (town.keys[0], district.keys[0]) == ("李冲回族乡", "凤台县")


def test_a_town_alone_is_no_address() -> None:
    read = "九龙岗镇"
    some = candidates(read, readings(read, NOW, HUAINAN), nothing_tagged(read), HUAINAN)
    assert len(described("place", read, some["place"], nothing_tagged(read), CONTEXT).candidates) == 0


def test_candidates_that_agree_share_their_probability() -> None:
    read = "陈洞路锦绣花园7号楼漏水，我上班在龙湖路万顺大厦"
    some = candidates(read, readings(read, NOW, HUAINAN), nothing_tagged(read), HUAINAN)["place"]
    found = described("place", read, some, nothing_tagged(read), CONTEXT)
    shares = np.full(len(found.keys), 0.9 / len(found.keys), np.float32)
    every = together("place", found, shares)
    at = [n for n, key in enumerate(found.keys) if alike(key, "陈洞路锦绣花园7号楼")]
    assert at and every[at[0]] >= shares[at].sum() - 1e-6
    assert best(every, shares) in range(len(shares))


def test_inner_labels_follow_only_their_own_kind() -> None:
    shares = np.full((4, len(LABELS)), 0.01, np.float32)
    shares[0, LABELS.index("B-place")] = 0.9
    shares[1, LABELS.index("I-time")] = 0.5  # impossible behind the first of a place
    shares[1, LABELS.index("I-place")] = 0.4
    shares[2, 0] = shares[3, 0] = 0.9
    assert [(one.kind, one.start, one.end) for one in spans(shares)] == [("place", 0, 2)]


def test_a_threshold_moves_little_when_single_stories_change() -> None:
    chance = random.Random(1)
    scores = [chance.random() for _ in range(400)]
    right = [chance.random() < score for score in scores]
    bars = []
    for left_out in range(5):
        kept = [n for n in range(400) if n % 50 != left_out]
        slope, offset = fit_chooser.calibrated([scores[n] for n in kept], [right[n] for n in kept])
        line = [1 / (1 + np.exp(-(slope * np.log(s / (1 - s)) + offset))) for s in (scores[n] for n in kept)]
        bars.append(fit_chooser.bar(line, 0.8))
    assert max(bars) - min(bars) < 0.05


def test_without_enough_sure_choices_nothing_is_stored() -> None:
    assert fit_chooser.bar([0.7] * 100, 0.9) == 1.01
    assert fit_chooser.bar([0.99] * 5, 0.9) == 1.01
    assert fit_chooser.bar_of([(0.9, False)] * 30, 0.9) == 1.01


def test_a_type_seen_right_twice_is_not_yet_certain() -> None:
    few = bars(
        [("praise/named", 0.9, True)] * 2 + [("help/read", 0.9, True), ("help/read", 0.4, False)], 0.95
    )
    assert few["help/read"] == 1.01
    assert bars([("praise/named", 0.9, True)] * 60, 0.9)["named"] <= 0.9


@pytest.mark.parametrize(
    ("said", "truth", "same"),
    [
        ("2026-11-18T20", "2026-11-18T20", True),
        ("2026-11-18", "2026-11-18T20", False),
        ("这几天", "这几天晚上", True),
        ("", "", False),
    ],
)
def test_times_agree(said: str, truth: str, same: bool) -> None:
    assert same_time(said, truth) is same


def test_a_label_may_tell_a_time_in_the_words_of_the_story() -> None:
    told = "田家庵区龙湖路8号的路灯昨天晚上八点坏了"
    for label, right in (
        ("昨天晚上八点", 1),
        ("2026-11-23T20", 1),
        ("前天晚上八点", 0),
        ("2026-11-22T20", 0),
    ):
        row = StoryRow(text=told, slots={"happened_at": label})
        found = evaluate([row], NOW, HUAINAN)["per_slot"]["happened_at"]
        assert found["filled"] == 1 and found["precision"] == right, label


def test_every_annotated_word_is_in_its_story() -> None:
    found = stories()
    assert len({one.author for one in found}) == 11
    assert all(words in one.text for one in found for words in one.main.values())
    assert all(one.text[start:end] for one in found for _, start, end in one.spans)


def test_a_row_of_two_matters_gives_the_whole_and_each_alone() -> None:
    several = [one for one in stories() if one.several]
    assert several
    whole = several[0]
    parts = [one for one in stories() if one.main and not one.told and one.text in whole.text]
    assert len(parts) >= 2


def test_labels_mark_the_annotated_words() -> None:
    text = "昨晚锦绣花园的KTV吵"
    story = Story("someone", text, (("time", 0, 2), ("subject", 7, 10)))
    marks = [LABELS[n] for n in labels(plain(text), story)]
    assert marks[:2] == ["B-time", "I-time"] and marks[7:10] == ["B-subject", "I-subject", "I-subject"]


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ("淮滨路有家百姓装饰公司，收了我八千定金一直不开工", "家百姓装饰公司", "百姓装饰公司"),
        ("家政公司收了钱不派人", "家政公司", "家政公司"),
        ("我找的是爱心家政公司", "家政公司", "家政公司"),
    ],
)
def test_a_measure_word_is_no_part_of_a_name(text: str, read: str, value: str) -> None:
    assert _without_measure(text, read) == value


def test_until_what_hour_is_no_hour_at_which_something_happened() -> None:
    found = mine("楼下棋牌室夜里打麻将到两点，我感觉得到震动，家里老人睡不了", NOW, HUAINAN)
    when = found.happened_at or found.unsure.happened_at
    assert when is None or (when.start is None and when.text != "两点")


def test_how_often_something_happened_is_no_time() -> None:
    found = mine("电梯又困人了！这个月第三回，物业电话没人接", NOW, HUAINAN)
    assert found.happened_at is None and found.unsure.happened_at is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我们蔡家岗红卫巷的路灯黑了快一个月", "红卫巷"),  # 蔡家岗 is a town, and 岗红卫巷 is nothing
        ("我店门口路挖开半个月没人填", ""),
    ],
)
def test_an_address_begins_with_no_half_of_a_town_and_is_more_than_a_door(text: str, address: str) -> None:
    assert mine(text, NOW, HUAINAN).address == address


@pytest.mark.parametrize(
    "text",
    [
        "举报工地的包工头，叫王强，欠我工资",
        "包工头姓王，叫王强，欠我工资",
        "大厅一个工作人员，叫王强，骂人",
        "老板电话13900000001，叫王强，欠我工资",
    ],
)
def test_who_is_complained_of_is_not_the_citizen(text: str) -> None:
    assert introduced_name(text) is None


@pytest.mark.parametrize(
    "text", ["我姓王，叫王强", "13900000000，叫王强", "我电话13900000000，叫王强", "你好，叫王强"]
)
def test_whose_number_or_surname_stands_before_it_is_named(text: str) -> None:
    assert introduced_name(text) == "王强"
