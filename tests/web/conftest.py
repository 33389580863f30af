"""Clients of the application, without a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tdm1.person import examples
from tdm1.web.app import app
from tdm1.web.settings import ServerSettings

with warnings.catch_warnings():
    # Starlette asks for a newer httpx; the client works with the one that is locked.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def start() -> Iterator[Callable[..., TestClient]]:
    """start(**settings) -> a client of an application of its own; faults of ours come as answers."""
    opened: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        chosen = ServerSettings(**({"requests_per_minute": 0} | settings))
        client = TestClient(app(chosen), base_url=BASE, raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """A client of an application with the usual settings and no limit on the rate."""
    with TestClient(app(ServerSettings(requests_per_minute=0)), base_url=BASE, raise_server_exceptions=False) as one:
        yield one


@pytest.fixture
def low_platelets() -> dict[str, Any]:
    """The record of a made-up person whose platelets hold the dose."""
    return _plain(examples.example("low_platelets"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
