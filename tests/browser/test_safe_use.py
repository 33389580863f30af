"""What could harm on a page: an answer to other entries, a number read in two ways, a page that fails silently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tdm1 import person

pytestmark = pytest.mark.browser
_BUNDLE = Path(__file__).parents[1] / "interop" / "fhir" / "bundles" / "trialmatching_patient01.json"
_PATIENCE_MS = 120_000


def _load(page: Any, name: str) -> None:
    page.goto("/next-dose")
    page.select_option("#example", name)
    weight = next(one["value"] for one in person.examples.example(name)["labs"] if one["test"] == "weight")
    expect(page.locator("[data-lab=weight] [data-part=value]")).to_have_value(f"{weight:g}")


def _check(page: Any) -> None:
    page.click("#person button[type=submit]")


def _paste(page: Any, text: str) -> None:
    page.goto("/next-dose")
    page.get_by_text("Or paste a whole record").click()
    page.fill("#json", text)
    page.click("#check-json")


def _prepared(page: Any) -> None:
    _load(page, "back_after_a_hold")
    _check(page)
    page.get_by_role("button", name="Preparation sheet").click()
    page.locator("#sheet ol").wait_for()


def test_a_changed_entry_takes_the_decision_and_the_sheet_down(page: Any) -> None:
    _prepared(page)
    page.fill("[data-lab=platelets] [data-part=value]", "40")
    expect(page.locator("#answer")).to_have_text("The entries have changed. Check again.")
    expect(page.locator("#sheet ol")).to_have_count(0)
    _check(page)
    expect(page.locator(".decision.hold")).to_have_count(1)


def test_another_person_takes_the_decision_and_the_sheet_down(page: Any) -> None:
    _prepared(page)
    page.select_option("#example", "low_platelets")
    expect(page.locator("[data-lab=platelets] [data-part=value]")).to_have_value("42")
    assert page.locator(".decision").count() == 0 and page.locator("#sheet").inner_text() == ""


def test_a_refused_check_leaves_no_sheet_standing(page: Any) -> None:
    _prepared(page)
    page.fill("#lines", "ALT")
    _check(page)
    expect(page.locator("#answer .error")).to_have_count(1)
    assert page.locator("#sheet").inner_text() == "" and page.locator(".decision").count() == 0


def test_an_answer_that_comes_after_a_change_is_not_shown(page: Any) -> None:
    _load(page, "low_platelets")
    held: list[Any] = []
    page.route("**/api/check", lambda route: held.append(route))
    _check(page)
    page.fill("[data-lab=platelets] [data-part=value]", "160")
    page.wait_for_timeout(100)
    held[0].continue_()
    expect(page.locator("#answer")).to_have_text("The entries have changed. Check again.")


@pytest.mark.parametrize("line", ["ALT 1,200 U/L 2026-11-24 40", "PLT 150,000 /mm3 2026-11-24"])
def test_a_comma_that_can_be_read_in_two_ways_is_refused_against_silent_decimals(page: Any, line: str) -> None:
    page.goto("/next-dose")
    page.fill("#lines", line)
    _check(page)
    said = page.locator("#beside")
    expect(said).to_contain_text("line 1")
    expect(said).to_contain_text("write it without the comma")
    assert page.locator(".decision").count() == 0


@pytest.mark.parametrize("line,wrong", [
    ("PLT <5 10*9/L 2026-11-24", "is a bound"),
    ("ALT 55 U/L 2026-11-24 40 80", "'80' is not understood"),
    ("ALT 55 2026-11-24", "write test, value, unit, day"),
])
def test_a_line_that_is_not_understood_is_refused_beside_its_box(page: Any, line: str, wrong: str) -> None:
    page.goto("/next-dose")
    page.fill("#lines", f"WBC 5 10*9/L 2026-11-24\n{line}")
    _check(page)
    expect(page.locator("#beside")).to_contain_text("line 2")
    expect(page.locator("#beside")).to_contain_text(wrong)
    expect(page.locator("#lines")).to_be_focused()


def test_an_infusion_that_was_not_tolerated_is_never_read_as_tolerated(page: Any) -> None:
    _load(page, "back_after_a_hold")
    page.fill("#doses", "2026-10-06 3.6\n2026-10-27 3.6 not tolerated")
    _check(page)
    expect(page.locator("#beside")).to_contain_text("only 'slow' may stand after the level")
    page.fill("#doses", "2026-10-06 3.6\n2026-10-27 3.6 Slow")
    _check(page)
    page.get_by_role("button", name="Preparation sheet").click()
    expect(page.locator("#sheet")).to_contain_text("90 minutes")


def test_a_pasted_record_keeps_the_infusion_that_was_not_tolerated(page: Any) -> None:
    record = person.examples.example("back_after_a_hold")
    slow = record | {"doses": [one | {"tolerated": "no"} for one in record["doses"]]}
    _paste(page, json.dumps(slow, default=str))
    page.get_by_role("button", name="Preparation sheet").click()
    expect(page.locator("#sheet")).to_contain_text("90 minutes")
    page.get_by_role("button", name="Calendar").click()
    page.locator("#sheet table").wait_for()


def test_infusions_of_which_nothing_is_told_are_asked_about(page: Any) -> None:
    record = person.examples.example("back_after_a_hold")
    silent = record | {"doses": [{key: one[key] for key in one if key != "tolerated"} for one in record["doses"]]}
    _paste(page, json.dumps(silent, default=str))
    page.locator(".decision").wait_for()
    if page.locator(".decision.reduce").count():
        expect(page.get_by_role("button", name="Preparation sheet")).to_have_count(2)
    else:
        expect(page.locator("#answer")).to_contain_text("tolerated")


def test_a_bundle_tells_how_it_was_read(page: Any) -> None:
    _paste(page, _BUNDLE.read_text("utf-8"))
    page.locator(".decision.unknown").wait_for()
    page.get_by_text("How the bundle was read").click()
    expect(page.locator("#answer")).to_contain_text("HER2 negative")


def test_a_value_of_a_field_is_refused_beside_it_and_no_longer_once_mended(page: Any) -> None:
    _load(page, "low_platelets")
    value = page.locator("[data-lab=platelets] [data-part=value]")
    value.fill("62000")
    _check(page)
    expect(page.locator("tr.beside")).to_contain_text("not taken as real")
    expect(value).to_have_attribute("aria-invalid", "true")
    page.allowed[:] = [said for said in page.allowed if "422" not in said]
    value.fill("62")
    _check(page)
    page.locator(".decision").wait_for()
    assert value.get_attribute("aria-invalid") is None and page.locator(".beside").count() == 0


def test_the_answer_tells_its_day_and_its_values(page: Any) -> None:
    _load(page, "low_platelets")
    _check(page)
    expect(page.locator(".decision")).to_contain_text("On 2026-11-25")
    page.get_by_text("Values used").click()
    expect(page.locator("#answer")).to_contain_text("platelets 42 10*9/L, 2026-11-24")


@pytest.mark.parametrize("typed", ["101.3", "100.4", "38.0"])
def test_a_fever_counts_in_both_scales(page: Any, typed: str) -> None:
    page.goto("/expect")
    page.fill("#feel-temperature", typed)
    page.click("#feel-form button")
    page.locator(".urgency.at-once").wait_for()


@pytest.mark.parametrize("broken", ["**/api/symptoms", "**/page-data/texts.json"])
def test_a_page_that_can_not_answer_sends_to_the_care_team(page: Any, broken: str) -> None:
    page.route(broken, lambda route: route.abort())
    page.goto("/expect")
    page.wait_for_timeout(300)
    page.fill("#feel-text", "my nose will not stop bleeding")
    page.click("#feel-form button")
    expect(page.locator("#feel-answer .error")).to_contain_text("call your care team now")
    page.allowed.clear()


@pytest.mark.parametrize(("door", "field", "button"), [
    ("/expect", "#feel-temperature", "#feel-form button"), ("/expect", "#weight", "#people-form button"),
    ("/expect", "#cycles", "#days-form button"),
    ("/next-dose", "[data-lab=alt] [data-part=value]", "#person [type=submit]"),
    ("/explore", "#dose_mg_per_kg", "#hold"),
])
def test_no_form_goes_out_before_its_script_is_there(page: Any, door: str, field: str, button: str) -> None:
    held: list[Any] = []
    page.route("**/static/common.js", lambda route: held.append(route))
    with page.expect_request("**/static/common.js"):
        page.goto(door, wait_until="commit")
    page.locator("footer").wait_for()
    led: list[str] = []
    page.on("request", lambda asked: led.append(asked.url) if asked.is_navigation_request() else None)
    waiting = page.locator("[data-wait]:disabled")
    assert page.locator("main button").count() == page.locator("main button:disabled").count() > 0
    page.press(field, "4")
    page.press(field, "Enter")
    page.locator(button).dispatch_event("click")
    page.wait_for_timeout(200)
    assert led == [] and page.url.endswith(door)
    held[0].continue_()
    expect(page.locator(button)).to_be_enabled()
    expect(waiting).to_have_count(0)
    # A refused policy would stand on the console, and fail the test at its end.
    assert led == []


@pytest.mark.parametrize("door", ["/expect", "/next-dose", "/explore"])
def test_a_page_that_waits_for_its_script_reads_well(page: Any, door: str) -> None:
    held: list[Any] = []
    page.route("**/static/common.js", lambda route: held.append(route))
    with page.expect_request("**/static/common.js"):
        page.goto(door, wait_until="commit")
    page.locator("footer").wait_for()
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
    assert found.violations_count == 0, found.generate_report()
    held[0].continue_()
    expect(page.locator("[data-wait]:disabled")).to_have_count(0)


def test_nothing_typed_is_left_behind(page: Any) -> None:
    page.goto("/expect")
    page.fill("#feel-text", "my gums bleed")
    page.click("#feel-form button")
    page.locator(".urgency").wait_for()
    assert page.url.endswith("/expect")
    kept = "[localStorage.length, sessionStorage.length, document.cookie, history.state].map(String)"
    assert page.evaluate(kept) == ["0", "0", "", "null"]
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    page.reload()
    assert page.input_value("#feel-text") == ""
