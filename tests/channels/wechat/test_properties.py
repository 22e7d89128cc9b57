"""Whatever is fed in: one kind of error out, replies the platform can read, nothing lost between pages."""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import replace

import pytest
import xmltodict
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from channels.wechat.api.crypto import Crypto
from channels.wechat.api.errors import WeChatError
from channels.wechat.inbound.parse import MAX_XML, encrypted_part, parse
from channels.wechat.outbound.pages import DOUBTFUL, FOLLOWS, LIMIT, MORE, Page, choices_of, numbered, page
from channels.wechat.outbound.reply import text_reply
from channels.wechat.text import showable
from conversations.types import Button, Message, Owed
from core.clock import now
from core.errors import TooLarge
from tests.channels.wechat.platform import ACCOUNT, APP_ID, CITIZEN, HOSTILE, KEY, OLD_KEY, PAYLOADS, TOKEN

CRYPTO = Crypto(TOKEN, APP_ID, KEY, OLD_KEY)
SAMPLES = [path.read_bytes() for folder in (PAYLOADS, HOSTILE) for path in sorted(folder.glob("*.xml"))]
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])

anything = st.text(st.characters(exclude_categories=()), max_size=300)


def _message(text: str, *, turn: str | None = "t", sender: str = "bot", buttons: int = 0) -> Message:
    made = tuple(Button(f"选项{n}", f"/{n}") for n in range(buttons))
    return Message("i", "c", 1, "out", sender, "坐席 1 号", "text", text, now(), buttons=made, turn_id=turn)


@MANY
@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_one_error(body: bytes) -> None:
    for read in (parse, encrypted_part):
        with suppress(WeChatError):
            read(body)


@MANY
@given(st.sampled_from(SAMPLES), st.data())
def test_any_damage_to_a_real_payload_is_a_message_or_one_error(sample: bytes, data: st.DataObject) -> None:
    assume(sample)
    at = data.draw(st.integers(0, len(sample) - 1))
    kind = data.draw(st.sampled_from(["cut", "flip", "insert", "repeat"]))
    if kind == "cut":
        sample = sample[:at]
    elif kind == "flip":
        sample = sample[:at] + bytes([sample[at] ^ data.draw(st.integers(1, 255))]) + sample[at + 1 :]
    elif kind == "insert":
        sample = sample[:at] + data.draw(st.binary(max_size=20)) + sample[at:]
    else:
        sample = sample[:at] + sample
    try:
        message = parse(sample)
    except WeChatError:
        return
    assert message.user and message.account
    assert not message.readable or message.message_id.isdigit()


def test_over_the_limit_is_not_even_looked_at() -> None:
    with pytest.raises(TooLarge):
        parse(b" " * (MAX_XML + 1))


@MANY
@given(st.text(max_size=200), st.sampled_from([KEY, OLD_KEY]))
def test_what_another_implementation_sealed_opens(text: str, key: str) -> None:
    assume(text.encode("utf-8", "ignore").decode() == text)
    envelope = xmltodict.parse(WeChatCrypto(TOKEN, key, APP_ID).encrypt_message(text, "n", "1"))["xml"]
    assert CRYPTO.open(envelope["Encrypt"]).body.decode() == text


@MANY
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=200))
def test_what_we_seal_another_implementation_opens(text: str) -> None:
    opened = CRYPTO.open(
        xmltodict.parse(WeChatCrypto(TOKEN, KEY, APP_ID).encrypt_message("x", "n", "1"))["xml"]["Encrypt"]
    )
    sealed = opened.seal(text, "nonce")
    fields = xmltodict.parse(sealed)["xml"]
    other = WeChatCrypto(TOKEN, KEY, APP_ID)
    assert other.decrypt_message(sealed, fields["MsgSignature"], fields["TimeStamp"], "nonce") == text


@MANY
@given(st.binary(max_size=300))
def test_any_ciphertext_is_refused_in_one_way(raw: bytes) -> None:
    for encrypted in (base64.b64encode(raw).decode(), raw.decode("latin-1")):
        with pytest.raises(WeChatError):
            CRYPTO.open(encrypted)


@MANY
@given(st.data())
def test_a_damaged_ciphertext_never_opens_as_something_else(data: st.DataObject) -> None:
    text = "<xml><a>您好</a></xml>"
    sealed = xmltodict.parse(WeChatCrypto(TOKEN, KEY, APP_ID).encrypt_message(text, "n", "1"))["xml"][
        "Encrypt"
    ]
    raw = bytearray(base64.b64decode(sealed))
    # The last two blocks hold length-checked framing: AppID and padding. Damage there must never pass.
    at = data.draw(st.integers(len(raw) - 32, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WeChatError):
        CRYPTO.open(base64.b64encode(bytes(raw)).decode())


def test_a_key_of_another_shape_is_refused_at_start() -> None:
    for key in ("", "short", "!" * 43, "A" * 44):
        with pytest.raises(ValueError):
            Crypto(TOKEN, APP_ID, key or "x")


@MANY
@given(anything)
def test_any_text_survives_the_reply_but_for_what_xml_cannot_carry(text: str) -> None:
    fields = xmltodict.parse(text_reply(CITIZEN, ACCOUNT, text), strip_whitespace=False)["xml"]
    assert (fields["Content"] or "") == showable(text)
    assert fields["ToUserName"] == CITIZEN
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]


