"""What goes over the wire between a chat page and the gateway."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.db.states import Author, Owner

MAX_ID = 2**53 - 1  # the largest number a browser keeps exactly


def mend(text: Any) -> Any:
    """Gives text with each half character (lone surrogate) replaced, so that it can be written anywhere."""
    if not isinstance(text, str):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Control(StrEnum):
    """A control of the page; its name is a command of the conversation."""

    request_human = "request_human"
    urgent_help = "urgent_help"


class Pressed(BaseModel):
    """A button: the message it stands under, and its place from 0."""

    model_config = ConfigDict(extra="forbid")

    message_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="`message_id` of the message with the button.")
    index: int = Field(ge=0, le=99, description="Place of the button among the message's `buttons`, from 0.")


class NewMessage(BaseModel):
    """One thing the worker did: wrote a text, pressed a button, or used a control. Exactly one of the three."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(
        pattern=r"^[A-Za-z0-9._:-]{1,64}$",
        description="Chosen by the page, new for each message; a repeated one is accepted once.",
    )
    text: Annotated[str | None, BeforeValidator(mend)] = Field(default=None, description="What the worker wrote.")
    press: Pressed | None = Field(default=None, description="The button that was pressed.")
    command: Control | None = Field(default=None, description="The control that was used.")

    @model_validator(mode="after")
    def _exactly_one(self) -> NewMessage:
        if sum(part is not None for part in (self.text, self.press, self.command)) != 1:
            raise ValueError("give exactly one of text, press, command")
        return self


class Receipt(BaseModel):
    """The message is stored and will be answered."""

    message_id: str = Field(description="Public id of the stored message.")
    duplicate: bool = Field(description="True if this `client_id` had been accepted before.")


class SessionState(BaseModel):
    """Where the caller's conversation stands."""

    owner: Owner = Field(description="Who answers: bot, waiting (bot, a person is called), counsellor, closed.")
    last_id: int = Field(description="Id of the newest message; 0 if there is none.")


class ChatMessage(BaseModel):
    """One bubble of the conversation."""

    id: int = Field(description="Grows inside the conversation; also the id of the event.")
    message_id: str = Field(description="Public id, for pressing its buttons.")
    author: Author
    text: str
    buttons: list[str] = Field(description="Titles, in order.")
    thumbs: list[int] = Field(description="Places of those buttons that rate the answer.")
    press: Pressed | None = Field(description="For a worker's press: which button it was.")
    event: str | None = Field(description="For a system marker: its name, such as counsellor_joined.")
    at: datetime


class MessageList(BaseModel):
    """Messages of the caller's conversation, oldest first."""

    messages: list[ChatMessage]
    owner: Owner
    pending: int = Field(description="How many of the caller's messages are still being worked on.")


class Hotline(BaseModel):
    """A telephone number that people answer."""

    key: str
    name: str
    number: str
    urgent: bool = Field(description="True for those to ring when life is in danger.")


class HotlineList(BaseModel):
    """The numbers that are set for this city; urgent ones first."""

    hotlines: list[Hotline]


class Problem(BaseModel):
    """Why a request was refused."""

    error: str = Field(description="A stable code.")
    message: str = Field(description="A sentence for the worker.")
