"""Bundles that cannot be used give one clear error each; any other bundle gives a record, and nothing else happens."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from interop.fhir.making import (
    ON,
    POSITIVE,
    SNOMED,
    administration,
    bundle,
    coded,
    condition,
    lab,
    observation,
    platelets,
    procedure,
    public,
    request,
    statement,
    t_dm1,
)

from tdm1 import person
from tdm1.interop.fhir import FhirError, read_bundle

BROKEN: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "broken.yaml").read_text("utf-8"))


def _sound() -> dict[str, Any]:
    return bundle(platelets(120), statement("aspirin"), condition(SNOMED, "254837009"))


def _changed(case: dict[str, Any]) -> dict[str, Any]:
    document = _sound()
    if "add" in case:
        document["entry"].append({"resource": case["add"]})
        return document
    *path, last = case["at"]
    owner: Any = document
    for step in path:
        owner = owner[step]
    if "to" in case:
        owner[last] = case["to"]
    else:
        del owner[last]
    return document


def test_the_sound_bundle_is_read() -> None:
    assert len(read_bundle(_sound(), on=ON).record.labs) == 1


@pytest.mark.parametrize("case", BROKEN, ids=[str(index) for index in range(len(BROKEN))])
def test_a_broken_bundle_gives_one_clear_error(case: dict[str, Any]) -> None:
    kind = person.PersonError if "text" in case else FhirError
    with pytest.raises(kind) as caught:
        document = person.parse(case["text"]) if "text" in case else _changed(case)
        read_bundle(document, on=ON)
    message = str(caught.value)
    assert "\n" not in message
    for words in case["words"]:
        assert words in message, message


def test_a_megabyte_of_nesting_is_one_error() -> None:
    deep = '{"resourceType": "Bundle", "entry": ' + '{"a":' * 200_000 + "1" + "}" * 200_001
    with pytest.raises(person.PersonError, match="nested too deeply"):
        person.parse(deep)
    inner: dict[str, Any] = bundle()
    for _ in range(5):
        inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    with pytest.raises(FhirError, match="nested more than 3 deep"):
        read_bundle(inner, on=ON)


def test_bundles_inside_a_bundle_are_opened() -> None:
    """As a batch of searches, or what a clinic's system fetches before it asks."""
    inner = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": platelets(90)}]}
    outer = bundle()
    outer["entry"].append({"resource": inner})
    read = read_bundle(outer, on=ON)
    assert [one.value for one in read.record.labs] == [90]
    assert any(one.place == "entry[1] entry[0] Observation/o1" for one in read.used)


def test_one_resource_twice_alike_is_one() -> None:
    assert len(read_bundle(bundle(platelets(90), platelets(90)), on=ON).record.labs) == 1


@pytest.mark.parametrize("written", ["Patient/p1", "Patient/p1/_history/3", "https://a.example/fhir/Patient/p1",
                                     "urn:uuid:p1"])
def test_references_that_mean_the_patient(written: str) -> None:
    one = platelets(90) | {"subject": {"reference": written}}
    assert len(read_bundle(bundle(one), on=ON).record.labs) == 1


def test_a_patient_by_identifier_and_by_the_address_in_the_bundle() -> None:
    by_identifier = platelets(90) | {"subject": {"identifier": {"system": "urn:h", "value": "MRN-4711"}}}
    assert len(read_bundle(bundle(by_identifier), on=ON).record.labs) == 1
    by_address = bundle(platelets(90) | {"subject": {"reference": "urn:uuid:77"}})
    by_address["entry"][0]["fullUrl"] = "urn:uuid:77"
    assert len(read_bundle(by_address, on=ON).record.labs) == 1


def test_a_result_whose_focus_is_a_child_is_not_the_patients() -> None:
    child = platelets(90, focus=[{"reference": "RelatedPerson/child"}])
    assert read_bundle(bundle(child), on=ON).record.labs == ()


