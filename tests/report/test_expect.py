"""What a patient reads of a forecast: plain, honest, with source and unit, and no word on changing a dose."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from forecast.made import anybody, person
from report.reading_level import flesch_kincaid, grades

from tdm1.cli._expect import covariates, run_expect
from tdm1.cli._values import OptionError
from tdm1.evidence.texts import texts
from tdm1.forecast import Expectation, Share
from tdm1.report import expect, expect_page
from tdm1.report.pictures.people import PictureError, people

WHEN = datetime(2026, 11, 25, 12, 0)
OWN = {key: text for key, text in texts("en").items() if key.startswith("expect.")}
MADE = {"metastatic": anybody, "person": person, "early": lambda: anybody("early")}


@pytest.fixture(scope="module", params=sorted(MADE))
def found(request: pytest.FixtureRequest) -> Expectation:
    """A forecast: of anybody, of one person, of early disease."""
    return MADE[request.param]()


def test_whole_text_is_read_at_grade_8_at_most(found: Expectation) -> None:
    text = " ".join(expect.sentences(expect.view(found, survival=True)))
    assert {name: grade for name, grade in grades(text).items() if grade > 8.0} == {}


@pytest.mark.parametrize("key", sorted(key for key, text in OWN.items() if len(text.split()) > 6))
def test_each_text_is_read_at_grade_8_at_most(key: str) -> None:
    assert flesch_kincaid(OWN[key].format_map(defaultdict(lambda: "20"))) <= 8.0


def test_the_measure_of_reading_against_known_texts() -> None:
    """A sentence for children and one of a label lie where they should, or the measure measures nothing."""
    assert flesch_kincaid("The cat sat on the mat. The dog ran to me. We had fun.") < 2.0
    label = ("Hepatotoxicity, predominantly asymptomatic increases in the concentrations of serum transaminases, has "
             "been observed in clinical investigations of ado-trastuzumab emtansine.")
    assert min(grades(label).values()) > 14.0


_PROMISE = re.compile(
    r"\b(will (?!happen)|guarantee|certain(ly)?|cure[ds]?|safe\b|harmless|never|always|no need|need not)", re.I
)
_ORDER = re.compile(
    r"\b(take|give|ask for|use|lower|reduce|raise|skip|stop|delay|change|hold)\b[^.]{0,30}"
    r"\b(dose|drug|infusion|treatment)", re.I
)


def test_nothing_is_promised(found: Expectation) -> None:
    for sentence in expect.sentences(expect.view(found, survival=True)):
        assert not _PROMISE.search(sentence), sentence


def test_no_text_tells_a_patient_to_change_a_dose(found: Expectation) -> None:
    shown = expect.view(found, survival=True)
    for sentence in expect.sentences(shown):
        assert sentence == shown["no_change"] or not _ORDER.search(sentence), sentence
    assert shown["no_change"].startswith("Do not skip, stop or change a dose")


def test_no_text_says_that_no_help_is_needed(found: Expectation) -> None:
    """Every side effect with a name has a time to tell or call; fever and bleeding are at once."""
    shown = expect.view(found)
    told = {one["name"]: one["call"] for one in shown["effects"]["cards"]}
    told |= {row["name"]: row["when"] for row in shown["other"]["rows"]}
    assert len(told) > 40 and all(told.values())
    assert told["epistaxis"] == told["pyrexia"] == told["chills"] == OWN["expect.call_at_once"]


def test_numbers_stand_beside_the_study_and_their_range(found: Expectation) -> None:
    """Every card tells people of 100, what the study saw or that it did not, and a range that holds the number."""
    shown = expect.view(found)
    counted = 0
    for part in ("effects", "groups", "laboratory", "treatment"):
        for one in shown[part]["cards"]:
            told = " ".join(one["sentences"])
            assert "of 100 people like you" in told
            assert "In the study it was" in told or "did not report" in told
            low, high = map(int, re.search(r"(?:between|gives) (\d+) (?:and|to) (\d+)", told).groups())  # type: ignore[union-attr]
            assert low <= one["of_100"] <= high
            counted += 1
    assert counted > 25
    assert shown["sources"]["lines"]


def test_words_of_a_number() -> None:
    words = expect.Words("en")
    assert [words.people_of_100(share) for share in (0.0, 0.2, 0.5001, 30.4, 99.7, 100.0)] == [
        "none", "fewer than 1", "about 1", "about 30", "more than 99", "more than 99"
    ]
    alone = words.range(Share(30.0, (27.0, 33.0)))
    assert "Chance in our count alone" in alone and "we do not know" in alone


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "id" in found:
            self.ids.append(str(found["id"]))
        self.labels += str(found.get("aria-labelledby") or "").split()
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "data", "action")]
        if tag == "svg":
            assert found.get("role") == "img"
            self.pictures += 1
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))


def test_page_stands_alone_and_can_be_heard(found: Expectation) -> None:
    text = expect_page.page(found, finished=WHEN, survival=True)
    page = _Page()
    page.feed(text)
    assert page.links == [] and "<script" not in text and "@import" not in text and "url(" not in text
    assert len(page.ids) == len(set(page.ids))
    assert set(page.labels) <= set(page.ids)
    assert page.pictures == text.count("<title id=") == text.count("<desc id=") > 25
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
    assert "research software, not a medical device" in text


def test_survival_is_told_only_when_asked(found: Expectation) -> None:
    for shown in (expect.view(found), expect_page.page(found, finished=WHEN)):
        assert "alive" not in str(shown)
    assert "alive" in str(expect.view(found, survival=True))


def test_what_was_entered_is_escaped_and_listed() -> None:
    shown = expect.view(person())
    assert "age at entry: 61 years" in shown["known"]
    assert "platelet count: 135 × 10⁹/L" in shown["known"]
    assert any(line.endswith(": no") for line in shown["known"])


@pytest.mark.parametrize(("affected", "severe"), [(0, 0), (37, 5), (100, 100), (100, 0)])
def test_picture_against_a_count_of_its_figures(affected: int, severe: int) -> None:
    drawn = people("a-b", "<title>", "d & e", affected=affected, severe=severe)
    paths = dict(re.findall(r'class="(has|has-not|badly)" d="([^"]*)"', drawn))
    # A person is a head and a body, two closed outlines; a box is one.
    assert paths.get("has", "").count("z") == 2 * affected
    assert paths.get("has-not", "").count("z") == 2 * (100 - affected)
    assert paths.get("badly", "").count("z") == severe
    assert "&lt;title&gt;" in drawn and "d &amp; e" in drawn


@pytest.mark.parametrize(
    ("name", "affected", "severe"), [("a", 101, 0), ("a", 3, 4), ("a b", 1, 0), ("", 1, 0), ("1", 1, 0)]
)
def test_picture_refuses_what_are_no_people(name: str, affected: int, severe: int) -> None:
    with pytest.raises(PictureError):
        people(name, "t", "d", affected=affected, severe=severe)


def test_covariates_of_the_command_line() -> None:
    assert covariates("--known", ["age_year=61", "visceral = yes"]) == {"age_year": 61.0, "visceral": 1.0}
    for given, said in ((["age_year"], "NAME=VALUE"), (["a=1", "a=2"], "twice"), (["a=old"], "'old' is no number")):
        with pytest.raises(OptionError, match=said):
            covariates("--known", given)


def test_command_prints_plain_words_and_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.html"
    run_expect("early", {"age_year": 52.0}, patients=64, out=out)
    said = capsys.readouterr()
    assert "of 100 people like you may have this" in " ".join(said.out.split())
    assert "alive" not in said.out
    assert out.read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(OptionError, match="there already"):
        run_expect("early", {}, patients=64, out=out)
    with pytest.raises(OptionError, match=r"ends in \.html"):
        run_expect("early", {}, patients=64, out=tmp_path / "page.pdf")
