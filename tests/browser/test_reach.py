"""For whom the pages work: a narrow window, large spacing, no script, paper, the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
DOORS = ("/", "/expect", "/next-dose", "/explore")
#: Where the keyboard is: seen by its outline, on the screen, how high.
_STOP = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    body: one === document.body, outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight, high: box.height, name: one.outerHTML.slice(0, 90),
  };
}"""
_FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize("door", DOORS)
def test_320_pixels_need_no_sideways_scroll_against_wcag_1_4_10(page: Any, door: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(door)
    assert page.evaluate(_FITS)


@pytest.mark.parametrize("door", DOORS)
def test_wide_spacing_loses_nothing_against_wcag_1_4_12(page: Any, door: str) -> None:
    page.goto(door)
    page.evaluate("""() => { for (const one of document.querySelectorAll('body *')) {
        one.style.lineHeight = '1.5'; one.style.letterSpacing = '0.12em'; one.style.wordSpacing = '0.16em'; } }""")
    assert page.evaluate(_FITS)
    cut = page.evaluate("""[...document.querySelectorAll('main *')].filter((one) =>
        getComputedStyle(one).overflow === 'hidden' && one.scrollHeight > one.clientHeight + 1).length""")
    assert cut == 0


@pytest.mark.parametrize("door", DOORS)
def test_every_stop_of_the_keyboard_shows_where_it_is_and_is_large_enough(page: Any, door: str) -> None:
    page.goto(door)
    stops = 0
    for _ in range(90):
        page.keyboard.press("Tab")
        at = page.evaluate(_STOP)
        if at["body"]:
            break
        stops += 1
        assert at["outline"] and at["inside"], at["name"]
        assert at["high"] >= 24, at["name"]
    assert stops > 4


@pytest.mark.parametrize("door", ["/expect", "/next-dose", "/explore"])
def test_without_script_a_door_says_so_and_sends_nothing(chromium: Any, address: str, door: str) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto(door)
    expect(page.locator(".script").first).to_contain_text("needs JavaScript")
    if door == "/expect":
        expect(page.locator(".now")).to_contain_text("Fever of 38")
        expect(page.locator("#given")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url))
    for button in page.locator("button[type=submit]").all():
        button.dispatch_event("click")
    page.wait_for_timeout(200)
    assert sent == []
    context.close()


def test_paper_holds_the_answers_and_no_forms(page: Any) -> None:
    page.goto("/expect")
    page.fill("#feel-text", "my hands are numb")
    page.click("#feel-form button")
    page.locator(".urgency").wait_for()
    page.emulate_media(media="print")
    expect(page.locator(".urgency")).to_be_visible()
    expect(page.locator(".notice")).to_be_visible()
    for form in page.locator("form").all():
        expect(form).to_be_hidden()
    expect(page.locator(".top")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_paper_holds_the_decision_its_day_and_its_values(page: Any) -> None:
    page.goto("/next-dose")
    page.select_option("#example", "low_platelets")
    expect(page.locator("[data-lab=platelets] [data-part=value]")).to_have_value("42")
    page.click("#person button[type=submit]")
    page.locator(".decision").wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#person")).to_be_hidden()
    expect(page.locator(".decision")).to_contain_text("On 2026-11-25")
    expect(page.get_by_text("platelets 42 10*9/L, 2026-11-24")).to_be_visible()


def test_the_focus_stays_where_the_answer_is(page: Any) -> None:
    page.goto("/expect")
    page.fill("#feel-text", "tired")
    page.focus("#feel-form button")
    page.keyboard.press("Enter")
    page.locator(".urgency").wait_for()
    expect(page.locator("#feel-form button")).to_be_focused()
    page.goto("/next-dose")
    page.focus("#person button[type=submit]")
    page.keyboard.press("Enter")
    page.locator(".decision").wait_for()
    expect(page.locator("#answer")).to_be_focused()


def test_a_chart_has_a_sentence_and_a_table_for_those_who_do_not_see_it(page: Any) -> None:
    page.goto("/explore")
    page.locator("#outcome table").wait_for(timeout=120_000)
    for name in ("conjugate", "tumour", "platelets", "dm1"):
        expect(page.locator(f"#{name}-said")).to_contain_text("Median: highest")
        assert page.locator(f"#{name}-table tbody tr").count() > 10
