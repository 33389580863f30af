"""Some hundreds of requests at random; benchmarks/fuzz_api.py makes 50,000."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import given, settings
from web.fuzzing import JSON, MARK, Found, by_schema, raw, spoilt


@settings(max_examples=150, deadline=None)
@given(one=spoilt())
def test_any_spoilt_request_is_answered_or_refused(client, one) -> None:
    address, body = one
    found = Found()
    found.judge("spoilt", address, client.post(address, content=body, headers=JSON))
    assert not found.wrong


@settings(max_examples=60, deadline=None)
@given(one=raw())
def test_any_address_method_and_bytes_are_answered_or_refused(client, one) -> None:
    method, address, body = one
    response = client.request(method, address, content=body, headers=JSON)
    assert response.status_code < 500
    assert MARK not in response.text or not response.headers["content-type"].startswith("text/html")


def test_requests_from_the_openapi_document_are_answered_or_refused(client) -> None:
    found = Found()
    by_schema(client, 120, 1, found, simulations=0)
    assert not found.wrong
    assert found.requests >= 60


def test_the_judge_sees_what_may_not_be() -> None:
    class Answer:
        status_code = 500
        text = 'Traceback (most recent call last)\n  File "a.py", line 3\n' + MARK
        headers = MappingProxyType({"content-type": "text/html"})

    found = Found()
    found.judge("raw", "somewhere", Answer())
    assert len(found.wrong) == 4