def test_a_servers_complaint_is_told() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]}
    assert any("may not be whole" in note for note in read_bundle(bundle(outcome), on=ON).notes)


def _full() -> dict[str, Any]:
    allergy = {"resourceType": "AllergyIntolerance", "id": "x", "patient": {"reference": "Patient/p1"},
               "code": {"text": "Kadcyla"}}
    event = {"resourceType": "AdverseEvent", "id": "e", "actuality": "actual", "date": "2026-11-20",
             "subject": {"reference": "Patient/p1"}, "extension": [{"url": "urn:grade", "valueInteger": 2}],
             "event": {"coding": [{"system": "https://www.meddra.org", "code": "10034620"}]}}
    medication = {"resourceType": "Medication", "id": "k", "code": {"text": "ketoconazole"}}
    referring = {key: value for key, value in statement("x", "m7").items() if key != "medicationCodeableConcept"}
    return bundle(
        platelets(120), lab("1742-6", 20, "U/L", "o2", upper=40), coded("85319-2", POSITIVE, "o3"),
        coded("21908-9", "2A", "o4", "http://cancerstaging.org"), observation("89247-1", "o5", valueInteger=1),
        coded("2106-3", "260385009", "o6"), observation("85318-4", "o7", valueString="greater than 2.2"),
        statement("aspirin"), request("letrozole"), administration("docetaxel", "2026-02-01"), t_dm1("2026-11-04"),
        condition(SNOMED, "254837009", stage=[{"summary": {"text": "IIA"}}]), procedure("392021009", "2026-06-01"),
        condition(SNOMED, "205237003", "c2", onsetDateTime="2026-11-10"), allergy, event, medication,
        referring | {"medicationReference": {"reference": "Medication/k"}},
    )


FULL = _full()
TRIAL = public("trialmatching_patient01")


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        found += _paths(child, (*path, key))
    return found


PATHS = {id(FULL): _paths(FULL), id(TRIAL): _paths(TRIAL)}
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["final", "Patient/p1", "2026-11-24", "0001-01-01", "2026-11-24T10:00:00Z", "9999-12-31", "I50",
                       "http://loinc.org", "777-3", "85319-2", "active", "3+", "> 2.2", "Observation", "Patient"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["coding", "code", "system", "text", "value", "unit", "reference", "start", "end"]), inner,
        max_size=3),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([FULL, TRIAL]), st.data())
def test_a_mutated_bundle_is_a_record_or_one_clear_error(source: dict[str, Any], data: st.DataObject) -> None:
    """Fields deleted, given another type, swapped or doubled, up to three at a time."""
    document = copy.deepcopy(source)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(PATHS[id(source)]))
        owner: Any = document
        try:
            for step in path[:-1]:
                owner = owner[step]
            how = data.draw(st.sampled_from(["delete", "replace", "double"]))
            if how == "delete":
                del owner[path[-1]]
            elif how == "replace":
                owner[path[-1]] = data.draw(_ANY)
            elif isinstance(owner, list):
                owner.append(copy.deepcopy(owner[path[-1]]))
        except (KeyError, IndexError, TypeError):
            continue
    try:
        read = read_bundle(document, on=ON)
    except FhirError as error:
        assert str(error)
        assert "\n" not in str(error)
        return
    try:
        person.check(read.record, on=ON)
    except person.PersonError as error:
        assert str(error)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["resourceType", "type", "entry", "link", "x"]), _ANY, max_size=4))
def test_any_document_is_a_record_or_one_clear_error(document: dict[str, Any]) -> None:
    try:
        read_bundle(document, on=ON)
    except FhirError as error:
        assert str(error)


def test_the_full_bundle_survives_json() -> None:
    again = person.parse(json.dumps(FULL))
    assert read_bundle(again, on=ON).record == read_bundle(FULL, on=ON).record
    assert len(read_bundle(FULL, on=ON).record.doses or ()) == 1
