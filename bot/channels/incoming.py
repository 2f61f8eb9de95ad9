"""What every channel hands to the gateway, and what it is asked to send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Form(StrEnum):
    """What kind of message it is. All but `text` and `button` are answered with a fixed text."""

    text = "text"
    button = "button"
    voice = "voice"
    photo = "photo"
    sticker = "sticker"
    location = "location"
    file = "file"
    edited = "edited"


@dataclass(frozen=True)
class Press:
    """A button that was pressed: the public id of the message it stood under, and its place from 0."""

    message_id: str
    index: int


@dataclass(frozen=True)
class Incoming:
    """One delivery of a channel, verified. (channel, account, external_id) names it for ever."""

    channel: str
    account: str
    external_id: str
    sender: str
    text: str
    form: Form = Form.text
    press: Press | None = None
    drill: bool = False  # sealed as an exercise by this installation itself
    command: str | None = None  # one of COMMANDS: a control of the page, such as its 找真人 button


@dataclass(frozen=True)
class Accepted:
    """The receipt: the message is stored and will be answered. `duplicate`: it already was."""

    message_id: str
    conversation_id: str
    duplicate: bool


OnMessage = Callable[[Incoming], Awaitable[Accepted]]


@dataclass(frozen=True)
class Outgoing:
    """One message to deliver. `address` is the worker's id on the channel; `buttons` are titles, in order."""

    address: str
    message_id: str
    text: str
    buttons: tuple[str, ...]
    parts_sent: int


class Sender(Protocol):
    """How a channel delivers. Yields after each part that went out, so that a retry resumes behind it.

    Raises DeliveryFailed: with `retry_after` to try again later, without it to give up.
    """

    async def send(self, outgoing: Outgoing, on_part: Callable[[int], Awaitable[None]]) -> None:
        """Delivers all parts from `outgoing.parts_sent` on, calling `on_part(count so far)` after each."""
