"""What a running server holds: its settings, whom it trusts, its threads. No person's data are in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from tdm1.web.settings import ServerSettings
from tdm1.web.trust import Trust
from tdm1.web.work import Workers


@dataclass(frozen=True, slots=True)
class State:
    """Settings, trusted clients, threads for checks (`quick`) and for simulations (`slow`)."""

    settings: ServerSettings
    trust: Trust
    quick: Workers
    slow: Workers


def state(request: Request) -> State:
    """The state of the server that answers a request."""
    return cast("State", request.app.state.held)
