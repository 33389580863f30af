"""Texts that must not be read as something else, codes that disagree, days, and where the memberships come from."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.medicines import (
    Medicine,
    MedicineError,
    classes,
    code_reading,
    ingredients,
    membership,
    recognise,
    screen,
    treatment_classes,
)
from tdm1.medicines.membership import memberships, recalled_codes
from tdm1.medicines.register import by_name, look_alikes

TODAY = datetime.date(2026, 11, 25)

# Names of RxNorm and ATC that are not in the register, chosen without looking at what they are read as.
REAL_NAMES = [
    "abatacept", "acamprosate", "adalimumab", "alemtuzumab", "amantadine", "anakinra", "atovaquone", "atropine",
    "axitinib", "azacitidine", "belimumab", "benralizumab", "bleomycin", "bosutinib", "brivaracetam", "brolucizumab",
    "cabozantinib", "calcitriol", "captopril", "carbidopa", "cefepime", "cetuximab", "cladribine", "dasatinib",
    "daratumumab", "dupilumab", "entecavir", "erlotinib", "etanercept", "exenatide", "ezogabine", "gefitinib",
    "golimumab", "guanfacine", "ipilimumab", "ivermectin", "lacosamide", "latanoprost", "lenalidomide", "mebendazole",
    "mirabegron", "nivolumab", "ocrelizumab", "omalizumab", "osimertinib", "oxybutynin", "pemetrexed", "ponatinib",
    "primaquine", "quinapril", "rituximab", "ropinirole", "secukinumab", "selegiline", "tacrolimus", "tocilizumab",
    "tofacitinib", "ustekinumab", "vandetanib", "varenicline",
]


@pytest.mark.parametrize("name", [*REAL_NAMES, *sorted(look_alikes())])
def test_a_real_medicine_outside_the_register_is_never_read_as_another(name: str) -> None:
    assert name not in by_name()
    found = recognise(Medicine(name))
    assert found.by == "unknown" and found.ingredients == ()


def test_a_misspelt_t_dm1_is_never_read_as_trastuzumab() -> None:
    for text in ("Trastuzumab emtansin", "trastuzumab emtansina", "Trastuzumab-Emtansine", "ado trastuzumab"):
        assert treatment_classes(Medicine(text)) == ("t_dm1", "her2"), text
        assert screen([Medicine(text)]).warnings == ()


def test_a_text_that_begins_like_a_conjugate_counts_as_no_earlier_treatment_and_is_asked_about() -> None:
    text = "trastuzumab tralala"
    assert treatment_classes(Medicine(text)) == ()
    assert any(text in question for question in screen([Medicine(text)]).questions)


@pytest.mark.parametrize("text", ["no warfarin", "stopped warfarin", "allergic to warfarin", "never took warfarin"])
def test_what_is_said_not_to_be_taken_is_asked_about_with_its_name(text: str) -> None:
    found = screen([Medicine(text)])
    assert found.warnings == () and "is it warfarin" in found.questions[0]
    assert treatment_classes(Medicine(text.replace("warfarin", "herceptin"))) == ()


def test_a_text_read_in_part_warns_of_that_part_and_asks_about_the_rest() -> None:
    found = screen([Medicine("warfarin with xyzzyplugh")])
    assert found.found[0].by == "unknown"
    assert [one.ingredient for one in found.warnings] == ["warfarin"] and len(found.questions) == 1


def test_a_code_and_a_name_that_disagree_are_asked_about_and_both_warn() -> None:
    one = Medicine("ketoconazole", code="11289", system="rxnorm")
    found = screen([one])
    assert "the code of 'ketoconazole' is that of warfarin" in found.questions[0]
    assert {warning.ingredient for warning in found.warnings} == {"warfarin", "ketoconazole"}
    assert treatment_classes(Medicine("docetaxel", code="224905", system="rxnorm")) == ()


def test_a_code_of_one_part_of_a_combination_agrees_with_its_name() -> None:
    assert screen([Medicine("Phesgo", code="224905", system="rxnorm")]).questions == ()


def test_a_last_day_in_the_past_means_stopped() -> None:
    long_ago = Medicine("warfarin", stopped=TODAY - datetime.timedelta(days=1))
    assert screen([long_ago], on=TODAY).warnings == ()
    assert [one.id for one in screen([long_ago]).warnings] == ["X3"]
    planned = Medicine("warfarin", stopped=TODAY + datetime.timedelta(days=1))
    assert [one.id for one in screen([planned], on=TODAY).warnings] == ["X3"]


def test_a_last_day_before_the_first_is_refused() -> None:
    with pytest.raises(MedicineError, match="before it was started"):
        Medicine("warfarin", started=TODAY, stopped=TODAY - datetime.timedelta(days=1))


def test_a_cream_says_that_little_reaches_the_blood() -> None:
    cream = screen([Medicine("ketoconazole cream")]).warnings
    tablets = screen([Medicine("ketoconazole tablets")]).warnings
    assert {one.id for one in cream} == {one.id for one in tablets} == {"X2", "B1"}
    assert all("little of it reaches the blood" in one.text for one in cream)
    assert not any("reaches the blood" in one.text for one in tablets)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("ginseng", "bleeding", "found no tie to bleeding"),
        ("garlic tablets", "bleeding", "bleeding in surgery"),
        ("ketoconazole", "cyp3a4_strong_inhibitor", "uptodate_cyp3a"),
        ("grapefruit juice", "cyp3a4_strong_inhibitor", "moderate"),
        ("amiodarone", "liver", "bjornsson2016"),
        ("apixaban", "bleeding", "pharmacology (recall)"),
    ],
)
def test_a_warning_says_how_membership_is_known(text: str, kind: str, words: str) -> None:
    (warning,) = [one for one in screen([Medicine(text)]).warnings if one.kind == kind]
    assert words in warning.note


def test_every_membership_that_was_read_names_a_source_and_a_reading() -> None:
    assert memberships()
    for (class_name, name), one in memberships().items():
        assert class_name in ingredients()[name].classes
        assert one.source in evidence.sources() and one.where and one.read in {"read", "secondary"}


def test_a_membership_that_was_not_read_says_that_it_is_from_memory() -> None:
    for name, one in classes().items():
        for part in ingredients().values():
            if name in part.classes and (name, part.name) not in memberships():
                told = membership(name, part.name)
                assert (told.source, told.read) == (one.membership_source, "recall")


def test_codes_from_memory_are_in_the_register_and_say_so() -> None:
    known = {code for one in ingredients().values() for code in one.codes}
    assert recalled_codes() <= known
    assert code_reading("rxnorm", "703") == "recall" and code_reading("rxnorm", "11289") == "secondary"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(ingredients())), st.sampled_from([" 10 mg", " tablets", " 200mg/5ml syrup", " PRN"]))
def test_strength_and_form_change_nothing(name: str, beside: str) -> None:
    assert recognise(Medicine(name + beside)).ingredients == recognise(Medicine(name)).ingredients


def _weight(names: tuple[str, ...]) -> set[str]:
    return {one for name in names for one in (*ingredients()[name].classes, *ingredients()[name].treats)}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([name for name in sorted(by_name()) if " " not in name and len(name) >= 8]), st.data())
def test_one_wrong_letter_never_changes_what_hangs_on_a_name(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    text = name[:at] + data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz")) + name[at + 1:]
    found = recognise(Medicine(text))
    if text not in by_name():
        assert found.by in {"spelling", "unknown"}
        assert found.by == "unknown" or _weight(found.ingredients) == _weight(by_name()[name])
