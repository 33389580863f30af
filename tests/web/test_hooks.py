"""CDS Hooks over HTTP: discovery, cards, errors as the specification asks, tokens where clients are named."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interop.cds_hooks.hook_requests import conforms, dose, order, prefetch, request, searchset, t_dm1
from jwt.algorithms import ECAlgorithm
from starlette.testclient import TestClient

from tdm1.interop.cds_hooks import HOOKS
from tdm1.web.settings import TrustedClient

BASE = "http://127.0.0.1:8000"


def call(client: TestClient, hook: str, sent: Any, *drafts: dict[str, Any], **more: Any) -> Any:
    return client.post(f"/cds-services/tdm1-{hook}", json=request(hook, sent, *drafts, **more))


def shown(client: TestClient, hook: str, sent: Any, *drafts: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    """The most urgent card of each topic, after a look at the schema."""
    answer = call(client, hook, sent, *drafts, **more)
    assert answer.status_code == 200, answer.text
    conforms(answer.json(), "response")
    return {one["source"]["topic"]["code"]: one for one in reversed(answer.json()["cards"])}


def test_discovery_against_the_schema(client: TestClient) -> None:
    answer = client.get("/cds-services")
    assert answer.status_code == 200
    conforms(answer.json(), "discovery")
    assert {one["id"]: one["hook"] for one in answer.json()["services"]} == HOOKS


def test_patient_view_gives_the_next_dose(client: TestClient) -> None:
    found = shown(client, "patient-view", prefetch())
    assert "give 3.6 mg/kg = 252 mg" in found["next-dose"]["summary"]
    assert found["next-dose"]["links"][0]["url"] == f"{BASE}/next-dose"
    assert "earlier treatment with trastuzumab" in found["needed"]["detail"]


def test_patient_view_against_the_label_with_low_platelets(client: TestClient) -> None:
    found = shown(client, "patient-view", prefetch(platelets=42))
    assert "hold" in found["next-dose"]["summary"] and "M9" in found["next-dose"]["detail"]


def test_patient_view_is_quiet_for_other_patients(client: TestClient) -> None:
    sent = prefetch() | {"tumour": None, "administrations": None, "conditions": None}
    assert shown(client, "patient-view", sent) == {}


def test_nothing_that_names_the_patient_comes_back(client: TestClient) -> None:
    text = call(client, "patient-view", prefetch(platelets=42)).text
    assert "Verysecret" not in text and "Unmistakable" not in text and "1958-03-04" not in text


def test_an_order_of_t_dm1_against_the_rules(client: TestClient) -> None:
    for hook in ("order-select", "order-sign"):
        found = shown(client, hook, prefetch(platelets=42), t_dm1())
        assert found["next-dose"]["indicator"] == "critical"
    found = shown(client, "order-sign", prefetch(), t_dm1((5.4, "mg/kg")))
    assert "5.4 mg/kg is ordered" in found["order"]["summary"] and found["order"]["indicator"] == "critical"
    assert "order" not in shown(client, "order-sign", prefetch(), t_dm1((252, "mg")))


def test_another_medicine_is_screened_where_the_patient_has_t_dm1(client: TestClient) -> None:
    found = shown(client, "order-select", prefetch(), order("ketoconazole 200 mg tablet"))
    assert list(found) == ["medicines"]
    assert "X2" in found["medicines"]["detail"] and found["medicines"]["indicator"] == "warning"
    without = prefetch() | {"administrations": None}
    assert shown(client, "order-select", without, order("ketoconazole")) == {}
    both = shown(client, "order-sign", without, order("ketoconazole"), t_dm1())
    assert "ketoconazole" in both["medicines"]["summary"]


def test_only_the_chosen_order_counts(client: TestClient) -> None:
    drafts = (order("ketoconazole"), t_dm1())
    found = shown(client, "order-select", prefetch(), *drafts, selected=["MedicationRequest/o1"])
    assert "next-dose" not in found and "medicines" in found


def test_orders_that_are_no_medicine_are_quiet(client: TestClient) -> None:
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order"}
    assert shown(client, "order-sign", prefetch(), draft) == {}


def test_what_was_not_sent_is_needed(client: TestClient) -> None:
    sent = {"patient": prefetch()["patient"], "administrations": searchset(dose(1, 21))}
    found = shown(client, "patient-view", sent)
    assert "laboratory: not sent" in found["needed"]["detail"]
    assert "not decided" in found["next-dose"]["summary"]


def test_other_medicines_stay_asked_for_where_only_the_order_is_known(client: TestClient) -> None:
    sent = {"patient": prefetch()["patient"], "laboratory": prefetch()["laboratory"]}
    found = shown(client, "order-sign", sent, t_dm1(), order("ketoconazole"))
    for drafts in ((t_dm1(),), (t_dm1(), order("ketoconazole"))):
        needed = shown(client, "order-sign", sent, *drafts)["needed"]["detail"]
        assert needed.count("every medicine taken") == 1
    assert "ketoconazole" in found["medicines"]["summary"]


def test_without_the_patient_412(client: TestClient) -> None:
    for sent in (None, {}, {"patient": None}):
        answer = call(client, "patient-view", sent)
        assert answer.status_code == 412
        assert answer.json()["error"]["where"] == "prefetch.patient"


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b"{", 400, None), (b"[]", 400, None), (b"{}", 422, "hook"),
        (b'{"hook": "order-sign", "hookInstance": "x", "context": {}}', 422, "hook"),
        (b'{"hook": "patient-view", "hookInstance": "x", "context": {}}', 422, "context.patientId"),
    ],
)
def test_bad_requests_say_where(client: TestClient, body: bytes, status: int, where: str | None) -> None:
    answer = client.post("/cds-services/tdm1-patient-view", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    if where is not None:
        assert answer.json()["error"]["where"] == where


def test_broken_fhir_names_the_entry(client: TestClient) -> None:
    sent = prefetch()
    sent["laboratory"]["entry"][0]["resource"]["valueQuantity"] |= {"unit": "mg/dL", "code": "mg/dL"}
    answer = call(client, "patient-view", sent)
    assert answer.status_code == 422
    assert answer.json()["error"]["where"]


def test_unknown_service_404(client: TestClient) -> None:
    assert client.post("/cds-services/other", json={}).status_code == 404
    assert client.post("/cds-services/other/feedback", json={}).status_code == 404


def test_feedback_is_taken_and_forgotten(client: TestClient) -> None:
    one = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden",
           "outcomeTimestamp": "2026-11-25T10:00:00Z"}
    conforms({"feedback": [one]}, "feedback")
    answer = client.post("/cds-services/tdm1-order-sign/feedback", json={"feedback": [one]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert client.post("/cds-services/tdm1-order-sign/feedback", json={"feedback": 1}).status_code == 422


class Ehr:
    """A clinic's system with a key pair."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP384R1())
        jwk = json.loads(ECAlgorithm.to_jwk(self.key.public_key())) | {"kid": "k1"}
        self.client = TrustedClient("https://ehr.example.org", {"keys": [jwk]})
        self.count = 0

    def header(self, audience: str) -> dict[str, str]:
        self.count += 1
        now = int(time.time())
        claims = {
            "iss": "https://ehr.example.org", "aud": audience, "iat": now, "exp": now + 60, "jti": str(self.count),
        }
        return {"Authorization": "Bearer " + jwt.encode(claims, self.key, "ES384", {"kid": "k1"})}


