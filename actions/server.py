"""The action server: rasa-sdk's executor behind one route, on the loopback address only.

    python -m actions.server

rasa-sdk's own server listens on all addresses, allows any origin, and answers a fault with the body of the request,
which is the whole conversation, and Rasa then logs it. This one says a code.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions.calculate import CalculatorForm
from actions.care import AnswerOffer, LateAnswer, OpenCareCase, TellAge
from actions.companion import CompanionForm
from actions.consent import ConsentForm, WithdrawConsent
from actions.fallback import AskAffirmation
from actions.feedback import RecordFeedback
from actions.human import RequestHuman
from actions.mood import MoodForm
from actions.plan import PlanForm
from actions.rights import RightsForm
from actions.safety import SafetyForm
from actions.session import StartSession
from actions.steps import HelpForm
from actions.study import StudyForm

ACTIONS = (
    *(OpenCareCase, RequestHuman, RecordFeedback, StartSession, AskAffirmation),
    *(AnswerOffer, LateAnswer, TellAge, WithdrawConsent),
    *(SafetyForm, CompanionForm, PlanForm, MoodForm, ConsentForm, HelpForm),
    *(CalculatorForm, RightsForm, StudyForm),
)
HOST = "127.0.0.1"
PORT_VARIABLE = "XINQIAO_ACTIONS_PORT"
DEFAULT_PORT = 5055

log = logging.getLogger("actions.server")


def make_executor() -> ActionExecutor:
    """Gives rasa-sdk's executor with our actions."""
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action)
    return executor


def make_server(name: str = "xinqiao_actions") -> Sanic[Any, Any]:
    """Gives the server: `/health`, and `/webhook` as Rasa calls it."""
    server: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    executor = make_executor()

    @server.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @server.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        return await answer(executor, request)

    return server


async def answer(executor: ActionExecutor, request: Request) -> HTTPResponse:
    """Gives the action's events and responses, or a code."""
    try:
        result = await executor.run(request.json)
        return json(result.model_dump() if result else {"events": [], "responses": []})
    except ActionNotFoundException:
        return json({"error": "no_such_action"}, status=404)
    except Exception as error:  # whatever it is, neither log nor body may quote the conversation
        log.error("request failed: %s", type(error).__name__)
        return json({"error": "action_failed"}, status=500)


def main() -> None:
    """Serves until a signal comes."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    port = int(os.environ.get(PORT_VARIABLE, DEFAULT_PORT))
    make_server().run(host=HOST, port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
