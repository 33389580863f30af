"""The calendar of a course, against the label and by properties."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.regimen import CoursePlan, CourseRequest, GivenDose, RegimenError, course
from tdm1.regimen.calendar import add_months

START = datetime.date(2026, 12, 1)
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31))


def plan(**more: Any) -> CoursePlan:
    return course(CourseRequest(**{"setting": "early", "region": "US", "first_dose": START, "sex": "female", **more}))


def days(found: CoursePlan, kind: str) -> list[datetime.date]:
    return [one.day for one in found.events if one.kind == kind]


def test_early_disease_has_fourteen_infusions_three_weeks_apart_against_label() -> None:
    """D1 and D4."""
    infusions = days(plan(), "infusion")
    assert len(infusions) == 14 and infusions[0] == START
    assert {later - earlier for earlier, later in pairwise(infusions)} == {datetime.timedelta(21)}


def test_metastatic_disease_has_no_planned_end_against_label() -> None:
    """D3."""
    with pytest.raises(RegimenError, match="no planned end"):
        plan(setting="metastatic")
    assert any("until the cancer grows" in note for note in plan(setting="metastatic", cycles=4).notes)


def test_first_infusion_is_long_and_watched_longer_against_label() -> None:
    """D5 and D6."""
    minutes = [one.minutes for one in plan().events if one.kind == "infusion"]
    assert minutes == [180, *[60] * 13]
    slow = plan(doses_given=(GivenDose(START, 3.6, tolerated=False),))
    assert [one.minutes for one in slow.events if one.kind == "infusion"][1] == 180


def test_a_blood_test_before_every_dose_to_come_against_label() -> None:
    """C3 and C4."""
    found = plan(doses_given=(GivenDose(START, 3.6),))
    wanted = [day - datetime.timedelta(days=1) for day in days(found, "infusion")[1:]]
    assert days(found, "blood_test") == wanted


def test_heart_tests_before_the_start_and_every_three_months_against_label() -> None:
    """C5."""
    assert days(plan(), "heart_test")[:3] == [
        datetime.date(2026, 11, 30), datetime.date(2027, 3, 1), datetime.date(2027, 6, 1)]
    known = plan(lvef_days=(datetime.date(2026, 11, 10),), doses_given=(GivenDose(START, 3.6),))
    assert days(known, "heart_test")[:2] == [datetime.date(2026, 11, 10), datetime.date(2027, 2, 10)]


def test_a_missed_dose_is_given_soon_and_moves_all_that_follow_against_label() -> None:
    """D9: as soon as possible, not at the next planned cycle, and three weeks after it the next one."""
    planned = days(plan(), "infusion")
    moved = days(plan(missed=(planned[1],), given_instead=(planned[1] + datetime.timedelta(days=4),)), "infusion")
    assert moved[0] == planned[0] and moved[1] == planned[1] + datetime.timedelta(days=4)
    assert moved[2:] == [day + datetime.timedelta(days=4) for day in planned[2:]]
    assert days(plan(missed=(planned[1],)), "infusion")[1] == planned[1] + datetime.timedelta(days=1)


def test_contraception_ends_seven_months_after_the_last_dose_against_label() -> None:
    """P2 and P4: 31 August 2027 plus seven months is 31 March 2028."""
    last = days(plan(), "infusion")[-1]
    assert last == datetime.date(2027, 8, 31)
    assert days(plan(), "contraception_end") == [datetime.date(2028, 3, 31)] == days(plan(), "breastfeeding_end")
    assert days(plan(), "pregnancy_test") == [datetime.date(2026, 11, 30)]
    assert days(plan(could_become_pregnant=False), "contraception_end") == []


def test_contraception_of_men_by_region_against_label() -> None:
    """P3: four months in the US; the EU text gives no months."""
    assert days(plan(sex="male"), "contraception_end") == [datetime.date(2027, 12, 31)]
    eu = plan(sex="male", region="EU")
    assert days(eu, "contraception_end") == [] and any("no number of months" in note for note in eu.notes)


def test_sex_not_given_is_said() -> None:
    assert any("sex is not given" in note for note in plan(sex=None).notes)


@given(DAYS, st.integers(0, 40))
def test_months_against_dateutil(day: datetime.date, count: int) -> None:
    assert add_months(day, count) == day + relativedelta(months=count)


@given(DAYS, st.lists(st.integers(1, 30), max_size=5), st.integers(1, 14))
def test_infusions_are_never_closer_than_three_weeks(first: datetime.date, delays: list[int], cycles: int) -> None:
    missed: list[datetime.date] = []
    instead: list[datetime.date] = []
    day = first
    for delay in delays[:cycles]:
        missed.append(day)
        instead.append(day + datetime.timedelta(days=delay))
        day = instead[-1] + datetime.timedelta(days=21)
    found = plan(first_dose=first, missed=tuple(missed), given_instead=tuple(instead), cycles=cycles)
    infusions = days(found, "infusion")
    assert len(infusions) == cycles
    assert all((b - a).days >= 21 for a, b in pairwise(infusions))


def test_the_level_of_the_last_dose_goes_on_and_is_never_raised_against_label() -> None:
    """D8."""
    given_ = (GivenDose(START, 3.6), GivenDose(START + datetime.timedelta(days=21), 3.0))
    found = plan(doses_given=given_, weight_kg=70)
    assert [one.level_mg_per_kg for one in found.events if one.kind == "infusion"][:4] == [3.6, 3.0, 3.0, 3.0]
    assert [one.dose_mg for one in found.events if one.kind == "infusion"][2] == pytest.approx(210)
    with pytest.raises(RegimenError, match="never raised"):
        plan(doses_given=given_, level_mg_per_kg=3.6)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"setting": "late"}, "metastatic or early"),
        ({"region": "UK"}, "US, EU or England"),
        ({"cycles": 15}, "14 doses in all"),
        ({"cycles": 0}, "1 to 60"),
        ({"level_mg_per_kg": 4.8}, "never goes above"),
        ({"missed": (datetime.date(2026, 12, 2),)}, "no dose is planned"),
        ({"doses_given": (GivenDose(datetime.date(2026, 12, 3), 3.6),)}, "first dose is on"),
        ({"missed": (START,), "given_instead": (START,)}, "give a later day"),
    ],
)
def test_what_cannot_be_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(RegimenError, match=words):
        plan(**more)


def test_every_entry_has_its_source() -> None:
    for one in (*plan().events, *plan(sex="male").events):
        assert one.source in evidence.sources() and one.where and one.read in ("read", "secondary", "recall")


def test_words_of_the_calendar_say_the_months_of_the_facts() -> None:
    """The sentence and the reckoning must not part."""
    said = {one.id: one.detail for one in (*plan().events, *plan(sex="male").events)}
    assert said["P2"].startswith(f"{evidence.value('monitoring.contraception_female', 'month'):g} months")
    assert said["P3"].startswith(f"{evidence.value('monitoring.contraception_male_us', 'month'):g} months")
    assert f"every {evidence.value('monitoring.lvef_every', 'month'):g} months" in said["C5"]
