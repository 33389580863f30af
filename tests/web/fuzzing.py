"""Requests made at random, from the OpenAPI document, from good ones spoilt, and from raw bytes; and their judge."""

from __future__ import annotations

import copy
import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tdm1.person import examples

MARK = "<script>alert(4711)</script>"
_NASTY: list[Any] = [
    MARK, "", " ", "0", "yes", "\x00", "\u202e", "'\"><img src=x>", "{{7*7}}", "../../etc/passwd", "A" * 5000,
    "2026-13-40", "9999-12-31", "0001-01-01", "2026-11-24T25:00:00Z", None, True, False, 0, -1, 1, 1e308, -1e308,
    1e-320, 2**63, 2**70, 10**400, float("inf"), float("nan"), [], {}, [[]], [None], {"": 0}, {"a": {"b": {}}},
]
_TRACE = re.compile(r"Traceback \(most recent|File \"[^\"]+\", line \d|site-packages|\.py\"?:\d")
JSON = {"Content-Type": "application/json"}


@dataclass
class Found:
    """What came back: requests by kind and by status, and those that may not be."""

    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.kinds.values())

    def judge(self, kind: str, what: str, response: Any) -> None:
        self.kinds[kind] += 1
        self.statuses[response.status_code] += 1
        text, media = response.text, response.headers.get("content-type", "")
        busy = response.status_code == 503 and "retry-after" in response.headers
        if response.status_code >= 500 and not busy:
            self.wrong.append(f"{response.status_code} {what}: {text[:200]}")
        if _TRACE.search(text):
            self.wrong.append(f"trace in {what}: {text[:200]}")
        if media.startswith("text/html") and MARK in text:
            self.wrong.append(f"echo in {what}")
        if response.headers.get("x-content-type-options") != "nosniff":
            self.wrong.append(f"no nosniff in {what}")
        if 400 <= response.status_code < 500 and text and not _is_error(text):
            self.wrong.append(f"{response.status_code} of another shape in {what}: {text[:200]}")