chinese = st.text(
    st.sampled_from("公积金提取需要带身份证。，！？\n；abc 1👍🏽👨\u200d👩é\u0301"), max_size=3_000
)


def _owed(*messages: Message, doubtful: bool = False) -> list[Owed]:
    """Messages as the outbox gives them, one after another."""
    return [
        Owed((f"part-{n}",), replace(message, id=f"m{n}", seq=n), doubtful=doubtful)
        for n, message in enumerate(messages)
    ]


def _pages(owed: list[Owed], **how: bool) -> list[Page]:
    """Page after page, each shown before the next is made; a cut message goes on where it was cut."""
    found = []
    while owed:
        shown = page(owed, **how)
        found.append(shown)
        assert shown.parts, "every page brings something on"
        left = [one for one in owed if one.parts[0] in shown.left]
        if shown.cut is not None:
            one, said, rest = shown.cut
            assert said + rest == showable(one.message.text).strip()
            left.insert(0, replace(one, parts=("rest",), message=replace(one.message, text=rest)))
        owed = left
    return found


@pytest.mark.slow
@MANY
@given(st.lists(chinese, min_size=1, max_size=4), st.integers(0, 12), st.booleans(), st.booleans())
def test_pages_fit_keep_the_order_and_lose_nothing(
    texts: list[str], buttons: int, doubtful: bool, follows: bool
) -> None:
    said = [_message(text, turn=f"t{n}") for n, text in enumerate(texts)]
    said[-1] = _message(texts[-1], turn="last", buttons=buttons)
    choices = numbered([Button(f"选项{n}", "/x") for n in range(buttons)])
    whole = ""
    for shown in _pages(_owed(*said, doubtful=doubtful), follows=follows):
        assert len(shown.text.encode()) <= LIMIT
        assert not shown.choices or shown.choices == choices
        body = shown.body
        if shown.more:
            marker = (FOLLOWS if follows else MORE).strip()
            assert body.endswith(marker)
            body = body.removesuffix(marker)
        whole += body.removeprefix(DOUBTFUL.strip())
    # The last page with words has the choices, if there is one.
    assert "".join(whole.split()) == "".join("".join(texts).split())


@MANY
@given(chinese, st.integers(1, 12))
def test_choices_stay_with_every_page_of_their_message(text: str, buttons: int) -> None:
    choices = numbered([Button(f"选项{n}", "/x") for n in range(buttons)])
    for shown in _pages(_owed(_message(text, buttons=buttons))):
        assert shown.text.endswith(choices.strip())


def test_a_message_is_not_begun_under_another_for_a_word_or_two() -> None:
    first = _message("前面的话。" * 130, turn="a")
    shown = page(_owed(first, _message("后面的话。" * 100, turn="b", buttons=2)))
    assert shown.left == ("part-1",) and shown.cut is None
    assert shown.choices == "", "what is chosen from is not shown yet"


def test_what_goes_ahead_is_first_and_its_choices_with_it() -> None:
    danger = replace(_owed(_message("请马上拨打 119。", turn="b", buttons=1))[0], ahead=True, parts=("d",))
    danger = replace(danger, message=replace(danger.message, id="d", seq=9))
    shown = page([danger, *_owed(_message("很长的话。" * 300, turn="a"))])
    assert shown.text.startswith("请马上拨打 119。") and shown.text.endswith("1. 选项0")


def test_an_emoji_is_not_torn_apart() -> None:
    family = "👨‍👩‍👧"
    shown = page(_owed(_message(family * 200)))
    assert shown.cut is not None
    _, said, rest = shown.cut
    assert not said.endswith("\u200d") and not rest.startswith("\u200d")


@pytest.mark.parametrize(
    ("messages", "titles"),
    [
        ([], []),
        ([_message("a", buttons=2)], ["选项0", "选项1"]),
        ([_message("a", turn="t1", buttons=2), _message("b", turn="t2")], []),
        ([_message("a", turn="t1", buttons=1), _message("b", turn="t1", buttons=1)], ["选项0", "选项0"]),
        ([_message("a", buttons=2), _message("b", turn=None, sender="agent")], []),
        ([_message("a", buttons=2), _message("b", turn=None, sender="system", buttons=1)], ["选项0"]),
    ],
)
def test_numbers_stand_for_the_choices_that_are_still_open(
    messages: list[Message], titles: list[str]
) -> None:
    assert [button.title for button in choices_of(messages)] == titles


def test_a_list_too_long_for_the_page_is_cut_not_the_text() -> None:
    long = Message(
        "i", "c", 1, "out", "bot", "", "text", "正文。", now(),
        buttons=tuple([Button("很长的选项标题" * 20, "/x")] * 40), turn_id="t",
    )  # fmt: skip
    shown = page(_owed(long))
    assert shown.text.startswith("正文。") and len(shown.choices.encode()) < 1000
