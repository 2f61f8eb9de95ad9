"""Notices to staff through Apprise: WeCom, DingTalk, Feishu, mail, webhooks, Telegram and others, by one URL each.

The URLs hold secrets and Apprise writes parts of them into its log, so its log is shut.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset, NotifyType, PersistentStoreMode

from bot.errors import BadInput

TIME_LIMIT = 12.0  # seconds for one try
MOST_CHARACTERS = 500
SCHEMES = {  # what an address may be; Apprise also knows ways that run programs or show windows on this machine
    "wecombot": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "lark": "飞书",
    "wxpusher": "WxPusher",
    "schan": "Server酱",
    "pushdeer": "PushDeer",
    "bark": "Bark",
    "barks": "Bark",
    "mailto": "邮件",
    "mailtos": "邮件",
    "json": "网址回调",
    "jsons": "网址回调",
    "form": "网址回调",
    "forms": "网址回调",
    "tgram": "Telegram",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "gotify": "Gotify",
    "gotifys": "Gotify",
}
for name in ("apprise", "urllib3"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)

# The name goes out as an HTTP header, so it is plain ASCII.
_asset = AppriseAsset(
    app_id="Xinqiao", app_desc="Xinqiao", app_url="", async_mode=False, storage_mode=PersistentStoreMode.MEMORY
)
# Threads of their own: a peer that hangs must not hold up the workers' messages.
_threads = ThreadPoolExecutor(8, "notice")


def name_of(url: str) -> str:
    """Gives what kind of address it is, for people; nothing of its secrets."""
    return SCHEMES.get(kind_of(url), "其他")


def kind_of(url: str) -> str:
    """Gives the scheme of an address, which is no secret."""
    return url.partition("://")[0].strip().lower()


def check(url: str) -> str:
    """Gives the URL as it is kept. Raises BadInput for one that cannot be sent to."""
    url = url.strip()
    printable = url.isprintable() and " " not in url
    if not 1 <= len(url) <= MOST_CHARACTERS or not printable or kind_of(url) not in SCHEMES:
        raise BadInput("not an address of a kind we know")
    try:
        urlsplit(url)
        known = Apprise.instantiate(url, asset=_asset) is not None
    except Exception:  # a foreign parser on foreign text, and its words may hold the secret
        known = False
    if not known:
        raise BadInput("not a complete address")
    return url


async def send(url: str, title: str, body: str) -> bool:
    """Sends one notice within the time limit; False if it did not go out. Never raises."""
    trying = asyncio.get_running_loop().run_in_executor(_threads, _notify, url, title, body)
    try:
        return await asyncio.wait_for(trying, TIME_LIMIT)
    except TimeoutError:
        return False


def _notify(url: str, title: str, body: str) -> bool:
    try:
        peer = Apprise(asset=_asset)
        return bool(peer.add(url) and peer.notify(body=body, title=title, notify_type=NotifyType.WARNING))
    except Exception:  # twenty kinds of peers, and what they raise may hold the URL
        return False
