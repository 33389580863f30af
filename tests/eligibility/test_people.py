"""People readable by a clinician: what each is told, and that every question is reached in all three ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tdm1 import eligibility
from tdm1.eligibility import labelfile

FILES = sorted(Path(__file__).with_name("people").glob("*.yaml"))
PEOPLE: list[tuple[str, dict[str, Any]]] = [
    (file.stem, person) for file in FILES for person in yaml.safe_load(file.read_text("utf-8"))
]
ASKED = [person for name, person in PEOPLE if name != "warnings"]
WARNED = [person for name, person in PEOPLE if name == "warnings"]
NAMES = [f"{name}-{person['name']}" for name, person in PEOPLE if name != "warnings"]


@pytest.mark.parametrize("person", ASKED, ids=NAMES)
def test_person_is_answered_against_people_files(person: dict[str, Any]) -> None:
    found = eligibility.indication(person["known"], person["region"])
    expected = person["expect"]
    # YAML reads yes and no as truth values.
    assert found.verdict == {True: "yes", False: "no"}.get(expected["verdict"], expected["verdict"])
    assert list(found.holds) == expected["holds"]
    assert sorted(found.missing) == sorted(expected["missing"])


@pytest.mark.parametrize("person", WARNED, ids=[person["name"] for person in WARNED])
def test_person_is_warned_against_people_files(person: dict[str, Any]) -> None:
    found = eligibility.warnings(person["known"], person["region"])
    assert [one.id for one in found.given] == person["expect"]["given"]
    assert [one.id for one in found.needed] == person["expect"]["needed"]


@pytest.mark.parametrize("region", eligibility.REGIONS)
def test_every_leaf_of_the_indications_is_met_not_met_and_unknown(region: str) -> None:
    seen = {
        (one.id, reason.id, reason.met)
        for person in ASKED if person["region"] == region
        for one in eligibility.indication(person["known"], region).indications
        for reason in one.reasons
    }
    wanted = {
        (one.question.id, leaf.id, met)
        for one in labelfile.indications(region) for leaf in one.question.asked for met in ("yes", "no", "unknown")
    }
    assert not wanted - seen


def test_every_leaf_of_the_warnings_is_met_not_met_and_unknown() -> None:
    seen: set[tuple[str, str]] = set()
    for person in WARNED:
        columns = person["known"]
        for one in labelfile.label_warnings(person["region"]):
            # Warnings that do not apply are not listed, so the leaves are asked directly.
            for leaf in one.question.asked:
                criteria = eligibility.Criteria(criteria=(leaf,))
                value = columns.get(leaf.variable)
                times = {"xULN": 40.0}.get(value["unit"], 1.0) if isinstance(value, dict) else 1.0
                number = value["value"] * times if isinstance(value, dict) else value
                given = {} if number is None else {leaf.variable: [float(number)]}
                met = eligibility.assess(criteria, given).reasons(0)[0].met if given else "unknown"
                seen.add((leaf.id, met))
    wanted = {
        (leaf.id, met) for one in labelfile.label_warnings("EU") for leaf in one.question.asked
        for met in ("yes", "no", "unknown")
    }
    assert not wanted - seen


def test_names_of_people_stand_once_in_a_file() -> None:
    for file in FILES:
        names = [person["name"] for person in yaml.safe_load(file.read_text("utf-8"))]
        assert len(set(names)) == len(names), file.name
