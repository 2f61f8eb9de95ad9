"""The fixtures of the tests of care."""

from tests.care.ground import at
from tests.conversation.conftest import anywhere, fake_engine

__all__ = ["anywhere", "at", "fake_engine"]
