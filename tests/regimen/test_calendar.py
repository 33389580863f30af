"""The calendar of a course, against the label and by properties."""

from __future__ import annotations

import datetime
from itertools import pairwise

import pytest
import yaml
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st
from regimen.plans import START, days, plan

from tdm1 import evidence
from tdm1.evidence._loader import ROOT
from tdm1.regimen import GivenDose, RegimenError

DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31))


def test_early_disease_has_fourteen_infusions_three_weeks_apart_against_label() -> None:
    """D1 and D4."""
    infusions = days(plan(), "infusion")
    assert len(infusions) == 14 and infusions[0] == START
    assert {later - earlier for earlier, later in pairwise(infusions)} == {datetime.timedelta(21)}


def test_metastatic_disease_has_no_planned_end_against_label() -> None:
    """D3."""
    with pytest.raises(RegimenError, match="no planned end"):
        plan(setting="metastatic")
    found = plan(setting="metastatic", cycles=4)
    assert found.open_end and any("until the cancer grows" in note for note in found.notes)
    ended = plan(setting="metastatic", cycles=4, last_dose=True)
    assert not ended.open_end and not any("until the cancer grows" in note for note in ended.notes)


def test_first_infusion_is_long_and_watched_longer_against_label() -> None:
    """D5 and D6."""
    minutes = [one.minutes for one in plan().events if one.kind == "infusion"]
    assert minutes == [180, *[60] * 13]
    slow = plan(doses_given=(GivenDose(START, 3.6, tolerated=False),))
    assert [one.minutes for one in slow.events if one.kind == "infusion"][1] == 180
    kinds = [(one.infusion, one.infusion_minute, one.observation_minute) for one in plan().events if one.minutes]
    assert kinds == [("first", 90, 90), *[("later", 30, 30)] * 13]
    assert next(one for one in slow.events if one.infusion).infusion == "slow"


def test_a_blood_test_before_every_dose_to_come_against_label() -> None:
    """C3 and C4."""
    found = plan(doses_given=(GivenDose(START, 3.6),))
    wanted = [day - datetime.timedelta(days=1) for day in days(found, "infusion")[1:]]
    assert days(found, "blood_test") == wanted


def test_a_missed_dose_is_given_soon_and_moves_all_that_follow_against_label() -> None:
    """D9: as soon as possible, not at the next planned cycle, and three weeks after it the next one."""
    planned = days(plan(), "infusion")
    moved = days(plan(missed=(planned[1],), given_instead=(planned[1] + datetime.timedelta(days=4),)), "infusion")
    assert moved[0] == planned[0] and moved[1] == planned[1] + datetime.timedelta(days=4)
    assert moved[2:] == [day + datetime.timedelta(days=4) for day in planned[2:]]
    alone = plan(missed=(planned[1],))
    assert days(alone, "infusion")[1] == planned[1] + datetime.timedelta(days=1)
    assert any("as no day was given for it" in note for note in alone.notes)


def test_everything_that_hangs_on_a_dose_moves_with_it_against_label() -> None:
    """D9, C3, P2: blood tests and the end of contraception move as far as the doses do."""
    late = datetime.timedelta(days=9)
    planned = plan()
    second = days(planned, "infusion")[1]
    moved = plan(missed=(second,), given_instead=(second + late,))
    assert days(moved, "blood_test") == days(planned, "blood_test")[:1] + [
        day + late for day in days(planned, "blood_test")[1:]]
    assert days(moved, "contraception_end") == [days(moved, "infusion")[-1] + relativedelta(months=7)]
    assert any(f"the dose missed on {second} stands on {second + late}" in note for note in moved.notes)


def test_a_dose_can_be_missed_twice() -> None:
    second = days(plan(), "infusion")[1]
    again = second + datetime.timedelta(days=3)
    found = plan(missed=(second, again), given_instead=(again, again + datetime.timedelta(days=4)))
    assert days(found, "infusion")[1:3] == [again + datetime.timedelta(days=4), again + datetime.timedelta(days=25)]


def test_the_calendar_goes_on_from_a_late_dose_against_label() -> None:
    """D9: 26 December is late, and the third dose comes 21 days after it."""
    found = plan(doses_given=(GivenDose(START, 3.6), GivenDose(datetime.date(2026, 12, 26), 3.6)))
    assert days(found, "infusion")[2] == datetime.date(2027, 1, 16)


def test_doses_given_too_close_are_said_against_label() -> None:
    """D9."""
    found = plan(doses_given=(GivenDose(START, 3.6), GivenDose(datetime.date(2026, 12, 18), 3.6)))
    assert any("lie 17 days apart; the label keeps 21 days" in note for note in found.notes)
    right = plan(doses_given=(GivenDose(START, 3.6), GivenDose(datetime.date(2026, 12, 22), 3.6)))
    assert not any("days apart" in note for note in right.notes)


