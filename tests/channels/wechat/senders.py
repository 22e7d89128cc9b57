"""A program that sends texts through one client: ``python -m tests.channels.wechat.senders …``."""

from __future__ import annotations

import asyncio
import sys

from channels.wechat.api.client import Client
from core.database import Database
from core.sealing import use_data_key
from core.wechat_accounts import WeChatAccount
from tests.channels.wechat.api import PUSHING_ID, SECRET

ACCOUNT = WeChatAccount(name="pushing", app_id=PUSHING_ID, token="testtoken", app_secret=SECRET)
"""The account that sends."""


async def send(database_url: str, api_url: str, name: str, count: int, warm: bool) -> None:
    """Send ``count`` texts to as many citizens, all at once, after a line is read from the input."""
    database = Database(database_url)
    try:
        async with Client(ACCOUNT, database, api_url) as client:
            if warm:
                await client.typing("o-warm")
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            await asyncio.gather(*(client.send_text(f"o-{name}-{n}", f"第{n}句") for n in range(count)))
    finally:
        await database.close()


if __name__ == "__main__":
    database_url, api_url, key, name, count = sys.argv[1:]
    use_data_key(key)
    asyncio.run(send(database_url, api_url, name, int(count), warm=True))
