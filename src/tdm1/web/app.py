"""Builds the web application from its settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from tdm1 import __version__
from tdm1.web import api, api_course, api_forecast, hooks, openapi_page, pages
from tdm1.web.errors import ApiError, Guard
from tdm1.web.limits import Limits
from tdm1.web.security import CdsOrigins, Headed
from tdm1.web.settings import ServerSettings
from tdm1.web.state import State
from tdm1.web.trust import Trust
from tdm1.web.work import Workers

#: One thread for checks: Python runs one at a time, and more only get in each other's way.
_QUICK_THREADS = 1
#: A simulation uses a core of its own; a second one waits less than it would take beside the first.
_SLOW_THREADS = 1
DESCRIPTION = (
    "Research software, not a medical device: it shows what the label's rules and a simulation say about the data "
    "given; the treating team decides. Nothing that is sent is stored or logged."
)
_WORDS = {404: "there is nothing here; /api tells what there is", 405: "this address does not take that method"}


async def _on_api(_: Request, error: Exception) -> Response:
    return cast("ApiError", error).response()


async def _on_http(_: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    words = _WORDS.get(found.status_code, "the request cannot be answered")
    return ApiError(found.status_code, words, headers=dict(found.headers or {})).response()


async def _on_validation(_: Request, error: Exception) -> Response:
    first = cast("Any", error).errors()[0]
    return ApiError(422, str(first["msg"]), ".".join(str(part) for part in first["loc"])).response()


def _warm_check() -> None:
    from tdm1.person import check, examples, record

    check(record(examples.example("low_platelets")))


def _warm_forecast() -> None:
    from tdm1 import forecast

    forecast.warm()


def app(settings: ServerSettings | None = None, *, warm: bool = False) -> FastAPI:
    """The application: API, clinic's hooks and pages. Raises ServerError for settings that cannot be.

    warm   load the rules and the equations while the server starts, so that the first caller does not wait for them
    """
    chosen = settings or ServerSettings()
    held = State(
        chosen, Trust(chosen.trusted_clients), Workers("quick", _QUICK_THREADS, chosen.most_at_once),
        Workers("slow", _SLOW_THREADS, chosen.forecasts_waiting + 1),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(held.quick.run(_warm_check)), asyncio.create_task(held.slow.run(_warm_forecast))] \
            if warm else []
        yield
        for task in tasks:
            task.cancel()
        held.quick.close()
        held.slow.close()

    made = FastAPI(
        title="tdm1", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None, lifespan=lifespan,
        redirect_slashes=False,
        # From the outside in: headers on every answer, then faults, so that no layer can answer without them.
        middleware=[
            Middleware(Headed, settings=chosen), Middleware(CdsOrigins, settings=chosen), Middleware(Guard),
            Middleware(Limits, settings=chosen),
        ],
        exception_handlers={ApiError: _on_api, HTTPException: _on_http, RequestValidationError: _on_validation},
    )
    made.state.held = held
    for part in (api, api_course, api_forecast, hooks, openapi_page, pages):
        made.include_router(part.router)
    made.mount("/static", pages.static())
    return made
