"""Web chat: a page at `/` and a JSON API under `/api/chat/`, with server-sent events."""

from bot.channels.web.api import router

__all__ = ["router"]
