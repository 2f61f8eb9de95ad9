"""The one small family of errors; turned into text once, at the edge (HTTP handler or CLI)."""

from __future__ import annotations


class XinqiaoError(Exception):
    """Base of every error we raise on purpose. `code` is stable and safe to log: it never holds a worker's words."""

    code = "error"
    status = 500


class BadInput(XinqiaoError):
    """The sender gave something we cannot accept; nothing was stored."""

    code = "bad_input"
    status = 400


class TooMany(XinqiaoError):
    """The sender is over a limit; nothing was stored, so the sender should keep the message and try again."""

    code = "too_many"
    status = 429


class Busy(XinqiaoError):
    """It could not be stored this time; nothing was lost or kept, so the sender should try again."""

    code = "busy"
    status = 503


class NotFound(XinqiaoError):
    """There is no such thing, or it is not the caller's."""

    code = "not_found"
    status = 404


class NotAllowed(XinqiaoError):
    """The caller is known but may not do this."""

    code = "not_allowed"
    status = 403


class NotAllowedNow(XinqiaoError):
    """The state does not allow this move: someone else was faster, or the thing is already closed."""

    code = "not_allowed_now"
    status = 409


class EngineUnavailable(XinqiaoError):
    """The engine was silent, slow, empty or down. The safety net answers instead."""

    code = "engine_unavailable"
    status = 503


class ConfigError(XinqiaoError):
    """A setting is missing or wrong; the message names the setting."""

    code = "config"


class DeliveryFailed(XinqiaoError):
    """A channel could not deliver. `retry_after` seconds says when to try again; None means never."""

    code = "delivery_failed"

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
