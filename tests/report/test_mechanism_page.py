"""The story of a drug as page, picture, terminal and JSON, against the story."""

from __future__ import annotations

import html
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report.synthetic import WHEN
from rich.console import Console

from tdm1.report import mechanism, mechanism_page
from tdm1.report.numbers import number
from tdm1.report.pictures import mechanism as picture
from tdm1.trial.mechanism_story import Story, story

VOID = {"meta", "input", "br", "img", "hr", "link"}
DRAWN = {"path", "line", "rect", "circle"}


class _Balance(HTMLParser):
    """Every element that is opened is closed, in order; keeps ids and the text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN | VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.shown.append(data)


@cache
def _story(name: str = "t_dm1") -> Story:
    return story(name, dose_mg_per_kg={"t_dm1": 3.6, "trastuzumab": 6.0}[name])


@cache
def _page(name: str = "t_dm1") -> str:
    return mechanism_page.page(_story(name), selectivity=None, finished=WHEN)


def _parsed(text: str) -> _Balance:
    parser = _Balance()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("name", ["t_dm1", "trastuzumab"])
def test_page_is_well_formed_and_every_id_is_there_once(name: str) -> None:
    parser = _parsed(_page(name))
    assert len(parser.ids) == len(set(parser.ids))
    assert {f"at-{place.id}" for place in _story(name).places} <= set(parser.ids)


@pytest.mark.parametrize("name", ["t_dm1", "trastuzumab"])
def test_page_loads_nothing_from_elsewhere(name: str) -> None:
    text = _page(name)
    assert not re.search(r"(?:src|href|action|srcset)\s*=", text)
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|https?:", text)


@pytest.mark.parametrize("name", ["t_dm1", "trastuzumab"])
def test_every_place_is_shown_with_its_meaning_and_ways(name: str) -> None:
    shown = " ".join(" ".join(_parsed(_page(name)).shown).split())
    titles = {place.id: place.title for place in _story(name).places}
    for place in _story(name).places:
        assert place.title in shown and place.meaning in shown
    for flow in _story(name).flows:
        assert f"→ {titles[flow.end]}: {flow.words}" in shown
    for caution in _story(name).cautions:
        assert caution in shown
    for ground in _story(name).facts:
        assert ground.meaning in shown and ground.value in shown and " ".join(ground.source.split()) in shown


def test_page_without_script_has_the_table_and_no_dead_slider() -> None:
    """Numbers of the table against the story; what needs the script is hidden until the script runs."""
    text = re.sub(r"<script.*?</script>", "", _page(), flags=re.DOTALL)
    assert '<body class="still">' in text and ".still .clock{display:none}" in text
    days = mechanism_page.shown_days(_story())
    assert [number(_story().time_day[place]) for place in days] == ["0.25", "1", "3", "7", "14", "21"]
    for row in [(one.title, one.share_pct) for one in _story().places]:
        cells = "".join(f'<td class="figure">{number(row[1][place])}</td>' for place in days)
        assert f'<th scope="row">{row[0]}</th>{cells}</tr>' in text
    for level in _story().levels:
        cells = "".join(f'<td class="figure">{number(level.values[place])}</td>' for place in days)
        assert f"{cells}</tr>" in text and html.escape(level.title) in text
    # The cards too have a number that stands without the script: that of the day at which the slider starts.
    for place in _story().places:
        assert f'data-now="{place.id}">{number(place.share_pct[days[1]])}<' in text


def test_data_of_the_slider_against_the_story() -> None:
    found = re.search(r'<script type="application/json" id="story">(.*?)</script>', _page(), flags=re.DOTALL)
    assert found
    data = json.loads(found.group(1))
    assert data["day"] == pytest.approx(_story().time_day, abs=1e-4)
    assert set(data["places"]) == {place.id for place in _story().places}
    for place in _story().places:
        assert data["places"][place.id] == pytest.approx(place.share_pct, rel=1e-3, abs=1e-12)
    slider = re.search(r'<input type="range"[^>]*>', _page())
    assert slider
    limits = dict(re.findall(r'([\w-]+)="([^"]*)"', slider.group(0)))
    assert (limits["min"], limits["max"], limits["aria-label"]) == ("0", str(len(_story().time_day) - 1), "Day")
    assert data["day"][int(limits["value"])] == pytest.approx(1.0)


def test_lines_of_the_cards_against_the_courses() -> None:
    """The path has a point for each day, and its top where the share is highest."""
    paths = re.findall(r'<path d="(M[^"]*)" fill="none"', _page())
    assert len(paths) == len(_story().places)
    for path, place in zip(paths, _story().places, strict=True):
        points = [tuple(map(float, pair.split())) for pair in path[1:].split("L")]
        assert len(points) == len(_story().time_day)
        assert (points[0][0], points[-1][0]) == (0.0, 100.0)
        top = max(place.share_pct)
        assert [point[1] for point in points] == pytest.approx([30 - 28 * y / top for y in place.share_pct], abs=0.006)


def test_page_escapes_what_it_is_given() -> None:
    evil = '</script><img src=x onerror="alert(1)">&'
    places = (replace(_story().places[0], title=evil, meaning=evil), *_story().places[1:])
    facts = (replace(_story().facts[0], meaning=evil, source=evil), *_story().facts[1:])
    worse = replace(_story(), title=evil, payload=evil, places=places, facts=facts, cautions=(evil,))
    text = mechanism_page.page(worse, selectivity=None, finished=WHEN)
    assert "<img" not in text and text.count("</script>") == 2
    assert evil in " ".join(_parsed(text).shown)


def test_selectivity_is_shown_when_it_is_given_and_left_out_when_not() -> None:
    view = {"lead": "lead & words", "pictures": [], "head": ["cells", "ratio"], "rows": [["normal", "19×"]],
            "lines": ["a < b"]}
    text = mechanism_page.page(_story(), selectivity=view, finished=WHEN)
    assert "Why it spares the rest" in text and "lead &amp; words" in text and "a &lt; b" in text and "19×" in text
    assert "Why it spares the rest" not in _page()


@pytest.mark.parametrize("name", ["t_dm1", "trastuzumab"])
def test_picture_has_a_box_for_every_place(name: str, tmp_path: Path) -> None:
    path = tmp_path / "story.svg"
    picture.draw(_story(name), path)
    written = ET.parse(path)
    texts = {"".join(one.itertext()).strip() for one in written.iter() if one.tag.endswith("text")}
    for place in _story(name).places:
        peak = max(range(len(place.share_pct)), key=lambda at, place=place: place.share_pct[at])
        assert place.title in texts
        day = _story(name).time_day[peak]
        when = f"on day {number(day)}" if day >= 1.0 else f"after {number(24.0 * day)} hours"
        assert f"{number(place.share_pct[peak])} % {when}" in texts
    picture.draw(_story(name), tmp_path / "story.png")
    assert (tmp_path / "story.png").read_bytes().startswith(b"\x89PNG")


def test_terminal_against_the_story() -> None:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    mechanism.print_story(_story(), console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    days = mechanism_page.shown_days(_story())
    for place in _story().places:
        (row,) = [line for line in lines if line.startswith(f"{place.title} ")]
        assert row.removeprefix(place.title).split() == [number(place.share_pct[day]) for day in days]
    flat = " ".join(" ".join(lines).split())
    assert all(caution in flat for caution in _story().cautions)


def test_json_against_the_story() -> None:
    document = json.loads(json.dumps(mechanism.as_json(_story()), allow_nan=False))
    assert document["time_day"] == list(_story().time_day)
    assert [one["id"] for one in document["places"]] == [one.id for one in _story().places]
    assert sum(one["share_pct"][10] for one in document["places"]) == pytest.approx(100.0, rel=1e-4)
    assert {one["id"]: one["unit"] for one in document["levels"]}["payload"] == "ng/mL"
    assert document["facts"][0]["read"] == _story().facts[0].read
