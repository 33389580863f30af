"""Limits on size, rate, time and how much is in work: each refuses with its status, and the server stays there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tdm1.web.errors import ApiError, Guard
from tdm1.web.limits import MOST_ENTRIES, Limits, bounded
from tdm1.web.settings import ServerSettings

JSON = {"Content-Type": "application/json"}


def test_too_large_with_its_length_told(start: Callable[..., TestClient]) -> None:
    client = start(largest_body_bytes=1000)
    assert client.post("/api/check", content=b" " * 1000 + b"{}", headers=JSON).status_code == 413
    assert client.post("/api/check", content=b"{}" + b" " * 998, headers=JSON).status_code == 200


def test_too_large_without_its_length(start: Callable[..., TestClient]) -> None:
    client = start(largest_body_bytes=1000)
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        for _ in range(20):
            read += 100
            yield b" " * 100

    answer = client.post("/api/check", content=pieces(), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["Connection"] == "close"
    assert "1000 bytes" in answer.json()["error"]["message"]


@pytest.mark.parametrize("length", ["9" * 400, "2000", "1001"])
def test_an_announced_length_is_believed(length: str) -> None:
    """Refused before a byte of the body is read."""
    status, read = asyncio.run(_send(ServerSettings(largest_body_bytes=1000), [(b"content-length", length.encode())]))
    assert (status, read) == (413, 0)


async def _send(settings: ServerSettings, headers: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    read, status = 0, 0

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await PlainTextResponse("ok")(scope, receive, send)

    async def receive() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope: Any = {"type": "http", "path": "/", "headers": headers, "client": ("127.0.0.1", 1), "method": "POST"}
    await Guard(Limits(inner, settings))(scope, receive, send)
    return status, read


@pytest.mark.parametrize(("name", "most"), MOST_ENTRIES.items())
def test_a_list_longer_than_any_treatment_is_refused(name: str, most: int) -> None:
    """A visit for every entry would hold the server for minutes."""
    from tdm1.person import examples, record

    whole = record(examples.example("low_platelets"))
    one = getattr(whole, name)[0]
    assert bounded(whole.model_copy(update={name: (one,) * most}))
    with pytest.raises(ApiError) as told:
        bounded(whole.model_copy(update={name: (one,) * (most + 1)}))
    assert (told.value.status, told.value.where) == (422, name)


def test_too_often_says_when_to_come_again(start: Callable[..., TestClient]) -> None:
    client = start(requests_per_minute=5)
    found = [client.get("/healthz") for _ in range(7)]
    assert [one.status_code for one in found] == [200] * 5 + [429] * 2
    assert 1 <= int(found[-1].headers["Retry-After"]) <= 61


def test_the_rate_is_of_each_address() -> None:
    async def ask() -> list[int]:
        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            await PlainTextResponse("ok")(scope, receive, send)

        layer = Guard(Limits(inner, ServerSettings(requests_per_minute=2)))
        found: list[int] = []
        for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.2"):
            transport = httpx.ASGITransport(layer, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                found.append((await client.get("/")).status_code)
        return found

    assert asyncio.run(ask()) == [200, 200, 200, 429, 200]


def _slow(settings: ServerSettings, wait: asyncio.Event) -> Guard:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await wait.wait()
        await PlainTextResponse("ok")(scope, receive, send)

    return Guard(Limits(inner, settings))


def test_too_slow_is_503_and_makes_room_again() -> None:
    async def ask() -> tuple[httpx.Response, int]:
        layer = _slow(ServerSettings(time_s=0.05), asyncio.Event())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(layer), base_url="http://127.0.0.1") as client:
            answer = await client.get("/")
        assert isinstance(layer.app, Limits)
        return answer, layer.app.in_work

    answer, in_work = asyncio.run(ask())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "0.05 s" in answer.json()["error"]["message"]
    assert in_work == 0


def test_forecasts_have_more_time() -> None:
    async def ask() -> int:
        wait = asyncio.Event()
        layer = _slow(ServerSettings(time_s=0.02, forecast_time_s=30.0), wait)
        asyncio.get_running_loop().call_later(0.2, wait.set)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(layer), base_url="http://127.0.0.1") as client:
            return (await client.post("/api/explore")).status_code

    assert asyncio.run(ask()) == 200


def test_too_much_at_once_is_503() -> None:
    async def ask() -> list[int]:
        wait = asyncio.Event()
        layer = _slow(ServerSettings(most_at_once=2), wait)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(layer), base_url="http://127.0.0.1") as client:
            working = [asyncio.create_task(client.get("/")) for _ in range(2)]
            await asyncio.sleep(0.05)
            refused = await client.get("/")
            wait.set()
            done = await asyncio.gather(*working)
            again = await client.get("/")
        return [refused.status_code, *(one.status_code for one in done), again.status_code]

    assert asyncio.run(ask()) == [503, 200, 200, 200]


def test_limits_raise_nothing_but_answers() -> None:
    """Outside a Guard the refusal is an ApiError, so that nothing else can turn it into a fault."""
    with pytest.raises(ApiError):
        async def ask() -> None:
            layer = Limits(PlainTextResponse("ok"), ServerSettings(largest_body_bytes=1))
            scope: Any = {"type": "http", "path": "/", "headers": [(b"content-length", b"9")], "client": None}
            await layer(scope, _nothing, _nowhere)

        asyncio.run(ask())


async def _nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_: Any) -> None:
    """Send nowhere."""
