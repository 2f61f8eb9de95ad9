"""The body of a request from anybody, never more of it than may be."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request


async def read_within(request: Request, most: int) -> bytes | None:
    """Gives the body; None once it is over `most` bytes, whatever length it claims, or if the peer hung up."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
