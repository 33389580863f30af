"""The three public bundles give the right answer with the right reason."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from interop.fhir.making import ON, PUBLIC, public, public_text

from tdm1 import person
from tdm1.interop.fhir import is_bundle, read_bundle

#: What a reader of each bundle finds in it by eye.
EXPECTED: dict[str, dict[str, Any]] = {
    "mcode_omop_synthea_53f3587e": {
        "history": {"her2_positive": "yes", "disease_stage": "early", "hormone_receptor_positive": "yes",
                    "prior_anthracycline": "yes", "prior_chemotherapy": "yes", "prior_trastuzumab": "yes",
                    "prior_her2_therapy": "yes"},
        "born": date(1949, 2, 26), "eligible": "unknown",
        "because": {"I2.neoadjuvant_taxane", "I2.residual_disease"}, "medicines": None,
    },
    "pathways_synthea_T0_patient": {
        "history": {"her2_positive": "no", "disease_stage": "early", "hormone_receptor_positive": "yes",
                    "prior_anthracycline": "yes", "prior_chemotherapy": "yes"},
        "born": date(1970, 11, 17), "eligible": "no", "because": {"I1.her2_positive", "I2.her2_positive"},
        "medicines": {("1790099", False), ("198240", False)},
    },
    "trialmatching_patient01": {
        "history": {"her2_positive": "no", "disease_stage": "metastatic", "visceral": "yes", "ecog": 1,
                    "hormone_receptor_positive": "yes"},
        "born": date(1959, 1, 1), "eligible": "no", "because": {"I1.her2_positive", "I2.her2_positive", "I2.early"},
        "medicines": {("1163443", False), ("1156671", False), ("1156671", True), ("1946828", True), ("1873980", True)},
    },
}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_bundle_against_what_a_reader_finds_in_it(name: str) -> None:
    document = public(name)
    assert is_bundle(document)
    expected = EXPECTED[name]
    read = read_bundle(document, on=ON)
    assert read.record.history == expected["history"]
    assert read.record.about.sex == "female"
    assert read.record.about.birth_date == expected["born"]
    assert read.record.labs == ()
    assert read.record.doses == ()
    listed = read.record.medicines
    found = None if listed is None else {(one.code, one.active) for one in listed}
    assert found == expected["medicines"]


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("region", ["US", "EU", "England"])
def test_public_bundle_is_answered_with_the_right_reason(name: str, region: str) -> None:
    expected = EXPECTED[name]
    answer = person.check(read_bundle(public(name), on=ON).record, on=ON, region=region)
    # England pays for the metastatic indication only, which an early cancer does not meet.
    early_in_england = region == "England" and expected["history"]["disease_stage"] == "early"
    assert answer.eligible == ("no" if early_in_england else expected["eligible"])
    assert answer.next_dose.action == "unknown"
    assert {"platelets", "alt", "ast", "bilirubin", "lvef", "pregnant"} <= {one.name for one in answer.missing}
    if region == "US":
        told = {one.id for one in answer.reasons if one.answer == expected["eligible"]}
        assert expected["because"] <= told
        assert not any(one.answer == "no" and one.id.endswith("her2_positive") for one in answer.reasons) or (
            expected["history"]["her2_positive"] == "no")


def test_strong_inhibitor_of_a_public_bundle_is_warned_of() -> None:
    answer = person.check(read_bundle(public("trialmatching_patient01"), on=ON).record, on=ON)
    assert any("ribociclib" in one.text and one.kind == "cyp3a4_strong_inhibitor" for one in answer.warnings)


@pytest.mark.parametrize("name", PUBLIC)
def test_race_code_is_no_pregnancy_test(name: str) -> None:
    """2106-3 is LOINC's pregnancy test in urine and, in another system, the CDC's code of a race."""
    assert b"2106-3" in public_text(name) or name == "trialmatching_patient01"
    assert "pregnant" not in read_bundle(public(name), on=ON).record.history


@pytest.mark.parametrize("name", PUBLIC)
def test_nothing_personal_is_kept(name: str) -> None:
    document = public(name)
    who = next(one["resource"] for one in document["entry"] if one["resource"]["resourceType"] == "Patient")
    kept = repr(read_bundle(document, on=ON))
    for one in document["entry"]:
        # Places hold the ids of resources, and one bundle made its ids of the patient's name.
        kept = kept.replace(one["resource"]["id"], "")
    for personal in (*(one["family"] for one in who["name"]), *(one["value"] for one in who["identifier"])):
        assert personal not in kept


@pytest.mark.parametrize("name", PUBLIC)
def test_every_resource_is_used_or_ignored(name: str) -> None:
    document = public(name)
    read = read_bundle(document, on=ON)
    places = {one.place.split(" ")[0] for one in (*read.used, *read.ignored)}
    all_places = {f"entry[{index}]" for index in range(len(document["entry"]))}
    kinds = {f"entry[{i}]": one["resource"]["resourceType"] for i, one in enumerate(document["entry"])}
    unseen = {kinds[place] for place in all_places - places}
    # A breast cancer without a stage of its own, and administrations beside no list of medicines, tell nothing.
    assert unseen <= {"Condition", "MedicationAdministration"}


def test_reading_loads_no_classes_of_fhir_and_no_solver() -> None:
    code = ("import sys\nimport tdm1.interop.fhir\n"
            "print([name for name in ('fhir', 'numba', 'polars', 'fastapi', 'pint') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
