"""Every answer carries the headers, only the server's own names are answered, and pages elsewhere stay outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tdm1.web.security import HEADERS, POLICY

ADDRESSES = ["/", "/healthz", "/api", "/openapi.json", "/cds-services", "/api/schema/person", "/nothing-here",
             "/static/nothing-here.js"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_headers(client: TestClient, address: str) -> None:
    answer = client.get(address)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


def test_the_policy_runs_only_what_this_server_sends() -> None:
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY and "http" not in POLICY and "*" not in POLICY


def test_refusals_carry_the_headers_too(start: Callable[..., TestClient], low_platelets: dict[str, Any]) -> None:
    client = start(largest_body_bytes=10)
    answer = client.post("/api/check", json=low_platelets)
    assert answer.status_code == 413
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_answers_about_a_person_are_kept_nowhere(client: TestClient, low_platelets: dict[str, Any]) -> None:
    assert client.post("/api/check", json=low_platelets).headers["Cache-Control"] == "no-store"
    assert client.post("/api/check", json={"labs": 3}).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]", "[::1"])
def test_another_name_is_not_answered(client: TestClient, host: str) -> None:
    """A page elsewhere that has its name point here would else read the answers (DNS rebinding)."""
    assert client.get("/healthz", headers={"Host": host}).status_code == (200 if host == "[::1" else 421)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:9", "LOCALHOST", "[::1]:8000"])
def test_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_named_hosts_are_answered(start: Callable[..., TestClient]) -> None:
    client = start(base_url="https://cds.example.org", hosts=("inside.example.org",))
    for host in ("cds.example.org", "inside.example.org"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_form_of_another_page_cannot_send_data(client: TestClient, low_platelets: dict[str, Any]) -> None:
    """Browsers send these kinds without asking; JSON they send only where CORS allows it."""
    import json

    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = client.post("/api/check", content=json.dumps(low_platelets), headers={"Content-Type": kind})
        assert answer.status_code == 415


ORIGIN = "https://ehr.example.org"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def test_cors_lets_named_pages_call_the_services_only(start: Callable[..., TestClient]) -> None:
    client = start(origins=(ORIGIN,))
    ahead = client.options("/cds-services/tdm1-patient-view", headers=PREFLIGHT | {"Origin": ORIGIN})
    assert ahead.status_code == 200
    assert ahead.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert client.get("/cds-services", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == ORIGIN
    other = client.get("/cds-services", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    for address in ("/api/check", "/cds-services-not"):
        refused = client.options(address, headers=PREFLIGHT | {"Origin": ORIGIN})
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_without_named_pages_there_is_no_cors(client: TestClient) -> None:
    answer = client.get("/cds-services", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer.headers
