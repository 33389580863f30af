"""Medicines read from text and codes, and the warnings they give, against the label and by properties."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.medicines import (
    SYSTEMS,
    Medicine,
    MedicineError,
    classes,
    combinations,
    ingredients,
    recognise,
    screen,
    treatment_classes,
)
from tdm1.medicines.recognise import read_text
from tdm1.medicines.words import nothing, plain

MISSPELT: dict[str, list[str] | None] = yaml.safe_load((Path(__file__).parent / "misspelt.yaml").read_text("utf-8"))
TODAY = datetime.date(2026, 11, 25)


@pytest.mark.parametrize("text", MISSPELT)
def test_what_people_write_is_read_or_asked_about(text: str) -> None:
    found = recognise(Medicine(text))
    wanted = MISSPELT[text]
    if wanted is None:
        assert found.by == "unknown" and found.ingredients == ()
        assert any(text in question for question in screen([Medicine(text)]).questions)
    else:
        assert sorted(found.ingredients) == sorted(wanted)


def _kinds(*names: str) -> set[str]:
    return {one.kind for one in screen([Medicine(name) for name in names]).warnings}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("cyp3a4_strong_inhibitor", ["ketoconazole", "itraconazole", "voriconazole", "posaconazole", "clarithromycin",
                                     "nefazodone", "ritonavir", "Paxlovid", "grapefruit juice", "tucatinib"]),
        ("bleeding", ["warfarin", "apixaban", "enoxaparin", "aspirin", "clopidogrel", "ibuprofen", "ginkgo",
                      "vitamin E"]),
        ("liver", ["paracetamol", "methotrexate", "isoniazid", "amiodarone", "kava", "green tea extract"]),
        ("cyp3a4_inducer", ["rifampin", "carbamazepine", "St John's wort"]),
        ("same_drug_confusion", ["trastuzumab", "Enhertu", "Phesgo"]),
    ],
)
def test_each_class_warns_against_label(kind: str, names: list[str]) -> None:
    """X2, X3, B1, X1 and D11 of the label facts."""
    for name in names:
        assert kind in _kinds(name), name
    warned = [one for one in screen([Medicine(names[0])]).warnings if one.kind == kind]
    assert all(one.source in evidence.sources() and one.where and one.read and one.advice for one in warned)


def test_moderate_inhibitors_and_plain_medicines_give_no_warning_and_no_question() -> None:
    found = screen([Medicine(name) for name in ("diltiazem", "verapamil", "metformin", "levothyroxine", "vitamin D")])
    assert found.warnings == () and found.questions == ()


def test_a_misspelt_risk_is_warned_of_and_says_how_it_was_read() -> None:
    (warning,) = [one for one in screen([Medicine("wafarin 5mg")]).warnings if one.kind == "bleeding"]
    assert "read as warfarin" in warning.text


@pytest.mark.parametrize(
    ("stopped", "warns"),
    [(TODAY, True), (TODAY - datetime.timedelta(days=4), True), (datetime.date(2026, 11, 1), False)],
)
def test_a_stopped_inhibitor_counts_until_three_half_lives_against_label(stopped: datetime.date, warns: bool) -> None:
    """Itraconazole: 40 h times 3 are 5 days."""
    found = screen([Medicine("itraconazole", active=False, stopped=stopped)], on=TODAY)
    assert any(one.id == "X2" for one in found.warnings) is warns


def test_a_stopped_inhibitor_without_a_day_is_asked_about() -> None:
    found = screen([Medicine("ketoconazole", active=False)], on=TODAY)
    assert found.warnings == () and "when was 'ketoconazole' stopped" in found.questions[0]


def test_low_platelets_are_told_beside_a_risk_of_bleeding() -> None:
    (warning,) = screen([Medicine("apixaban")], platelets_1e9_per_l=60).warnings
    assert "platelet count is 60" in warning.text
    (plain_warning,) = screen([Medicine("apixaban")], platelets_1e9_per_l=160).warnings
    assert "platelet count" not in plain_warning.text


@pytest.mark.parametrize(
    ("medicine", "classes_"),
    [
        (Medicine(code="224905", system="http://www.nlm.nih.gov/research/umls/rxnorm"), {"trastuzumab", "her2"}),
        (Medicine(code="1371041", system="rxnorm"), {"t_dm1", "her2"}),
        (Medicine(code="50242-088-01", system="ndc"), {"t_dm1", "her2"}),
        (Medicine(code="L01FD03", system="http://www.whocc.no/atc"), {"t_dm1", "her2"}),
        (Medicine("nab-paclitaxel weekly"), {"taxane"}),
        (Medicine("Phesgo"), {"trastuzumab", "pertuzumab", "her2"}),
        (Medicine("10 ML Doxorubicin Hydrochloride", code="1790099", system="rxnorm"), {"anthracycline"}),
        (Medicine("metformin"), set()),
        (Medicine("something else"), set()),
    ],
)
def test_earlier_treatment_by_code_and_name(medicine: Medicine, classes_: set[str]) -> None:
    assert set(treatment_classes(medicine)) == classes_


def test_an_unknown_code_does_not_hide_a_name_and_a_code_alone_is_asked_about() -> None:
    assert recognise(Medicine("warfarin", code="0", system="rxnorm")).ingredients == ("warfarin",)
    assert recognise(Medicine(code="0", system="rxnorm")).by == "unknown"
    both = recognise(Medicine("warfarin", code="1191", system="rxnorm"))
    assert set(both.ingredients) == {"warfarin", "aspirin"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({}, "name, or a code"), ({"name": " "}, "name, or a code"), ({"code": "1"}, "name, or a code"),
     ({"name": "x", "system": "rxnrom"}, "rxnorm"), ({"name": "x" * 301}, "at most 300")],
)
def test_a_medicine_that_cannot_be_is_refused(arguments: dict[str, str], words: str) -> None:
    with pytest.raises(MedicineError, match=words):
        Medicine(**arguments)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_asked_about_and_never_fails(text: str) -> None:
    found = read_text(text)
    assert set(found.ingredients) <= set(ingredients())
    assert found == read_text.__wrapped__(text)
    if plain(text) not in nothing():
        assert found.ingredients or found.unread


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted(ingredients())), min_size=1, max_size=6, unique=True))
def test_more_medicines_never_give_fewer_warnings(names: list[str]) -> None:
    fewer = {(one.id, one.ingredient) for one in screen([Medicine(name) for name in names[:-1]]).warnings}
    more = {(one.id, one.ingredient) for one in screen([Medicine(name) for name in names]).warnings}
    assert fewer <= more


@pytest.mark.parametrize("name", sorted(ingredients()))
def test_every_ingredient_is_found_by_each_of_its_names(name: str) -> None:
    one = ingredients()[name]
    for text in (one.name, *one.names, one.name.upper(), f"{one.name} 10 mg tablets"):
        found = recognise(Medicine(text))
        assert name in found.ingredients and found.by in ("name",), text


def test_no_name_and_no_code_stands_for_two_ingredients() -> None:
    names = [plain(text) for one in ingredients().values() for text in (one.name, *one.names)]
    names += [plain(brand) for brand in combinations()]
    codes = [code for one in ingredients().values() for code in one.codes]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert sorted({code for code in codes if codes.count(code) > 1}) == []
    assert {system for system, _ in codes} <= set(SYSTEMS.values())


@pytest.mark.parametrize("name", sorted(classes()))
def test_every_class_names_its_sources_and_has_members(name: str) -> None:
    one = classes()[name]
    assert one.source in evidence.sources() and one.membership_source in evidence.sources()
    assert {one.read, one.membership_read} <= {"read", "secondary", "recall"}
    assert any(name in ingredient.classes for ingredient in ingredients().values())


def test_a_strong_inhibitor_has_a_half_life_or_is_asked_about() -> None:
    without = {one.name for one in ingredients().values() if "cyp3a4_strong" in one.classes and one.half_life_h is None}
    assert without == {"ensitrelvir", "grapefruit", "troleandomycin"}
