"""Heart tests, pregnancy tests and the end of contraception in the calendar, against the label."""

from __future__ import annotations

import datetime

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st
from regimen.plans import START, days, plan

from tdm1.regimen import GivenDose
from tdm1.regimen.months import add_months

DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31))


def test_heart_tests_before_the_start_and_every_three_months_against_label() -> None:
    """C5."""
    assert days(plan(), "heart_test") == [
        datetime.date(2026, 11, 30), datetime.date(2027, 3, 1), datetime.date(2027, 6, 1)]
    known = plan(lvef_days=(datetime.date(2026, 11, 10),), doses_given=(GivenDose(START, 3.6),))
    assert days(known, "heart_test") == [
        datetime.date(2026, 11, 10), datetime.date(2027, 2, 10), datetime.date(2027, 5, 10),
        datetime.date(2027, 8, 10)]
    assert [one.done for one in known.events if one.kind == "heart_test"] == [True, False, False, False]


def test_a_heart_test_older_than_three_months_is_done_again_before_the_start_against_label() -> None:
    """C5: 1 September is three months before the start, 2 September is not."""
    old = days(plan(lvef_days=(datetime.date(2026, 9, 1),)), "heart_test")
    assert old[:3] == [datetime.date(2026, 9, 1), datetime.date(2026, 11, 30), datetime.date(2027, 3, 1)]
    fresh = days(plan(lvef_days=(datetime.date(2026, 9, 2),)), "heart_test")
    assert fresh[:3] == [datetime.date(2026, 9, 2), datetime.date(2026, 12, 2), datetime.date(2027, 3, 2)]


def test_a_heart_test_may_fall_due_on_the_day_of_the_last_dose() -> None:
    """C5: three months after 31 May, the day of the fourteenth dose."""
    assert days(plan(lvef_days=(datetime.date(2027, 5, 31),)), "heart_test")[-1] == datetime.date(2027, 8, 31)


def test_an_overdue_heart_test_stands_before_the_next_dose_and_is_said_against_label() -> None:
    """C5."""
    doses = tuple(GivenDose(START + datetime.timedelta(days=21 * count), 3.6) for count in range(6))
    found = plan(doses_given=doses, lvef_days=(datetime.date(2026, 11, 20),))
    following = doses[-1].day + datetime.timedelta(days=21)
    assert days(found, "heart_test")[:3] == [
        datetime.date(2026, 11, 20), following - datetime.timedelta(days=1), add_months(following, 3)]
    assert any("heart test was due on 2027-02-20" in note for note in found.notes)
    unknown = plan(doses_given=doses)
    assert days(unknown, "heart_test")[0] == following - datetime.timedelta(days=1)
    assert any("no heart test is among the days" in note for note in unknown.notes)
    ended = plan(doses_given=doses, cycles=6, last_dose=True)
    assert days(ended, "heart_test") == [] and any("no heart test is among" in note for note in ended.notes)


@given(DAYS, st.integers(1, 14), st.lists(st.integers(-200, 300), max_size=4))
def test_no_three_months_of_treatment_to_come_are_without_a_heart_test(
    first: datetime.date, cycles: int, before: list[int]
) -> None:
    """C5: from any day of a dose to come, the last heart test lies at most three months back."""
    measured = tuple(first + datetime.timedelta(days=count) for count in before)
    found = plan(first_dose=first, cycles=cycles, lvef_days=measured)
    hearts = days(found, "heart_test")
    for day in days(found, "infusion"):
        earlier = [one for one in hearts if one <= day]
        later_known = [one for one in measured if one > day]
        assert later_known or (earlier and day <= add_months(max(earlier), 3) + datetime.timedelta(days=1))


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
    for region in ("EU", "England"):
        eu = plan(sex="male", region=region)
        assert days(eu, "contraception_end") == [] and any("no number of months" in note for note in eu.notes)


def test_sex_not_given_is_said() -> None:
    assert any("sex is not given" in note for note in plan(sex=None).notes)
    assert days(plan(sex=None), "contraception_end") == []


@pytest.mark.parametrize(("sex", "months"), [("female", 7), ("male", 4)])
def test_no_end_of_contraception_while_treatment_may_go_on_against_label(sex: str, months: int) -> None:
    """P2 and P3 count from the last dose; a day shown while that is not known would be taken for the end."""
    for more in ({"setting": "metastatic", "cycles": 6}, {"setting": "early", "cycles": 6}):
        going_on = plan(sex=sex, **more)
        assert days(going_on, "contraception_end") == [] == days(going_on, "breastfeeding_end")
        assert any(f"for {months} months after the last dose" in note for note in going_on.notes)
        ended = plan(sex=sex, **more, last_dose=True)
        last = days(ended, "infusion")[-1]
        assert days(ended, "contraception_end") == [last + relativedelta(months=months)] and not ended.open_end


def test_tests_of_pregnancy_only_before_the_start_and_where_it_can_be_against_label() -> None:
    """C2."""
    assert days(plan(doses_given=(GivenDose(START, 3.6),)), "pregnancy_test") == []
    for more in ({"sex": "male"}, {"could_become_pregnant": False}):
        assert days(plan(**more), "pregnancy_test") == []


@given(DAYS, st.integers(0, 40))
def test_months_against_dateutil(day: datetime.date, count: int) -> None:
    assert add_months(day, count) == day + relativedelta(months=count)
