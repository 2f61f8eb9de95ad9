"""The gateway's channel over a real socket, with an agent that does as it is told. Runs in the engine's environment."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

SECRET = "a-secret-of-the-test-0123"
WORDS = "这句话谁也不该在日志里看到"


def serve(port: int) -> None:
    """Serve the channel; the text of a message says what the agent does with it."""
    from rasa.core.channels.channel import UserMessage, register
    from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker
    from sanic import Sanic

    from bot.nlu import channel
    from bot.nlu.turn import current

    channel.TURN_SECONDS = 0.5

    def spoken(custom: dict[str, Any]) -> list[Event]:
        return [BotUttered(data={"custom": custom}), ActionExecuted("action_listen")]

    class Agent:
        model_id = "model-1"

        def is_ready(self) -> bool:
            return True

        async def handle_message(self, message: UserMessage) -> None:
            if "raise" in message.text:
                raise RuntimeError(message.text)
            if "hang" in message.text:
                await asyncio.sleep(5)
            custom = {"error": "action_failed"} if "report" in message.text else {"text": "greet"}
            uttered = [] if "lose" in message.text else spoken(custom)
            if "mute" not in message.text:
                await message.output_channel.send_response(message.sender_id, {"custom": custom, "text": None})
            user = UserUttered(message.text, {"name": "greet", "confidence": 0.9}, parse_data={"faq_search": FOUND})
            events = [user, ActionExecuted("action_x"), *uttered]
            turn = current.get()
            assert turn is not None
            turn.tracker = DialogueStateTracker.from_events(message.sender_id, events)

    app = Sanic("test_channel", configure_logging=False)
    app.ctx.agent = Agent()
    register([channel.GatewayChannel(SECRET)], app, route="/webhooks/")
    app.run(host="127.0.0.1", port=port, access_log=False, motd=False)


FOUND = {"score": 0.4, "candidates": [{"faq": "wages_iou", "question": "欠条该咋写？", "topic": "wages", "score": 0.4}]}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a running channel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    process.start()
    address = f"http://127.0.0.1:{port}/webhooks/gateway"
    deadline = time.monotonic() + 60
    while get(address + "/health")[0] != 200:
        assert time.monotonic() < deadline, "the channel did not start"
        time.sleep(0.2)
    yield address
    process.terminate()
    process.join()


def get(address: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(address, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
    except OSError:
        return 0, {}


def post(url: str, message: Any, secret: str = SECRET, **metadata: Any) -> tuple[int, dict[str, Any]]:
    body = {"sender": "c1", "message": message, "metadata": {"message_id": "m1", **metadata}}
    return get(url + "/webhook", json.dumps(body).encode(), {"X-Xinqiao-Secret": secret})


def test_a_good_turn_gives_its_messages_and_what_was_understood(url: str) -> None:
    status, body = post(url, "你好")
    assert status == 200
    assert body["message_id"] == "m1"
    assert body["messages"] == [{"custom": {"text": "greet"}}]
    assert body["nlu"]["intent"] == "greet"
    assert body["nlu"]["candidates"][0]["faq"] == "wages_iou"


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "密码"])
def test_a_wrong_secret_gets_nothing(url: str, secret: str) -> None:
    status, body = get(
        url + "/webhook", b'{"sender": "c", "message": "x"}', {"X-Xinqiao-Secret": secret.encode().decode("latin1")}
    )
    assert (status, body) == (401, {"error": "unauthorized"})


def test_a_persons_slash_is_refused_and_a_payload_of_the_gateway_is_not(url: str) -> None:
    assert post(url, " /restart")[0] == 400
    assert post(url, '/faq{"faq": "x"}', payload="true")[0] == 400
    assert post(url, "/faq{broken", payload=True)[0] == 400
    assert post(url, "/faq[1]", payload=True)[0] == 400
    assert post(url, '/faq{"faq": "x"}', payload=True)[0] == 200


def test_too_long_a_text_is_refused(url: str) -> None:
    assert post(url, "长" * 4000)[0] == 200
    assert post(url, "长" * 4001) == (413, {"error": "too_long"})


@pytest.mark.parametrize("body", [b"{broken", b"[]", b'{"sender": 1, "message": "x"}', b'{"sender": "c"}', b""])
def test_a_broken_request_is_a_bad_request(url: str, body: bytes) -> None:
    assert get(url + "/webhook", body or b" ", {"X-Xinqiao-Secret": SECRET}) == (400, {"error": "bad_request"})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"raise {WORDS}", (500, {"error": "engine_failed"})),
        ("hang", (504, {"error": "timeout"})),
        ("lose", (502, {"error": "action_failed"})),
        ("report", (502, {"error": "action_failed"})),
        ("mute", (502, {"error": "no_reply"})),
    ],
)
def test_a_failed_turn_is_never_a_200(url: str, text: str, answer: tuple[int, dict[str, Any]]) -> None:
    assert post(url, text) == answer


def test_the_log_names_an_error_but_not_its_words(caplog: pytest.LogCaptureFixture) -> None:
    from bot.nlu.quiet import WithoutTraceback

    logger = logging.getLogger("test.quiet")
    logger.addFilter(WithoutTraceback())
    try:
        raise RuntimeError(WORDS)
    except RuntimeError:
        logger.exception("turn failed")
    assert "turn failed [RuntimeError]" in caplog.text
    assert WORDS not in caplog.text


def test_a_channel_without_a_secret_does_not_start() -> None:
    from rasa.shared.exceptions import RasaException

    from bot.nlu.channel import GatewayChannel

    for secret in ("", "short", "${XINQIAO_ENGINE_SECRET}"):
        with pytest.raises(RasaException):
            GatewayChannel.from_credentials({"secret": secret})
