"""What the desk's tests stand on: a desk on a real socket, invented staff, and workers who write."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from bot import care, console
from bot.channels.incoming import Accepted, Incoming
from bot.conversation import inbox
from bot.conversation.live import Feed
from bot.db.models import Staff
from bot.db.session import reading
from bot.db.states import Role
from bot.level import Level
from bot.staff import accounts

PASSWORD = "木桥 灯笼 七点半 修车"
NAMES = {"lifang": "李芳", "wangqiang": "王强"}
_numbers = itertools.count(1)


def desk_app() -> FastAPI:
    """The desk alone, with a feed that looks at the real database."""
    feed = Feed()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(feed.run())
        yield
        looking.cancel()

    app = FastAPI(lifespan=lifespan)
    app.include_router(console.router(feed))
    return app


def write(text: str, sender: str = "worker-1", channel: str = "web") -> Accepted:
    """A worker writes; the message is stored and assessed as in real life."""
    return inbox.accept(Incoming(channel, "desk-test", f"m-{next(_numbers)}", sender, text))


def cry(
    text: str = "我在楼顶，现在就跳下去",
    sender: str = "worker-1",
    level: Level = Level.imminent,
    channel: str = "web",
) -> Accepted:
    """A worker in danger writes, and the bot opens the case."""
    accepted = write(text, sender, channel)
    care.open_case(accepted.message_id, level, "self_harm")
    return accepted


def add_staff(login: str, role: Role = Role.counsellor) -> None:
    """An account with its password set."""
    accounts.set_password(accounts.add(login, NAMES.get(login, login), role), PASSWORD)


def csrf_of(page: str) -> str:
    """The token that a page carries, in its form or its head."""
    found = re.search(r'name="csrf" (?:value|content)="([\w-]+)"', page)
    assert found
    return found.group(1)


class Browser(httpx.Client):
    """A browser of a member of staff."""

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, timeout=20, trust_env=False)
        self.csrf = ""

    def login(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Logs in through the form; keeps the CSRF token of the session."""
        token = csrf_of(self.get("/desk/login").text)
        answer = self.post("/desk/login", data={"csrf": token, "login": login, "password": password})
        if answer.status_code == 303:
            key = self.cookies["xq_desk"]
            session = accounts.session_of(key)
            assert session is not None
            self.csrf = session.csrf
        return answer

    def act(self, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        """A write of the page's script."""
        return self.post(f"/desk/api/{path}", json=body, headers={"X-CSRF": self.csrf})


def staffed(url: str, login: str = "lifang", role: Role = Role.counsellor) -> Browser:
    """A new member of staff, logged in."""
    add_staff(login, role)
    browser = Browser(url)
    assert browser.login(login).status_code == 303
    return browser


def staff_id_of(login: str) -> str:
    """The id of an account."""
    with reading() as session:
        return session.execute(select(Staff.id).where(Staff.login == login)).scalar_one()
