from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from tdm1 import person
from tdm1.web.reading import document

JSON = {"Content-Type": "application/json"}


def test_check_answers_as_python_does_against_the_function(client, low_platelets) -> None:
    answered = client.post("/api/check", json=low_platelets)
    assert answered.status_code == 200
    assert answered.json() == person.check(person.record(low_platelets)).as_dict()
    assert answered.headers["cache-control"] == "no-store"


def test_day_and_region_of_the_query_stand_above_the_record(client, low_platelets) -> None:
    answered = client.post("/api/check?on=2026-12-02&region=EU", json=low_platelets).json()
    on = datetime.date(2026, 12, 2)
    assert answered == person.check(person.record(low_platelets), on=on, region="EU").as_dict()
    assert (answered["on"], answered["region"]) == ("2026-12-02", "EU")


@pytest.mark.parametrize(
    ("change", "where", "word"),
    [
        ({"labs": [{"test": "platelets", "value": 62, "unit": "mg/dL", "date": "2026-11-24"}]}, "labs.0", "10*9/L"),
        ({"labs": [{"test": "platlets", "value": 62, "unit": "10*9/L", "date": "2026-11-24"}]}, "labs.0",
         "did you mean 'platelets'"),
        ({"labs": [{"test": "platelets", "value": "62", "unit": "10*9/L", "date": "2026-11-24"}]}, "labs.0.value",
         "no number"),
        ({"history": {"her2_positve": "yes"}}, "history", "did you mean 'her2_positive'"),
        ({"doses": [{"date": "2026-11-31", "level_mg_per_kg": 3.6}]}, "doses.0.date", "no day of the calendar"),
        ({"labz": []}, "", "did you mean 'labs'"),
    ],
)
def test_a_wrong_record_is_refused_with_its_place(client, low_platelets, change, where, word) -> None:
    answered = client.post("/api/check", json=low_platelets | change)
    assert answered.status_code == 422
    assert list(answered.json()) == ["error"]
    error = answered.json()["error"]
    assert error["where"] == where
    assert word in error["message"]


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (b"", "no valid JSON"),
        (b"[1]", "a JSON object is expected, found list"),
        (b'{"about": {"sex": "female"', "cut off"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "no value"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long to be real"),
        (b'{"a": "\\ud800"}', "half a letter"),
        (b'\xff\xfe{"a": 1}', "not UTF-8"),
    ],
    ids=["empty", "list", "cut", "twice", "nan", "deep", "digits", "surrogate", "bytes"],
)
def test_what_is_no_json_object_is_refused(client, sent, word) -> None:
    answered = client.post("/api/check", content=sent, headers=JSON)
    assert answered.status_code == 400
    assert word in answered.json()["error"]["message"]


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert document(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_another_content_type_is_refused(client, low_platelets) -> None:
    sent = json.dumps(low_platelets)
    assert client.post("/api/check", content=sent, headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post("/api/check", content=sent, headers={"Content-Type": "application/fhir+json"}).status_code == 200


def test_a_wrong_query_is_refused(client, low_platelets) -> None:
    day = client.post("/api/check?on=2026-02-30", json=low_platelets)
    assert (day.status_code, day.json()["error"]["where"]) == (422, "on")
    place = client.post("/api/check?region=england", json=low_platelets)
    assert (place.status_code, place.json()["error"]["where"]) == (422, "region")
    assert "did you mean 'England'" in place.json()["error"]["message"]


def test_the_schema_is_that_of_the_record(client) -> None:
    assert client.get("/api/schema/person").json() == person.PersonRecord.model_json_schema()


def test_health_and_what_is_not_there(client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    for path, status in (("/nothing", 404), ("/api/check", 405), ("/docs", 404), ("/redoc", 404)):
        answered = client.get(path)
        assert answered.status_code == status
        assert set(answered.json()["error"]) == {"message", "where"}


def test_a_fault_of_ours_gives_a_number_and_nothing_else(client, low_platelets, monkeypatch, caplog) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret of Jane Doe")

    monkeypatch.setattr("tdm1.web.api.check", broken)
    answered = client.post("/api/check", json=low_platelets)
    assert answered.status_code == 500
    assert "incident" in answered.json()["error"]["message"]
    assert "Jane" not in answered.text and "Traceback" not in answered.text and "RuntimeError" not in answered.text
    assert "Jane" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_library_value_error_is_a_fault_of_ours(client, low_platelets, monkeypatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("operands could not be broadcast")

    monkeypatch.setattr("tdm1.web.api.check", broken)
    assert client.post("/api/check", json=low_platelets).status_code == 500
