"""Some hundreds of requests at random; benchmarks/fuzz_api.py makes 50,000."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st
from web.fuzzing import JSON, MARK, Found, by_schema, raw, spoilt


@settings(max_examples=150, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_any_spoilt_request_is_answered_or_refused(client, rng) -> None:
    address, body = spoilt(rng)
    found = Found()
    found.judge("spoilt", f"{address} {body!r}", client.post(address, content=body, headers=JSON))
    assert not found.wrong


@settings(max_examples=60, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_any_address_method_and_bytes_are_answered_or_refused(client, rng) -> None:
    method, address, body = raw(rng)
    found = Found()
    found.judge("raw", f"{method} {address}", client.request(method, address, content=body, headers=JSON))
    assert not found.wrong


def test_requests_from_the_openapi_document_are_answered_or_refused(client) -> None:
    found = Found()
    by_schema(client, 60, 1, found, simulations=0)
    assert not found.wrong
    assert found.requests >= 25


def test_the_judge_sees_what_may_not_be() -> None:
    class Answer:
        status_code = 500
        text = 'Traceback (most recent call last)\n  File "a.py", line 3\n' + MARK
        headers = MappingProxyType({"content-type": "text/html"})

    found = Found()
    found.judge("raw", "somewhere", Answer())
    assert len(found.wrong) == 4
