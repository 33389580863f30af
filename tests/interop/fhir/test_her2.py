"""HER2: every pair of results against a table written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from interop.fhir.making import EQUIVOCAL, ICD, NEGATIVE, ON, POSITIVE, SNOMED, bundle, coded, condition, observation

from tdm1 import person
from tdm1.interop.fhir import FhirError, read_bundle
from tdm1.interop.fhir._her2 import positive_ratio


def _her2(*resources: dict[str, Any]) -> dict[str, Any]:
    history = read_bundle(bundle(*resources), on=ON).record.history
    return {name: value for name, value in history.items() if name.startswith("her2")}


def _text(code: str, words: str, identity: str = "o1") -> dict[str, Any]:
    return observation(code, identity, valueString=words)


IHC = {"positive": coded("85319-2", POSITIVE, "ihc"), "negative": coded("18474-7", NEGATIVE, "ihc"),
       "equivocal": coded("72383-3", EQUIVOCAL, "ihc"), "none": None}
ISH = {"positive": coded("85318-4", POSITIVE, "ish"), "negative": coded("31150-6", NEGATIVE, "ish"),
       "equivocal": coded("85318-4", EQUIVOCAL, "ish"), "none": None}
#: Rows: immunohistochemistry; columns: in situ hybridisation. None: not known.
TABLE = {
    "positive": {"positive": "yes", "negative": None, "equivocal": "yes", "none": "yes"},
    "negative": {"positive": None, "negative": "no", "equivocal": "no", "none": "no"},
    "equivocal": {"positive": "yes", "negative": "no", "equivocal": None, "none": None},
    "none": {"positive": "yes", "negative": "no", "equivocal": None, "none": None},
}


@pytest.mark.parametrize("ihc", TABLE)
@pytest.mark.parametrize("ish", ["positive", "negative", "equivocal", "none"])
def test_two_tests_against_the_table(ihc: str, ish: str) -> None:
    given = [one for one in (IHC[ihc], ISH[ish]) if one is not None]
    assert _her2(*given).get("her2_positive") == TABLE[ihc][ish]
    assert _her2(*reversed(given)).get("her2_positive") == TABLE[ihc][ish]


def test_the_ratio_of_the_label() -> None:
    assert positive_ratio() == 2.0


@pytest.mark.parametrize(("words", "expected"), [
    ("greater than 2.2", "yes"), (">= 2.0", "yes"), ("> 2.0", "yes"), ("≥2", "yes"), ("less than 1.8", "no"),
    ("< 2.0", "no"), ("<= 2.0", None), ("greater than 1.8", None), ("< 2.2", None), ("Ratio: 2.4", "yes"),
    ("1.9", "no"), ("see report", None), ("Amplified", "yes"), ("not amplified", "no"), ("2.4 or so", None),
])
def test_words_of_a_hybridisation_against_the_ratio_of_the_label(words: str, expected: str | None) -> None:
    assert _her2(_text("85318-4", words)).get("her2_positive") == expected


@pytest.mark.parametrize(("words", "score", "positive"), [
    ("3+", 3, "yes"), ("2+", 2, None), ("1+", 1, "no"), ("0", 0, "no"), ("IHC 3+", 3, "yes"), ("score 2+", 2, None),
])
def test_scores_of_immunohistochemistry(words: str, score: int, positive: str | None) -> None:
    found = _her2(_text("85319-2", words))
    assert found["her2_ihc"] == score
    assert found.get("her2_positive") == positive
    assert _her2(observation("85319-2", valueInteger=score)) == found


def test_a_score_that_cannot_be_is_refused() -> None:
    with pytest.raises(FhirError, match=r"Observation/o1: HER2 .* 4; a score is 0, 1, 2 or 3"):
        _her2(_text("85319-2", "4+"))


def test_a_numeric_ratio_is_kept_as_a_number() -> None:
    ratio = observation("49683-6", valueQuantity={"value": 2.4})
    assert _her2(ratio) == {"her2_ish_ratio": 2.4, "her2_positive": "yes"}
    assert _her2(observation("49683-6", valueQuantity={"value": 1.2})) == {"her2_ish_ratio": 1.2, "her2_positive": "no"}


def test_a_copy_number_beside_a_ratio_asks_for_the_laboratorys_conclusion() -> None:
    ratio = observation("49683-6", valueQuantity={"value": 2.4})
    copies = observation("74860-8", "o2", valueQuantity={"value": 3.1})
    assert _her2(ratio, copies) == {}
    assert _her2(ratio, copies, coded("48676-1", POSITIVE, "o3"))["her2_positive"] == "yes"


def test_contradicting_results_leave_everything_out_and_are_named() -> None:
    """Else the EU label's own look at score and ratio would decide what the tests do not."""
    read = read_bundle(bundle(_text("85319-2", "3+", "ihc"), coded("85318-4", NEGATIVE, "ish")), on=ON)
    assert not any(name.startswith("her2") for name in read.record.history)
    assert any("Observation/ihc: positive" in note and "Observation/ish: negative" in note for note in read.notes)
    answer = person.check(read.record, on=ON, region="EU")
    assert all(one.answer == "unknown" for one in answer.reasons if "her2_positive" in one.id)


@pytest.mark.parametrize(("system", "code"), [(SNOMED, "427685000"), (ICD, "Z17.31")])
def test_a_diagnosis_that_says_her2_positive(system: str, code: str) -> None:
    assert _her2(condition(system, code)) == {"her2_positive": "yes"}
    assert _her2(condition(system, code), IHC["negative"]) == {}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_result_that_does_not_count_is_never_used(status: str) -> None:
    assert _her2(coded("85319-2", POSITIVE, status=status)) == {}


def test_an_answer_in_the_interpretation_alone_is_read() -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    one = observation("85319-2", interpretation=[{"coding": [{"system": system, "code": "POS"}]}])
    assert _her2(one) == {"her2_positive": "yes"}


def test_receptors_positive_when_one_is_and_negative_only_when_both_are() -> None:
    def found(*resources: dict[str, Any]) -> object:
        return read_bundle(bundle(*resources), on=ON).record.history.get("hormone_receptor_positive")

    oestrogen, progesterone = coded("85337-4", NEGATIVE, "er"), coded("85339-0", NEGATIVE, "pr")
    assert found(oestrogen) is None
    assert found(oestrogen, progesterone) == "no"
    assert found(oestrogen, coded("85339-0", POSITIVE, "pr")) == "yes"
    assert found(oestrogen, coded("40556-3", POSITIVE, "er2")) is None