def test_entries_name_their_lines_of_the_label() -> None:
    """D1, D5, D6, C2 to C8, C10 and P1 to P5, each where it belongs."""
    found = (*plan().events, *plan(sex="male").events)
    lines = {one.name: {line.id for line in one.statements} for one in found}
    assert lines["infusion_first"] == {"D1", "D5", "C6", "C7", "C8", "C10"}
    assert lines["infusion_later"] == {"D1", "D6", "C6", "C7", "C8", "C10"}
    assert lines["blood_test"] == {"C3", "C4"} and lines["heart_test"] == {"C5"}
    assert lines["pregnancy_test"] == {"C2", "P1"} and lines["contraception_female"] == {"P2", "P5"}
    assert lines["contraception_male"] == {"P3"} and lines["breastfeeding"] == {"P4"}
    slow = plan(doses_given=(GivenDose(START, 3.6, tolerated=False),)).events
    assert {"D6", "D9"} <= {line.id for one in slow if one.name == "infusion_slow" for line in one.statements}


def test_notes_against_label() -> None:
    """C1, C9, D4 and D12 belong to no day."""
    said = " ".join(plan(weight_kg=64).notes)
    assert "HER2-positive [C1]" in said and "platelets under 100 x 10^9/L" in said and "14 doses in all" in said
    assert "64 kg" in said and "milligrams are left out" in " ".join(plan().notes)


def test_statements_of_one_region_only() -> None:
    """The US and the EU text say the same of women, each from its own source."""
    sources = {
        region: next(one.source for one in plan(region=region).events if one.kind == "contraception_end")
        for region in ("US", "EU", "England")
    }
    assert sources["EU"] == sources["England"] != sources["US"]
    for region in sources:
        for one in plan(region=region).events:
            ids = [line.id for line in one.statements]
            assert ids and len(ids) == len(set(ids))


def test_statements_agree_with_those_of_the_screening() -> None:
    """Some lines of the label stand in both files; source, place and reading mark must not part."""
    screening = yaml.safe_load(ROOT.joinpath("screening.yaml").read_text("utf-8"))["statements"]
    shared = 0
    for line in {line for one in plan(region="EU").events for line in one.statements}:
        if line.id in screening:
            shared += 1
            assert {key: screening[line.id][key] for key in ("source", "where", "read")} == {
                "source": line.source, "where": line.where, "read": line.read}, line.id
    assert shared >= 6


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
    """D7 and D8."""
    given_ = (GivenDose(START, 3.6), GivenDose(START + datetime.timedelta(days=21), 3.0))
    found = plan(doses_given=given_, weight_kg=70)
    infusions = [one for one in found.events if one.kind == "infusion"]
    assert [one.level_mg_per_kg for one in infusions][:4] == [3.6, 3.0, 3.0, 3.0]
    assert [one.dose_mg for one in infusions][:3] == [None, None, pytest.approx(210)]
    lower = plan(doses_given=given_, weight_kg=70, level_mg_per_kg=2.4)
    assert next(one.level_mg_per_kg for one in lower.events if one.infusion) == 2.4
    with pytest.raises(RegimenError, match="never raised"):
        plan(doses_given=given_, level_mg_per_kg=3.6)


def test_a_dose_that_was_raised_again_is_said_and_not_followed_against_label() -> None:
    """D8."""
    levels = (3.6, 2.4, 3.0, 3.0)
    given_ = tuple(GivenDose(START + datetime.timedelta(days=21 * n), level) for n, level in enumerate(levels))
    found = plan(doses_given=given_)
    assert {one.level_mg_per_kg for one in found.events if one.infusion} == {2.4}
    assert [note for note in found.notes if "D8" in note] == [
        f"the dose given on {one.day} was above an earlier one; the label never goes back up, so the lowest "
        "level given goes on [D8]" for one in given_[2:]]


def test_rounded_milligrams_do_not_make_another_level() -> None:
    """252 mg for 70.8 kg are 3.56 mg/kg, which is the full dose; the next one is 3.6 mg/kg again."""
    found = plan(doses_given=(GivenDose(START, 3.56),), level_mg_per_kg=3.6)
    assert [one.level_mg_per_kg for one in found.events if one.kind == "infusion"][:2] == [3.56, 3.6]


def test_every_entry_has_its_source() -> None:
    for one in (*plan().events, *plan(sex="male").events):
        assert one.source in evidence.sources() and one.where and one.read in ("read", "secondary", "recall")
