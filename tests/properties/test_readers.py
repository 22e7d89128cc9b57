"""Every reader of a citizen's or agent's words takes any text: it never raises.

The readers are found as in :mod:`tests.test_hostile_texts`, by what they take (one text, or a text and another), so a new one is
fed without a line here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import phone as phones
from bot.understanding.when import moments
from conversations import attachments, parting
from conversations.waiting import says_goodbye
from core.city import load_city
from core.clock import local
from core.text import clean, legible, line, plain
from tests import test_hostile_texts as hostile
from tests.properties.words import anything, few, told

pytestmark = pytest.mark.slow

readers = cache(lambda: hostile.readers(load_city("huainan")))


@few
@given(told | anything)
def test_any_text_is_read_by_every_reader(text: str) -> None:
    said = legible(text)
    for name, read in readers().items():
        try:
            read(said)
        except Exception as error:
            raise AssertionError(f"{name} fails on {said!r}") from error


@few
@given(anything)
def test_what_is_made_legible_stays_so(text: str) -> None:
    for make in (clean, legible, line):
        once = make(text)
        assert make(once) == once, make.__name__
    assert isinstance(plain(legible(text)), str)
    legible(text).encode("utf-8")
    assert "\0" not in legible(text)


@few
@given(told, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_a_moment_is_read_from_any_words_at_any_time(text: str, at: datetime) -> None:
    for moment in moments(legible(text), local(at.replace(tzinfo=UTC))):
        assert moment is not None


@few
@given(
    st.none()
    | st.dictionaries(
        st.sampled_from(("lat", "lon", "id", "name", "address", "url")), told | st.floats() | st.none()
    )
)
def test_any_attachment_is_told_in_words_or_left_out(media: dict[str, object] | None) -> None:
    attachments.place(media)
    assert isinstance(attachments.words("我在这里", media), str)


@few
@given(
    st.lists(st.tuples(st.booleans(), told | st.sampled_from(("谢谢", "办好了，再见", "再见"))), max_size=6)
)
def test_a_talk_is_over_only_by_its_newest_word(newest: list[tuple[bool, str]]) -> None:
    over = parting.parted(newest)
    if over:
        by_agent, last = newest[0]
        assert len(last.strip()) <= parting.LONGEST and any(agent for agent, _ in newest)
        assert by_agent or says_goodbye(last) or parting.only_thanks(last)
    assert not parting.parted([(False, "路灯还是没修好"), *newest])


def test_the_readers_are_found() -> None:
    assert len(readers()) > 100 and any(phones.__name__ in name for name in readers())
