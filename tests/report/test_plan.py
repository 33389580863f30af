"""The calendar and the preparation sheet as JSON, in a terminal and on paper."""

from __future__ import annotations

import datetime
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

from regimen.plans import START, plan
from rich.console import Console

from tdm1 import evidence
from tdm1.regimen import GivenDose, patient_lines, patient_words, prepare
from tdm1.report import preparation_page
from tdm1.report.plan import plan_json, preparation_json, print_plan, print_preparation

FOUND = plan(weight_kg=64, doses_given=(GivenDose(START, 3.6),))


def _console(width: int = 100) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width, highlight=False), out


def test_json_of_a_calendar_holds_what_the_calendar_does() -> None:
    said = json.loads(json.dumps(plan_json(FOUND), allow_nan=False))
    assert [one["day"] for one in said["events"]] == [one.day.isoformat() for one in FOUND.events]
    for one, entry in zip(said["events"], FOUND.events, strict=True):
        words = patient_words(entry)
        assert (one["plain_title"], one["plain_text"]) == (words.title, words.text)
        assert [line["id"] for line in one["statements"]] == [line.id for line in entry.statements]
        assert one["id"] == one["statements"][0]["id"]
    assert said["notes"] == list(FOUND.notes) and said["plain"]["lines"] == list(patient_lines(FOUND))
    assert (said["first_dose"], said["open_end"]) == ("2026-12-01", False)


def test_fields_of_the_json_against_the_page_of_the_docs() -> None:
    """docs/plan.md names every field."""
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text("utf-8")
    said = plan_json(FOUND) | {"preparation": preparation_json(prepare(252))}
    fields = {*said, *said["events"][0], *said["events"][0]["statements"][0], *said["preparation"], *said["plain"]}
    assert {name for name in fields if f"`{name}`" not in page} == set()


def test_table_holds_every_day_and_its_lines_of_the_label() -> None:
    console, out = _console(140)
    print_plan(FOUND, console)
    said = out.getvalue()
    rows = re.findall(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d", said, flags=re.MULTILINE)
    assert len(rows) == len(FOUND.events)
    assert "Tue 2026-12-01" in said and "(done)" in said
    for line in {line for one in FOUND.events for line in one.statements}:
        assert f"{line.id} " in said
    flat = " ".join(said.split())
    assert "[thpi, warnings; secondary]" in flat and "not a medical device" in flat


def test_sheet_in_a_terminal_numbers_every_step() -> None:
    console, out = _console()
    made = prepare(252, infusion="first")
    print_preparation(made, console)
    flat = " ".join(out.getvalue().split())
    for number, step in enumerate(made.steps, start=1):
        assert f"{number}. {step.text} [{step.id}, {step.source}; {step.read}]" in flat
    assert "draw 12.6 mL = 252 mg, 8 mg left over" in flat


class _Page(HTMLParser):
    """Text and tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _page(**more: object) -> _Page:
    read = _Page()
    read.feed(preparation_page.page(prepare(252, **more), printed=datetime.date(2026, 11, 25)))  # type: ignore[arg-type]
    return read


def test_sheet_on_paper_holds_every_step_with_its_source() -> None:
    made = prepare(252, infusion="first")
    flat = " ".join(" ".join(_page(infusion="first").text).split())
    for step in made.steps:
        assert step.text in flat and evidence.sources()[step.source].citation in flat
    for words in ("252.0 mg", "12.6 mL", "Never in dextrose", "Never exchanged for or with trastuzumab", "90 + 90 min",
                  "checked by", "not a medical device", "2026-11-25"):
        assert words in flat


def test_sheet_on_paper_fetches_nothing_and_reads_aloud() -> None:
    page = _page()
    assert not [tag for tag, attributes in page.tags if {"src", "href"} & set(attributes)]
    assert ("html", {"lang": "en"}) in page.tags
    assert [tag for tag, _ in page.tags if tag in ("h1", "h2", "h3")] == ["h1", "h2", "h2"]


def test_day_of_the_infusion_is_printed_or_left_to_write() -> None:
    made, printed = prepare(252), datetime.date(2026, 11, 25)
    assert "2026-12-22" in preparation_page.page(made, printed=printed, infusion_day=datetime.date(2026, 12, 22))
    assert "____" in preparation_page.page(made, printed=printed)
