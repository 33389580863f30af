"""Errors of the server: one JSON shape for what a client did wrong, an incident number for what we did."""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tdm1.web.answers import encode

_LOG = logging.getLogger("tdm1.web")
#: Longest message; what a client sent may stand in it.
_LONGEST = 600
#: A place such as `labs.0.value` or `entry[12] Observation/abc valueQuantity.unit` in front of a message.
_PLACE = re.compile(
    r"(?P<where>entry\[\d+\][^:]{0,120}|[A-Za-z_]{1,40}(?:\.(?:\d{1,6}|[A-Za-z_]{1,40}))*): (?P<said>.+)", re.DOTALL
)


@dataclass
class ApiError(Exception):
    """What the client is told: a status, one sentence, and the place in what it sent (empty when there is none)."""

    status: int
    message: str
    where: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def response(self) -> Response:
        """The answer: `{"error": {"message", "where"}}`."""
        said = self.message if len(self.message) <= _LONGEST else self.message[: _LONGEST - 1] + "…"
        content = encode({"error": {"message": said, "where": self.where}})
        return Response(content, self.status, dict(self.headers), "application/json")


def bad_input(error: Exception, status: int = 422) -> ApiError:
    """The error of a reader or a rule as the client sees it, with the place it names."""
    if isinstance(error, OverflowError | RecursionError):
        return ApiError(status, "a number or a nesting in it is too large to be real")
    said = str(error).removeprefix("record: ").removeprefix("body: ")
    found = _PLACE.match(said)
    if found is None:
        return ApiError(status, said)
    return ApiError(status, found["said"], found["where"])


def is_ours(error: Exception) -> bool:
    """True for an error that means bad input: a ValueError of tdm1, or a number beyond what a float holds."""
    if isinstance(error, OverflowError | RecursionError):
        return True
    return isinstance(error, ValueError) and type(error).__module__.startswith("tdm1.")


def log_incident(error: BaseException, place: str) -> str:
    """Log an error of ours without anything a client sent: its type and our lines. Returns the incident number."""
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{one.filename.rpartition('/')[2]}:{one.lineno}" for one in frames]
    # The text of the error may hold a patient's data, so only its type is written.
    _LOG.error("incident %s in %s: %s at %s", incident, place, type(error).__name__, " < ".join(reversed(lines[-6:])))
    return incident


class Guard:
    """Outermost layer: turns every error into an answer, so that no trace and no patient's data leave the server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except ApiError as error:
            answer: Any = error
        except Exception as error:
            if begun:
                log_incident(error, _route(scope))
                return
            incident = log_incident(error, _route(scope))
            answer = ApiError(500, f"something went wrong here; tell whoever runs this server: incident {incident}")
        else:
            return
        if not begun:
            await answer.response()(scope, receive, watched)


def _route(scope: Scope) -> str:
    """The pattern of the address; the address itself may hold anything."""
    return str(getattr(scope.get("route"), "path", "no route"))