def _is_error(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return set(found) == {"error"} and set(found["error"]) == {"message", "where"} and bool(found["error"]["message"])


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _observation(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": "2026-11-24",
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }


@cache
def good() -> list[tuple[str, dict[str, Any]]]:
    """Good requests: address and body."""
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-05-01"}
    platelets = _observation("777-3", 62.0, "10*9/L")
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, {"resource": platelets}]}
    order = {
        "resourceType": "MedicationRequest", "id": "o", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": "Kadcyla 100 mg"},
    }
    hook = {
        "hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/x", "patientId": "p",
                    "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}},
        "prefetch": {"patient": patient,
                     "laboratory": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": platelets}]}},
    }
    plan = {
        "setting": "early", "region": "US", "first_dose": "2026-12-01", "weight_kg": 64, "sex": "female",
        "doses_given": [{"day": "2026-12-01", "level_mg_per_kg": 3.6}], "missed": ["2026-12-22"],
        "given_instead": ["2026-12-23"], "lvef_days": ["2026-11-20"],
    }
    found = [("/api/check", plain(examples.example(name))) for name in examples.names()]
    found += [("/api/check", bundle), ("/api/check/guidance", bundle), ("/cds-services/tdm1-order-sign", hook)]
    found += [
        ("/api/plan", plan), ("/api/plan?format=ics", plan),
        ("/api/prepare", {"dose_mg": 252, "region": "US", "infusion": "later", "weight_kg": 70}),
        ("/api/symptoms", {"text": "I feel hot and shiver", "temperature_c": 38.4, "days_since_dose": 3}),
        ("/cds-services/tdm1-order-sign/feedback", {"feedback": [
            {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden",
             "outcomeTimestamp": "2026-11-25T00:00:00Z"}]}),
    ]
    return found


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(entries):
        yield node, key
        yield from _places(value)


def words(rng: Random, most: int) -> str:
    """A text of any characters, most of them plain."""
    return "".join(
        chr(rng.choice((rng.randrange(32, 127), rng.randrange(32, 127), rng.randrange(0, 0xD800), 0x1F600)))
        for _ in range(rng.randrange(most + 1))
    )


def spoilt(rng: Random) -> tuple[str, bytes]:
    """A good request with up to three of its values deleted, replaced, renamed, doubled or nested; some are cut off."""
    address, body = rng.choice(good())
    body = copy.deepcopy(body)
    for _ in range(rng.randrange(4)):
        places = list(_places(body))
        if not places:
            break
        holder, key = rng.choice(places)
        action = rng.choice(("delete", "replace", "replace", "rename", "double", "nest", "text"))
        if action == "delete":
            del holder[key]
        elif action == "replace":
            holder[key] = copy.deepcopy(rng.choice(_NASTY))
        elif action == "text":
            holder[key] = words(rng, 40)
        elif action == "rename" and isinstance(holder, dict):
            holder[words(rng, 12) + str(key)] = holder.pop(key)
        elif action == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif action == "nest":
            holder[key] = rng.choice(({"x": holder[key]}, [holder[key]]))
    sent = json.dumps(body).encode()
    return address, sent[:rng.randrange(len(sent) + 1)] if rng.randrange(8) == 0 else sent


def raw(rng: Random) -> tuple[str, str, bytes]:
    """Any method, address and bytes."""
    known = ["/", "/api", "/openapi.json", "/healthz", "/api/schema/person", "/cds-services", "/static/x", "/expect"]
    printable = [chr(code) for code in range(33, 127) if chr(code) not in "\\?#"]
    address = rng.choice((
        rng.choice(known), rng.choice(good())[0], "/" + MARK, "/api?" + MARK, f"/api/check?on={MARK}",
        "/x" + "".join(rng.choice(printable) for _ in range(rng.randrange(20))),
    ))
    body = rng.choice((bytes(rng.randrange(256) for _ in range(rng.randrange(60))), words(rng, 40).encode()))
    return rng.choice(("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")), address, body


def _run(strategy: st.SearchStrategy[Any], count: int, number: int, send: Callable[[Any], None]) -> None:
    if count < 1:
        return

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(strategy)
    def each(one: Any) -> None:
        send(one)

    each()


def fuzz(client: Any, count: int, number: int, found: Found, simulations: int) -> Found:
    """About `count` requests: three quarters spoilt good ones, a tenth raw ones, the rest from the OpenAPI document.

    simulations   requests to each address that runs a simulation, which are slow
    """
    rng = Random(number)
    for _ in range(count * 15 // 20):
        address, body = spoilt(rng)
        found.judge("spoilt", f"{address} {body[:300]!r}", client.post(address, content=body, headers=JSON))
    for _ in range(count // 10):
        method, address, body = raw(rng)
        response = client.request(method, address, content=body, headers=JSON)
        found.judge("raw", f"{method} {address} {body[:100]!r}", response)
    by_schema(client, count - found.requests, number, found, simulations)
    return found


def by_schema(client: Any, count: int, number: int, found: Found, simulations: int) -> None:
    """Requests that schemathesis makes from the OpenAPI document, good and bad ones, an equal number an address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import schemathesis
        from schemathesis import GenerationMode

        schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        operations = [one.ok() for one in schema.get_all_operations()]
        slow = [one for one in operations if one.path in ("/api/expect", "/api/expect/risk", "/api/explore")]
        each = max(1, (count - simulations * len(slow)) // (2 * (len(operations) - len(slow))))

        def send(case: Any) -> None:
            asked = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
            kept = {key: asked[key] for key in ("method", "url", "params", "headers", "json", "data") if asked.get(key)}
            headers = {str(key): str(value) for key, value in dict(kept.pop("headers", {})).items()}
            if not all(value.isascii() and value.isprintable() for value in headers.values()):
                return
            try:
                body = kept.pop("json") if "json" in kept else None
                content = kept.pop("data", None) if body is None else json.dumps(body).encode()
                content = json.dumps(content).encode() if isinstance(content, dict | list) else content
                response = client.request(**kept, content=content, headers=headers)
            except (UnicodeError, TypeError) as error:
                # The caller's own library could not send it.
                found.kinds[f"not sent ({type(error).__name__})"] += 0
                return
            found.judge("schema", f"{case.method} {case.path} {str(content)[:300]}", response)

        for operation in operations:
            many = simulations // 2 if operation in slow else each
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                try:
                    strategy = operation.as_strategy(generation_mode=mode)
                    _run(strategy, many, number, send)
                except Exception as error:
                    if "nsatisfiable" not in type(error).__name__ and "negat" not in str(error).lower():
                        raise


@contextmanager
def small_forecasts() -> Iterator[None]:
    """Simulations with as few people as are allowed, so that many requests fit into minutes."""
    from tdm1 import evidence, forecast

    fewest = round(evidence.value("forecast.fewest", "1"))
    whole = forecast.expect
    forecast.expect = lambda setting, known, **given: whole(setting, known, **given | {"patients": fewest})
    try:
        yield
    finally:
        forecast.expect = whole
