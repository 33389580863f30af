"""Catalogue, numbers and targets: complete, sourced, and clear about what is wrong with a file."""

from __future__ import annotations

import re

import pytest

from tdm1 import evidence
from tdm1.evidence._loader import ROOT
from tdm1.symptoms import SymptomNumbers, catalogue, numbers, what_if
from tdm1.symptoms.catalogue import SETTINGS, Setting, parse
from tdm1.symptoms.fit import as_yaml, targets, trial_of
from tdm1.symptoms.numbers import parse as parse_numbers

CATALOGUE = ROOT.joinpath("symptoms/catalogue.yaml").read_text("utf-8")
CALIBRATED = ROOT.joinpath("symptoms/calibrated.yaml").read_text("utf-8")


@pytest.mark.parametrize("setting", SETTINGS)
def test_catalogue_against_every_row_of_the_published_table(setting: Setting) -> None:
    trial, arms = trial_of(setting)
    known = catalogue()
    names = {term.name for term in (*known.symptoms, *known.reported, *known.overlaps)}
    names |= {name for group in known.groups for name in (group.name, *group.also)}
    table = evidence.table("adverse_reactions").filter(trial=trial)
    assert set(arms.values()) <= set(table["arm"])
    printed = set(table.filter(arm=arms["t_dm1"])["term"])
    assert len(printed) > 40
    assert not printed - names - set(known.absent)
    assert not set(known.absent) & names


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_symptom_has_a_share_to_be_fitted_to(setting: Setting) -> None:
    wanted = targets(setting)["t_dm1"]
    for term in catalogue().symptoms:
        if setting in term.settings:
            grouped = any(term.name in group.members and group.members != catalogue().groups[-1].members
                          for group in catalogue().groups)
            assert term.name in wanted or (term.own and (grouped or term.only_severe)), term.name


def test_sources_of_the_catalogue_and_targets_resolve() -> None:
    from tdm1.evidence._loader import parse_yaml

    raw = parse_yaml(ROOT.joinpath("symptoms/targets.yaml").read_text("utf-8"), "targets.yaml")
    entries = [entry for setting in SETTINGS for entry in raw["shares"][setting].values()]
    entries.append(raw["least_severe_pct"])
    for entry in entries:
        assert entry["source"] in evidence.sources()
        assert entry["where"] and entry["note"] and entry["read"] in ("assumed", "derived")
    for term in catalogue().symptoms:
        assert term.source in evidence.sources()


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_number_says_what_it_was_fitted_to(setting: Setting) -> None:
    found = numbers(setting)
    for name, number in (*found.symptoms.items(), *found.reported.items()):
        assert "calibrate symptoms" in number.where, name
    for number in found.reported.values():
        assert number.grade1 <= number.grade2 <= number.grade3plus


def test_written_numbers_are_read_back() -> None:
    found = {setting: numbers(setting) for setting in SETTINGS}
    assert parse_numbers(as_yaml(found)) == found


def test_other_numbers_hold_inside_the_block_alone() -> None:
    before = numbers("early")
    other = type(before)({**before.symptoms, "rash": SymptomNumbers(1.0, 0.0, 0.0)}, before.reported)
    with what_if("early", other):
        assert numbers("early") is other
        assert numbers("metastatic").symptoms["rash"].background_per_day != 1.0
    assert numbers("early") is before


@pytest.mark.parametrize(
    ("find", "put", "message"),
    [
        ("driver: early\n", "driver: often\n", "symptom 'nausea': driver 'often' is none of"),
        ("    plain: \"feeling sick\"\n", "", r"symptom 'nausea' lacks \['plain'\]"),
        ("    duration_day: 7\n", "    duration_day: -7\n", "symptom 'nausea' needs duration_day above 0"),
        ("    duration_day: 7\n", "    duration_days: 7\n", "unknown keys"),
        ("permanent_share: 0.21", "permanent_share: 1.5", "share from 0 to 1"),
        ("members: [epistaxis, other_bleeding]", "members: [epistaxsi]", "unknown member 'epistaxsi'.*epistaxis"),
        ("symptom: pyrexia", "symptom: pyrexai", "overlap 'febrile_neutropenia' has an unknown member.*pyrexia"),
        ("below: ctcae5.neutrophils.grade_3", "below: ctcae5.neutrophils.grade_9", "no fact is called"),
        ("blood: neutrophils", "blood: lymphocytes", "blood 'lymphocytes' is none of"),
        ("analytes: [potassium]}", "measures: [potassium]}", r"reported term 'hypokalemia' lacks \['analytes'\]"),
        ("  dry_mouth:", "  hypokalemia:", "hypokalemia stand in two sections"),
        ("groups:\n", "grups:\n", r"lacks \['groups'\]"),
        ("symptoms:\n", "symptoms: [\n", "not valid YAML"),
    ],
)
def test_damaged_catalogue_is_refused(find: str, put: str, message: str) -> None:
    assert find in CATALOGUE
    with pytest.raises(evidence.EvidenceError, match=message):
        parse(CATALOGUE.replace(find, put, 1))


@pytest.mark.parametrize(
    ("pattern", "put", "message"),
    [
        (r"background_per_day: [^\n]+", "background_per_day: -1", "'nausea': background_per_day is -1"),
        (r"share_grade3plus: [^\n]+", "share_grade3plus: 1.5", "a share is at most 1"),
        (r"share_grade3plus:", "share_severe:", "'nausea' has unknown keys"),
        (r"    nausea:", "    nausaea:", "nausaea.*do not match"),
        (r"grade1: [^\n]+", "grade1: 1.0", "'thrombocytopenia': the chances fall with the grade"),
        (r"metastatic:", "metastases:", "lacks the setting 'metastatic'"),
    ],
)
def test_damaged_numbers_are_refused(pattern: str, put: str, message: str) -> None:
    damaged = re.sub(pattern, put, CALIBRATED, count=1)
    assert damaged != CALIBRATED
    with pytest.raises(evidence.EvidenceError, match=message):
        parse_numbers(damaged)


def test_unknown_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(evidence.EvidenceError, match=r"'metastatc'.*metastatic"):
        numbers("metastatc")  # type: ignore[arg-type]
