"""Stage of the cancer now, against a table written by hand: metastatic by any sign, early only where it is safe."""

from __future__ import annotations

from typing import Any

import pytest
from interop.fhir.making import ICD, ON, SNOMED, bundle, coded, concept, condition, observation, procedure, state

from tdm1.interop.fhir import read_bundle

AJCC = "http://cancerstaging.org"
MASTECTOMY = procedure("172043006", "2026-06-01")


def _history(*resources: dict[str, Any]) -> dict[str, Any]:
    return read_bundle(bundle(*resources), on=ON).record.history


def _stage(*resources: dict[str, Any]) -> object:
    return _history(*resources).get("disease_stage")


def _group(code: str, system: str = AJCC, loinc: str = "21908-9", identity: str = "g") -> dict[str, Any]:
    return coded(loinc, code, identity, system)


@pytest.mark.parametrize(("code", "alone", "operated"), [
    ("1A", "early", "early"), ("IIB", "early", "early"), ("pIIIA", "early", "early"), ("ypIB", "early", "early"),
    ("3B", None, "early"), ("IIIC", None, "early"), ("3", None, "early"), ("4", "metastatic", "metastatic"),
    ("IV", "metastatic", "metastatic"), ("0", None, None), ("5", None, None), ("unknown", None, None),
])
def test_stage_groups_of_cancerstaging(code: str, alone: str | None, operated: str | None) -> None:
    assert _stage(_group(code)) == alone
    assert _stage(_group(code), MASTECTOMY) == operated
    assert _stage(_group(code, loinc="21902-2")) == alone


@pytest.mark.parametrize(("code", "expected"), [
    ("258215001", "early"), ("261614003", "early"), ("261638004", "early"), ("258224005", None), ("261639007", None),
    ("258228008", "metastatic"), ("1222769002", None),
])
def test_stage_groups_of_snomed(code: str, expected: str | None) -> None:
    assert _stage(_group(code, SNOMED)) == expected


def test_a_finer_group_of_the_same_stage_says_more() -> None:
    assert _stage(_group("261638004", SNOMED, identity="a"), _group("258224005", SNOMED, identity="b")) == "early"
    assert _stage(_group("2A", identity="a"), _group("258224005", SNOMED, identity="b")) is None


def test_a_stage_that_is_not_understood_is_not_passed_over() -> None:
    """A later stage in a code that is not read may be stage 4."""
    assert _stage(_group("2A", identity="a"), _group("999", SNOMED, identity="b")) is None


def test_the_stage_of_the_diagnosis_itself_is_read() -> None:
    cancer = condition(SNOMED, "254837009", stage=[{"summary": concept(AJCC, "2A")}])
    assert _stage(cancer) == "early"
    refuted = condition(SNOMED, "254837009", stage=[{"summary": concept(AJCC, "4")}],
                        verificationStatus=state("refuted"))
    assert _stage(refuted) is None


@pytest.mark.parametrize(("system", "code", "expected"), [
    (SNOMED, "94381002", "metastatic"), (SNOMED, "94222008", "metastatic"), (ICD, "C78.7", "metastatic"),
    (ICD, "C79.51", "metastatic"), (ICD, "C79.31", "metastatic"), (ICD, "C77.2", "metastatic"),
    (SNOMED, "94181007", "early"), (ICD, "C77.3", "early"), (ICD, "C77.0", None), (ICD, "C79.81", None),
])
def test_secondary_cancers_beside_stage_two(system: str, code: str, expected: str | None) -> None:
    assert _stage(_group("2A"), condition(system, code)) == expected


def test_a_secondary_cancer_by_its_profile_alone_leaves_the_stage_open() -> None:
    profile = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-secondary-cancer-condition"
    unknown = condition(SNOMED, "999", meta={"profile": [profile]})
    assert _stage(_group("2A"), unknown) is None


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error", "provisional", "unconfirmed", "differential"])
def test_a_metastasis_that_is_not_confirmed_is_not_counted(verification: str) -> None:
    liver = condition(SNOMED, "94381002", verificationStatus=state(verification))
    read = read_bundle(bundle(_group("2A"), liver), on=ON)
    asked = verification in ("provisional", "unconfirmed", "differential")
    # A suspected one leaves the stage open; one that is refuted or an error is as good as none.
    assert read.record.history.get("disease_stage") == (None if asked else "early")
    assert any("not confirmed" in note for note in read.notes) == asked


@pytest.mark.parametrize(("system", "code", "expected"), [
    (SNOMED, "30893008", "early"), (SNOMED, "55440008", "metastatic"), (SNOMED, "1229903009", "metastatic"),
    (AJCC, "M1", "metastatic"), (AJCC, "M0", "early"),
])
def test_the_m_category_beside_stage_two(system: str, code: str, expected: str) -> None:
    assert _stage(_group("2A"), coded("21907-1", code, "m", system)) == expected
    assert _stage(coded("21907-1", code, "m", system)) == (None if expected == "early" else expected)


def test_sites_of_metastases() -> None:
    assert _stage(_group("2A"), coded("44667-4", "260413007", "s")) == "early"
    assert _stage(_group("2A"), coded("44667-4", "10200004", "s")) == "metastatic"
    assert _stage(_group("2A"), coded("44667-4", "261665006", "s")) is None
    assert _stage(_group("2A"), observation("44667-4", "s", valueString="liver")) is None


def test_what_metastases_tell_beside_the_stage() -> None:
    assert _history(condition(SNOMED, "94381002"))["visceral"] == "yes"
    brain = _history(condition(ICD, "C79.31"))
    assert brain["cns_metastases"] == "yes"
    assert "visceral" not in brain


def test_early_is_told_with_its_day() -> None:
    read = read_bundle(bundle(_group("2A")), on=ON)
    assert any("stage 2A of 2026-11-24 counts as early" in note for note in read.notes)
