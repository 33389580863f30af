"""The report page: whole, self-contained and readable without colour."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from report.synthetic import WHEN, after_surgery, trial_result

from tdm1 import evidence
from tdm1.report import behind_a_run, html
from tdm1.trial.result import TrialResult

PICTURES = {"pfs", "exposure", "platelets", "response", "intensity", "os", "laboratory", "events", "grades"}
#: Those of a trial after surgery with two simulated arms; the second arm's own have its number.
AFTER_SURGERY = {
    "idfs", "exposure", "platelets", "intensity", "intensity-2", "os", "laboratory", "events", "grades",
}


class _Page(HTMLParser):
    """Collects what a browser would load, every id, and the tags that were opened and closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found.get("href")))
        elif tag == "svg":
            self.pictures.append(found)
        for name in ("src", "href", "srcset", "data", "action"):
            if name in found and tag != "a" and not str(found[name]).startswith("#"):
                self.loads.append(f"{tag} {name}={found[name]}")


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    read = _Page(page)
    assert read.loads == []
    assert not re.search(r"@import|url\((?!#)", page)
    assert all(link.startswith("https://doi.org/10.") or link.startswith("http") for link in read.links)
    assert any(link == "https://doi.org/10.1007/s00280-014-2500-2" for link in read.links)


def test_every_picture_is_there_with_words(page: str) -> None:
    read = _Page(page)
    assert {one[8:] for one in read.ids if one.startswith("picture-")} == PICTURES
    assert len(read.pictures) == len(PICTURES)
    assert all(one.get("aria-label") and one.get("role") == "img" for one in read.pictures)
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, re.DOTALL)
    assert len(captions) == len(PICTURES) and all(len(caption) > 80 for caption in captions)


def test_ids_are_unique(page: str) -> None:
    ids = _Page(page).ids
    assert len(ids) == len(set(ids))


def test_colours_are_variables_of_the_page_not_fixed(page: str) -> None:
    pictures = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert pictures
    assert set(re.findall(r"#[0-9a-f]{6}", pictures)) <= {"#000000"}
    assert set(re.findall(r"var\(--([a-z]+)\)", page)) <= set(re.findall(r"--([a-z]+):", page))


def test_comparison_has_words_beside_colour(page: str, result: TrialResult) -> None:
    assert page.count("✓ inside") == sum(row.within for row in result.comparison)
    assert page.count("✗ outside") == sum(not row.within for row in result.comparison) == 2
    assert "5 of 5 calibrated values lie inside; 1 of 3 predicted values lie inside" in page
    assert "not a medical device" in page


def test_reasons_against_the_counts_of_the_decision_table(page: str, result: TrialResult) -> None:
    decisions = result.arms["T-DM1"].decisions
    assert decisions is not None
    for rule, words in (("M9", "platelets 25 to under 50"), ("M3", "ALT or AST over 20")):
        patients = decisions.filter(decisions["rule"] == rule)["patient"].n_unique()
        block = page[page.index(f'<td class="id">{rule}</td>') :][:700]
        assert words in block and f": {patients} patient" in block


def test_sources_against_the_evidence(page: str, result: TrialResult) -> None:
    used = {entry.source.key for entry in behind_a_run.sources(result)}
    assert {fact.source for fact in behind_a_run.facts(result)} <= used
    assert "uspi_2013" in used
    for key in used:
        assert evidence.sources()[key].citation.split("&")[0][:40] in page.replace("&#39;", "'").replace("&amp;", "&")


def test_every_doubtful_number_is_listed_against_the_evidence(page: str) -> None:
    page = page.replace("<wbr>", "")
    doubtful = [fact for fact in evidence.facts().values() if fact.read in ("assumed", "recall", "calibrated")]
    shown = [fact for fact in doubtful if not re.match(r"ctcae[45]\.", fact.name)]
    assert shown and all(f"<code>{fact.name}</code>" in page for fact in shown)
    assert "<code>ctcae5." not in page


def test_text_of_a_trial_file_is_escaped() -> None:
    made = trial_result(12, title="<script>alert(1)</script>", definition='title: "<b>x</b>"\n')
    page = html.page(made, finished=WHEN)
    assert "<script>alert" not in page and "<b>x</b>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("n", [1, 2])
def test_a_tiny_trial_still_has_a_page(n: int) -> None:
    assert "Progression-free survival" in html.page(trial_result(n), finished=WHEN)


def test_a_trial_without_published_results_says_so() -> None:
    assert "names no published results" in html.page(trial_result(12, comparison=[]), finished=WHEN)


def test_a_trial_after_surgery_shows_recurrence_and_no_tumour() -> None:
    page = html.page(after_surgery(60), finished=WHEN)
    read = _Page(page)
    shown = {one[8:] for one in read.ids if one.startswith("picture-")}
    assert shown == AFTER_SURGERY
    assert "Invasive disease-free survival" in page
    assert "Progression-free" not in page and "Best response" not in page
    assert len(read.ids) == len(set(read.ids)), "pictures of two arms have ids of their own"
    assert "the US label, early setting" in page
    assert "IDFS at 36 months" in page and '<th scope="row">objective response' not in page


def test_rows_are_grouped_by_kind_with_their_counts(result: TrialResult) -> None:
    found = html.comparison(result)
    assert list(found) == ["T-DM1", "lapatinib+capecitabine"]
    groups = found["T-DM1"]
    assert [group.kind for group in groups] == ["disease and treatment", "laboratory values", "adverse events"]
    assert [(group.inside, len(group.rows)) for group in groups] == [(3, 3), (0, 1), (1, 2)]
    assert not groups[2].rows[0].within, "rows outside come first"
    assert sum(len(group.rows) for groups in found.values() for group in groups) == len(result.comparison)


def test_a_long_group_is_folded_but_there() -> None:
    made = trial_result(12)
    events = [row for row in made.comparison if row.endpoint.startswith("adverse_events")]
    page = html.page(trial_result(12, comparison=[*made.comparison, *events * 20]), finished=WHEN)
    assert page.count("✓ inside") + page.count("✗ outside") == len(made.comparison) + 20 * len(events)
    assert '<details class="group">' in page and '<details class="group" open>' in page
