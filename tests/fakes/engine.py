"""An engine that speaks the gateway channel's protocol and misbehaves as it is told."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import care
from bot.level import Level


class FakeEngine:
    """Records every call. `fault`: "" | "empty" | "500" | "slow" | "garbage" | "stranger"."""

    def __init__(self, open_cases: bool = True) -> None:
        self.calls: list[dict[str, Any]] = []
        self.fault = ""
        self.delay = 0.0
        self.intent = "greet"
        self.form = ""
        self.reply: list[dict[str, Any]] | None = None
        self._open_cases = open_cases
        self.forgotten: list[str] = []
        webhook = Route("/webhooks/gateway/webhook", self._answer, methods=["POST"])
        self.app = Starlette(routes=[webhook, Route("/webhooks/gateway/forget", self._forget, methods=["POST"])])

    async def _forget(self, request: Request) -> Response:
        if self.fault:
            return JSONResponse({"error": "engine_failed"}, status_code=500)
        self.forgotten.append((await request.json())["sender"])
        return JSONResponse({"forgotten": True})

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        self.calls.append(body)
        await asyncio.sleep(30 if self.fault == "slow" else self.delay)
        if self.fault == "500":
            return JSONResponse({"error": "action_failed"}, status_code=502)
        if self.fault == "garbage":
            return Response(b"\xff<html>", media_type="text/html")
        messages = {"empty": [], "stranger": [{"custom": {"faq": "no_such_faq"}}]}.get(self.fault)
        if messages is None:
            messages = self.reply or await asyncio.to_thread(self._messages, body)
        nlu = {"intent": self.intent, "confidence": 0.9, "form": self.form}
        return JSONResponse({"message_id": body["metadata"]["message_id"], "messages": messages, "nlu": nlu})

    def _messages(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        text, meta = body["message"], body["metadata"]
        if text.startswith("/express_distress"):
            level = Level(text.split('"level": "')[1].split('"')[0])
            if self._open_cases:
                care.open_case(meta["message_id"], level, meta["kind"])
            custom = {"crisis": level, "kind": meta["kind"]} if level.is_crisis else {"text": "low_distress"}
            return [{"custom": custom}]
        if text.startswith("/request_human"):
            care.request_human(meta["message_id"])
            return [{"custom": {"text": "human_requested"}}]
        return [{"text": f"回声：{text}"}]
