"""The gateway: where the parts are put together. `python -m bot.app` serves it."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import console
from bot.care import notices, records
from bot.channels import notice, pretend, telegram, web
from bot.channels.incoming import Accepted, Incoming, Sender
from bot.conversation import inbox, outbox, turn
from bot.conversation.caller import Caller
from bot.conversation.dispatch import Dispatcher
from bot.conversation.engine import Engine
from bot.conversation.live import Feed
from bot.conversation.outbox import Postman
from bot.conversation.scheduler import Scheduler
from bot.db.demo_mark import is_demo
from bot.db.session import engine as database
from bot.errors import XinqiaoError
from bot.lexicon import load
from bot.settings import settings

log = logging.getLogger(__name__)
# Threads of their own: a message that comes in never stands in line behind what open pages look up.
_accepting = ThreadPoolExecutor(4, "accept")
MESSAGES = {
    "bad_input": "这条消息我读不了，请换个方式再发一次。",
    "too_many": "你发得有点快，请等我答完再发。",
    "not_found": "没有找到。",
    "not_allowed": "没有权限。",
    "not_allowed_now": "现在不能这样做，请刷新看看。",
}


class Gateway:
    """The running parts of one gateway process."""

    def __init__(self) -> None:
        self.engine = Engine()
        demo = is_demo()  # then nothing leaves this machine, whatever the settings say
        self.telegram = telegram.make_bot(settings()) if settings().telegram_token and not demo else None
        senders: dict[str, Sender] = {"telegram": telegram.TelegramSender(self.telegram)} if self.telegram else {}
        if demo:
            senders = {name: pretend.PretendSender() for name in pretend.OUTSIDE}
        self.postman = Postman(senders)
        self.feed = Feed(on_poke=self.postman.poke)  # a write wakes the pages and the sender
        self.dispatcher = Dispatcher(self.engine, self.feed.poke)
        self.scheduler = Scheduler(self.engine, self.feed.poke)
        self.caller = Caller(self.feed.poke, pretend.pretend_notice if demo else notice.send)
        self.stopping = asyncio.Event()

    async def on_message(self, incoming: Incoming) -> Accepted:
        """What every channel calls: returns when the message is committed."""
        accepted = await asyncio.get_running_loop().run_in_executor(_accepting, inbox.accept, incoming)
        self.dispatcher.poke()
        self.feed.poke()
        return accepted

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the loops while the block lasts."""
        parts = (self.feed, self.dispatcher, self.postman, self.scheduler, self.caller)
        loops = [*(part.run() for part in parts), load.follow()]
        if self.telegram:
            loops.append(telegram.start(self.telegram, self.on_message, self.stopping))
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            self.stopping.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.engine.close()


def make_app() -> FastAPI:
    """Gives the ASGI application of the gateway."""
    gateway = Gateway()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(_prepare)
        async with gateway.running():
            yield

    app = FastAPI(title="心桥", version="0.1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.gateway = gateway
    app.include_router(web.router(gateway.on_message, gateway.feed, records.fetch))
    app.include_router(console.router(gateway.feed))
    if gateway.telegram:
        app.include_router(telegram.router(gateway.on_message))
    app.add_api_route("/healthz", _health, methods=["GET"], include_in_schema=False)
    _turn_errors_into_answers(app)
    return app


def _prepare() -> None:
    load.refresh()  # before the first message: the lexicon that is live
    gc.collect()
    gc.freeze()  # lexicon and libraries stay for good: the collector need not look through them again and again
    if database().dialect.name == "sqlite":  # the only gateway on this file: every lease is a dead one's
        turn.release_leases()
        outbox.release_leases()
        notices.release_leases()


async def _health() -> dict[str, str]:
    return {"status": "ok"}


def _turn_errors_into_answers(app: FastAPI) -> None:
    @app.exception_handler(XinqiaoError)
    async def _ours(_: Request, error: XinqiaoError) -> JSONResponse:
        headers = {"Retry-After": "5"} if error.status == 429 else None
        return JSONResponse(
            {"error": error.code, "message": MESSAGES.get(error.code, "出了点问题，请稍后再试。")},
            status_code=error.status,
            headers=headers,
        )

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"error": "bad_input", "message": MESSAGES["bad_input"]}, status_code=422)


class NeverLeak:
    """The outermost layer: whatever goes wrong, the caller gets a code and the log gets only the error's class."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:  # the edge of the process: nothing may pass it with a worker's words
            log.error("unhandled %s", type(error).__name__)
            if scope["type"] == "http" and not started:
                body = {"error": "internal", "message": "出了点问题，请稍后再试。"}
                await JSONResponse(body, status_code=500)(scope, receive, send)


def serve() -> None:
    """Serves the gateway until it is told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO lines hold URLs, and a URL can hold a token
    config = uvicorn.Config(
        NeverLeak(make_app()),
        host=settings().host,
        port=settings().port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    serve()
