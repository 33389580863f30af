"""Errors as answers: one shape, the place where there is one, and nothing of a patient where the fault is ours."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from tdm1.person import PersonError
from tdm1.regimen import RegimenError
from tdm1.web.answers import encode
from tdm1.web.errors import ApiError, Guard, bad_input, is_ours

SECRET = "Unmistakable Verysecret, born 1958-03-04"


def ask(error: BaseException, *, after_start: bool = False) -> httpx.Response:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        if after_start:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(inner), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/")

    return asyncio.run(get())


def test_a_fault_of_ours_tells_and_logs_no_data(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = ask(RuntimeError(SECRET))
    assert answer.status_code == 500
    told = answer.json()["error"]["message"]
    incident = told.rpartition("incident ")[2]
    assert incident and incident in caplog.text
    assert "RuntimeError at test_errors.py:" in caplog.text
    for text in (answer.text, caplog.text):
        assert "Verysecret" not in text and "Traceback" not in text


def test_a_refusal_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="tdm1.web"):
        answer = ask(ApiError(422, SECRET, "labs.0", {"Retry-After": "3"}))
    assert answer.status_code == 422
    assert answer.json() == {"error": {"message": SECRET, "where": "labs.0"}}
    assert answer.headers["Retry-After"] == "3"
    assert not [one for one in caplog.records if one.name.startswith("tdm1")]


def test_a_client_that_went_away_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="tdm1.web"), pytest.raises(AssertionError):
        ask(ClientDisconnect())
    assert not [one for one in caplog.records if one.name.startswith("tdm1")]


def test_a_fault_in_the_middle_of_an_answer_adds_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AssertionError):
        ask(RuntimeError(SECRET), after_start=True)
    assert "Verysecret" not in caplog.text and "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("said", "message", "where"),
    [
        ("record: labs.0.value: 'x' is no number", "'x' is no number", "labs.0.value"),
        ("labs.3: platelets is -1", "platelets is -1", "labs.3"),
        ("body: about.birth_date: lies in the future", "lies in the future", "about.birth_date"),
        ("record: the key 'a' stands twice; keep one", "the key 'a' stands twice; keep one", ""),
        ("entry[12] Observation/abc valueQuantity.unit: mg is none", "mg is none",
         "entry[12] Observation/abc valueQuantity.unit"),
        ("dose_mg is -1; give a dose: more than 0", "dose_mg is -1; give a dose: more than 0", ""),
    ],
)
def test_the_place_in_an_error(said: str, message: str, where: str) -> None:
    error = bad_input(PersonError(said))
    assert (error.status, error.message, error.where) == (422, message, where)


def test_which_errors_mean_bad_input() -> None:
    assert is_ours(PersonError("a")) and is_ours(RegimenError("a")) and is_ours(OverflowError())
    assert not is_ours(ValueError("a")) and not is_ours(KeyError("a"))


@given(st.text(max_size=3000), st.text(max_size=50))
def test_any_message_is_a_short_answer_in_json(message: str, where: str) -> None:
    import json

    body = json.loads(bytes(ApiError(422, message, where).response().body))
    assert set(body["error"]) == {"message", "where"}
    assert len(body["error"]["message"]) <= 600


@example({"": -9223372036854775809, "0": float("inf")})  # too large a number beside one without an end
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10,
))
def test_anything_is_encoded_as_json(value: Any) -> None:
    import json

    json.loads(encode(value), parse_constant=pytest.fail)
