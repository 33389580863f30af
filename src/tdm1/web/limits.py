"""Limits of the server: size, time, rate, and how much is in work at once."""

from __future__ import annotations

import asyncio
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tdm1.person import PersonRecord
from tdm1.web.errors import ApiError
from tdm1.web.settings import ServerSettings

#: Addresses that run a simulation and get more time.
FORECASTS = ("/api/expect", "/api/expect/risk", "/api/explore")
_BUSY = {"Retry-After": "1"}
#: Most entries of each list of a record: every day is a visit to decide about, every medicine a name to recognise.
MOST_ENTRIES = {"labs": 2000, "findings": 2000, "doses": 2000, "medicines": 200}


class Limits:
    """Refuses what is too large (413), too often (429), too much at once or too slow (503)."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.settings = settings
        self.in_work = 0
        self.rate = RateLimitItemPerMinute(settings.requests_per_minute) if settings.requests_per_minute else None
        self.window = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self._rate(scope)
        if self.in_work >= self.settings.most_at_once:
            raise ApiError(503, "too many requests are in work at once; try again in a second", headers=_BUSY)
        path: str = scope["path"]
        limit = self.settings.forecast_time_s if path in FORECASTS else self.settings.time_s
        self.in_work += 1
        try:
            async with asyncio.timeout(limit):
                await self.app(scope, self._counted(scope, receive), send)
        except TimeoutError:
            raise ApiError(503, f"no answer within {limit:g} s; ask for less, or later", headers=_BUSY) from None
        finally:
            self.in_work -= 1

    def _rate(self, scope: Scope) -> None:
        if self.rate is None:
            return
        client = scope.get("client")
        address = str(client[0]) if client else "unknown"
        if not self.window.hit(self.rate, address):
            reset = self.window.get_window_stats(self.rate, address).reset_time
            # The window moves, so waiting a little makes room for at least one request.
            wait = max(1, int(reset - time()) + 1)
            raise ApiError(429, f"more than {self.settings.requests_per_minute} requests a minute; wait {wait} s",
                           headers={"Retry-After": str(wait)})

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """Reads the body and stops when it is too large, whatever length it was announced with."""
        largest = self.settings.largest_body_bytes
        too_large = ApiError(
            413, f"more than {largest} bytes; give one person's record", headers={"Connection": "close"}
        )
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and (len(announced) > len(str(largest)) + 1 or int(announced) > largest):
            raise too_large
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > largest:
                raise too_large
            return message

        return counted


def bounded(record: PersonRecord) -> PersonRecord:
    """The record, unless a list of it is longer than any treatment. Raises ApiError (422)."""
    for name, most in MOST_ENTRIES.items():
        count = len(getattr(record, name) or ())
        if count > most:
            raise ApiError(422, f"{count} entries; at most {most} are read", name)
    return record
