"""Requests of CDS Hooks: what is read of them, and that anything else is one clear error."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interop.cds_hooks.hook_requests import (
    PATIENT,
    RXNORM,
    order,
    prefetch,
    request,
    searchset,
    t_dm1,
)

from tdm1.interop.cds_hooks import (
    HOOKS,
    HookError,
    PrefetchMissing,
    gather,
    ordered,
    prefetch_templates,
    read_feedback,
    read_request,
    with_ordered,
)
from tdm1.person import examples, lab_tests, record

SERVICE = {hook: name for name, hook in HOOKS.items()}


def read(hook: str, sent: dict[str, Any] | None, *drafts: dict[str, Any], **more: Any) -> Any:
    return read_request(request(hook, sent, *drafts, **more), SERVICE[hook])


def kinds(bundle: dict[str, Any]) -> list[str]:
    return [one["resource"]["resourceType"] for one in bundle["entry"]]


def test_templates_ask_for_every_laboratory_code_and_her2() -> None:
    queries = prefetch_templates()
    for test in lab_tests().values():
        for code in test.loinc:
            assert f"http://loinc.org|{code}" in queries["laboratory"]
    for code in ("85319-2", "49683-6", "31150-6"):
        assert f"http://loinc.org|{code}" in queries["tumour"]
    assert all("{{context.patientId}}" in one and "{{" not in one.replace("{{context.patientId}}", "")
               for one in queries.values())


def test_everything_sent_becomes_one_bundle() -> None:
    found = gather(read("patient-view", prefetch()))
    assert found.incomplete == ()
    assert found.bundle["type"] == "collection"
    assert kinds(found.bundle).count("Patient") == 1
    assert kinds(found.bundle).count("MedicationAdministration") == 3
    assert kinds(found.bundle).count("Observation") == 7


def test_one_resource_under_two_keys_counts_once() -> None:
    sent = prefetch()
    sent["tumour"]["entry"] += sent["laboratory"]["entry"]
    assert len(gather(read("patient-view", sent)).bundle["entry"]) == len(
        gather(read("patient-view", prefetch())).bundle["entry"]
    )


@pytest.mark.parametrize("sent", [None, {}, {"patient": None}, {"laboratory": searchset()},
                                  {"patient": {"resourceType": "OperationOutcome"}}])
def test_without_the_patient_the_precondition_fails(sent: dict[str, Any] | None) -> None:
    with pytest.raises(PrefetchMissing, match=r"prefetch\.patient"):
        gather(read("patient-view", sent))


def test_another_patient_is_refused() -> None:
    sent = prefetch()
    sent["patient"]["id"] = "p2"
    with pytest.raises(HookError, match="another patient"):
        gather(read("patient-view", sent))
    draft = order("ketoconazole")
    draft["subject"] = {"reference": "Patient/p2"}
    with pytest.raises(HookError, match="another patient"):
        ordered(read("order-sign", prefetch(), draft))


def test_what_is_cut_short_or_not_sent_is_told() -> None:
    sent = prefetch()
    sent["laboratory"] = searchset(more=True)
    sent["conditions"] = {"resourceType": "OperationOutcome", "issue": []}
    del sent["administrations"]
    assert gather(read("patient-view", sent)).incomplete == (
        "laboratory: only the first page was sent", "conditions: the clinic's system could not read all of it",
        "administrations: not sent",
    )


def test_keys_that_were_not_asked_for_are_not_read() -> None:
    sent = prefetch() | {"other": {"resourceType": "Patient", "id": "p9"}}
    assert kinds(gather(read("patient-view", sent)).bundle).count("Patient") == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"hook": "order-sign"}, "hook"), ({"hook": None}, "hook"), ({"hookInstance": ""}, "hookInstance"),
        ({"context": None}, "context"), ({"context": {}}, r"context\.patientId"),
        ({"context": {"patientId": 3}}, r"context\.patientId"), ({"prefetch": []}, "prefetch"),
    ],
)
def test_a_request_that_is_none_says_where(change: dict[str, Any], word: str) -> None:
    document = request("patient-view", prefetch()) | change
    with pytest.raises(HookError, match=f"^{word}:"):
        read_request(document, "tdm1-patient-view")


@pytest.mark.parametrize(
    ("context", "word"),
    [
        ({"draftOrders": None}, r"context\.draftOrders"), ({"draftOrders": {"resourceType": "Patient"}}, "Bundle"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": [3]}}, r"entry\.0"), ({"selections": None}, "selections"),
        ({"selections": [1]}, r"selections\.0"),
    ],
)
def test_orders_that_are_none_say_where(context: dict[str, Any], word: str) -> None:
    document = request("order-select", prefetch(), t_dm1())
    document["context"] |= context
    with pytest.raises(HookError, match=word):
        read_request(document, "tdm1-order-select")


def test_unknown_service_names_the_nearest() -> None:
    with pytest.raises(HookError, match="tdm1-order-sign"):
        read_request({}, "tdm1-order-sing")


@pytest.mark.parametrize("draft", [
    t_dm1(), order("Kadcyla 100 mg"), order("something", "1371046"), order("T-DM1"), order("trastuzumab emtansin"),
])
def test_t_dm1_is_known_by_code_name_and_spelling(draft: dict[str, Any]) -> None:
    assert ordered(read("order-sign", prefetch(), draft))[0].t_dm1


@pytest.mark.parametrize("draft", [order("ketoconazole"), order("trastuzumab"), order("trastuzumab deruxtecan")])
def test_other_medicines_are_not_t_dm1(draft: dict[str, Any]) -> None:
    assert not ordered(read("order-sign", prefetch(), draft))[0].t_dm1


def test_dose_and_reference_of_an_order() -> None:
    found = ordered(read("order-sign", prefetch(), t_dm1((252, "mg"))))[0]
    assert found.dose == (252.0, "mg")
    assert found.reference == "MedicationRequest/tdm1"
    other = t_dm1()
    other["dosageInstruction"] = [{"doseAndRate": [{"doseQuantity": {"value": True, "unit": "mg"}}]}]
    assert ordered(read("order-sign", prefetch(), other))[0].dose is None


@pytest.mark.parametrize("where", ["contained", "beside", "display"])
def test_medicine_by_reference(where: str) -> None:
    draft = order("x")
    del draft["medicationCodeableConcept"]
    medication = {"resourceType": "Medication", "id": "k",
                  "code": {"coding": [{"system": RXNORM, "code": "6135", "display": "ketoconazole"}]}}
    draft["medicationReference"] = {
        "reference": "#k" if where == "contained" else "Medication/k", "display": "ketoconazole",
    }
    if where == "contained":
        draft["contained"] = [medication]
    others = [medication] if where == "beside" else []
    found = ordered(read("order-sign", prefetch(), draft), others)[0]
    assert found.entry is not None and found.entry.name == "ketoconazole"
    assert found.entry.code == (None if where == "display" else "6135")


def test_an_order_without_a_medicine_is_kept_to_be_asked_about() -> None:
    draft = order("x")
    draft["medicationCodeableConcept"] = {"coding": [{"system": [], "code": {}}]}
    found = ordered(read("order-sign", prefetch(), draft))[0]
    assert found.entry is None and found.said == "MedicationRequest/o1"


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"status": "entered-in-error"}, {"doNotPerform": True}])
def test_orders_that_are_taken_back_do_not_count(change: dict[str, Any]) -> None:
    assert ordered(read("order-sign", prefetch(), t_dm1() | change)) == ()
    assert len(ordered(read("order-sign", prefetch(), t_dm1() | {"status": "active", "doNotPerform": False}))) == 1


def test_selections_choose() -> None:
    drafts = (t_dm1(), order("ketoconazole"))
    found = ordered(read("order-select", prefetch(), *drafts, selected=["MedicationRequest/o1"]))
    assert [one.selected for one in found] == [False, True]
    assert all(one.selected for one in ordered(read("order-sign", prefetch(), *drafts)))


def test_ordered_medicines_stand_beside_those_taken_but_not_t_dm1() -> None:
    found = ordered(read("order-sign", prefetch(), t_dm1(), order("ketoconazole")))
    before = record(examples.example("low_platelets"))
    after = with_ordered(before, found)
    assert before.medicines is not None and after.medicines is not None
    assert [one.name for one in after.medicines] == [*(one.name for one in before.medicines), "ketoconazole"]


def test_feedback_is_counted_and_checked() -> None:
    good = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-25T10:00:00Z"}
    assert read_feedback({"feedback": [good, good]}) == 2
    for bad in ({}, {"feedback": {}}, {"feedback": [1]}, {"feedback": [good | {"outcome": "liked"}]},
                {"feedback": [good | {"card": None}]}):
        with pytest.raises(HookError, match=r"^feedback"):
            read_feedback(bad)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["Bundle", "Patient", "MedicationRequest", PATIENT, "Patient/p1", "mg"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["resourceType", "id", "entry", "resource", "link", "subject", "reference", "coding", "system",
                         "code", "medicationCodeableConcept", "medicationReference", "contained", "text",
                         "dosageInstruction", "doseAndRate", "doseQuantity", "value", "unit"]) | st.text(max_size=4),
        inner, max_size=5,
    ), max_leaves=12,
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for key, value in inner for deeper in _places(value, (*path, key)))]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(list(HOOKS.values())))
def test_any_change_of_a_request_gives_a_reading_or_a_hook_error(data: st.DataObject, hook: str) -> None:
    drafts = () if hook == "patient-view" else (t_dm1((252, "mg")), order("ketoconazole"))
    document = copy.deepcopy(request(hook, prefetch(), *drafts))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([one for one in _places(document) if one]))
        node = document
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = data.draw(ANY)
    try:
        asked = read_request(document, SERVICE[hook])
        sent = gather(asked)
        ordered(asked, [one["resource"] for one in sent.bundle["entry"]])
    except HookError as error:
        assert str(error)
