"""Nothing of a person is logged, printed or kept in the application."""

from __future__ import annotations

import gc
import logging

import pytest

MARK = "Zzyzxamycin-4711"


@pytest.mark.parametrize("bad", [False, True], ids=["answered", "refused"])
def test_nothing_personal_is_logged_or_printed(start, low_platelets, caplog, capfd, bad) -> None:
    caplog.set_level(logging.DEBUG)
    client = start()
    record = low_platelets | {"medicines": [MARK]} | ({"history": {MARK: "yes"}} if bad else {})
    answered = client.post("/api/check", json=record)
    assert answered.status_code == (422 if bad else 200)
    assert MARK in answered.text
    # httpx, which plays the caller here, logs the address it calls; that is not the server.
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name not in ("httpx", "httpcore"))
    assert MARK not in ours
    assert "1970-05-01" not in ours
    printed = capfd.readouterr()
    assert MARK not in printed.out + printed.err


def test_no_record_is_kept_after_the_answer(start, low_platelets) -> None:
    from tdm1.person import PersonRecord

    client = start()
    gc.collect()
    before = sum(isinstance(one, PersonRecord) for one in gc.get_objects())
    for _ in range(5):
        assert client.post("/api/check", json=low_platelets).status_code == 200
    gc.collect()
    assert sum(isinstance(one, PersonRecord) for one in gc.get_objects()) <= before


def test_no_cookie_is_set(client, low_platelets) -> None:
    for answered in (client.post("/api/check", json=low_platelets), client.get("/api"), client.get("/healthz")):
        assert "set-cookie" not in answered.headers
