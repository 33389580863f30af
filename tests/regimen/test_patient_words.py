"""The calendar in the words of the patient: plain, complete, and never advice on a dose."""

from __future__ import annotations

import datetime
import re

import pytest
from regimen.plans import START, plan
from report.reading_level import grades

from tdm1.evidence.texts import text, texts
from tdm1.regimen import CoursePlan, GivenDose, PatientWords, patient_lines, patient_words

#: Calendars that between them hold every kind of entry and every line.
PLANS: tuple[CoursePlan, ...] = (
    plan(weight_kg=64),
    plan(sex="male"),
    plan(sex="male", region="EU"),
    plan(sex=None),
    plan(setting="metastatic", cycles=5),
    plan(doses_given=(GivenDose(START, 3.6, tolerated=False),), lvef_days=(datetime.date(2026, 11, 20),)),
)
WORDS: tuple[PatientWords, ...] = tuple(patient_words(one) for found in PLANS for one in found.events)


def test_every_text_of_the_calendar_is_used() -> None:
    lines = [line for one in PLANS for line in patient_lines(one)]
    said = " ".join([*(f"{one.title} {one.text}" for one in WORDS), *lines])
    names = {one.name for found in PLANS for one in found.events}
    keys = {key.removeprefix("plan.") for key in texts() if key.startswith("plan.")}
    entries = names | {f"{name}_title" for name in names}
    # Title and sources stand in the calendar file and on the page.
    assert entries <= keys
    assert {key for key in keys - entries if texts()[f"plan.{key}"] not in said} == {"title", "from"}


@pytest.mark.parametrize("key", sorted(key for key in texts() if key.startswith("plan.")))
def test_text_is_plain(key: str) -> None:
    """No word of the clinic."""
    assert not re.search(r"infus|intraven|LVEF|ejection|dosage|contracepti|hepat|lactat|mg\b|toxic", texts()[key])


def test_reading_level_of_the_whole_calendar() -> None:
    """At most school grade 8 by each of the formulas."""
    for found in PLANS:
        said = [words.text for words in dict.fromkeys(patient_words(one) for one in found.events)]
        found_grades = grades(" ".join([*patient_lines(found), *said]))
        assert max(found_grades.values()) <= 8.0, found_grades


def test_no_dose_and_no_advice_to_change_one() -> None:
    for words in WORDS:
        assert not re.search(r"\d\s*mg|kg|lower dose|higher dose", f"{words.title} {words.text}")
    for found in PLANS:
        assert "Do not skip, stop or change a dose because of this list." in patient_lines(found)


def test_minutes_and_months_against_label() -> None:
    """D5, D6, C5, P2 to P4."""
    said = {one.name: patient_words(one).text for found in PLANS for one in found.events}
    assert "It takes 90 minutes. Then you stay for 90 minutes" in said["infusion_first"]
    assert "It takes 30 minutes. Then you stay for 30 minutes" in said["infusion_later"]
    assert "It takes 90 minutes this time" in said["infusion_slow"] and "stay for 90 minutes" in said["infusion_slow"]
    assert "every 3 months" in said["heart_test"]
    assert "7 months after your last drip (2027-08-31)" in said["contraception_female"]
    assert "4 months after your last drip" in said["contraception_male"]
    assert "7 months" in said["breastfeeding"]


def test_what_is_done_is_said_to_be_done() -> None:
    found = [one for one in PLANS[-1].events if one.done]
    assert [patient_words(one).text for one in found if one.kind == "infusion"] == ["You had this drip."]
    assert all(patient_words(one).text.endswith("This day is done.") for one in found if one.kind == "heart_test")


@pytest.mark.parametrize(
    ("found", "key", "there"),
    [
        (PLANS[0], "open_end", False), (PLANS[4], "open_end", True),
        (PLANS[0], "open_birth_control", False), (PLANS[3], "open_birth_control", True),
        (PLANS[4], "open_birth_control", True), (PLANS[2], "no_months_men", True), (PLANS[1], "no_months_men", False),
        (plan(could_become_pregnant=False), "open_birth_control", False),
    ],
)
def test_what_the_list_leaves_open_is_said(found: CoursePlan, key: str, there: bool) -> None:
    assert (text(f"plan.{key}") in patient_lines(found)) is there


def test_a_missed_dose_is_not_left_for_the_next_day_against_label() -> None:
    """D9."""
    said = " ".join(patient_lines(PLANS[0]))
    assert "as soon as they can. Do not wait for the next day on the list" in said and "three weeks" in said
