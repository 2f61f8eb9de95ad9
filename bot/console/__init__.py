"""The staff pages under /desk: thin; they call care and staff."""

from bot.console.board import Feed
from bot.console.routes import router

__all__ = ["Feed", "router"]
