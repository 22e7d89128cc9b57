"""A citizen who acts a case of sixty.yml, and a supervisor who reads the tickets at the desk."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any
from uuid import uuid4

import httpx

from tests.citizen import Citizen
from tests.conversations.test_media import photo
from tests.stored import age_tracker, tracker_events
from tests.system import System, new_address, wenban

KNOWS = {  # slot of the form → key of `knows`, and the answer of a citizen who has none
    "content": ("what", "我要反映问题"),
    "district": ("district", "不清楚是哪个区"),
    "address": ("place", "跳过"),
    "happened_at": ("time", "记不清了"),
    "subject": ("subject", "跳过"),
    "complaint_type": ("type", "投诉"),
    "contact_name": ("name", "匿名"),
    "contact_phone": ("phone", "不留电话"),
    "confidential": ("confidential", "不用保密"),
    "same_ticket": ("same", "不是一件，另外登记"),
    "complaint_confirm": ("confirm", "确认提交"),
}
MOST_MESSAGES = 16
"""Most answers of one citizen for a ticket, besides what `says`, `twists` and `after` hold."""
UNASKED = {"接着登记": "接着登记", "登记这件事": "登记这件事", "没有，接着说我的事": "没有"}
"""Button of a question that is none of the form's → what a citizen says who wants a ticket."""
INSISTS = "我要反映这件事"
"""What a citizen says, once, who wants a ticket and was taken for one who asks."""
LONG = "".join(
    f"第{n}回报修，物业前台登记了名字，说配件还在路上，叫我们等通知，等来等去又停了，楼里上班的人天天晚点。"
    for n in range(1, 63)
)
"""What {long} in a message stands for: some 3,000 characters."""


class Desk:
    """Somebody at the desk's API: a supervisor, or whoever ``role`` and further options of ``wenban user add`` say."""

    def __init__(self, system: System, role: str = "supervisor", *more: str) -> None:
        name = f"a{uuid4().hex[:8]}"
        added = wenban(
            "user", "add", name, "--name", "班长", "--role", role, *more, environment=system.environment
        )
        assert added.returncode == 0, added.stderr
        self.http = httpx.Client(
            base_url=f"{system.url}/api/desk/",
            headers={"X-Requested-With": "wenban", **new_address()},
            timeout=40,
            verify=False,  # see tests/citizen.py
        )
        old, new = added.stdout.split()[-1], uuid4().hex
        self.post("login", username=name, password=old)
        self.post("password", old=old, new=new)

    def post(self, path: str, **body: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(path, json=body).raise_for_status().json()
        return answer

    def ticket(self, number: str) -> dict[str, Any]:
        """A ticket with name and phone in clear, and the notes of its history."""
        read = self.http.get(f"tickets/{number}").raise_for_status().json()
        notes = [f"{event['action']}：{event['note']}" for event in read["events"]]
        contact = self.post(f"tickets/{number}/reveal", reason="核对地址或事情经过")
        return {**read["ticket"], **contact["words"], **contact, "notes": notes}


class Acted:
    """A citizen who acts a case."""

    def __init__(self, system: System, case: dict[str, Any]) -> None:
        self.system, self.case = system, case
        self.citizen = Citizen(system.url)
        self.numbers: list[str] = []
        self.sent = self.side = 0
        self.insisted = False
        self.messages = 0
        # Messages from the first word to the first number; 0 while there is none.
        self.tries: Counter[tuple[str, int]] = Counter()
        self.twists = {twist["at"]: twist["says"] for twist in case.get("twists", [])}

    def say(self, text: str) -> str:
        """Say it; 照片 and 定位 send one, 次日 lets a day pass."""
        if text == "次日":
            return self.a_day_passes()
        if text == "照片":
            self.side += 1  # each another photo
            said = self.citizen.photo(photo((40 + self.side, 40 + self.side)))
        elif text == "定位":
            said = self.citizen.locate(32.646, 117.018)
        else:
            said = self.citizen.say(text.replace("{long}", LONG))
        assert said, "no reply"
        self.sent += 1
        for message in self.citizen.last:
            card = message["card"]
            if card and card["kind"] == "ticket" and card["number"] not in self.numbers:
                self.numbers.append(card["number"])
                self.messages = self.messages or self.sent
        return said

    def a_day_passes(self) -> str:
        """Make all that Rasa and the app know of this citizen 26 hours older, for their clocks can't be turned."""
        chat = self.conversation()
        age_tracker(self.system, 26 * 3600, chat)
        with sqlite3.connect(self.system.data / "wenban.db", timeout=20) as database:
            for table, column in (("messages", "conversation_id"), ("conversations", "id")):
                database.execute(
                    f"UPDATE {table} SET created_at = datetime(created_at, '-26 hours') || '.000000'"
                    f" WHERE {column} = ?",
                    (chat,),
                )
        return "（过了一天）"

    def conversation(self) -> str:
        """The id of the conversation: the one with the last message, for one citizen acts at a time."""
        with sqlite3.connect(
            f"file:{self.system.data / 'wenban.db'}?mode=ro", uri=True, timeout=20
        ) as database:
            found: str = database.execute(
                "SELECT conversation_id FROM messages ORDER BY rowid DESC"
            ).fetchone()[0]
            return found

    def asked(self) -> str | None:
        """The form's slot that is asked for; None when no form runs."""
        asked = [
            event["value"]
            for event in tracker_events(self.system, self.conversation())
            if event["event"] == "slot" and event["name"] == "requested_slot"
        ]
        return asked[-1] if asked else None

    def act(self, tickets: int) -> None:
        """From the first word until so many tickets are filed, or nothing is asked any more."""
        for text in self.case["says"]:
            self.say(str(text))
        most = MOST_MESSAGES * max(1, tickets)
        for _ in range(most):
            slot = self.asked()
            if slot in self.twists:
                for text in self.twists.pop(slot):
                    self.say(str(text))
                continue
            if len(self.numbers) < tickets:
                beside = next(
                    (words for title, words in UNASKED.items() if title in self.citizen.buttons()), ""
                )
                if not beside and slot is None and not self.insisted:
                    beside, self.insisted = INSISTS, True
                if beside:
                    self.say(beside)
                    continue
            if slot is None or len(self.numbers) == tickets > 0:
                break
            self.say(self.answer(slot))
        else:
            raise AssertionError(f"{most} answers and no end")
        for text in self.case.get("after", []):
            self.say(str(text))

    def answer(self, slot: str) -> str:
        """What this citizen answers to the question; asked in vain for the second time, he says it in his next words,
        and when he has no more, he declines. Of a second matter he knows `then`.
        """
        key, refusal = KNOWS[slot]
        knows = {**self.case.get("knows", {}), **(self.case.get("then", {}) if self.numbers else {})}
        words = knows.get(key, [self.story()] if key == "what" else [])
        words = [str(one) for one in (words if isinstance(words, list) else [words] * 2)]
        self.tries[slot, len(self.numbers)] += 1
        return [*words, refusal][min(self.tries[slot, len(self.numbers)] - 1, len(words))]

    def story(self) -> str:
        """What a citizen says who is asked once more what it is about."""
        said = [str(text) for text in self.case["says"] if text not in ("照片", "定位", "次日")]
        return "，".join(said)
