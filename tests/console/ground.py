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
from bot.staff import accounts, sessions
from tests import second_step
from tests.waiting import PATIENCE

PASSWORD = "木桥 灯笼 七点半 修车"
NAMES = {"lifang": "李芳", "sunyan": "孙燕", "wangqiang": "王强"}
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
    """An account with its password set and its telephone bound."""
    accounts.set_password(accounts.add(login, NAMES.get(login, login), role), PASSWORD)
    second_step.bind(login)


def csrf_of(page: str) -> str:
    """The token that a page carries, in its form or its head."""
    found = re.search(r'name="csrf" (?:value|content)="([\w-]+)"', page)
    assert found
    return found.group(1)


class Browser(httpx.Client):
    """A browser of a member of staff."""

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, timeout=PATIENCE, trust_env=False)
        self.csrf = ""

    def login(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Logs in through both forms; keeps the CSRF token of the session. Gives the last answer."""
        answer = self.give_password(login, password)
        if answer.headers.get("location") == "/desk/login/code":
            second_step.ready(login)
            secret = second_step.offered(self.get("/desk/login/code").text)
            answer = self.give_code(second_step.code(secret or second_step.SECRET))
        if "xq_desk" in self.cookies:
            session = sessions.session_of(self.cookies["xq_desk"])
            self.csrf = session.csrf if session else ""
        return answer

    def give_password(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """The first step."""
        token = csrf_of(self.get("/desk/login").text)
        return self.post("/desk/login", data={"csrf": token, "login": login, "password": password})

    def give_code(self, code: str) -> httpx.Response:
        """The second step."""
        token = csrf_of(self.get("/desk/login/code").text)
        return self.post("/desk/login/code", data={"csrf": token, "code": code})

    def submit(self, path: str, **fields: str) -> httpx.Response:
        """A form of a page behind the login."""
        return self.post(path, data={"csrf": self.csrf, **fields})

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
