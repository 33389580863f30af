from __future__ import annotations

import datetime

import icalendar
import pytest

from tdm1.forecast import Settings, explore
from tdm1.regimen import CourseRequest, GivenDose, course, prepare
from tdm1.report.plan import plan_json, preparation_json

EARLY = {"setting": "early", "region": "US", "first_dose": "2026-12-01", "weight_kg": 64, "sex": "female"}


def _iso(value):
    if isinstance(value, dict):
        return {key: _iso(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_iso(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_plan_is_that_of_python_against_the_function(client) -> None:
    given = [{"day": "2026-12-01", "level_mg_per_kg": 3.6}, {"day": "2026-12-22", "level_mg_per_kg": 3.0}]
    answered = client.post("/api/plan", json=EARLY | {"doses_given": given, "lvef_days": ["2026-11-20"]})
    days = datetime.date(2026, 12, 1), datetime.date(2026, 12, 22)
    wanted = course(
        CourseRequest(
            "early", "US", days[0], weight_kg=64.0, sex="female", lvef_days=(datetime.date(2026, 11, 20),),
            doses_given=(GivenDose(days[0], 3.6), GivenDose(days[1], 3.0)),
        )
    )
    assert answered.status_code == 200
    assert answered.json() == _iso(plan_json(wanted))


def test_plan_as_a_calendar_file_has_the_same_days(client) -> None:
    listed = client.post("/api/plan", json=EARLY).json()["events"]
    answered = client.post("/api/plan?format=ics", json=EARLY)
    assert answered.headers["content-type"].startswith("text/calendar")
    assert "attachment" in answered.headers["content-disposition"]
    events = icalendar.Calendar.from_ical(answered.text).walk("VEVENT")
    days = {one["DTSTART"].dt.isoformat()[:10] for one in events}
    infusions = {one["day"] for one in listed if one["kind"] == "infusion"}
    assert len(infusions) == 14
    assert infusions <= days


@pytest.mark.parametrize(
    ("change", "where", "word"),
    [
        ({"first_dose": "2026-13-01"}, "first_dose", "no day of the calendar"),
        ({"setting": "metastatic"}, "", "how many cycles"),
        ({"wieght_kg": 64}, "wieght_kg", "did you mean 'weight_kg'"),
        ({"weight_kg": "64"}, "weight_kg", "a number is expected"),
        ({"missed": ["2026-12-23"]}, "missed", "no dose is planned on 2026-12-23"),
        ({"region": None}, "region", "'US'"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_place(client, change, where, word) -> None:
    answered = client.post("/api/plan", json=EARLY | change)
    assert answered.status_code == 422
    assert answered.json()["error"]["where"] == where
    assert word in answered.json()["error"]["message"]


def test_prepare_is_that_of_python_against_the_function(client) -> None:
    sent = {"dose_mg": 252, "region": "EU", "infusion": "first", "weight_kg": 70}
    answered = client.post("/api/prepare", json=sent)
    assert answered.json() == _iso(preparation_json(prepare(252.0, region="EU", infusion="first", weight_kg=70.0)))
    above = client.post("/api/prepare", json=sent | {"dose_mg": 300})
    assert above.status_code == 422
    assert "never goes above" in above.json()["error"]["message"]


def test_explore_is_that_of_python_against_the_function(client) -> None:
    answered = client.post("/api/explore", json={"dose_mg_per_kg": 3.0, "patients": 56})
    wanted = explore(Settings(dose_mg_per_kg=3.0, patients=56)).as_dict()
    assert answered.json() == {**wanted, "time_day": answered.json()["time_day"]}
    wrong = client.post("/api/explore", json={"interval_day": 20})
    assert (wrong.status_code, "7, 14, 21, 28" in wrong.json()["error"]["message"]) == (422, True)


def test_expect_asks_the_simulation_and_keeps_survival_back(client, monkeypatch) -> None:
    asked: list[tuple[object, ...]] = []

    class Found:
        def as_dict(self, *, survival: bool) -> dict[str, object]:
            return {"survival_shown": survival}

    def expect(setting, known, *, patients, seed):
        asked.append((setting, known, patients, seed))
        return Found()

    monkeypatch.setattr("tdm1.forecast.expect", expect)
    sent = {"setting": "early", "known": {"age_year": 61}, "patients": 64, "seed": 3}
    assert client.post("/api/expect", json=sent).json() == {"survival_shown": False}
    assert client.post("/api/expect", json=sent | {"survival": True}).json() == {"survival_shown": True}
    assert asked == [("early", {"age_year": 61.0}, 64, 3)] * 2


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"setting": "metastatic", "known": {"age_yaer": 61}}, "age_year"),
        ({"setting": "metastatic", "known": {"age_year": "61"}}, "a number is expected"),
        ({"setting": "late"}, "'metastatic'"),
        ({"setting": "early", "patients": 1_000_000}, "2048"),
        ({"setting": "early", "patients": 1}, "mostly chance"),
    ],
)
def test_expect_refuses_what_cannot_be(client, sent, word) -> None:
    answered = client.post("/api/expect", json=sent)
    assert answered.status_code == 422
    assert word in answered.json()["error"]["message"]
