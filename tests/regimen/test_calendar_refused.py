"""Requests that cannot be, and any request at all."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from regimen.plans import START, plan

from tdm1.regimen import GivenDose, RegimenError


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"setting": "late"}, "metastatic or early"),
        ({"setting": "erly"}, "did you mean 'early'"),
        ({"region": "UK"}, "US, EU or England"),
        ({"region": "Englnd"}, "did you mean 'England'"),
        ({"sex": "f"}, "sex is 'f'"),
        ({"weight_kg": float("nan")}, "weight_kg is nan"),
        ({"weight_kg": 700.0}, "at most 500"),
        ({"first_dose": datetime.date(9999, 12, 1)}, "first_dose is 9999-12-01"),
        ({"first_dose": datetime.datetime(2026, 12, 1, 9)}, "without a time"),
        ({"lvef_days": (datetime.date(1826, 12, 1),)}, r"lvef_days\[0\] is 1826"),
        ({"level_mg_per_kg": 0.0}, "no dose level"),
        ({"level_mg_per_kg": 3.5}, "no dose level of the label .3.6, 3, 2.4"),
        ({"level_mg_per_kg": float("nan")}, "no dose level"),
        ({"doses_given": (GivenDose(START, 1.2),)}, "1.2 mg/kg on 2026-12-01 is no dose level"),
        ({"doses_given": (GivenDose(START, float("nan")),)}, "no dose level"),
        ({"doses_given": (GivenDose(START, 3.6), GivenDose(START, 3.6))}, "stands twice"),
        ({"doses_given": tuple(GivenDose(START + datetime.timedelta(21 * n), 3.6) for n in range(3)), "cycles": 2},
         "3 doses were given"),
        ({"missed": (START, START)}, "missed: 2026-12-01 stands twice"),
        ({"missed": (START,), "given_instead": (START, START)}, "2 days for 1 missed"),
        ({"missed": (START,), "doses_given": (GivenDose(START, 3.6),)}, "not after the last dose given"),
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


_SOME_DAY = st.dates()
_SOME_DAYS = st.lists(_SOME_DAY, max_size=3).map(tuple)
_SOME_DOSE = st.builds(GivenDose, _SOME_DAY, st.floats() | st.sampled_from([3.6, 3.0]), st.booleans())
_REQUESTS = st.fixed_dictionaries({}, optional={
    "setting": st.sampled_from(["early", "metastatic", "late"]),
    "region": st.sampled_from(["US", "EU", "England", "UK"]),
    "first_dose": _SOME_DAY, "weight_kg": st.none() | st.floats(), "level_mg_per_kg": st.none() | st.floats(),
    "doses_given": st.lists(_SOME_DOSE, max_size=4).map(tuple), "cycles": st.none() | st.integers(),
    "missed": _SOME_DAYS, "given_instead": _SOME_DAYS, "lvef_days": _SOME_DAYS,
    "sex": st.sampled_from(["female", "male", None]), "could_become_pregnant": st.booleans(),
    "last_dose": st.booleans(),
})


@given(_REQUESTS)
def test_any_request_gives_a_calendar_or_one_clear_error(more: dict[str, Any]) -> None:
    try:
        found = plan(**more)
    except RegimenError as error:
        assert str(error)
        return
    assert [one.day for one in found.events] == sorted(one.day for one in found.events)
