"""Keeps people's words out of the engine's log.

Rasa writes messages at debug level, and with the traceback of a failed action the whole conversation.
"""

from __future__ import annotations

import logging
import os
import warnings

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


class WithoutTraceback(logging.Filter):
    """Leaves of an exception only its class: its text and its traceback may quote the conversation."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Strip the record and let it pass."""
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.getMessage()} [{record.exc_info[0].__name__}]", ()
            record.exc_info, record.exc_text = None, None
        return True


def strip_tracebacks() -> None:
    """Apply the filter to everything that is logged in this process from now on; warnings quote texts as well."""
    warnings.simplefilter("ignore")
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithoutTraceback())
    for name in ("rasa", "rasa.core.processor", "rasa.core.agent", "sanic.error", "sanic.root"):
        logging.getLogger(name).addFilter(WithoutTraceback())


def configure(level: int = logging.WARNING) -> None:
    """Set Rasa's loggers, its structured ones too, for a command of ours (`rasa run` does it by itself)."""
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(level)
    configure_structlog(level)
    strip_tracebacks()
