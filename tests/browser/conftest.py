"""A running server and a real Chromium for the pages. Run with `make browser`."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
WIDTHS = (1280, 390)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """A server on a free port of this machine, in a thread of its own."""
    import uvicorn

    from tdm1 import forecast
    from tdm1.web.app import app
    from tdm1.web.settings import ServerSettings

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ServerSettings(requests_per_minute=100_000)
    server = uvicorn.Server(uvicorn.Config(app(settings), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    forecast.warm()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), "")
    assert path, "these tests need a Chromium on the PATH; make browser says how to get one"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS, ids=[f"{width}px" for width in WIDTHS])
def page(request: pytest.FixtureRequest, chromium: Any, address: str) -> Iterator[Any]:
    """A fresh page that fails the test on any error, warning, refused policy, or request to another host."""
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=address)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    ours = (address, "blob:", "data:")
    opened.on("request", lambda asked: None if asked.url.startswith(ours) else wrong.append(asked.url))
    opened.allowed = wrong  # a test that provokes an error takes it out
    yield opened
    assert wrong == [], wrong
    assert context.cookies() == []
    context.close()
