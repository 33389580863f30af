"""Medicines, earlier treatment and T-DM1 doses: what was taken, what only ordered, and what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest
from interop.fhir.making import (
    ON,
    RXNORM,
    SUBJECT,
    administration,
    bundle,
    coded,
    concept,
    condition,
    lab,
    procedure,
    request,
    statement,
    t_dm1,
)

from tdm1 import person
from tdm1.interop.fhir import FhirError, read_bundle

SNOMED = "http://snomed.info/sct"


def _read(*resources: dict[str, Any]) -> person.PersonRecord:
    return read_bundle(bundle(*resources), on=ON).record


@pytest.mark.parametrize(("kind", "status", "given", "active"), [
    ("statement", "active", True, True), ("statement", "completed", True, False), ("statement", "stopped", True, False),
    ("statement", "on-hold", True, False), ("statement", "intended", False, None),
    ("statement", "not-taken", False, None), ("statement", "entered-in-error", False, None),
    ("statement", "unknown", False, None),
    ("request", "active", False, True), ("request", "completed", True, False), ("request", "stopped", False, False),
    ("request", "draft", False, None), ("request", "cancelled", False, None),
    ("request", "entered-in-error", False, None),
    ("administration", "completed", True, None), ("administration", "stopped", True, None),
    ("administration", "not-done", False, None), ("administration", "entered-in-error", False, None),
])
def test_what_each_status_of_docetaxel_tells(kind: str, status: str, given: bool, active: bool | None) -> None:
    made = {"statement": statement("docetaxel", status=status), "request": request("docetaxel", status=status),
            "administration": administration("docetaxel", "2026-01-05", status=status)}[kind]
    record = _read(made)
    assert record.history.get("prior_taxane") == ("yes" if given else None)
    assert [one.active for one in record.medicines or ()] == ([] if active is None else [active])


def test_absence_from_a_list_is_never_no() -> None:
    record = _read(statement("letrozole"))
    assert not any(name.startswith("prior_") for name in record.history)
    assert "no" not in record.history.values()


def test_a_misspelt_medicine_is_asked_about_and_proves_no_treatment() -> None:
    read = read_bundle(bundle(statement("docetaxell", status="completed")), on=ON)
    assert "prior_taxane" not in read.record.history
    assert any("may be docetaxel" in note for note in read.notes)


def test_a_bundle_without_a_list_of_medicines_leaves_it_out() -> None:
    assert _read(lab("777-3", 100, "10*9/L")).medicines is None
    assert _read(administration("doxorubicin", "2020-01-01")).medicines is None


def test_a_medicine_given_by_others_days_ago_counts_as_taken() -> None:
    (one,) = _read(administration("itraconazole", "2026-11-23")).medicines or ()
    assert one.active
    assert person.check(_read(administration("itraconazole", "2026-11-23")), on=ON).warnings


def test_a_statement_that_ended_is_not_taken_now() -> None:
    period = {"start": "2026-10-01", "end": "2026-11-20"}
    (one,) = _read(statement("ketoconazole", effectivePeriod=period)).medicines or ()
    assert (one.active, str(one.started), str(one.stopped)) == (False, "2026-10-01", "2026-11-20")


def test_code_and_name_are_both_kept() -> None:
    drug = statement("x") | {"medicationCodeableConcept": concept(RXNORM, "1873980", "ribociclib Oral Product")}
    (one,) = _read(drug).medicines or ()
    assert (one.name, one.code, one.system) == ("ribociclib Oral Product", "1873980", "rxnorm")


@pytest.mark.parametrize("how", ["contained", "entry", "display", "ingredient"])
def test_a_medicine_behind_a_reference(how: str) -> None:
    code = {"code": {"text": "ketoconazole"}}
    medication = {"resourceType": "Medication", "id": "k"}
    one = statement("x")
    del one["medicationCodeableConcept"]
    if how == "contained":
        one |= {"contained": [medication | code], "medicationReference": {"reference": "#k"}}
        record = _read(one)
    elif how == "display":
        record = _read(one | {"medicationReference": {"display": "ketoconazole"}})
    else:
        inner = code if how == "entry" else {"ingredient": [{"itemCodeableConcept": code["code"]}]}
        record = _read(one | {"medicationReference": {"reference": "Medication/k"}}, medication | inner)
    assert [one.name for one in record.medicines or ()] == ["ketoconazole"]


def test_an_order_not_to_give_and_a_plan_are_no_medicines() -> None:
    assert _read(request("ketoconazole", doNotPerform=True)).medicines is None
    assert _read(request("ketoconazole", intent="plan")).medicines is None


def test_doses_of_t_dm1_at_their_level() -> None:
    record = _read(t_dm1("2026-10-14", "a"), t_dm1("2026-11-04", "b", 3.0))
    assert [(str(one.date), one.level) for one in record.doses or ()] == [("2026-10-14", 3.6), ("2026-11-04", 3.0)]


def test_doses_in_mg_with_the_last_weight_before_them() -> None:
    weights = [lab("29463-7", 70, "kg", "w1", "2026-10-01"), lab("29463-7", 80, "kg", "w2", "2026-11-20")]
    record = _read(t_dm1("2026-11-04", value=252, unit="mg"), *weights)
    assert [one.level for one in record.doses or ()] == [pytest.approx(3.6)]


@pytest.mark.parametrize("made", [
    t_dm1("2026-11-04", value=252, unit="mg"), t_dm1("2026-11"), administration("Kadcyla", "2026-11-04"),
    statement("T-DM1"), request("trastuzumab emtansine"),
], ids=["no weight", "no day", "no dose", "statement", "order"])
def test_doses_that_cannot_be_told_are_not_known(made: dict[str, Any]) -> None:
    record = _read(made, statement("letrozole", "m2"))
    assert record.doses is None
    assert "T-DM1" not in str(record.medicines)


def test_no_dose_counts_as_given_only_where_treatment_is_on_record() -> None:
    assert _read(statement("docetaxel", status="completed")).doses == ()
    assert _read(statement("vitamin D")).doses is None
    assert _read(lab("777-3", 100, "10*9/L")).doses is None
    assert _read(statement("docetaxel", status="completed"), request("Kadcyla", status="draft")).doses == ()


def test_a_misspelt_t_dm1_is_no_reason_to_count_no_dose() -> None:
    assert _read(administration("Kadcylla", "2026-11-04"), statement("docetaxel")).doses is None


def test_a_dose_not_given_or_in_error_is_never_counted() -> None:
    wrong = [t_dm1("2026-10-14", "a", status="entered-in-error"), t_dm1("2026-10-15", "b", status="not-done")]
    assert [str(one.date) for one in _read(*wrong, t_dm1("2026-11-04", "c")).doses or ()] == ["2026-11-04"]


@pytest.mark.parametrize(("made", "words"), [
    ([t_dm1("2026-11-04", value=10, unit="mL")], "give mg/kg or mg"),
    ([t_dm1("2026-11-04", value=-1)], "more than 0"),
    ([t_dm1("2026-11-04", "a"), t_dm1("2026-11-04", "b", 3.0)], "with another dose"),
    ([statement("x", medicationCodeableConcept={"coding": [{"system": "urn:x", "code": "1"}]})], "which medicine is"),
    ([statement("x", medicationCodeableConcept=None, medicationReference={"reference": "Medication/9"})],
     "not in the bundle"),
    ([statement("x", medication={"concept": {"text": "aspirin"}})], "FHIR R5"),
    ([request("aspirin", intent="odrer")], "did you mean 'order'"),
])
def test_medicines_that_cannot_be_read_are_one_error(made: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(FhirError, match=words):
        _read(*made)


def test_medicines_before_surgery_are_neoadjuvant() -> None:
    taken = [administration("docetaxel", "2026-02-01", "a"), administration("trastuzumab", "2026-02-01", "b")]
    after = _read(*taken, procedure("392021009", "2026-06-01")).history
    assert (after["neoadjuvant_taxane"], after["neoadjuvant_trastuzumab"]) == ("yes", "yes")
    assert "neoadjuvant_other_her2_therapy" not in after
    for when in ("2025-12-01", "2026-01-31", "2026-02-01"):
        assert "neoadjuvant_taxane" not in _read(*taken, procedure("392021009", when)).history
    first = procedure("392021009", "2025-12-01", "s0")
    assert "neoadjuvant_taxane" not in _read(*taken, first, procedure("172043006", "2026-06-01")).history


def test_a_taxane_for_an_earlier_cancer_is_not_neoadjuvant() -> None:
    old = administration("docetaxel", "2015-02-01")
    history = _read(old, procedure("392021009", "2026-06-01")).history
    assert history["prior_taxane"] == "yes"
    assert "neoadjuvant_taxane" not in history


def test_a_biopsy_or_node_is_no_surgery_of_the_breast() -> None:
    taken = administration("docetaxel", "2026-02-01")
    for code in ("122548005", "234262008"):
        assert "neoadjuvant_taxane" not in _read(taken, procedure(code, "2026-06-01")).history


def test_treatment_after_metastases_was_for_them() -> None:
    liver = condition(SNOMED, "94381002", onsetDateTime="2026-01-10")
    name = "prior_therapy_for_metastatic_disease"
    assert _read(liver, administration("docetaxel", "2026-02-01")).history[name] == "yes"
    assert name not in _read(liver, administration("docetaxel", "2025-02-01")).history
    undated = condition(SNOMED, "94381002")
    assert name not in _read(undated, administration("docetaxel", "2026-02-01")).history


def test_a_whole_bundle_is_decided_to_the_milligram() -> None:
    """Metastatic, HER2-positive, second dose due today: give 3.6 mg/kg of 70 kg."""
    labs = [lab("777-3", 180, "10*9/L", "l1"), lab("1742-6", 20, "U/L", "l2", upper=40),
            lab("1920-8", 22, "U/L", "l3", upper=40), lab("1975-2", 10, "umol/L", "l4", upper=21),
            lab("10230-1", 60, "%", "l5", "2026-10-20"), lab("29463-7", 70, "kg", "l6")]
    record = _read(
        *labs, coded("85319-2", "10828004", "h"), condition(SNOMED, "94381002", onsetDateTime="2026-01-10"),
        administration("docetaxel", "2026-02-01", "a"), administration("trastuzumab", "2026-02-01", "b"),
        t_dm1("2026-11-04"), statement("vitamin D"), coded("2106-3", "260385009", "p"),
        {"resourceType": "Observation", "id": "e", "status": "final", "code": concept("http://loinc.org", "89247-1"),
         "subject": SUBJECT, "valueInteger": 1, "effectiveDateTime": "2026-11-24"},
    )
    answer = person.check(record, on=ON, region="US")
    assert (answer.eligible, answer.next_dose.action) == ("yes", "give")
    assert answer.next_dose.dose_mg == pytest.approx(252)
    held = _read(*labs[1:], lab("777-3", 40, "10*9/L", "l1"), condition(SNOMED, "94381002"), t_dm1("2026-11-04"))
    assert person.check(held, on=ON, region="US").next_dose.action == "hold"
