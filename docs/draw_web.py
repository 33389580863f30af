"""Takes the pictures of docs/web.md: every door at two widths, in a real Chromium, from a server of its own.

Run `python docs/draw_web.py`. It needs a Chromium on the PATH.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import sync_playwright

from tdm1 import forecast
from tdm1.web.app import app

FOLDER = Path(__file__).parent / "pictures" / "web"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
#: Name, width and height of each picture's window.
WIDTHS = {"wide": (1280, 860), "phone": (390, 844)}


def serve() -> str:
    """A server on a free port, in a thread."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app(), host="127.0.0.1", port=port, log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    forecast.warm()
    return f"http://127.0.0.1:{port}"


def home(page: Any) -> None:
    page.goto("/")


def feel(page: Any) -> None:
    page.goto("/expect")
    page.fill("#feel-text", "I have chills since this morning, and my hands are numb")
    page.click("#feel-form button")
    page.wait_for_selector(".urgency")
    page.locator("#feel").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('feel').scrollIntoView()")


def people(page: Any) -> None:
    page.goto("/expect")
    page.fill("#age", "56")
    page.fill("#weight", "70")
    page.click("#people-form button")
    page.wait_for_selector("#people-answer .card svg", timeout=120_000)
    page.evaluate("document.querySelector('#people-answer .cards').scrollIntoView()")


def next_dose(page: Any) -> None:
    page.goto("/next-dose")
    page.select_option("#example", "low_platelets")
    page.wait_for_timeout(500)
    page.click("#person button[type=submit]")
    page.wait_for_selector(".decision")
    narrow = page.viewport_size["width"] < 600
    page.evaluate(f"(document.querySelector('{'.decision' if narrow else 'h1'}')).scrollIntoView()")


def _sheet(page: Any, button: str, wanted: str) -> None:
    """The answer to a woman who may have her dose again, and what one of its buttons opens."""
    page.goto("/next-dose")
    page.select_option("#example", "back_after_a_hold")
    page.wait_for_timeout(500)
    page.click("#person button[type=submit]")
    page.get_by_role("button", name=button).first.click()
    page.wait_for_selector(wanted)
    page.evaluate("document.getElementById('sheet').scrollIntoView()")


def preparation(page: Any) -> None:
    _sheet(page, "Preparation sheet", "#sheet ol")


def calendar(page: Any) -> None:
    _sheet(page, "Calendar", "#sheet table")


def refused(page: Any) -> None:
    page.goto("/next-dose")
    page.select_option("#example", "low_platelets")
    page.wait_for_timeout(500)
    page.fill("[data-lab=alt] [data-part=value]", "620000")
    page.click("#person button[type=submit]")
    page.wait_for_selector(".error.beside")
    page.evaluate("document.querySelector('.error.beside').scrollIntoView({block: 'center'})")


def explore(page: Any) -> None:
    page.goto("/explore")
    page.wait_for_selector("#outcome table", timeout=60_000)
    page.click("#hold")
    page.focus("#dose_mg_per_kg")
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url("**dose_mg_per_kg=2.4*", timeout=30_000)
    narrow = page.viewport_size["width"] < 600
    page.evaluate(f"(document.querySelector('{'#outcome' if narrow else 'h1'}')).scrollIntoView()")
    page.wait_for_timeout(500)


def main() -> None:
    """Take every picture."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(found for name in names if (found := shutil.which(name)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    address = serve()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, (width, height) in WIDTHS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, locale="en-US")
            page = context.new_page()
            for door in (home, feel, people, next_dose, preparation, calendar, refused, explore):
                door(page)
                page.screenshot(path=FOLDER / f"{door.__name__}-{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