def test_trusted_clients_need_a_token_for_each_address(start: Callable[..., TestClient]) -> None:
    ehr = Ehr()
    client = start(base_url="https://cds.example.org", trusted_clients=(ehr.client,))
    body = request("patient-view", prefetch())
    report = {"feedback": []}
    base = "https://cds.example.org/cds-services"
    for send, address in (
        (lambda head: client.get("/cds-services", headers=head), base),
        (lambda head: client.post("/cds-services/tdm1-patient-view", json=body, headers=head),
         f"{base}/tdm1-patient-view"),
        (lambda head: client.post("/cds-services/tdm1-patient-view/feedback", json=report, headers=head),
         f"{base}/tdm1-patient-view"),
    ):
        assert send({}).status_code == 401
        assert send(ehr.header("https://cds.example.org/elsewhere")).status_code == 401
        good = ehr.header(address)
        assert send(good).status_code == 200
        assert send(good).status_code == 401
    assert send({}).headers["WWW-Authenticate"] == "Bearer"


def test_a_body_is_not_read_before_the_token(start: Callable[..., TestClient]) -> None:
    client = start(trusted_clients=(Ehr().client,))
    answer = client.post("/cds-services/tdm1-patient-view", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["hook", "hookInstance", "context", "patientId", "draftOrders", "prefetch", "patient",
                         "laboratory", "resourceType", "entry", "resource", "selections"]) | st.text(max_size=5),
        inner, max_size=6,
    ), max_leaves=15,
)
RESOURCE = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Observation", "Condition", "Patient", "Bundle", "MedicationStatement", "X"])},
    optional={"id": st.sampled_from(["p1", "a"]), "status": st.sampled_from(["final", "active"]), "code": ANY,
              "valueQuantity": ANY, "entry": ANY, "effectiveDateTime": ANY, "subject": ANY},
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    service=st.sampled_from(list(HOOKS)), body=ANY,
    sent=st.dictionaries(st.sampled_from(["laboratory", "tumour", "conditions", "statements"]), RESOURCE | ANY),
    whole=st.booleans(),
)
def test_any_json_is_answered_or_refused(client: TestClient, service: str, body: Any, sent: Any, whole: bool) -> None:
    if whole:
        drafts = () if service == "tdm1-patient-view" else (t_dm1(),)
        body = request(HOOKS[service], prefetch() | sent, *drafts)
    answer = client.post(
        f"/cds-services/{service}", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 400, 412, 422), answer.text
    if answer.status_code == 200:
        conforms(answer.json(), "response")
    else:
        assert set(answer.json()["error"]) == {"message", "where"}
